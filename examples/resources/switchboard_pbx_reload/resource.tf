# Reloads the PBX once in an apply in which any of these users changes, after all of them.
resource "switchboard_pbx_reload" "warszawa" {
  pbx_id = "warszawa"

  triggers = {
    users = sha1(jsonencode(switchboard_user.agent))
  }
}

resource "switchboard_permission_group" "agents" {
  name = "Agents"
}

resource "switchboard_user" "agent" {
  count                = 2
  email                = "agent${count.index}@example.com"
  first_name           = "Jan"
  last_name            = "Kowalski"
  permission_group_ids = [switchboard_permission_group.agents.id]
  telephony            = { sip_assignment = "dynamic" }
}
