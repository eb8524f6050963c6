terraform {
  required_version = ">= 1.11"
  required_providers {
    switchboard = {
      source  = "switchboard-hq/switchboard"
      version = "~> 0.2"
    }
  }
}

# A portal that is served somewhere. Both values can come from the environment instead:
# SWITCHBOARD_ENDPOINT and SWITCHBOARD_TOKEN.
provider "switchboard" {
  endpoint = "https://portal.example.com"
  token    = var.portal_token
}

variable "portal_token" {
  description = "A token with the scopes read and write, and admin if it manages administrators."
  type        = string
  sensitive   = true
  ephemeral   = true
}
