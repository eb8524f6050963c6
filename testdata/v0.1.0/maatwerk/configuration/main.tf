# A bicycle shop with a workshop: everything that maatwerk knows about its people and their phones.

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
  }
}

data "switchboard_organization" "fietsplan" {}

# Comes with the platform.
data "switchboard_permission_group" "end_user" {
  name = "End user"
}

resource "switchboard_permission_group" "workshop" {
  name        = "Workshop"
  description = "People who answer for the workshop, and see who called."
  permissions = ["call_details.view", "own_destination.update"]
}

# Passwords exist only while Terraform runs. To hand one to somebody, write it into a secret store, in a write-only attribute too.
ephemeral "switchboard_password" "phone" {
  for = "sip_account"
}

ephemeral "switchboard_password" "login" {}

resource "switchboard_sip_account" "femke_desk" {
  extension           = "201"
  name                = "Femke, desk"
  type                = "voip"
  caller_id           = "+31 20 570 41 01"
  hide_caller_id      = false
  enabled             = true
  password_wo         = ephemeral.switchboard_password.phone.result
  password_wo_version = 1
}

resource "switchboard_sip_account" "femke_app" {
  extension = "202"
  name      = "Femke, app"
  type      = "app"
  caller_id = "+31 20 570 41 01"
}

resource "switchboard_sip_account" "workbench" {
  extension = "203"
  name      = "Workbench"
}

# Works at the desk, on the road and at home: three destinations, of which one rings at a time.
resource "switchboard_user" "femke" {
  email                = "femke@fietsplan.example.com"
  send_invitation      = true
  first_name           = "Femke"
  middle_name          = "van der"
  last_name            = "Wiel"
  enabled              = true
  permission_group_ids = [switchboard_permission_group.workshop.id, data.switchboard_permission_group.end_user.id]
  password_wo          = ephemeral.switchboard_password.login.result
  password_wo_version  = 1

  telephony = {
    extension              = "101"
    sip_account_ids        = [switchboard_sip_account.femke_desk.id, switchboard_sip_account.femke_app.id]
    app_sip_account_id     = switchboard_sip_account.femke_app.id
    mobile_fallback_number = "+31 6 12345678"
    forward_numbers        = ["+31 6 12345678"]
    available              = true
    active_destination     = switchboard_sip_account.femke_app.id
    caller_id              = "+31 20 570 41 01"
  }

  # With more than one destination, calls are placed from where Femke is available.
  click_to_dial = {
    follow_availability = true
    auto_answer         = true
  }

  locale = {
    language = "nl"
  }

  security = {
    two_factor_required = true
  }
}

# Has one phone, on the workbench, and dials from it.
resource "switchboard_user" "bram" {
  email                = "bram@fietsplan.example.com"
  first_name           = "Bram"
  last_name            = "Ketting"
  permission_group_ids = [data.switchboard_permission_group.end_user.id]

  telephony = {
    extension       = "102"
    sip_account_ids = [switchboard_sip_account.workbench.id]
    caller_id       = "+31 20 570 41 02"
  }

  click_to_dial = {
    follow_availability = false
    sip_account_id      = switchboard_sip_account.workbench.id
  }
}

output "team" {
  description = "Everybody, by extension."
  value = join("\n", concat(
    ["${data.switchboard_organization.fietsplan.name} (outgoing calls show the number of the ${data.switchboard_organization.fietsplan.outgoing_number})", ""],
    [for user in [switchboard_user.femke, switchboard_user.bram] : format(
      "%-5s %-17s %-28s %s",
      user.telephony.extension, user.telephony.caller_id, user.email, join(" ", compact([user.first_name, user.middle_name, user.last_name])),
    )],
  ))
}
