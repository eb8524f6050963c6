resource "switchboard_user" "alice" {
  email                = "alice@example.com"
  first_name           = "Alice"
  last_name            = "Nowak"
  permission_group_ids = [switchboard_permission_group.agents.id]
  telephony            = { sip_assignment = "dynamic" }
}

resource "switchboard_permission_group" "agents" {
  name = "Agents"
}

# By e-mail address, by id or, on engage, by username.
data "switchboard_user" "alice" {
  email      = "alice@example.com"
  depends_on = [switchboard_user.alice] # only because this configuration creates her as well
}

output "name_of_alice" {
  value = "${data.switchboard_user.alice.first_name} ${data.switchboard_user.alice.last_name}"
}
