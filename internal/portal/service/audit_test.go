package service

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/switchboard-hq/terraform-provider-switchboard/internal/portal"
	"github.com/switchboard-hq/terraform-provider-switchboard/internal/portal/store"
)

// trail is the audit trail of acme, the oldest entry first.
func (f *fixture) trail(objectID string) []portal.AuditEntry {
	f.t.Helper()
	return f.trailOf(f.acme, objectID)
}

func (f *fixture) trailOf(caller Caller, objectID string) []portal.AuditEntry {
	f.t.Helper()
	query := ListQuery{Limit: portal.MaxPageSize}
	if objectID != "" {
		query.Where = map[string]string{"object_id": objectID}
	}
	page, err := f.ListAudit(f.t.Context(), caller, query)
	if err != nil {
		f.t.Fatal(err)
	}
	slices.Reverse(page.Items)
	return page.Items
}

// told is an entry without what is different in every run.
func told(e portal.AuditEntry) string {
	return fmt.Sprintf("%s %s %q %s", e.Action, e.Noun, e.ObjectName, strings.Join(e.Fields, ","))
}

func ticking(f *fixture) { f.clock.forward(time.Second) }

func TestAudit_tellsEveryChangeAndNothingElse(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	f.acme.Actor = portal.Actor{Kind: portal.ActorToken, ID: "tok_a", Name: "terraform"}

	before := len(f.trail(""))
	ticking(f)
	group := f.group("Agents")
	ticking(f)
	account := f.account("1001", sipPassword)
	ticking(f)
	user := f.user(alice(group, account))
	ticking(f)
	f.replaceUser(user.ID, portal.User{LastName: new("Smit"), Password: new(otherLoginPassword)})
	ticking(f)
	f.replaceUser(user.ID, portal.User{LastName: new("Smit")}) // changes nothing
	if _, err := f.ReplaceUser(t.Context(), f.acme, user.ID, portal.User{LastName: new("")}, ""); err == nil {
		t.Fatal("a user without a last name was accepted")
	}
	if _, err := f.ReplaceUser(t.Context(), f.acme, user.ID, portal.User{LastName: new("Stale")}, user.ETag); err == nil {
		t.Fatal("a stale change was accepted")
	}
	if _, err := f.ReloadPBX(t.Context(), f.acme, "main"); err != nil {
		t.Fatal(err)
	}
	ticking(f)
	of := WithRequest(t.Context(), Request{ID: "request-7", Address: "192.0.2.7"})
	if err := f.DeleteUser(of, f.acme, user.ID, "", portal.Deletion{}); err != nil {
		t.Fatal(err)
	}
	entries := f.trail("")[before:]
	var got []string
	for _, e := range entries {
		got = append(got, told(e))
		if e.Actor != f.acme.Actor || e.ID == "" || e.ObjectID == "" {
			t.Errorf("the entry %+v does not say who it was", e)
		}
	}
	want := []string{
		`create permission_group "Agents" name,permissions`,
		`create sip_account "1001" enabled,extension,password`,
		`create user "alice@example.com" email,enabled,first_name,last_name,password,permission_group_ids,telephony.sip_account_ids,telephony.sip_assignment`,
		`replace user "alice@example.com" last_name,password`,
		`reload pbx "Headquarters" `,
		`delete user "alice@example.com" `,
	}
	for i := range max(len(got), len(want)) {
		if i >= len(got) || i >= len(want) || !similar(got[i], want[i]) {
			t.Errorf("the trail is\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
			break
		}
	}
	if of := f.trail(user.ID); len(of) != 3 || of[0].Action != portal.ActionCreate || of[0].RequestID != "" || of[0].Address != "" ||
		of[2].Action != portal.ActionDelete || of[2].RequestID != "request-7" || of[2].Address != "192.0.2.7" || !of[2].At.Equal(f.clock.Now()) {
		t.Errorf("of the user: %+v", of)
	}
	text, err := json.Marshal(f.trail(""))
	if err != nil {
		t.Fatal(err)
	}
	for _, secret := range []portal.Secret{loginPassword, otherLoginPassword, sipPassword} {
		if strings.Contains(string(text), string(secret)) {
			t.Error("the trail holds a secret")
		}
	}
	for _, value := range []string{"Smit", "Jansen", "contacts.view", "argon2id"} {
		if strings.Contains(string(text), value) {
			t.Errorf("the trail holds the value %q", value)
		}
	}
}

// similar ignores which defaults a platform gives.
func similar(got, want string) bool {
	head, fields, _ := strings.Cut(got, `" `)
	wantHead, wantFields, _ := strings.Cut(want, `" `)
	if head != wantHead {
		return false
	}
	for field := range strings.SplitSeq(wantFields, ",") {
		if !slices.Contains(strings.Split(fields, ","), field) && field != "telephony.sip_assignment" {
			return false
		}
	}
	return strings.HasPrefix(got, "create ") || fields == wantFields
}

func (f *fixture) replaceUser(id string, user portal.User) {
	f.t.Helper()
	if _, err := f.ReplaceUser(f.t.Context(), f.acme, id, user, ""); err != nil {
		f.t.Fatal(err)
	}
}

func TestAudit_tellsWhatNeedsNoToken(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	ticking(f)
	f.apply(strings.Replace(acmeFile, "name: Acme B.V.", "name: Acme N.V.", 1))
	ticking(f)
	secret, token, err := f.CreateToken(t.Context(), "acme", TokenRequest{Name: "ci", Scopes: []portal.Scope{portal.ScopeRead}})
	if err != nil {
		t.Fatal(err)
	}
	ticking(f)
	for range 2 { // the second time changes nothing
		if err := f.RevokeToken(t.Context(), "acme", token.ID); err != nil {
			t.Fatal(err)
		}
	}
	var got []string
	operator := portal.Actor{Kind: portal.ActorOperator, Name: "command line"}
	entries := f.trail("")
	for _, e := range entries {
		if e.Noun != "permission_group" { // which came with the platform, in one moment with the organisation
			got = append(got, told(e))
		}
		if e.Actor != operator {
			t.Errorf("%+v, want the command line", e)
		}
	}
	want := `create organization "Acme B.V." modules,name,ordered,outgoing_number,pbxs,phone_numbers,platform,sender_names,sip_domain
replace organization "Acme N.V." name
create token "ci" name,scopes
revoke token "ci" `
	if text := strings.Join(got, "\n"); text != want {
		t.Errorf("the trail is\n%s\nwant\n%s", text, want)
	}
	text := fmt.Sprint(entries)
	if strings.Contains(text, secret) || strings.Contains(text, secretHash(secret)) {
		t.Error("the trail holds a token")
	}
}

func TestAudit_isInTheTransactionOfTheChange(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	before := len(f.trail(""))
	f.random = strings.NewReader(strings.Repeat("x", 20)) // enough for the id of the group, and not for that of the entry
	if _, err := f.CreatePermissionGroup(t.Context(), f.acme, portal.PermissionGroup{Name: new("Agents")}, ""); err == nil {
		t.Fatal("a change without an entry was stored")
	}
	page, err := f.ListPermissionGroups(t.Context(), f.acme, ListQuery{Where: map[string]string{"name": "Agents"}})
	if err != nil || len(page.Items) != 0 || len(f.trail("")) != before {
		t.Errorf("what is left: %+v, %v", page.Items, err)
	}
}

func TestAudit_isReadPageByPageAndByNobodyElse(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	for i := range 5 {
		ticking(f)
		f.group(fmt.Sprintf("Group %d", i))
	}
	all := f.trail("")
	slices.Reverse(all)
	var paged []portal.AuditEntry
	for query := (ListQuery{Limit: 2}); ; {
		page, err := f.ListAudit(t.Context(), f.acme, query)
		if err != nil {
			t.Fatal(err)
		}
		paged = append(paged, page.Items...)
		if page.Next == "" {
			break
		}
		query.After = page.Next
	}
	if fmt.Sprint(paged) != fmt.Sprint(all) || paged[0].ObjectName != "Group 4" {
		t.Errorf("page by page: %v, want %v", paged, all)
	}
	if page, err := f.ListAudit(t.Context(), f.globex, ListQuery{Where: map[string]string{"object_id": paged[0].ObjectID}}); err != nil || len(page.Items) != 0 {
		t.Errorf("another organisation sees %+v, %v", page.Items, err)
	}
	_, err := f.ListAudit(t.Context(), f.acme, ListQuery{After: cursor("usr_1")})
	wantError(t, err, portal.CodeBadRequest, "after", portal.CodeMalformed)
}

// The ids are the order of the trail, and rows are found by them.
func TestAudit_idsSortByTime(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	at, last := f.clock.Now(), ""
	var number uint16
	for _, step := range []time.Duration{0, 0, time.Microsecond, time.Millisecond, time.Second, time.Hour, 31 * 24 * time.Hour, 50 * 365 * 24 * time.Hour} {
		at = at.Add(step)
		id, err := f.auditID(at, number)
		if number++; err != nil || id <= last {
			t.Errorf("%s after %s at %s, %v", id, last, at, err)
		}
		last = id
	}
}

func TestWrite_staleSaysWhoAndWhen(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	user := f.user(dynamic(f.group("Agents"), "alice@example.com"))
	colleague := f.acme
	colleague.Actor = portal.Actor{Kind: portal.ActorToken, ID: "tok_b", Name: "helpdesk"}
	ticking(f)
	when := f.clock.Now()
	if _, err := f.ReplaceUser(t.Context(), colleague, user.ID, portal.User{LastName: new("Smit")}, ""); err != nil {
		t.Fatal(err)
	}
	ticking(f)
	_, replaced := f.ReplaceUser(t.Context(), f.acme, user.ID, portal.User{LastName: new("Bakker")}, user.ETag)
	deleted := f.DeleteUser(t.Context(), f.acme, user.ID, user.ETag, portal.Deletion{})
	for what, err := range map[string]error{"replaced": replaced, "deleted": deleted} {
		problem := portalError(t, err)
		if problem.Code != portal.CodePreconditionFailed || problem.ChangedBy != "token helpdesk (tok_b)" || problem.ChangedAt == nil || !problem.ChangedAt.Equal(when) {
			t.Errorf("%s: %+v, want who and when", what, problem)
		}
		if !strings.Contains(problem.Detail, "by token helpdesk (tok_b) at 2026-03-04T05:06:08Z") {
			t.Errorf("%s: %q", what, problem.Detail)
		}
	}
	// What was changed before there was a trail is refused all the same.
	row := f.stored(user.ID)
	row.EmailKey = new("alice@example.com")
	if err := f.store.Write(t.Context(), "acme", func(tx *store.Tx) error { return tx.UpdateUser(t.Context(), "acme", row) }); err != nil {
		t.Fatal(err)
	}
	_, err := f.ReplaceUser(t.Context(), f.acme, user.ID, portal.User{LastName: new("Bakker")}, user.ETag)
	if problem := portalError(t, err); problem.Code != portal.CodePreconditionFailed || problem.ChangedBy != "" || problem.ChangedAt != nil {
		t.Errorf("%+v, want no more than is known", problem)
	}
}
