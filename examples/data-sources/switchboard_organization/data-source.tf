data "switchboard_organization" "this" {}

output "sip_domain" {
  value = data.switchboard_organization.this.sip_domain
}
