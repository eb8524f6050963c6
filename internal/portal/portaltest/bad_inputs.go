package portaltest

import (
	"encoding/json"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/switchboard-hq/terraform-provider-switchboard/internal/portal"
)

// BadInput is one mistake that a platform refuses: an object that is wrong, or a change to a right one that is. The
// table of them is run against the rule set, the API and the plan, which must all refuse it at the same field in the
// same words (see WalkBadInputs).
type BadInput struct {
	Name     string // with the id of the requirement first; unique on the platform
	Platform portal.Platform
	Noun     portal.Noun
	// Bare says that the organisation is BareOrganization: the mistake is to ask for what it did not order.
	Bare bool
	// Scopes are those of the token; nil is all of them.
	Scopes []portal.Scope

	// Before is a pointer to the wire object as it is stored, which the portal accepts; nil if the mistake is in a
	// creation.
	Before any
	// ID is that of the stored object, which WalkBadInputs makes; empty in a creation.
	ID string
	// Object is a pointer to the wire object that is asked for, whole, not only what changes.
	Object any

	Field   string      // where the mistake is shown; empty is the object as a whole
	Code    portal.Code // which mistake it is
	Message string      // is part of the message; empty where no word of it matters

	// HCL are the attributes of a resource block that asks for Object, as HCL expressions by name; a name with a dot is
	// an attribute of a nested object. A secret is in its write-only attributes, such as password_wo and
	// password_wo_version.
	HCL map[string]string
	// BeforeHCL are the attributes that ask for Before; nil in a creation.
	BeforeHCL map[string]string
}

// BadInputs is the part of the table that is for an organisation with the stock: its platform, and the bare one or the
// default one.
func BadInputs(stock Stock) []BadInput {
	b := &badInputs{stock: stock}
	switch stock.Organization.Platform {
	case portal.Maatwerk:
		b.maatwerk()
	case portal.Engage:
		b.engage()
	case portal.Samoobsluha:
		b.samoobsluha()
	case portal.Telecube:
		b.telecube()
	case portal.Vaxel:
		b.vaxel()
	}
	b.privileges()
	return slices.DeleteFunc(b.table, func(bad BadInput) bool { return bad.Bare != stock.bare() })
}

// WalkBadInputs runs a parallel subtest for every bad input of every platform, with a portal that has its stock and,
// for a change, the object as it is before, under bad.ID. The token is one with the scopes of the bad input.
func WalkBadInputs(t *testing.T, check func(t *testing.T, p *Portal, token string, bad BadInput)) {
	t.Helper()
	for _, platform := range portal.Platforms() {
		for kind, file := range map[string]string{"": Organization(platform), " bare": BareOrganization(platform)} {
			t.Run(string(platform)+kind, func(t *testing.T) {
				t.Parallel()
				p := Start(t, WithOrganization(file))
				for _, bad := range BadInputs(p.Stock(t)) {
					token := p.Token
					if bad.Scopes != nil {
						token = p.NewToken(t, bad.Scopes...)
					}
					if bad.Before != nil {
						bad.ID = p.Make(t, reflect.ValueOf(bad.Before).Elem().Interface())
					}
					t.Run(bad.Name, func(t *testing.T) {
						t.Parallel()
						check(t, p, token, bad)
					})
				}
			})
		}
	}
}

// badInputs collects the table.
type badInputs struct {
	stock Stock
	table []BadInput
}

// mistake says how a bad input is refused.
type mistake struct {
	field   string
	code    portal.Code
	message string
}

// add puts a bad input into the table and returns it for what is special about it.
func (b *badInputs) add(name string, noun portal.Noun, want mistake, before, object any) *BadInput {
	bad := BadInput{
		Name: name, Platform: b.stock.Organization.Platform, Noun: noun, Before: before, Object: object,
		Field: want.field, Code: want.code, Message: want.message, HCL: attributes(object),
	}
	if before != nil {
		bad.BeforeHCL = attributes(before)
	}
	b.table = append(b.table, bad)
	return &b.table[len(b.table)-1]
}

