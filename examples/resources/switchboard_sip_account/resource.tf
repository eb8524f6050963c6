# A new random password at every run; only the one of the run that creates or rotates is sent.
ephemeral "switchboard_password" "desk" {
  for = "sip_account"
}

resource "switchboard_sip_account" "desk" {
  extension           = "1001"
  name                = "Reception, desk"
  type                = "voip"
  caller_id           = "+48 22 250 41 00"
  hide_caller_id      = false
  enabled             = true
  password_wo         = ephemeral.switchboard_password.desk.result
  password_wo_version = 1 # raise it to rotate the password
}

# Without a password_wo the portal generates one.
resource "switchboard_sip_account" "mobile" {
  extension = "1002"
  name      = "Reception, app"
  type      = "app"
}
