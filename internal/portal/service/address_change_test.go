package service

import (
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/switchboard-hq/terraform-provider-switchboard/internal/portal"
)

const corrected = "alice.jansen@example.com"

// kinds are the mails that are due, as "kind address".
func (f *fixture) kinds() (list []string) {
	for _, mail := range f.due() {
		list = append(list, string(mail.Kind)+" "+mail.To)
	}
	slices.Sort(list)
	return list
}

func (f *fixture) linkTo(address string) string {
	f.t.Helper()
	for _, mail := range f.due() {
		if mail.To == address && (mail.Kind == MailActivation || mail.Kind == MailReset) {
			return tokenOfLink(f.t, mail.Path)
		}
	}
	f.t.Fatalf("no link to %s", address)
	return ""
}

func (f *fixture) moveTo(id, address string) {
	f.t.Helper()
	if _, err := f.ReplaceUser(f.t.Context(), f.acme, id, portal.User{Email: &address}, ""); err != nil {
		f.t.Fatal(err)
	}
}

func TestUser_EN14_aCorrectedAddressEndsTheLinksAndInvitesAgain(t *testing.T) {
	onEveryEngine(t, func(t *testing.T, f *fixture) {
		user := f.user(dynamic(f.group("Agents"), "alcie@example.com"))
		old := f.linkTo("alcie@example.com")
		f.moveTo(user.ID, "Alcie@EXAMPLE.com") // the same mailbox
		if _, err := f.Activation(t.Context(), "acme", old); err != nil {
			t.Errorf("another spelling ends the link: %v", err)
		}
		f.moveTo(user.ID, corrected)
		wantError(t, f.Activate(t.Context(), "acme", old, ownPassword), portal.CodeNotFound, "", "")
		if got, want := f.kinds(), []string{"activation " + corrected, "email_changed Alcie@EXAMPLE.com"}; !slices.Equal(got, want) {
			t.Errorf("mails %q, want %q", got, want)
		}
		f.clock.forward(mailLease + time.Second) // that one is lost with its instance
		if err := f.Activate(t.Context(), "acme", f.linkTo(corrected), ownPassword); err != nil {
			t.Errorf("the new link: %v", err)
		}
	})
}

// What is on its way to the old address when it changes, is queued for it, or is open under it, lets nobody in.
func TestUser_EN14_nothingOfTheOldAddressWorks(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	user := f.own()
	session := f.logIn(ownPassword, StageFull)
	if err := f.RequestReset(t.Context(), "acme", "alice@example.com", address); err != nil {
		t.Fatal(err)
	}
	sent := f.linkTo("alice@example.com")
	f.moveTo(user.ID, corrected)
	wantError(t, f.Activate(t.Context(), "acme", sent, loginPassword), portal.CodeNotFound, "", "")
	if !f.over(session) {
		t.Error("a session outlives the address")
	}
	if got, want := f.kinds(), []string{"email_changed " + corrected, "email_changed alice@example.com"}; !slices.Equal(got, want) {
		t.Errorf("mails %q, want %q", got, want)
	}
	if err := f.RequestReset(t.Context(), "acme", corrected, "192.0.2.9"); err != nil {
		t.Fatal(err)
	}
	f.moveTo(user.ID, "alice@example.org")
	if mails := f.kinds(); slices.ContainsFunc(mails, func(mail string) bool { return mail[:5] == "reset" }) {
		t.Errorf("a link that was queued for the old address goes out: %q", mails)
	}
}

