resource "switchboard_permission_group" "desk" {
  name        = "Desk"
  permissions = ["own_destination.update"]
}

resource "switchboard_user" "jan" {
  email                = "jan@example.com"
  first_name           = "Jan"
  last_name            = "de Vries"
  telephony            = { forward_numbers = ["+31 6 12345678"] }
  permission_group_ids = [switchboard_permission_group.desk.id]
}

