resource "switchboard_sip_account" "old_phone" {
  extension = "201"
}
