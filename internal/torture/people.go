package main

import (
	"fmt"

	"github.com/switchboard-hq/terraform-provider-switchboard/internal/portal"
)

// people is how many users a bench has. Every fourth has a phone, every twentieth a password; a version changes all of
// them.
type people int

const (
	groups     = 4
	everyPhone = 4
	everyLogin = 20
)

// marker is in every secret, so that one look finds any of them.
const marker = "tOrture-4711-Orbit"

func (p people) configuration() string {
	return fmt.Sprintf(`
terraform {
  required_providers {
    switchboard = { source = "switchboard-hq/switchboard" }
  }
}
variable "endpoint" { type = string }
variable "token" {
  type      = string
  ephemeral = true
}
variable "stage" { type = number }
variable "adopt" { type = bool }
variable "secrets" {
  type      = map(string)
  ephemeral = true
}
provider "switchboard" {
  endpoint        = var.endpoint
  token           = var.token
  request_timeout = "2s"
}
locals {
  number = { for i in range(%d) : format("person%%04d", i) => i }
  people = { for key, i in local.number : key => key }
  phones = { for key, i in local.number : key => key if i %% %d == 0 }
  logins = { for key, i in local.number : key => key if i %% %d == 0 }
}
resource "switchboard_permission_group" "team" {
  count       = %d
  name        = "Team ${count.index}"
  description = "stage ${var.stage}"

  adopt_existing = var.adopt
}
resource "switchboard_sip_account" "phone" {
  for_each            = local.phones
  extension           = tostring(2000 + local.number[each.key])
  name                = "stage ${var.stage}"
  password_wo         = var.secrets["phone of ${each.key}"]
  password_wo_version = var.stage
  adopt_existing      = var.adopt
}
resource "switchboard_user" "person" {
  for_each             = local.people
  email                = "${each.key}@example.com"
  first_name           = "Person"
  last_name            = "Stage ${var.stage}"
  permission_group_ids = [switchboard_permission_group.team[(local.number[each.key] + var.stage) %% %[4]d].id]
  password_wo          = contains(keys(local.logins), each.key) ? var.secrets[each.key] : null
  password_wo_version  = contains(keys(local.logins), each.key) ? var.stage : null
  adopt_existing       = var.adopt
  telephony = {
    sip_assignment  = contains(keys(local.phones), each.key) ? "static" : "dynamic"
    sip_account_ids = contains(keys(local.phones), each.key) ? [switchboard_sip_account.phone[each.key].id] : null
  }
}
`, int(p), everyPhone, everyLogin, groups)
}

func key(i int) string { return fmt.Sprintf("person%04d", i) }

// login is the password of a user.
func login(i, version int) portal.Secret {
	return portal.Secret(fmt.Sprintf("%s-kiwi-%d-%d", marker, i, version))
}

// registration is the password of a phone.
func registration(i, version int) portal.Secret {
	return portal.Secret(fmt.Sprintf("%s-lamp-%d-%d", marker, i, version))
}

// secrets are the passwords of a version.
func (p people) secrets(version int) map[string]string {
	all := map[string]string{}
	for i := range int(p) {
		if i%everyPhone == 0 {
			all["phone of "+key(i)] = string(registration(i, version))
		}
		if i%everyLogin == 0 {
			all[key(i)] = string(login(i, version))
		}
	}
	return all
}

func groupName(i int) string { return fmt.Sprintf("Team %d", i) }

func stageName(version int) string { return fmt.Sprintf("stage %d", version) }

// group is a permission group as it should be.
func group(i, version int) portal.PermissionGroup {
	return portal.PermissionGroup{Name: new(groupName(i)), Description: new(stageName(version)), Permissions: []string{}}
}

func extension(i int) string { return fmt.Sprint(2000 + i) }

// phone is a SIP account as it should be.
func phone(i, version int) portal.SIPAccount {
	return portal.SIPAccount{Extension: new(extension(i)), Name: new(stageName(version)), Enabled: new(true),
		Password: new(registration(i, version)), PasswordVersion: new(int64(version))}
}

func email(i int) string { return key(i) + "@example.com" }

// person is a user as it should be, given the ids of groups and phones.
func person(i, version int, groupID, phoneID func(string) string) portal.User {
	user := portal.User{
		Email: new(email(i)), FirstName: new("Person"), LastName: new(fmt.Sprintf("Stage %d", version)), Enabled: new(true),
		PermissionGroupIDs: []string{groupID(groupName((i + version) % groups))},
		Telephony:          &portal.Telephony{SIPAssignment: new("dynamic"), SIPAccountIDs: []string{}},
	}
	if i%everyPhone == 0 {
		user.Telephony.SIPAssignment, user.Telephony.SIPAccountIDs = new("static"), []string{phoneID(extension(i))}
	}
	if i%everyLogin == 0 {
		user.Password, user.PasswordVersion = new(login(i, version)), new(int64(version))
	}
	return user
}

// objects is how many objects the configuration has.
func (p people) objects() int { return int(p) + (int(p)+everyPhone-1)/everyPhone + groups }
