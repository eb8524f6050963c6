terraform {
  required_version = ">= 1.11"
  required_providers {
    switchboard = {
      source  = "switchboard-hq/switchboard"
      version = "~> 0.2"
    }
  }
}

# A portal inside the provider: no server, no account, no token. Everything is in one SQLite file.
provider "switchboard" {
  embedded_portal = {
    database          = "portal.db"
    organization_file = "organization.yaml"
  }
}

resource "switchboard_permission_group" "agents" {
  name        = "Agents"
  permissions = ["contacts.view", "call_details.view_own"]
}

resource "switchboard_user" "alice" {
  email                = "alice@example.com"
  first_name           = "Alice"
  last_name            = "Nowak"
  permission_group_ids = [switchboard_permission_group.agents.id]

  telephony = {
    sip_assignment = "dynamic"
    caller_ids     = ["+48 22 250 41 00"]
  }
}
