resource "switchboard_user" "jonas" {
  email      = "reception@example.com"
  first_name = "Jonas"
  last_name  = "Ek"
  telephony  = { extension = "1001" }
}
