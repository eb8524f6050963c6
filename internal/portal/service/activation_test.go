package service

import (
	"bytes"
	"encoding/csv"
	"errors"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/switchboard-hq/terraform-provider-switchboard/internal/portal"
)

// due are the mails that are to be sent now.
func (f *fixture) due() []Mail {
	f.t.Helper()
	mails, err := f.DueMails(f.t.Context(), 100)
	if err != nil {
		f.t.Fatal(err)
	}
	return mails
}

func tokenOfLink(t *testing.T, path string) string {
	t.Helper()
	link, err := url.Parse(path)
	if err != nil || link.Query().Get("token") == "" {
		t.Fatalf("%q is no link: %v", path, err)
	}
	return link.Query().Get("token")
}

func TestInvitation_MW03_aLinkOrAPassword(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	f.apply("id: nl\nname: Tulp B.V.\nplatform: maatwerk\nsip_domain: tulp.example.com\n")
	tulp := Caller{OrganizationID: "nl", TokenID: "tok_n", Scopes: everyday}
	groups, err := f.ListPermissionGroups(t.Context(), tulp, ListQuery{})
	if err != nil {
		t.Fatal(err)
	}
	request := portal.User{
		Email: new("alice@example.com"), PermissionGroupIDs: []string{groups.Items[0].ID}, Telephony: &portal.Telephony{ForwardNumbers: []string{"+31612345678"}},
	}
	neither := request
	neither.SendInvitation = new(false)
	_, err = f.CreateUser(t.Context(), tulp, neither, "")
	wantError(t, err, portal.CodeInvalid, "send_invitation", portal.CodeRequired)

	invited, err := f.CreateUser(t.Context(), tulp, request, "key")
	if err != nil || !*invited.Object.SendInvitation || invited.Object.InvitedAt != "2026-03-04T05:06:07Z" {
		t.Fatalf("invited: %s, %v", marshal(t, invited.Object), err)
	}
	if again, err := f.CreateUser(t.Context(), tulp, request, "key"); err != nil || !again.Replayed {
		t.Fatalf("repeated: %v", err)
	}
	mails := f.due()
	if len(mails) != 1 || mails[0].Kind != MailActivation || mails[0].To != "alice@example.com" || mails[0].Language != "nl" || mails[0].Login != "alice@example.com" {
		t.Fatalf("due are %+v", mails)
	}
	given := request
	given.Email, given.Password = new("bob@example.com"), new(loginPassword)
	bob, err := f.CreateUser(t.Context(), tulp, given, "")
	if err != nil || *bob.Object.SendInvitation || bob.Object.InvitedAt != "" || len(f.due()) != 0 {
		t.Errorf("with a password: %s, %v", marshal(t, bob.Object), err)
	}
	// Wanted later, it is sent then, and once.
	for range 2 {
		if _, err := f.ReplaceUser(t.Context(), tulp, bob.Object.ID, portal.User{SendInvitation: new(true), FirstName: new("Bob")}, ""); err != nil {
			t.Fatal(err)
		}
	}
	if mails := f.due(); len(mails) != 1 || mails[0].To != "bob@example.com" {
		t.Errorf("due are %+v", mails)
	}
}

func TestInvitation_EN03_twoMailsThatCanBeSwitchedOff(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	f.apply(umbrellaFile)
	umbrella := Caller{OrganizationID: "umbrella", TokenID: "tok_u"}
	role := f.groupIn(umbrella, "Agent")
	create := func(name string, invite *bool) portal.User {
		made, err := f.CreateUser(t.Context(), umbrella, portal.User{
			Username: &name, Email: new(name + "@example.com"), FirstName: new("Anna"), LastName: new("Jansen"), PermissionGroupIDs: []string{role.ID},
			SendInvitation: invite, Locale: &portal.Locale{Language: new("fr")},
		}, "")
		if err != nil {
			t.Fatal(err)
		}
		return made.Object
	}
	create("quiet", new(false))
	if mails := f.due(); len(mails) != 0 {
		t.Fatalf("due are %+v", mails)
	}
	user := create("anna", nil)
	kinds := map[MailKind]Mail{}
	for _, mail := range f.due() {
		kinds[mail.Kind] = mail
	}
	account, activation := kinds[MailAccount], kinds[MailActivation]
	if len(kinds) != 2 || account.Login != "anna" || account.OrganizationName != "Umbrella" || strings.Contains(account.Path, "token") || activation.Language != "fr" {
		t.Fatalf("due are %+v", kinds)
	}
	token := tokenOfLink(t, activation.Path)
	if found := f.leaks(token); len(found) > 0 {
		t.Error("the database holds the link")
	}
	if shown, err := f.Activation(t.Context(), "umbrella", token); err != nil || shown.Login != "anna" || shown.Purpose != PurposeActivation {
		t.Errorf("the link says %+v, %v", shown, err)
	}
	if err := f.Activate(t.Context(), "umbrella", token, "anna-jansen"); err == nil {
		t.Error("a password of the own name is accepted")
	}
	if err := f.Activate(t.Context(), "umbrella", token, ownPassword); err != nil {
		t.Fatal(err)
	}
	if got, err := f.GetUser(t.Context(), umbrella, user.ID); err != nil || got.Status != portal.StatusActive || got.ETag != user.ETag {
		t.Errorf("activated: %s, %v", marshal(t, got), err)
	}
	err := f.Activate(t.Context(), "umbrella", token, otherLoginPassword)
	wantError(t, err, portal.CodeNotFound, "", "")
}

