package service

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/switchboard-hq/terraform-provider-switchboard/internal/portal"
)

// handedOver makes objects that have one kind of thing of which each is one object's at a time.
type handedOver struct {
	noun   portal.Noun
	field  string
	single bool // whether an object keeps what it has until it gets another one
	taken  portal.Code
	caller Caller

	create func(s *Service, c Caller, who, thing, key string) (trace, error)
	set    func(s *Service, c Caller, id, thing, ifMatch string) (trace, error)
	get    func(s *Service, c Caller, id string) (trace, error)
	remove func(s *Service, c Caller, id, ifMatch string) error
	things []string // to be had
}

// trace is what an answer says of an object, the same for all kinds.
type trace struct {
	id, etag  string
	has       string // the thing in force; empty for none
	pending   []portal.Pending
	untouched bool
	replayed  bool
}

const sundFile = `id: sund
name: Sund AB
platform: vaxel
sip_domain: sund.example.com
phone_numbers: [%s]
`

// underName is the caller as somebody who manages objects under a name and takes over what others of that name have.
func underName(c Caller, name string) Caller {
	c.ManagedBy, c.TakesOver = &name, name
	return c
}

// handedOvers are all kinds of things that are handed over, of which each has 32.
func handedOvers(t *testing.T, f *fixture) map[string]*handedOver {
	t.Helper()
	const count = 32
	var numbers, extensions, phones, names []string
	for i := range count {
		numbers = append(numbers, fmt.Sprintf("+468123457%02d", i))
		extensions = append(extensions, fmt.Sprint(2000+i))
		phones = append(phones, fmt.Sprint(3000+i))
		names = append(names, fmt.Sprintf("Group %02d", i))
	}
	sund := f.on(fmt.Sprintf(sundFile, `"`+strings.Join(numbers, `", "`)+`"`))
	var accounts []string
	for i := range count {
		accounts = append(accounts, f.account(fmt.Sprint(7000+i), sipPassword).ID)
	}
	group := f.group("Agents")
	ctx := context.WithoutCancel(t.Context())

	user := func(u portal.User, err error) (trace, error) {
		return trace{id: u.ID, etag: u.ETag, pending: u.Pending, untouched: u.Untouched}, err
	}
	kinds := map[string]*handedOver{}
	users := func(name, field string, caller Caller, single bool, things []string, request func(who, thing string) portal.User, has func(portal.User) string) {
		with := func(u portal.User, err error) (trace, error) {
			got, err := user(u, err)
			got.has = has(u)
			return got, err
		}
		kinds[name] = &handedOver{
			noun:   portal.NounUser,
			field:  field,
			caller: caller,
			single: single,
			things: things,
			taken:  portal.CodeInUse,
			create: func(s *Service, c Caller, who, thing, key string) (trace, error) {
				made, err := s.CreateUser(ctx, c, request(who, thing), key)
				got, err := with(made.Object, err)
				got.replayed = made.Replayed
				return got, err
			},
			set: func(s *Service, c Caller, id, thing, ifMatch string) (trace, error) {
				wanted := request("", thing)
				wanted.Email, wanted.PermissionGroupIDs = nil, nil
				return with(s.ReplaceUser(ctx, c, id, wanted, ifMatch))
			},
			get: func(s *Service, c Caller, id string) (trace, error) { return with(s.GetUser(ctx, c, id)) },
			remove: func(s *Service, c Caller, id, ifMatch string) error {
				return s.DeleteUser(ctx, c, id, ifMatch, portal.Deletion{})
			},
		}
	}
	person := func(who string) portal.User {
		return portal.User{
			Email:     new(who + "@example.com"),
			FirstName: new("Astrid"),
			LastName:  new("Lind"),
			Telephony: &portal.Telephony{},
		}
	}
	first := func(list []string) string { return strings.Join(list, " ") }
	listed := func(thing string) []string {
		if thing == "" {
			return []string{}
		}
		return []string{thing}
	}
	users("extension of a user", "telephony.extension", sund, true, extensions, func(who, thing string) portal.User {
		u := person(who)
		u.Telephony.Extension = &thing
		return u
	}, func(u portal.User) string { return valueOf(telephonyOf(u).Extension) })
	kinds["extension of a user"].taken = portal.CodeAlreadyExists
	users("incoming number", "telephony.incoming_numbers", sund, false, numbers, func(who, thing string) portal.User {
		u := person(who)
		u.Telephony.IncomingNumbers = listed(thing)
		return u
	}, func(u portal.User) string { return first(telephonyOf(u).IncomingNumbers) })
	users(
		"SIP account of one user",
		"telephony.sip_account_ids",
		f.acme,
		false,
		accounts,
		func(who, thing string) portal.User {
			u := person(who)
			u.PermissionGroupIDs, u.Telephony.SIPAssignment = []string{group.ID}, new("static")
			if thing == "" {
				u.Telephony.SIPAssignment = new("dynamic")
			}
			u.Telephony.SIPAccountIDs = listed(thing)
			return u
		},
		func(u portal.User) string { return first(telephonyOf(u).SIPAccountIDs) },
	)

	account := func(a portal.SIPAccount, err error) (trace, error) {
		return trace{id: a.ID, etag: a.ETag, has: valueOf(a.Extension), pending: a.Pending, untouched: a.Untouched}, err
	}
	kinds["extension of a SIP account"] = &handedOver{
		noun:   portal.NounSIPAccount,
		field:  "extension",
		caller: sund,
		single: true,
		things: phones,
		taken:  portal.CodeAlreadyExists,
		create: func(s *Service, c Caller, _, thing, key string) (trace, error) {
			made, err := s.CreateSIPAccount(ctx, c, portal.SIPAccount{Extension: &thing}, key)
			got, err := account(made.Object, err)
			got.replayed = made.Replayed
			return got, err
		},
		set: func(s *Service, c Caller, id, thing, ifMatch string) (trace, error) {
			return account(s.ReplaceSIPAccount(ctx, c, id, portal.SIPAccount{Extension: &thing}, ifMatch))
		},
		get:    func(s *Service, c Caller, id string) (trace, error) { return account(s.GetSIPAccount(ctx, c, id)) },
		remove: func(s *Service, c Caller, id, ifMatch string) error { return s.DeleteSIPAccount(ctx, c, id, ifMatch) },
	}
	permissionGroup := func(g portal.PermissionGroup, err error) (trace, error) {
		return trace{id: g.ID, etag: g.ETag, has: valueOf(g.Name), pending: g.Pending, untouched: g.Untouched}, err
	}
	kinds["name of a permission group"] = &handedOver{
		noun:   portal.NounPermissionGroup,
		field:  "name",
		caller: f.acme,
		single: true,
		things: names,
		taken:  portal.CodeAlreadyExists,
		create: func(s *Service, c Caller, _, thing, key string) (trace, error) {
			made, err := s.CreatePermissionGroup(ctx, c, portal.PermissionGroup{Name: &thing}, key)
			got, err := permissionGroup(made.Object, err)
			got.replayed = made.Replayed
			return got, err
		},
		set: func(s *Service, c Caller, id, thing, ifMatch string) (trace, error) {
			return permissionGroup(s.ReplacePermissionGroup(ctx, c, id, portal.PermissionGroup{Name: &thing}, ifMatch))
		},
		get: func(s *Service, c Caller, id string) (trace, error) {
			return permissionGroup(s.GetPermissionGroup(ctx, c, id))
		},
		remove: func(s *Service, c Caller, id, ifMatch string) error {
			return s.DeletePermissionGroup(ctx, c, id, ifMatch)
		},
	}
	userGroup := func(g portal.UserGroup, err error) (trace, error) {
		return trace{id: g.ID, etag: g.ETag, has: valueOf(g.Name), pending: g.Pending, untouched: g.Untouched}, err
	}
	kinds["name of a user group"] = &handedOver{
		noun:   portal.NounUserGroup,
		field:  "name",
		caller: f.acme,
		single: true,
		things: names,
		taken:  portal.CodeAlreadyExists,
		create: func(s *Service, c Caller, _, thing, key string) (trace, error) {
			made, err := s.CreateUserGroup(ctx, c, portal.UserGroup{Name: &thing}, key)
			got, err := userGroup(made.Object, err)
			got.replayed = made.Replayed
			return got, err
		},
		set: func(s *Service, c Caller, id, thing, ifMatch string) (trace, error) {
			return userGroup(s.ReplaceUserGroup(ctx, c, id, portal.UserGroup{Name: &thing}, ifMatch))
		},
		get:    func(s *Service, c Caller, id string) (trace, error) { return userGroup(s.GetUserGroup(ctx, c, id)) },
		remove: func(s *Service, c Caller, id, ifMatch string) error { return s.DeleteUserGroup(ctx, c, id, ifMatch) },
	}
	return kinds
}

