resource "switchboard_user" "lena" {
  email      = "reception@example.com"
  first_name = "Lena"
  last_name  = "Berg"
  telephony  = { extension = "1001" }
}
