data "switchboard_permissions" "all" {}

output "what_can_be_granted" {
  value = { for permission in data.switchboard_permissions.all.permissions : permission.name => permission.description }
}
