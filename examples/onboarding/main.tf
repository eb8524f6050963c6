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

  # A list that was cut short fails the plan instead of deleting people. Raise it for the run in which so many really leave.
  max_user_deletions = 3
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

  # By personnel number, which stays when a person gets another address or name: then the user changes in place. A number that is missing, an address
  # that stands in the list twice or a cell of the wrong kind is an error that names its line.
  people = provider::switchboard::people_from_csv(file("${path.module}/${var.people_file}"), { key = "personnel_number" })

  # for_each goes over maps of strings and the values are looked up: Terraform digests that faster than a map of objects.
  department_names = { for name, department in local.departments : name => name }
  numbers          = { for number, person in local.people : number => number }
}

resource "switchboard_permission_group" "department" {
  for_each = local.department_names

  name        = title(each.key)
  description = local.departments[each.key].description
  permissions = local.departments[each.key].permissions
}

# A module per person: of all ways to write thousands of people, Terraform digests this one fastest (make bench).
module "person" {
  for_each = local.numbers
  source   = "./person"

  person           = local.people[each.key]
  department_names = keys(local.departments)

  # Nothing of a department that does not exist: the module says so, with the name of the person.
  department = {
    group_id    = try(switchboard_permission_group.department[local.people[each.key].department].id, null)
    caller_ids  = try(local.departments[local.people[each.key].department].caller_ids, [])
    sms_senders = try(local.departments[local.people[each.key].department].sms_senders, [])
  }
}