// user adds a new user with one mistake.
func (b *badInputs) user(name string, want mistake, spoil func(*portal.User)) *BadInput {
	user := GoodUser(b.stock)
	spoil(&user)
	return b.add(name, portal.NounUser, want, nil, &user)
}

// change adds a change to a user who is right before it, and has nothing that another user of the table has.
func (b *badInputs) change(name string, want mistake, ready, spoil func(*portal.User)) {
	individual := func() portal.User {
		user := GoodUser(b.stock)
		user.Email = new(fmt.Sprintf("zmiana%d@delfin.example.com", len(b.table)))
		if user.Username != nil {
			user.Username = new(fmt.Sprintf("zmiana%d", len(b.table)))
		}
		if user.Telephony != nil && user.Telephony.Extension != nil {
			user.Telephony.Extension = new(fmt.Sprintf("4%03d", len(b.table)))
		}
		ready(&user)
		return user
	}
	before, after := individual(), individual()
	spoil(&after)
	b.add(name, portal.NounUser, want, &before, &after)
}

// permissionGroup adds a new permission group with one mistake.
func (b *badInputs) permissionGroup(name string, want mistake, spoil func(*portal.PermissionGroup)) {
	group := GoodPermissionGroup()
	spoil(&group)
	b.add(name, portal.NounPermissionGroup, want, nil, &group)
}

// sipAccount adds a new SIP account with one mistake.
func (b *badInputs) sipAccount(name string, want mistake, spoil func(*portal.SIPAccount)) {
	account := GoodSIPAccount()
	spoil(&account)
	b.add(name, portal.NounSIPAccount, want, nil, &account)
}

// userGroup adds a new user group with one mistake.
func (b *badInputs) userGroup(name string, want mistake, spoil func(*portal.UserGroup)) {
	group := GoodUserGroup()
	spoil(&group)
	b.add(name, portal.NounUserGroup, want, nil, &group)
}

// attributes are those of a resource block that asks for the object, a pointer to a wire type.
func attributes(object any) map[string]string {
	all := map[string]string{}
	addAttributes(all, "", reflect.ValueOf(object).Elem())
	return all
}

func addAttributes(all map[string]string, prefix string, object reflect.Value) {
	for i := range object.NumField() {
		field := object.Field(i)
		name, _, _ := strings.Cut(object.Type().Field(i).Tag.Get("json"), ",")
		name = prefix + name
		switch value := field.Interface().(type) {
		case *portal.Secret:
			if value != nil {
				all[name+"_wo"], all[name+"_wo_version"] = expression(string(*value)), "1"
			}
			continue
		case []portal.Subgroup:
			if value != nil {
				all[name] = expression(subgroupNames(value))
			}
			continue
		}
		switch {
		case field.IsZero(): // what the portal writes is never given
		case name == "webcare.avatar": // a configuration names a file, which the table adds
		case field.Kind() == reflect.Pointer && field.Type().Elem().Kind() == reflect.Struct:
			before := len(all)
			addAttributes(all, name+".", field.Elem())
			if len(all) == before {
				all[name] = "{}"
			}
		default:
			all[name] = expression(field.Interface())
		}
	}
}

// subgroupNames are the objects that a configuration has for subgroups.
func subgroupNames(subgroups []portal.Subgroup) []map[string]string {
	names := make([]map[string]string, 0, len(subgroups))
	for _, subgroup := range subgroups {
		names = append(names, map[string]string{"name": subgroup.Name})
	}
	return names
}

// expression is a value in HCL, whose expressions include those of JSON except for templates, which none of the table
// has.
func expression(value any) string {
	text, err := json.Marshal(value)
	if err != nil {
		panic(err) // of texts, numbers, lists and maps: cannot happen
	}
	return string(text)
}
