locals {
  # Usually file("people.csv"). The personnel number and the department are the list's own columns, the others are attributes of a user.
  people = provider::switchboard::people_from_csv(<<-CSV
    personnel_number;email;first_name;last_name;department;enabled;directory.business_number
    1027;zofia@example.com;Zofia;Wójcik;Accounts;yes;+48 22 250 41 41
    1028;jan@example.com;Jan;Kowalski;Accounts;no;
  CSV
  , { key = "personnel_number" })

  # Going over a map of strings is faster than over a map of objects; for thousands of people, a module per person is faster still.
  keys = { for key, person in local.people : key => key }
}

resource "switchboard_permission_group" "department" {
  for_each = toset([for person in local.people : person.department])

  name        = each.key
  permissions = ["own_profile.update"]
}

resource "switchboard_user" "person" {
  for_each = local.keys

  email                = local.people[each.key].email
  first_name           = local.people[each.key].first_name
  last_name            = local.people[each.key].last_name
  enabled              = local.people[each.key].enabled
  permission_group_ids = [switchboard_permission_group.department[local.people[each.key].department].id]
  directory            = local.people[each.key].directory # null where the list has no number: then it is not managed

  telephony = { sip_assignment = "dynamic" }
}
