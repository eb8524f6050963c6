resource "switchboard_sip_account" "new_phone" {
  extension = "201"
}
