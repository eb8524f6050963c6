data "switchboard_users" "all" {}

output "people_who_cannot_log_in" {
  value = sort([for user in data.switchboard_users.all.users : user.email if !user.enabled])
}
