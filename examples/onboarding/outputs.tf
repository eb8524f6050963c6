locals {
  # Names come last: letters of some scripts are two columns wide, which would push what follows out of line.
  row    = "%-9s  %-12s  %-16s  %-${max([for person in local.people : length(person.email)]...)}s  %s"
  header = format(local.row, "Extension", "Number", "Group", "Login", "Name")

  rows = [
    for number, person in module.person : format(
      local.row,
      coalesce(person.extension, "at login"),
      replace(coalesce(local.people[number].direct_number, "-"), " ", ""),
      switchboard_permission_group.department[local.people[number].department].name,
      person.user.email,
      "${person.user.first_name} ${person.user.last_name}",
    )
  ]
}

output "team" {
  description = "Everybody, by extension."
  value       = join("\n", concat([local.header, replace(local.header, "/[A-Za-z]/", "-")], sort(local.rows)))
}

output "summary" {
  description = "How much there is."
  value = format(
    "%d people, %d phones, %d permission groups",
    length(module.person), length([for person in module.person : person if person.extension != null]), length(switchboard_permission_group.department),
  )
}
