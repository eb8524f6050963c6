resource "switchboard_user_group" "position" {
  name      = "position"
  subgroups = ["Management", "Sales"]
}

# By name, or by id.
data "switchboard_user_group" "position" {
  name = switchboard_user_group.position.name
}

output "positions" {
  value = data.switchboard_user_group.position.subgroups
}
