resource "switchboard_user" "anna" {
  email      = "anna@example.com"
  first_name = "Anna"
  last_name  = "Holm"
  telephony  = { incoming_numbers = ["+46 525 410 01"] }
}

resource "switchboard_user" "bo" {
  email      = "bo@example.com"
  first_name = "Bo"
  last_name  = "Lind"
  telephony  = { incoming_numbers = ["+46 525 410 02"] }
}
