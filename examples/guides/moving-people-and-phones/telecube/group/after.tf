resource "switchboard_permission_group" "agents" {
  name        = "Agents"
  permissions = ["contacts.view"]
}

resource "switchboard_user" "alice" {
  email                = "alice@example.com"
  first_name           = "Alice"
  last_name            = "Nowak"
  permission_group_ids = [switchboard_permission_group.agents.id]
  telephony            = { sip_assignment = "dynamic" }
}
