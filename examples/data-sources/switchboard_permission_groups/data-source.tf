data "switchboard_permission_groups" "all" {}

output "permission_group_ids_by_name" {
  value = { for group in data.switchboard_permission_groups.all.permission_groups : group.name => group.id }
}
