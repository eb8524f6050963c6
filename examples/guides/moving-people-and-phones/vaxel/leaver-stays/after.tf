resource "switchboard_user" "joiner" {
  email      = "jonas@example.com"
  first_name = "Jonas"
  last_name  = "Ek"
  telephony  = { extension = "1001" }
}
