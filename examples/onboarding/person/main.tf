# One person: a user, and a SIP account if the list says so.

terraform {
  required_version = ">= 1.11"
  required_providers {
    switchboard = {
      source = "switchboard-hq/switchboard"
    }
  }
}

variable "person" {
  description = "A line of the list of people."
  type = object({
    email         = string
    department    = string
    first_name    = string
    last_name     = string
    sip           = string
    extension     = string
    direct_number = string
    mobile_number = string
  })
}

variable "department_names" {
  description = "The departments that exist."
  type        = list(string)
}

variable "department" {
  description = "What the person may do, and what the person shows when calling or writing."
  type = object({
    group_id    = string
    caller_ids  = list(string)
    sms_senders = list(string)
  })
}

locals {
  department     = coalesce(var.person.department, "(none)")
  has_department = contains(var.department_names, local.department)

  # Without a department there is no phone either, so that the plan has one error for the person: that of the user below.
  phones = var.person.sip == "yes" && local.has_department ? 1 : 0
}

# Passwords exist only while Terraform runs and are in no plan and no state. To hand them to somebody, write the same
# value into a secret store, in a write-only attribute like the ones below.
ephemeral "switchboard_password" "phone" {
  count = local.phones

  for = "sip_account"
}

resource "switchboard_sip_account" "phone" {
  count = local.phones

  extension = var.person.extension
  name      = "${var.person.first_name} ${var.person.last_name}"
  caller_id = coalesce(var.person.direct_number, var.department.caller_ids[0])

  password_wo         = ephemeral.switchboard_password.phone[0].result
  password_wo_version = 1
}

resource "switchboard_user" "person" {
  email                = var.person.email
  first_name           = var.person.first_name
  last_name            = var.person.last_name
  permission_group_ids = [var.department.group_id]

  # No password is given: the invitation that the portal mails brings a link by which the person chooses one.
  send_invitation = true

  telephony = {
    # A phone of one's own, or a free one at each login.
    sip_assignment  = local.phones > 0 ? "static" : "dynamic"
    sip_account_ids = switchboard_sip_account.phone[*].id

    # The numbers of the department, and the own one.
    caller_ids  = concat(var.department.caller_ids, compact([var.person.direct_number]))
    sms_senders = var.department.sms_senders
  }

  directory = {
    business_number = var.person.mobile_number
  }

  lifecycle {
    precondition {
      condition = local.has_department
      error_message = format(
        "%s %s (%s) is in the department %q, which does not exist. The departments are: %s. Correct the list of people, or add the department to main.tf.",
        var.person.first_name, var.person.last_name, var.person.email, local.department, join(", ", var.department_names),
      )
    }
  }
}

output "user" {
  description = "The user."
  value       = switchboard_user.person
}

output "extension" {
  description = "The extension of the phone; null without one."
  value       = one(switchboard_sip_account.phone[*].extension)
}