// Three portals at once: whether the old link is used before the address changes or after, nobody who used it is in
// afterwards.
func TestUser_EN14_theOldLinkWhileTheAddressChanges(t *testing.T) {
	onEveryEngine(t, func(t *testing.T, f *fixture) {
		portals := []*Service{f.Service, f.another(t), f.another(t)}
		group := f.group("Agents")
		for _, name := range []string{"a", "b", "c", "d"} {
			user := f.user(dynamic(group, name+"@example.com"))
			link := f.linkTo(name + "@example.com")
			start := make(chan struct{})
			var all sync.WaitGroup
			secrets := make([]string, len(portals))
			for i, instance := range portals {
				all.Go(func() {
					<-start
					if i == 0 {
						f.moveTo(user.ID, name+"@example.org")
						return
					}
					if instance.Activate(t.Context(), "acme", link, ownPassword) == nil {
						secrets[i], _, _ = instance.LogIn(t.Context(), "acme", name+"@example.com", ownPassword, address)
					}
				})
			}
			close(start)
			all.Wait()
			for _, secret := range secrets {
				if secret != "" && !f.over(secret) {
					t.Errorf("%s is in by the old link", name)
				}
			}
			wantError(t, f.Activate(t.Context(), "acme", link, ownPassword), portal.CodeNotFound, "", "")
			_, _, err := f.LogIn(t.Context(), "acme", name+"@example.com", ownPassword, "192.0.2.77")
			wantError(t, err, portal.CodeUnauthorized, "", "")
		}
	})
}

func TestUser_EN14_invitationsAreWantedAnewAndThrottled(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	user := f.user(dynamic(f.group("Agents"), "alice@example.com"))
	first := f.linkTo("alice@example.com")
	set := func(flag bool) {
		if _, err := f.ReplaceUser(t.Context(), f.acme, user.ID, portal.User{SendInvitation: &flag}, ""); err != nil {
			t.Fatal(err)
		}
	}
	set(false)
	if mails := f.kinds(); len(mails) != 0 {
		t.Errorf("mails %q", mails)
	}
	set(true)
	second := f.linkTo("alice@example.com")
	if _, err := f.Activation(t.Context(), "acme", first); err == nil || second == first {
		t.Error("the first link outlives the second")
	}
	sent := 0
	for _, name := range []string{"b", "c", "d", "e", "f", "g"} {
		f.moveTo(user.ID, name+"@example.com")
		for _, mail := range f.due() {
			if mail.Kind == MailActivation {
				sent++
			}
		}
	}
	if sent != promptInvitations-1 {
		t.Errorf("%d invitations followed at once", sent)
	}
	f.clock.forward(invitationsIn + time.Second)
	f.linkTo("g@example.com") // the last one, when its time has come
}

func TestSession_MW15_SA08_aSecondFactorThatIsRequiredSince(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	f.apply("id: nl\nname: Tulp B.V.\nplatform: maatwerk\nsip_domain: tulp.example.com\n")
	f.acme = Caller{OrganizationID: "nl", TokenID: "tok_n", Scopes: portal.Scopes()}
	groups, err := f.ListPermissionGroups(t.Context(), f.acme, ListQuery{})
	if err != nil {
		t.Fatal(err)
	}
	var administrators string
	for _, group := range groups.Items {
		if *group.Name == "Administrator" {
			administrators = group.ID
		}
	}
	user := f.user(portal.User{
		Email: new("alice@example.com"), PermissionGroupIDs: []string{administrators}, Password: new(loginPassword),
		Telephony: &portal.Telephony{ForwardNumbers: []string{"+31612345678"}},
	})
	secret, _, err := f.LogIn(t.Context(), "nl", "alice@example.com", loginPassword, address)
	if err != nil {
		t.Fatal(err)
	}
	secret, full, err := f.ChangePassword(t.Context(), secret, loginPassword, ownPassword)
	if err != nil || full.Stage != StageFull || !full.Administrator {
		t.Fatalf("session %+v, %v", full, err)
	}
	if _, err := f.ReplaceUser(t.Context(), f.acme, user.ID, portal.User{Security: &portal.Security{TwoFactorRequired: new(true)}}, ""); err != nil {
		t.Fatal(err)
	}
	now, err := f.Session(t.Context(), secret)
	if err != nil || now.Stage != StageEnrolment || now.Administrator || len(f.SessionCaller(now).Scopes) > 0 {
		t.Errorf("the session is at %q, administrator: %v, %v", now.Stage, now.Administrator, err)
	}
	_, _, err = f.ChangePassword(t.Context(), secret, ownPassword, loginPassword)
	wantError(t, err, portal.CodeForbidden, "", "")

	enrolment, err := f.BeginEnrolment(t.Context(), secret)
	if err != nil {
		t.Fatal(err)
	}
	_, _, _, err = f.EnrolFactor(t.Context(), secret, loginPassword, f.code(enrolment.Secret))
	wantError(t, err, portal.CodeInvalid, "old_password", portal.CodeNotAllowed)
	_, _, _, err = f.EnrolFactor(t.Context(), secret, ownPassword, "000000")
	wantError(t, err, portal.CodeInvalid, "code", portal.CodeNotAllowed)
	again, err := f.BeginEnrolment(t.Context(), secret)
	if err != nil || again != enrolment {
		t.Errorf("the secret changed after a wrong code: %v", err)
	}
	codes, secret, session, err := f.EnrolFactor(t.Context(), secret, ownPassword, f.code(enrolment.Secret))
	if err != nil || session.Stage != StageFull || len(codes) != recoveryCodes {
		t.Fatalf("enrolled: %+v, %v", session, err)
	}
	if err := f.RemoveFactor(t.Context(), secret, ownPassword); portalError(t, err).Code != portal.CodeConflict {
		t.Errorf("a factor that is required is removed: %v", err)
	}
	if _, err := f.ResetFactor(t.Context(), f.acme, user.ID); err != nil || !f.over(secret) {
		t.Errorf("reset: %v", err)
	}
	kinds := f.kinds()
	for _, want := range []MailKind{MailFactorEnrolled, MailFactorRemoved} {
		if !slices.Contains(kinds, string(want)+" alice@example.com") {
			t.Errorf("nobody is told of %s: %q", want, kinds)
		}
	}
	if _, session, err := f.LogIn(t.Context(), "nl", "alice@example.com", ownPassword, address); err != nil || session.Stage != StageEnrolment {
		t.Errorf("after the reset, the log-in is at %q, %v", session.Stage, err)
	}
}