func TestActivation_EN14_isSentAgain(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	user := f.user(dynamic(f.group("Agents"), "alice@example.com"))
	first := f.due()
	f.clock.forward(time.Hour)
	if again, err := f.SendActivation(t.Context(), f.acme, user.ID); err != nil || again.InvitedAt != "2026-03-04T06:06:07Z" || again.ETag != user.ETag {
		t.Fatalf("sent again: %s, %v", marshal(t, again), err)
	}
	second := f.due()
	if len(first) != 1 || len(second) != 1 {
		t.Fatalf("due were %d and %d mails", len(first), len(second))
	}
	_, err := f.Activation(t.Context(), "acme", tokenOfLink(t, first[0].Path))
	wantError(t, err, portal.CodeNotFound, "", "") // replaced by the newer one
	if _, err := f.Activation(t.Context(), "globex", tokenOfLink(t, second[0].Path)); err == nil {
		t.Error("the link works in another organisation")
	}
	if _, err := f.BlockUser(t.Context(), f.acme, user.ID); err != nil {
		t.Fatal(err)
	}
	_, err = f.SendActivation(t.Context(), f.acme, user.ID)
	wantError(t, err, portal.CodeConflict, "enabled", portal.CodeNotAllowed)
	err = f.Activate(t.Context(), "acme", tokenOfLink(t, second[0].Path), ownPassword)
	wantError(t, err, portal.CodeNotFound, "", "")
	if _, err := f.UnblockUser(t.Context(), f.acme, user.ID); err != nil {
		t.Fatal(err)
	}
	f.clock.forward(activationLifetime)
	err = f.Activate(t.Context(), "acme", tokenOfLink(t, second[0].Path), ownPassword)
	wantError(t, err, portal.CodeNotFound, "", "") // too old
}

func TestActivation_worksOnce(t *testing.T) {
	onEveryEngine(t, func(t *testing.T, f *fixture) {
		f.user(dynamic(f.group("Agents"), "alice@example.com"))
		token := tokenOfLink(t, f.due()[0].Path)
		portals := []*Service{f.Service, f.another(t)}
		passwords := []portal.Secret{ownPassword, otherLoginPassword}
		errs := make([]error, 2)
		var all sync.WaitGroup
		for i := range portals {
			all.Go(func() { errs[i] = portals[i].Activate(t.Context(), "acme", token, passwords[i]) })
		}
		all.Wait()
		if (errs[0] == nil) == (errs[1] == nil) {
			t.Fatalf("used at once: %v, %v", errs[0], errs[1])
		}
		winner := 0
		if errs[0] != nil {
			winner = 1
		}
		f.logIn(passwords[winner], StageFull)
	})
}

func TestReset_VX02_goesToTheAddressAndEndsSessions(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	f.own()
	secret := f.logIn(ownPassword, StageFull)
	f.due()
	if err := f.RequestReset(t.Context(), "acme", "ALICE@example.com", address); err != nil {
		t.Fatal(err)
	}
	mails := f.due()
	if len(mails) != 1 || mails[0].Kind != MailReset || mails[0].To != "alice@example.com" {
		t.Fatalf("due are %+v", mails)
	}
	if err := f.Activate(t.Context(), "acme", tokenOfLink(t, mails[0].Path), otherLoginPassword); err != nil || !f.over(secret) {
		t.Errorf("the old session goes on: %v", err)
	}
	f.refused(ownPassword)
	f.logIn(otherLoginPassword, StageFull)
	if told := f.due(); len(told) != 1 || told[0].Kind != MailPasswordChanged {
		t.Errorf("of the new password, the person is told by %+v", told)
	}
	// Nobody's mailbox is filled.
	var throttled error
	sent := 0
	for i := range 2 * limitOfMails.free {
		throttled = errors.Join(throttled, f.RequestReset(t.Context(), "acme", spelling(" alice@example.com", i), network(i)))
		sent += len(f.due()) // at once: a later mail takes the place of one that was not sent yet
	}
	wantError(t, throttled, portal.CodeTooManyRequests, "", "")
	if sent != limitOfMails.free-1 {
		t.Errorf("%d more mails were sent, want %d", sent, limitOfMails.free-1)
	}
}

