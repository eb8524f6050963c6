data "switchboard_phone_numbers" "all" {}

output "free_numbers" {
  value = [for n in data.switchboard_phone_numbers.all.phone_numbers : n.number if n.user_id == "" && !n.main]
}