func TestPassword_VX22_thePersonIsTold(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	user := f.own()
	f.due()
	f.clock.forward(mailLifetime + time.Hour)
	f.due()
	secret := f.logIn(ownPassword, StageFull)
	if _, _, err := f.ChangePassword(t.Context(), secret, ownPassword, loginPassword); err != nil {
		t.Fatal(err)
	}
	if got := f.kinds(); !slices.Equal(got, []string{"password_changed alice@example.com"}) {
		t.Errorf("mails %q", got)
	}
	f.clock.forward(mailLifetime + time.Hour)
	if _, err := f.ReplaceUser(t.Context(), f.acme, user.ID, portal.User{Password: new(otherLoginPassword)}, ""); err != nil {
		t.Fatal(err)
	}
	if got := f.kinds(); !slices.Equal(got, []string{"password_changed alice@example.com"}) {
		t.Errorf("mails %q", got)
	}
}

func TestHandOutLink_isAuditedAndEndsOtherLinks(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	user := f.user(dynamic(f.group("Agents"), "alice@example.com"))
	mailed := f.linkTo("alice@example.com")
	link, err := f.HandOutLink(t.Context(), f.acme, user.ID)
	if err != nil {
		t.Fatal(err)
	}
	wantError(t, f.Activate(t.Context(), "acme", mailed, ownPassword), portal.CodeNotFound, "", "")
	if trail := f.trail(user.ID); !slices.ContainsFunc(trail, func(e portal.AuditEntry) bool { return e.Action == portal.ActionHandOutLink }) {
		t.Errorf("the trail is %+v", trail)
	}
	late := link
	if link, err = f.HandOutLink(t.Context(), f.acme, user.ID); err != nil {
		t.Fatal(err)
	}
	wantError(t, f.Activate(t.Context(), "acme", tokenOfLink(t, late.Path), ownPassword), portal.CodeNotFound, "", "")
	if err := f.Activate(t.Context(), "acme", tokenOfLink(t, link.Path), ownPassword); err != nil {
		t.Error(err)
	}
	if link, err = f.HandOutLink(t.Context(), f.acme, user.ID); err != nil {
		t.Fatal(err)
	}
	f.clock.forward(activationLifetime)
	wantError(t, f.Activate(t.Context(), "acme", tokenOfLink(t, link.Path), ownPassword), portal.CodeNotFound, "", "")
}
