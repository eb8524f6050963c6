resource "switchboard_user_group" "position" {
  name      = "position"
  subgroups = ["Management", "Sales", "Support"]
}

resource "switchboard_permission_group" "agents" {
  name = "Agents"
}

resource "switchboard_user" "zofia" {
  email                = "zofia@example.com"
  first_name           = "Zofia"
  last_name            = "Wójcik"
  permission_group_ids = [switchboard_permission_group.agents.id]
  telephony            = { sip_assignment = "dynamic" }

  directory = {
    user_group_ids = [switchboard_user_group.position.subgroup_ids["Sales"]]
  }
}
