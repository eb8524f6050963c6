data "switchboard_user_groups" "all" {}

output "user_groups_by_name" {
  value = { for group in data.switchboard_user_groups.all.user_groups : group.name => group.subgroup_ids }
}
