resource "switchboard_permission_group" "agents" {
  name        = "Agents"
  description = "People who talk to customers."
  permissions = [
    "call_details.view_own",
    "contacts.update",
    "contacts.view",
    "own_profile.update",
    "sms.send",
  ]
}
