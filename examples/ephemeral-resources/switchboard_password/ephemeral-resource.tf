# One password per use, following the password rules of the organisation's platform. It is in no plan and no state.
ephemeral "switchboard_password" "reception" {
  for = "sip_account"
}

resource "switchboard_sip_account" "reception" {
  extension           = "1001"
  name                = "Reception"
  password_wo         = ephemeral.switchboard_password.reception.result
  password_wo_version = 1
}
