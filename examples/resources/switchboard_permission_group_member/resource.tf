# Somebody whom another team manages. Her other permission groups are none of this configuration's business.
data "switchboard_user" "femke" {
  email = "femke@example.com"
}

resource "switchboard_permission_group" "invoices" {
  name        = "Invoices"
  permissions = ["invoices.view"]
}

resource "switchboard_permission_group_member" "femke_sees_invoices" {
  user_id             = data.switchboard_user.femke.id
  permission_group_id = switchboard_permission_group.invoices.id
}
