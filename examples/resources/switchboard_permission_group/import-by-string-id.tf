import {
  to = switchboard_permission_group.agents
  id = "Agents" # or the id
}
