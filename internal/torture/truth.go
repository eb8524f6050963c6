package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"net/http"
	"net/url"
	"os"
	"slices"
	"strconv"

	"github.com/switchboard-hq/terraform-provider-switchboard/internal/portal"
	"github.com/switchboard-hq/terraform-provider-switchboard/internal/portal/client"
)

// verdict is in what the portal, asked past the proxy, and the state differ from what the configuration says.
type verdict struct {
	duplicates, lost, wrong, leaked []string
}

func (v verdict) isGood() bool { return len(v.duplicates)+len(v.lost)+len(v.wrong)+len(v.leaked) == 0 }

// add takes over what another verdict found.
func (v *verdict) add(other verdict) {
	v.duplicates, v.lost = append(v.duplicates, other.duplicates...), append(v.lost, other.lost...)
	v.wrong, v.leaked = append(v.wrong, other.wrong...), append(v.leaked, other.leaked...)
}

// note adds a finding.
func note(list *[]string, format string, args ...any) {
	*list = append(*list, fmt.Sprintf(format, args...))
}

// object is something in the portal: its kind, what people call it, and its id.
type object struct{ noun, name, id string }

// judge compares portal and state with a version of everything, the version 0 being that nobody is there.
func (b *bench) judge(ctx context.Context, version int) (v verdict, err error) {
	there, err := b.objects(ctx)
	if err != nil {
		return v, err
	}
	managed, err := b.managed()
	if err != nil {
		return v, err
	}
	ids := map[string]string{} // noun and name → id
	isThere := map[string]bool{}
	for _, o := range there {
		isThere[o.id] = true
		if ids[o.noun+o.name] != "" {
			note(&v.duplicates, "the portal has the %s %s twice", o.noun, o.name)
		}
		ids[o.noun+o.name] = o.id
		if !managed[o.id] {
			note(&v.leaked, "the %s %s (%s) is in the portal and not in the state", o.noun, o.name, o.id)
		}
	}
	for id := range managed {
		if !isThere[id] {
			note(&v.lost, "%s is in the state and not in the portal", id)
		}
	}
	if version != 0 {
		b.judgeFields(ctx, version, ids, &v)
	}
	trail, err := b.trail(ctx)
	if err != nil {
		return v, err
	}
	v.duplicates = append(v.duplicates, madeAgain(trail)...)
	text, err := json.Marshal(trail)
	if err != nil {
		return v, err
	}
	b.hold(&v, "the audit trail", text)
	return v, b.judgeSecrets(&v)
}

// judgeFields sends what the configuration says as a replacement of a version that never was. The portal refuses that,
// unless it has all of it already, the passwords included, and then does nothing.
func (b *bench) judgeFields(ctx context.Context, version int, ids map[string]string, v *verdict) {
	const never = `"v0"`
	check := func(noun portal.Noun, name string, same func(id string) error) {
		id := ids[string(noun)+name]
		if id == "" {
			note(&v.lost, "the %s %s is in the configuration and not in the portal", noun, name)
			return
		}
		if err := same(id); err != nil {
			note(&v.wrong, "the %s %s (%s) is not as configured: %v", noun, name, id, err)
		}
	}
	for i := range groups {
		check(portal.NounPermissionGroup, groupName(i), func(id string) error {
			_, err := b.direct.ReplacePermissionGroup(ctx, id, group(i, version), never)
			return err
		})
	}
	for i := range int(b.people) {
		if i%everyPhone == 0 {
			check(portal.NounSIPAccount, extension(i), func(id string) error {
				_, err := b.direct.ReplaceSIPAccount(ctx, id, phone(i, version), never)
				return err
			})
		}
		check(portal.NounUser, email(i), func(id string) error {
			wanted := person(i, version, func(name string) string { return ids[string(portal.NounPermissionGroup)+name] },
				func(name string) string { return ids[string(portal.NounSIPAccount)+name] })
			_, err := b.direct.ReplaceUser(ctx, id, wanted, never)
			return err
		})
	}
}

