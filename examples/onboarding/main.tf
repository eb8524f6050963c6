# A team, onboarded from the list that the people department keeps: people.csv.

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

variable "people_file" {
  description = "The list of people, as CSV."
  type        = string
  default     = "people.csv"
}

locals {
  # What each department may do, and what it shows when it calls or writes.
  departments = {
    "management" = {
      description = "The board."
      permissions = ["call_details.view", "contacts.view", "invoices.view", "own_profile.update"]
      caller_ids  = ["+48 22 250 41 00"]
      sms_senders = []
    }
    "sales" = {
      description = "People who sell."
      permissions = ["call_details.view_own", "contacts.update", "contacts.view", "own_profile.update", "sms.send"]
      caller_ids  = ["+48 22 250 41 00", "+48 22 250 41 10"]
      sms_senders = ["+48 22 250 41 10", "LIPA"]
    }
    "customer service" = {
      description = "People who answer."
      permissions = ["call_details.view_own", "contacts.update", "contacts.view", "own_profile.update", "sms.send"]
      caller_ids  = ["+48 22 250 41 20", "+48 22 250 41 21", "+48 800 702 145"]
      sms_senders = ["+48 22 250 41 20", "LIPA SERWIS"]
    }
    "support" = {
      description = "People who repair, and who listen to what went wrong."
      permissions = ["call_details.view", "contacts.view", "own_profile.update", "recordings.listen", "sms.send"]
      caller_ids  = ["+48 22 250 41 30"]
      sms_senders = ["LIPA SERWIS"]
    }
    "accounts" = {
      description = "People who pay and are paid."
      permissions = ["call_details.view_own", "invoices.view", "own_profile.update"]
      caller_ids  = ["+48 22 250 41 40"]
      sms_senders = []
    }
  }

  people = { for row in csvdecode(file("${path.module}/${var.people_file}")) : lower(row.email) => row }

  # for_each goes over maps of strings and the values are looked up: with thousands of people,
  # Terraform digests that several times faster than a map of objects.
  department_names = { for name, department in local.departments : name => name }
  emails           = { for email, person in local.people : email => email }
  with_a_phone     = { for email, person in local.people : email => email if person.sip == "yes" }
}

resource "switchboard_permission_group" "department" {
  for_each = local.department_names

  name        = title(each.key)
  description = local.departments[each.key].description
  permissions = local.departments[each.key].permissions
}

# Passwords exist only while Terraform runs and are in no plan and no state. To hand them to somebody, write the same
# value into a secret store, in a write-only attribute like the ones below.
ephemeral "switchboard_password" "phone" {
  for_each = local.with_a_phone

  for = "sip_account"
}

resource "switchboard_sip_account" "phone" {
  for_each = local.with_a_phone

  extension = local.people[each.key].extension
  name      = "${local.people[each.key].first_name} ${local.people[each.key].last_name}"
  caller_id = coalesce(local.people[each.key].direct_number, local.departments[local.people[each.key].department].caller_ids[0])

  password_wo         = ephemeral.switchboard_password.phone[each.key].result
  password_wo_version = 1
}

resource "switchboard_user" "person" {
  for_each = local.emails

  email                = each.key
  first_name           = local.people[each.key].first_name
  last_name            = local.people[each.key].last_name
  permission_group_ids = [switchboard_permission_group.department[local.people[each.key].department].id]

  # No password is given: the invitation that the portal mails brings a link by which the person chooses one.
  send_invitation = true

  telephony = {
    # A phone of one's own, or a free one at each login.
    sip_assignment  = local.people[each.key].sip == "yes" ? "static" : "dynamic"
    sip_account_ids = local.people[each.key].sip == "yes" ? [switchboard_sip_account.phone[each.key].id] : []

    # The numbers of the department, and the own one.
    caller_ids  = concat(local.departments[local.people[each.key].department].caller_ids, compact([local.people[each.key].direct_number]))
    sms_senders = local.departments[local.people[each.key].department].sms_senders
  }

  directory = {
    business_number = local.people[each.key].mobile_number
  }
}
