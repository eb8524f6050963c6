resource "switchboard_user" "alice" {
  email                = "alice@example.com"
  first_name           = "Alice"
  last_name            = "Nowak"
  permission_group_ids = [data.switchboard_permission_group.administrator.id]
  telephony            = { sip_assignment = "dynamic" }
}

data "switchboard_permission_group" "administrator" {
  name = "Administrator"
}

# By e-mail address, by id or, on engage, by username.
data "switchboard_user" "alice" {
  email      = "alice@example.com"
  depends_on = [switchboard_user.alice] # only because this configuration creates her as well
}

output "name_of_alice" {
  value = "${data.switchboard_user.alice.first_name} ${data.switchboard_user.alice.last_name}"
}