// objects is everything in the portal but what every organisation has.
func (b *bench) objects(ctx context.Context) (all []object, err error) {
	b.direct.Forget() // which has seen earlier rounds
	groups, err := b.direct.ListPermissionGroups(ctx, client.PermissionGroupQuery{})
	if err != nil {
		return nil, err
	}
	for _, g := range groups {
		if !g.BuiltIn {
			all = append(all, object{string(portal.NounPermissionGroup), *g.Name, g.ID})
		}
	}
	phones, err := b.direct.ListSIPAccounts(ctx, client.SIPAccountQuery{})
	if err != nil {
		return nil, err
	}
	for _, p := range phones {
		all = append(all, object{string(portal.NounSIPAccount), *p.Extension, p.ID})
	}
	users, err := b.direct.ListUsers(ctx, client.UserQuery{})
	for _, u := range users {
		all = append(all, object{string(portal.NounUser), *u.Email, u.ID})
	}
	return all, err
}

// managed are the ids in the state.
func (b *bench) managed() (map[string]bool, error) {
	ids := map[string]bool{}
	text, err := os.ReadFile(b.path("terraform.tfstate"))
	if errors.Is(err, fs.ErrNotExist) {
		return ids, nil
	}
	if err != nil {
		return nil, err
	}
	var state struct {
		Resources []struct {
			Instances []struct {
				Attributes struct{ ID string }
			}
		}
	}
	if err := json.Unmarshal(text, &state); err != nil {
		return nil, fmt.Errorf("the state: %w", err)
	}
	for _, resource := range state.Resources {
		for _, instance := range resource.Instances {
			ids[instance.Attributes.ID] = true
		}
	}
	return ids, nil
}

// madeAgain looks for duplicates in the audit trail, which also knows of what was there only for a while: nothing is
// made a second time before it is deleted.
func madeAgain(trail []portal.AuditEntry) (duplicates []string) {
	isThere := map[string]bool{}
	for _, entry := range trail {
		what := entry.Noun + " " + entry.ObjectName
		switch entry.Action {
		case portal.ActionCreate:
			if isThere[what] {
				note(&duplicates, "the %s was made again while it was there (%s)", what, entry.ObjectID)
			}
			isThere[what] = true
		case portal.ActionDelete:
			isThere[what] = false
		}
	}
	return duplicates
}

// judgeSecrets looks for passwords and the token in everything that a run leaves behind, and forgets what Terraform
// printed and logged until now.
func (b *bench) judgeSecrets(v *verdict) error {
	b.hold(v, "what Terraform printed", b.printed)
	b.printed = nil
	for _, name := range []string{"terraform.tfstate", "terraform.tfstate.backup", "trace.log", "portal.log", "portal.db", "portal.db-wal"} {
		text, err := os.ReadFile(b.path(name))
		if errors.Is(err, fs.ErrNotExist) {
			continue
		}
		if err != nil {
			return err
		}
		b.hold(v, name, text)
	}
	err := os.Remove(b.path("trace.log"))
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	return err
}

// hold notes a secret in a text.
func (b *bench) hold(v *verdict, name string, text []byte) {
	for _, secret := range []string{marker, b.token} {
		if at := bytes.Index(text, []byte(secret)); at >= 0 {
			note(&v.leaked, "%s holds a secret: …%q…", name, text[max(0, at-100):min(len(text), at+len(secret)+20)])
		}
	}
}

// trail is the audit trail, the oldest entry first.
func (b *bench) trail(ctx context.Context) (all []portal.AuditEntry, err error) {
	query := url.Values{"limit": {strconv.Itoa(portal.MaxPageSize)}}
	for {
		request, err := http.NewRequestWithContext(ctx, http.MethodGet, b.address+"/v1/audit?"+query.Encode(), nil)
		if err != nil {
			return nil, err
		}
		request.Header.Set("Authorization", "Bearer "+b.token)
		response, err := http.DefaultClient.Do(request)
		if err != nil {
			return nil, fmt.Errorf("read the audit trail: %w", err)
		}
		var page portal.Page[portal.AuditEntry]
		err = json.NewDecoder(response.Body).Decode(&page)
		_ = response.Body.Close()
		if err != nil || response.StatusCode != http.StatusOK {
			return nil, fmt.Errorf("read the audit trail: %s, %w", response.Status, err)
		}
		all = append(all, page.Items...)
		if page.Next == "" {
			slices.Reverse(all)
			return all, nil
		}
		query.Set("after", page.Next)
	}
}
