resource "switchboard_user" "leaver" {
  email      = "lena@example.com"
  first_name = "Lena"
  last_name  = "Berg"
  telephony  = { extension = "1001" }

  on_destroy = "disable"
}
