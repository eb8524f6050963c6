# A travel agency that answers on social media: everything that engage knows about its people.

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

data "switchboard_organization" "waterkant" {}

# Everything that a role can allow.
data "switchboard_permissions" "all" {}

locals {
  # From which account one replies on which social platform.
  accounts = { for account in data.switchboard_organization.waterkant.social_accounts : account.platform => account.id }
}

# On engage, a permission group is called a role.
resource "switchboard_permission_group" "agent" {
  name        = "Agent"
  description = "Answers customers."
  permissions = ["messages.reply", "messages.view"]
}

resource "switchboard_permission_group" "lead" {
  name        = "Team lead"
  description = "Everything but roles."
  permissions = setsubtract(data.switchboard_permissions.all.permissions[*].name, ["roles.manage"])
}

# People set their password themselves, by the link that the portal mails.
resource "switchboard_user" "anouk" {
  username             = "anouk"
  email                = "anouk@waterkant.example.com"
  send_invitation      = true
  first_name           = "Anouk"
  last_name            = "Rietveld"
  enabled              = true
  permission_group_ids = [switchboard_permission_group.lead.id]

  locale = {
    language = "nl"
  }

  webcare = {
    suffixes                     = { x = "^AR", facebook = "Anouk" }
    default_accounts             = local.accounts
    mobile_number                = "+31 6 12345678"
    notify_on_assignment         = true
    notify_on_failed_publication = true
    mail_forwarding              = "no_reply"
    landing_page                 = "inbox"
    login_availability           = "online_and_chat"
    avatar_file                  = "${path.module}/anouk.png"
    crm_user                     = "AFAS-1042"
  }
}

# On leave: the person cannot log in, and everything stays.
resource "switchboard_user" "joris" {
  username             = "joris"
  email                = "joris@waterkant.example.com"
  first_name           = "Joris"
  last_name            = "Duinker"
  enabled              = false
  permission_group_ids = [switchboard_permission_group.agent.id]

  webcare = {
    suffixes = { x = "^JD" }
  }
}

output "team" {
  description = "Everybody, by username."
  value = join("\n", concat(
    [data.switchboard_organization.waterkant.name, ""],
    [for user in [switchboard_user.anouk, switchboard_user.joris] : format(
      "%-8s %-8s %-30s %s",
      user.username, user.enabled ? "active" : "inactive", user.email, "${user.first_name} ${user.last_name}",
    )],
  ))
}
