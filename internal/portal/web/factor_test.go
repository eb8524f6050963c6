package web_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/pquerna/otp/totp"

	"github.com/switchboard-hq/terraform-provider-switchboard/internal/portal"
	"github.com/switchboard-hq/terraform-provider-switchboard/internal/portal/portaltest"
	"github.com/switchboard-hq/terraform-provider-switchboard/internal/portal/service"
)

// A wrong code keeps the secret that the app has scanned; enrolling and removing a second factor later asks for the
// password.
func TestPages_MW15_theSecretStaysAndThePasswordIsAsked(t *testing.T) {
	t.Parallel()
	time := newClock()
	p := portaltest.Start(t, portaltest.WithNow(time.Now))
	user := portaltest.GoodUser(p.Stock(t))
	user.Password = new(given)
	id := p.Make(t, user)
	browser := portaltest.NewBrowser(t)
	browser.Go(p.URL + "/o/delfin/login")
	browser.Fill("E-mail address", *user.Email)
	browser.Fill("Password", string(given))
	browser.Press("Log in")
	browser.Fill("Present password", string(given))
	browser.Fill("New password", own)
	browser.Press("Change the password")
	browser.Follow("Set up a second factor")
	scanned := browser.TextOf("#secret")
	code, err := totp.GenerateCode(scanned, time.Now())
	if err != nil {
		t.Fatal(err)
	}
	enrol := func(password, code string) {
		browser.Fill("Code that the app shows", code)
		browser.Fill("Present password", password)
		browser.Press("Confirm")
	}
	enrol(own, "000000")
	browser.Shows("The code is wrong")
	if secret := browser.TextOf("#secret"); secret != scanned {
		t.Fatalf("the secret is %s after a wrong code, it was %s", secret, scanned)
	}
	enrol(wrong, code)
	browser.Shows("The present password is wrong")
	enrol(own, code)
	browser.Shows("Your recovery codes")
	browser.Follow("I have kept them, continue")
	browser.Fill("Present password", own)
	browser.Press("Remove the second factor")
	browser.Shows("The second factor was removed")
	if got, err := p.Service.GetUser(t.Context(), p.Caller, id); err != nil || got.TwoFactor {
		t.Errorf("the person has a second factor: %v, %v", got.TwoFactor, err)
	}
}

// Without a mail server no page promises a mail, and an administrator hands over a link, which is shown once.
func TestPages_EN14_withoutMailALinkIsHandedOver(t *testing.T) {
	t.Parallel()
	p := portaltest.Start(t, portaltest.WithoutMail())
	user := portaltest.GoodUser(p.Stock(t))
	id := p.Make(t, user)
	browser := portaltest.NewBrowser(t)
	browser.Go(p.URL + "/o/delfin/forgot")
	browser.Shows("This portal cannot send mail")
	browser.Fill("E-mail address", *user.Email)
	browser.Press("Send the link")
	browser.Shows("This portal cannot send mail")
	browser.Go(p.URL + "/o/delfin/admin/login")
	browser.Fill("Token with the scopes read and admin", p.NewToken(t, portal.ScopeRead, portal.ScopeAdmin))
	browser.Press("Log in")
	browser.Go(p.URL + "/o/delfin/admin/users/" + id + "?done=activation")
	browser.Shows("This portal cannot send mail")
	browser.Press("Make a link to hand over")
	browser.Shows("It is shown this once")
	link := browser.TextOf("#link")
	browser.Go(p.URL + "/o/delfin/admin/users/" + id)
	if text := browser.TextOf("main"); strings.Contains(text, "token=") {
		t.Errorf("the link is shown again: %s", text)
	}
	trail, err := p.Service.ListAudit(t.Context(), p.Caller, service.ListQuery{Where: map[string]string{"object_id": id}})
	if err != nil || !slices.ContainsFunc(trail.Items, func(e portal.AuditEntry) bool { return e.Action == portal.ActionHandOutLink }) {
		t.Errorf("the trail is %+v, %v", trail, err)
	}
	browser.Go(link)
	browser.Shows("Choose your password")
	browser.Fill("New password", own)
	browser.Press("Save the password")
	browser.Shows("Your password is saved")
}