func telephonyOf(u portal.User) portal.Telephony {
	if u.Telephony == nil {
		return portal.Telephony{}
	}
	return *u.Telephony
}

// onEveryThing runs a test for each kind of thing on each database, with an office that nobody is in yet.
func onEveryThing(t *testing.T, test func(t *testing.T, o *desk)) {
	onEveryEngine(t, func(t *testing.T, f *fixture) {
		for name, kind := range handedOvers(t, f) {
			t.Run(name, func(t *testing.T) {
				test(t, &desk{t: t, f: f, handedOver: kind, by: underName(kind.caller, "office"), at: f.Service})
			})
		}
	})
}

// desk is a place at which objects change hands. It runs one after the other, so that none takes what another test is
// about.
type desk struct {
	*handedOver

	t  *testing.T
	f  *fixture
	by Caller
	at *Service // the portal that is asked
}

func (d *desk) must(got trace, err error) trace {
	d.t.Helper()
	if err != nil {
		d.t.Fatal(err)
	}
	return got
}

// make makes an object with a thing. The names of objects are taken once on a fixture.
func (d *desk) make(thing string) trace {
	d.t.Helper()
	d.f.made++
	return d.must(d.create(d.at, d.by, fmt.Sprintf("person%d", d.f.made), thing, ""))
}

