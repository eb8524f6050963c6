resource "switchboard_permission_group" "agents" {
  name        = "Agents"
  permissions = ["contacts.view"]
}

resource "switchboard_sip_account" "desk" {
  extension = "201"
}

resource "switchboard_user" "jonas" {
  email                = "jonas@example.com"
  first_name           = "Jonas"
  last_name            = "Ek"
  permission_group_ids = [switchboard_permission_group.agents.id]
  telephony = {
    sip_assignment  = "static"
    sip_account_ids = [switchboard_sip_account.desk.id]
  }
}
