data "switchboard_users" "all" {}

output "people_who_cannot_log_in" {
  value = sort([for user in data.switchboard_users.all.users : user.email if !user.enabled])
}

data "switchboard_users" "pending" {
  status = "pending"
}

# Warns at every plan and apply of those who have not chosen a password yet.
check "everybody_is_activated" {
  assert {
    condition     = length(data.switchboard_users.pending.users) == 0
    error_message = "Not activated yet: ${join(", ", data.switchboard_users.pending.users[*].email)}."
  }
}
