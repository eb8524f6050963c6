resource "switchboard_permission_group" "field" {
  name        = "Field"
  permissions = ["own_destination.update"]
}

resource "switchboard_user" "jan" {
  email      = "jan@example.com"
  first_name = "Jan"
  last_name  = "de Vries"
  telephony  = { forward_numbers = ["+31 6 12345678"] }
}

resource "switchboard_permission_group_member" "jan" {
  user_id             = switchboard_user.jan.id
  permission_group_id = switchboard_permission_group.field.id
}
