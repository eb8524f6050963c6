resource "switchboard_permission_group" "agents" {
  name        = "Agents"
  permissions = ["call_details.view_own", "contacts.view", "own_profile.update"]
}

# The phone on the desk, with a password of its own.
ephemeral "switchboard_password" "desk" {
  for = "sip_account"
}

resource "switchboard_sip_account" "alice" {
  extension           = "1001"
  name                = "Alice, desk"
  password_wo         = ephemeral.switchboard_password.desk.result
  password_wo_version = 1
}

# The password with which the person logs in. Left out, the portal generates one.
ephemeral "switchboard_password" "login" {}

resource "switchboard_user" "alice" {
  email                = "alice@example.com"
  first_name           = "Alice"
  last_name            = "Nowak"
  enabled              = true
  deletion_protection  = false # with true, a plan that deletes her fails
  permission_group_ids = [switchboard_permission_group.agents.id]
  password_wo          = ephemeral.switchboard_password.login.result
  password_wo_version  = 1

  telephony = {
    sip_assignment  = "static"
    sip_account_ids = [switchboard_sip_account.alice.id]
    caller_ids      = ["+48 22 250 41 00", "+48 22 250 41 01"]
    sms_senders     = ["+48 22 250 41 00", "PRZYKLAD"]
  }

  directory = {
    business_number = "+48 601 234 567"
  }
}

# Somebody without a phone of one's own takes a free SIP account at login.
resource "switchboard_user" "bohdan" {
  email                = "bohdan@example.com"
  first_name           = "Богдан"
  last_name            = "Шевченко"
  permission_group_ids = [switchboard_permission_group.agents.id]

  telephony = {
    sip_assignment = "dynamic"
    caller_ids     = ["+48 22 250 41 00"]
  }
}
