# By name, or by id. Administrator comes with the platform.
data "switchboard_permission_group" "administrator" {
  name = "Administrator"
}

output "what_an_administrator_may" {
  value = data.switchboard_permission_group.administrator.permissions
}
