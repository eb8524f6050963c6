resource "switchboard_user" "anna" {
  email      = "anna@example.com"
  first_name = "Anna"
  last_name  = "Holm"
  telephony  = { extension = "1001" }
}

resource "switchboard_user" "bo" {
  email      = "bo@example.com"
  first_name = "Bo"
  last_name  = "Lind"
  telephony  = { extension = "1002" }
}
