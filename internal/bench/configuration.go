package main

import (
	"encoding/json"
	"fmt"
	"strings"
)

// person is one line of a list of people.
type person struct {
	Email     string `json:"email"`
	FirstName string `json:"first_name"`
	LastName  string `json:"last_name"`
	Extension string `json:"extension"`
	Title     string `json:"title"` // what is changed in all at once
}

func people(n int) map[string]person {
	all := make(map[string]person, n)
	for i := range n {
		all[keyAt(i)] = personAt(i)
	}
	return all
}

func keyAt(i int) string { return fmt.Sprintf("p%06d", i) }

func personAt(i int) person {
	return person{Email: keyAt(i) + "@example.com", FirstName: "Person", LastName: fmt.Sprintf("Number %d", i), Extension: fmt.Sprintf("%06d", 100_000+i), Title: "desk"}
}

// kind is which resources a configuration is made of. Every person has three: a user, a SIP account and a permission
// group.
type kind struct {
	name                 string
	user, account, group string // types
	body                 func(fields string) string
	preamble             func(target) string
}

// target is the portal that a configuration speaks to.
type target struct {
	endpoint, token string
	rate            int  // requests a second; 0 is no limit
	singly          bool // one request an object
}

var (
	ours = kind{
		name: "switchboard", user: "switchboard_user", account: "switchboard_sip_account", group: "switchboard_permission_group",
		body: func(fields string) string { return fields },
		preamble: func(t target) string {
			settings := ""
			if t.rate > 0 {
				settings += fmt.Sprintf("  max_requests_per_second = %d\n", t.rate)
			}
			if t.singly {
				settings += "  coalesce_reads = false\n"
			}
			return fmt.Sprintf("provider \"switchboard\" {\n  endpoint = %q\n  token    = %q\n%s}\n", t.endpoint, t.token, settings) + required
		},
	}
	// builtIn has the same values in the resource that Terraform has built in, which asks nobody: what is left is
	// Terraform itself.
	builtIn = kind{
		name: "terraform_data", user: "terraform_data", account: "terraform_data", group: "terraform_data",
		body:     func(fields string) string { return "input = {\n" + fields + "\n}" },
		preamble: func(target) string { return "" },
	}
)

const required = `terraform {
  required_providers {
    switchboard = { source = "switchboard-hq/switchboard" }
  }
}
`

// resources are the three resources of a person, or of all. repeat is the meta-argument that multiplies them, suffix
// tells apart what has none, index is how one refers to a sibling, and value is the expression of one column of the
// list.
func (k kind) resources(repeat, suffix, index string, value func(column string) string) string {
	group := fmt.Sprintf(`name        = "Group of ${%s}"
permissions = ["contacts.view", "own_profile.update"]
description = "of one person"`, value("last_name"))
	account := fmt.Sprintf(`extension    = %s
name         = "${%s}, ${%s}"
caller_id    = "+48225550101"`, value("extension"), value("last_name"), value("title"))
	user := fmt.Sprintf(`email       = %s
first_name  = %s
last_name   = %s
permission_group_ids = [%s.group%s%s.id]
telephony = {
  sip_assignment  = "static"
  sip_account_ids = [%s.phone%[5]s%[6]s.id]
  caller_ids      = ["+48225550101"]
}`, value("email"), value("first_name"), value("last_name"), k.group, suffix, index, k.account)
	password := ""
	if k.account == ours.account {
		password = "\npassword_wo = \"Vq7-lamp-Orbit-kiwi\"\npassword_wo_version = 1"
	}
	var text strings.Builder
	for _, r := range []struct{ kind, name, fields string }{
		{k.group, "group", group}, {k.account, "phone", account + password}, {k.user, "user", user},
	} {
		fmt.Fprintf(&text, "resource %q %q {\n%s\n%s\n}\n", r.kind, r.name+suffix, repeat, k.body(r.fields))
	}
	return text.String()
}

// shape is a way to write a configuration for many people.
type shape struct {
	name  string
	files func(k kind, t target, all map[string]person) map[string]string
}

// readable is the list as a JSON file.
func readable(all map[string]person) string {
	text, err := json.Marshal(all)
	if err != nil {
		panic(err) // strings only
	}
	return string(text)
}

var shapes = []shape{
	modules,
	{"`for_each` over a map of objects from `jsondecode`", func(k kind, t target, all map[string]person) map[string]string {
		return map[string]string{"people.json": readable(all), "main.tf": k.preamble(t) +
			"locals { people = jsondecode(file(\"people.json\")) }\n" +
			k.resources("for_each = local.people", "", "[each.key]", func(column string) string { return "each.value." + column })}
	}},
	{"`for_each` over a typed map, `var.people`", func(k kind, t target, all map[string]person) map[string]string {
		return map[string]string{"terraform.tfvars.json": `{"people":` + readable(all) + "}", "main.tf": k.preamble(t) +
			"variable \"people\" {\n  type = map(object({ email = string, first_name = string, last_name = string, extension = string, title = string }))\n}\n" +
			k.resources("for_each = var.people", "", "[each.key]", func(column string) string { return "each.value." + column })}
	}},
	{"`count`", func(k kind, t target, all map[string]person) map[string]string {
		return map[string]string{"people.json": readable(all), "main.tf": k.preamble(t) +
			"locals { people = values(jsondecode(file(\"people.json\"))) }\n" +
			k.resources("count = length(local.people)", "", "[count.index]", func(column string) string { return "local.people[count.index]." + column })}
	}},
	{"`for_each` over a map of strings, values looked up", func(k kind, t target, all map[string]person) map[string]string {
		return map[string]string{"people.json": readable(all), "main.tf": k.preamble(t) + keys +
			k.resources("for_each = local.keys", "", "[each.key]", func(column string) string { return "local.people[each.key]." + column })}
	}},
	{"a block per person, generated", func(k kind, t target, all map[string]person) map[string]string {
		var text strings.Builder
		text.WriteString(k.preamble(t))
		for key, one := range all {
			columns := map[string]string{"email": one.Email, "first_name": one.FirstName, "last_name": one.LastName, "extension": one.Extension, "title": one.Title}
			text.WriteString(k.resources("", "_"+key, "", func(column string) string { return fmt.Sprintf("%q", columns[column]) }))
		}
		return map[string]string{"main.tf": text.String()}
	}},
}

// keys goes over a map of strings, not of objects.
const keys = `locals {
  people = jsondecode(file("people.json"))
  keys   = { for key, _ in local.people : key => key }
}
`

// modules is the shape of the onboarding example, in which everything else is measured.
var modules = shape{"a module per person", func(k kind, t target, all map[string]person) map[string]string {
	module := "variable \"person\" {\n  type = object({ email = string, first_name = string, last_name = string, extension = string, title = string })\n}\n" +
		k.resources("", "", "", func(column string) string { return "var.person." + column })
	if k.user == ours.user {
		module += required
	}
	return map[string]string{"people.json": readable(all), "person/main.tf": module, "main.tf": k.preamble(t) + keys +
		"module \"person\" {\n  for_each = local.keys\n  source = \"./person\"\n  person = local.people[each.key]\n}\n"}
}}
