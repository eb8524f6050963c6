# A travel agency: everything that telecube knows about its people and their phones.

terraform {
  required_version = ">= 1.11"
  required_providers {
    switchboard = {
      source = "switchboard-hq/switchboard"
    }
  }
}

# A portal inside the provider. For one that is served, give endpoint and token instead; nothing else changes.
provider "switchboard" {
  embedded_portal = {
    database          = "portal.db"
    organization_file = "organization.yaml"

    # Passwords that are known from breaches are refused. Left out, the portal asks the range API of Have I Been Pwned, to which it tells five digits of a hash;
    # this is a handful of known ones instead, so that the example needs no network.
    pwned_passwords_file = "known_passwords.txt"
  }
}

data "switchboard_organization" "bursztyn" {}

# Everything that a permission group can hold.
data "switchboard_permissions" "all" {}

resource "switchboard_permission_group" "advisers" {
  name        = "Advisers"
  description = "People who sell journeys."
  permissions = ["call_details.view_own", "contacts.update", "contacts.view", "own_profile.update", "sms.send"]
}

resource "switchboard_permission_group" "office" {
  name        = "Office"
  description = "Everything but listening in."
  permissions = setsubtract(data.switchboard_permissions.all.permissions[*].name, ["recordings.listen"])
}

# Shown under everybody's profile.
resource "switchboard_user_group" "position" {
  name      = "position"
  subgroups = ["Adviser", "Head of office"]
}

resource "switchboard_user_group" "language" {
  name      = "Second language"
  subgroups = ["German", "Ukrainian"]
}

# Passwords exist only while Terraform runs. To hand one to somebody, write it into a secret store, in a write-only attribute too.
ephemeral "switchboard_password" "phone" {
  for = "sip_account"
}

ephemeral "switchboard_password" "login" {}

resource "switchboard_sip_account" "office" {
  extension           = "1001"
  name                = "Office"
  type                = "voip"
  caller_id           = "+48 58 340 41 01"
  hide_caller_id      = false
  enabled             = true
  password_wo         = ephemeral.switchboard_password.phone.result
  password_wo_version = 1
}

resource "switchboard_user" "hanna" {
  email                = "hanna@bursztyn.example.com"
  send_invitation      = true
  first_name           = "Hanna"
  last_name            = "Żeglarska"
  enabled              = true
  permission_group_ids = [switchboard_permission_group.office.id]
  password_wo          = ephemeral.switchboard_password.login.result
  password_wo_version  = 1

  telephony = {
    sip_assignment  = "static"
    sip_account_ids = [switchboard_sip_account.office.id]
    caller_ids      = ["+48 58 340 41 00", "+48 58 340 41 01"]
    sms_senders     = ["+48 58 340 41 01", "BURSZTYN"]
  }

  directory = {
    business_number = "+48 601 234 567"
    user_group_ids = [
      switchboard_user_group.position.subgroup_ids["Head of office"],
      switchboard_user_group.language.subgroup_ids["German"],
    ]
  }
}

# Takes a free phone at login, and shows the number of the office.
resource "switchboard_user" "taras" {
  email                = "taras@bursztyn.example.com"
  first_name           = "Тарас"
  last_name            = "Мандрівник"
  permission_group_ids = [switchboard_permission_group.advisers.id]

  telephony = {
    sip_assignment = "dynamic"
    caller_ids     = ["+48 58 340 41 00"]
    sms_senders    = ["BURSZTYN"]
  }

  directory = {
    user_group_ids = [
      switchboard_user_group.position.subgroup_ids["Adviser"],
      switchboard_user_group.language.subgroup_ids["Ukrainian"],
    ]
  }
}

output "team" {
  description = "Everybody, with the numbers to choose from."
  value = join("\n", concat(
    [data.switchboard_organization.bursztyn.name, ""],
    [for user in [switchboard_user.hanna, switchboard_user.taras] : format(
      "%-10s %-28s %-36s %s",
      user.telephony.sip_assignment, user.email, join(", ", user.telephony.caller_ids), "${user.first_name} ${user.last_name}",
    )],
  ))
}
