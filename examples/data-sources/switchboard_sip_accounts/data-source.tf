data "switchboard_sip_accounts" "all" {}

output "extensions_in_use" {
  value = sort([for account in data.switchboard_sip_accounts.all.sip_accounts : account.extension])
}
