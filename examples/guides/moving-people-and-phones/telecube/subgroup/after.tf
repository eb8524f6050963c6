resource "switchboard_permission_group" "agents" {
  name        = "Agents"
  permissions = ["contacts.view"]
}

resource "switchboard_user_group" "position" {
  name      = "position"
  subgroups = ["Sales EMEA", "Support"]
}

resource "switchboard_user" "alice" {
  email                = "alice@example.com"
  first_name           = "Alice"
  last_name            = "Nowak"
  permission_group_ids = [switchboard_permission_group.agents.id]
  telephony            = { sip_assignment = "dynamic" }
  directory            = { user_group_ids = [switchboard_user_group.position.subgroup_ids["Sales EMEA"]] }
}
