# A furniture maker: everything that samoobsluha knows about its people, their licences and phones.

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

data "switchboard_organization" "vltava" {}

locals {
  pbx      = { for pbx in data.switchboard_organization.vltava.pbxs : pbx.name => pbx.id }
  helpdesk = { for helpdesk in data.switchboard_organization.vltava.helpdesks : helpdesk.name => helpdesk.id }
}

resource "switchboard_permission_group" "complaints" {
  name        = "Complaints"
  description = "People who answer, and settle what went wrong."
  permissions = ["call_details.view_own", "own_profile.update", "tickets.update", "tickets.view"]
}

resource "switchboard_permission_group" "management" {
  name        = "Management"
  description = "The board."
  permissions = ["call_details.view", "invoices.view", "own_profile.update", "tickets.view"]
}

# Passwords exist only while Terraform runs. To hand one to somebody, write it into a secret store, in a write-only attribute too.
ephemeral "switchboard_password" "phone" {
  for = "sip_account"
}

ephemeral "switchboard_password" "login" {}

resource "switchboard_sip_account" "complaints" {
  extension           = "2001"
  name                = "Complaints"
  type                = "voip"
  caller_id           = "+420 225 410 101"
  hide_caller_id      = false
  enabled             = true
  password_wo         = ephemeral.switchboard_password.phone.result
  password_wo_version = 1
}

# Calls and tickets: a licence for both, which needs a PBX and a helpdesk.
resource "switchboard_user" "eliska" {
  email                = "eliska@vltava.example.com"
  send_invitation      = true
  first_name           = "Eliška"
  last_name            = "Dvořáková"
  enabled              = true
  description          = "In the office from Monday to Thursday."
  permission_group_ids = [switchboard_permission_group.complaints.id]
  password_wo          = ephemeral.switchboard_password.login.result
  password_wo_version  = 1

  telephony = {
    extension       = "1001"
    pbx_id          = local.pbx["Praha"]
    sip_account_ids = [switchboard_sip_account.complaints.id]
  }

  licence = {
    product                  = "omnichannel"
    edition                  = "profi"
    helpdesk_id              = local.helpdesk["Reklamace"]
    call_control_api         = true # is charged
    statutory_representative = false
    billed                   = true
  }

  security = {
    two_factor_required = true
  }
}

# Calls only, and may have numbers ported.
resource "switchboard_user" "ondrej" {
  email                = "ondrej@vltava.example.com"
  first_name           = "Ondřej"
  last_name            = "Truhlář"
  permission_group_ids = [switchboard_permission_group.management.id]

  telephony = {
    extension = "1002"
    pbx_id    = local.pbx["Praha"]
  }

  licence = {
    product                  = "callcentrum"
    edition                  = "start"
    statutory_representative = true
  }
}

# What changed about people takes effect when their PBX is reloaded: once, however many changed, and after all of them.
resource "switchboard_pbx_reload" "praha" {
  pbx_id = local.pbx["Praha"]
  triggers = {
    eliska = sha256(jsonencode(switchboard_user.eliska))
    ondrej = sha256(jsonencode(switchboard_user.ondrej))
  }
}

output "team" {
  description = "Everybody, by extension."
  value = join("\n", concat(
    [data.switchboard_organization.vltava.name, ""],
    [for user in [switchboard_user.eliska, switchboard_user.ondrej] : format(
      "%-5s %-18s %-26s %s",
      user.telephony.extension, "${user.licence.product} ${user.licence.edition}", user.email, "${user.first_name} ${user.last_name}",
    )],
  ))
}
