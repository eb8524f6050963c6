locals {
  # Usually file("people.csv"). The department is the list's own column, the others are attributes of a user.
  people = provider::switchboard::people_from_csv(<<-CSV
    email;first_name;last_name;department;enabled;directory.business_number
    zofia@example.com;Zofia;Wójcik;Accounts;yes;+48 22 250 41 41
    jan@example.com;Jan;Kowalski;Accounts;no;
  CSV
  )

  # Going over a map of strings is faster than over a map of objects; for thousands of people, a module per person is faster still.
  emails = { for email, person in local.people : email => email }
}

resource "switchboard_permission_group" "department" {
  for_each = toset([for person in local.people : person.department])

  name        = each.key
  permissions = ["own_profile.update"]
}

resource "switchboard_user" "person" {
  for_each = local.emails

  email                = each.key
  first_name           = local.people[each.key].first_name
  last_name            = local.people[each.key].last_name
  enabled              = local.people[each.key].enabled
  permission_group_ids = [switchboard_permission_group.department[local.people[each.key].department].id]
  directory            = local.people[each.key].directory # null where the list has no number: then it is not managed

  telephony = { sip_assignment = "dynamic" }
}