func (d *desk) give(id, thing string) trace {
	d.t.Helper()
	return d.must(d.set(d.at, d.by, id, thing, ""))
}

func (d *desk) drop(ids ...string) {
	d.t.Helper()
	for _, id := range ids {
		if err := d.remove(d.at, d.by, id, ""); err != nil {
			d.t.Fatal(err)
		}
	}
}

// wants fails unless an object has a thing and waits for another; either may be empty for none.
func (d *desk) wants(id, has, waitsFor string) trace {
	d.t.Helper()
	got := d.must(d.get(d.at, d.by, id))
	var pending []string
	for _, p := range got.pending {
		pending = append(pending, p.Value)
		if p.Field != d.field || p.Holder.ID == "" || p.Holder.Name == "" || p.Since == "" || p.Until == "" {
			d.t.Errorf("pending is told as %+v", p)
		}
	}
	if got.has != has || strings.Join(pending, " ") != waitsFor {
		d.t.Errorf("%s has %q and waits for %q; want %q and %q", id, got.has, pending, has, waitsFor)
	}
	return got
}

// nothingWaits fails if anything does.
func (d *desk) nothingWaits() {
	d.t.Helper()
	page, err := d.at.ListHandOvers(d.t.Context(), d.by, ListQuery{})
	if err != nil || len(page.Items) > 0 {
		d.t.Errorf("still waiting: %+v, %v", page.Items, err)
	}
}

// passes returns who had what passed to an object, the latest first.
func (d *desk) passes(id string) (from []string) {
	d.t.Helper()
	page, err := d.at.ListAudit(d.t.Context(), d.by, ListQuery{Where: map[string]string{"object_id": id}})
	if err != nil {
		d.t.Fatal(err)
	}
	for _, entry := range page.Items {
		if entry.Action == portal.ActionHandOver {
			from = append(from, entry.From)
			if !slices.Equal(entry.Fields, []string{d.field}) || entry.Noun != string(d.noun) {
				d.t.Errorf("the trail says %+v", entry)
			}
		}
	}
	return from
}