func TestOutbox_keepsWhatCouldNotBeSent(t *testing.T) {
	onEveryEngine(t, func(t *testing.T, f *fixture) {
		user := f.user(dynamic(f.group("Agents"), "alice@example.com"))
		select {
		case <-f.MailQueued():
		default:
			t.Error("nobody was told of the mail")
		}
		mail := f.due()[0]
		if again, err := f.another(t).DueMails(t.Context(), 10); err != nil || len(again) > 0 {
			t.Errorf("another portal would send %+v too, %v", again, err)
		}
		wait := mailFirstRetry
		for range 3 {
			if err := f.MailFailed(t.Context(), mail, errors.New("the server is away")); err != nil {
				t.Fatal(err)
			}
			if next, due, err := f.UntilNextMail(t.Context()); err != nil || !due || next != wait {
				t.Errorf("next after %s, want after %s: %v", next, wait, err)
			}
			f.clock.forward(wait - time.Second)
			if early := f.due(); len(early) > 0 {
				t.Errorf("due too early: %+v", early)
			}
			f.clock.forward(time.Second)
			next := f.due()
			if len(next) != 1 || next[0].Path == mail.Path {
				t.Fatalf("after the wait: %+v", next)
			}
			mail, wait = next[0], 2*wait
		}
		f.clock.forward(mailLease) // the process that had it is gone
		if mails := f.due(); len(mails) != 1 {
			t.Errorf("after the lease: %+v", mails)
		}
		if err := f.MailSent(t.Context(), mail); err != nil {
			t.Fatal(err)
		}
		if _, due, err := f.UntilNextMail(t.Context()); err != nil || due {
			t.Errorf("a mail that was sent is still there: %v", err)
		}
		if _, err := f.SendActivation(t.Context(), f.acme, user.ID); err != nil {
			t.Fatal(err)
		}
		f.clock.forward(mailLifetime + time.Second)
		if mails := f.due(); len(mails) > 0 {
			t.Errorf("a mail of last month is due: %+v", mails)
		}
	})
}

func TestUsersCSV_EN19_hasNineColumnsAndNoFormulas(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	f.apply(umbrellaFile)
	umbrella := Caller{OrganizationID: "umbrella", TokenID: "tok_u"}
	role := f.groupIn(umbrella, "+Agent, senior")
	for _, first := range []string{"=HYPERLINK(1)", "Anna, \"A\"\nB", "Zoë"} {
		name := "u" + string(first[0])
		_, err := f.CreateUser(t.Context(), umbrella, portal.User{
			Username: &name, Email: new(strings.ToLower(strings.Trim(name, "=")) + "@example.com"), FirstName: new(strings.ReplaceAll(first, "\n", " ")), LastName: new("Jansen"),
			Enabled: new(first != "Zoë"), PermissionGroupIDs: []string{role.ID},
		}, "")
		if err != nil {
			t.Fatal(err)
		}
	}
	var file bytes.Buffer
	if err := f.WriteUsersCSV(t.Context(), umbrella, &file); err != nil {
		t.Fatal(err)
	}
	rows, err := csv.NewReader(&file).ReadAll()
	if err != nil || len(rows) != 4 {
		t.Fatalf("%d rows: %v", len(rows), err)
	}
	if strings.Join(rows[0], ",") != "username,email,first_name,last_name,status,role,two_factor,invited_at,last_login_at" {
		t.Errorf("the columns are %v", rows[0])
	}
	for _, row := range rows[1:] {
		status, invited := "active", "2026-03-04T05:06:07Z"
		if row[2] == "Zoë" {
			status = "inactive"
		}
		if len(row) != 9 || row[4] != status || row[5] != "'+Agent, senior" || row[6] != "off" || row[7] != invited || row[8] != "" || strings.HasPrefix(row[2], "=") {
			t.Errorf("a row is %q", row)
		}
	}
}

func TestPeople_areFoundByWhatPeopleKnow(t *testing.T) {
	onEveryEngine(t, func(t *testing.T, f *fixture) {
		group := f.group("Agents")
		for _, email := range []string{"alice@example.com", "bob@example.com", "100%@example.com", "x_y@example.com"} {
			f.user(dynamic(group, email))
		}
		for search, want := range map[string]int{"": 4, "BOB": 4, "Bob de": 4, "alice": 1, "%": 1, "_": 1, "nobody": 0} {
			people, err := f.ListPeople(t.Context(), f.acme, PeopleQuery{Search: search})
			if err != nil || len(people.Items) != want {
				t.Errorf("%q finds %d: %v", search, len(people.Items), err)
			}
			for _, person := range people.Items {
				if people.Groups[person.PermissionGroupIDs[0]] != "Agents" {
					t.Errorf("the groups are %v", people.Groups)
				}
			}
		}
		first, err := f.ListPeople(t.Context(), f.acme, PeopleQuery{Search: "bob", Limit: 3})
		if err != nil || len(first.Items) != 3 || first.Next == "" {
			t.Fatalf("%d on the first page: %v", len(first.Items), err)
		}
		second, err := f.ListPeople(t.Context(), f.acme, PeopleQuery{Search: "bob", Limit: 3, After: first.Next})
		if err != nil || len(second.Items) != 1 || second.Next != "" {
			t.Errorf("%d on the second page: %v", len(second.Items), err)
		}
	})
}
