# A boatyard: everything that vaxel knows about its people and their phones.

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

# A PIN is made of digits, so it does not come from switchboard_password. Here it has a default, so that the example runs by itself; elsewhere it
# comes from a secret store.
variable "voicemail_pin" {
  description = "PIN that the voicemail asks for at first."
  type        = string
  default     = "604913"
  sensitive   = true
  ephemeral   = true
}

data "switchboard_organization" "batvarvet" {}

# Passwords exist only while Terraform runs. To hand one to somebody, write it into a secret store, in a write-only attribute too.
ephemeral "switchboard_password" "phone" {
  for = "sip_account"
}

ephemeral "switchboard_password" "login" {}

resource "switchboard_sip_account" "dock" {
  extension           = "2001"
  name                = "Dock"
  type                = "voip"
  caller_id           = "+46 525 410 00"
  hide_caller_id      = false
  enabled             = true
  password_wo         = ephemeral.switchboard_password.phone.result
  password_wo_version = 1
}

resource "switchboard_user" "maja" {
  email               = "maja@batvarvet.example.com"
  send_invitation     = true
  first_name          = "Maja-Lisa"
  last_name           = "Åkerström"
  enabled             = true
  description         = "Runs the yard. In the workshop on Fridays."
  password_wo         = ephemeral.switchboard_password.login.result
  password_wo_version = 1

  telephony = {
    extension           = "1001"
    sip_account_ids     = [switchboard_sip_account.dock.id]
    caller_id           = "+46 525 410 01"
    incoming_numbers    = ["+46 525 410 01", "+46 525 410 02"] # calls to these come to Maja
    hide_caller_id      = false
    ring_seconds        = 40
    call_waiting        = true
    busy_on_all_devices = true
    default_profile     = "available"
    recording           = "on_demand"
    billing_number      = "+46 525 410 00"
  }

  voicemail = {
    enabled        = true
    pin_wo         = var.voicemail_pin
    pin_wo_version = 1
    email          = "maja@batvarvet.example.com"
    sms_number     = "+46 70 174 06 05"
  }

  directory = {
    hidden         = false
    exchange_alias = "maja.akerstrom"
  }

  locale = {
    country   = "SE"
    time_zone = "Europe/Stockholm"
    language  = "sv"
  }

  security = {
    skip_sso = true
  }
}

# Left out, everything else is as the platform has it by default.
resource "switchboard_user" "nils" {
  email      = "nils@batvarvet.example.com"
  first_name = "Nils"
  last_name  = "O'Hara"

  telephony = {
    extension = "1002"
    caller_id = "+46 525 410 00" # the main number: shown, and still everybody's
  }
}

# Who has which number, once everybody is there.
data "switchboard_phone_numbers" "all" {
  depends_on = [switchboard_user.maja, switchboard_user.nils]
}

output "team" {
  description = "Everybody, by extension."
  value = join("\n", concat(
    [data.switchboard_organization.batvarvet.name, ""],
    [for user in [switchboard_user.maja, switchboard_user.nils] : format(
      "%-5s %-15s %-28s %s",
      user.telephony.extension, user.telephony.caller_id, user.email, "${user.first_name} ${user.last_name}",
    )],
  ))
}

output "free_numbers" {
  description = "Numbers that the organisation rents and that nobody has."
  value       = [for number in data.switchboard_phone_numbers.all.phone_numbers : number.number if number.user_id == "" && !number.main]
}
