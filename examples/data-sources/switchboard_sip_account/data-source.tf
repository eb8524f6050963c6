resource "switchboard_sip_account" "reception" {
  extension = "1001"
  name      = "Reception"
}

# By extension, or by id.
data "switchboard_sip_account" "reception" {
  extension  = "1001"
  depends_on = [switchboard_sip_account.reception] # only because this configuration creates it as well
}

output "address_of_the_reception" {
  value = "sip:${data.switchboard_sip_account.reception.sip_username}@${data.switchboard_sip_account.reception.sip_domain}"
}
