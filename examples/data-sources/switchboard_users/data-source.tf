data "switchboard_users" "all" {}

output "people_who_cannot_log_in" {
  value = sort([for user in data.switchboard_users.all.users : user.email if !user.enabled])
}

# Says at every plan and apply who has not chosen a password yet.
check "everybody_is_activated" {
  data "switchboard_users" "pending" {
    status = "pending"
  }

  assert {
    condition     = length(data.switchboard_users.pending.users) == 0
    error_message = "Not activated yet: ${join(", ", data.switchboard_users.pending.users[*].email)}."
  }
}
