package web_test

import (
	"os"
	"strings"
	"testing"
	"time"

	"github.com/pquerna/otp/totp"

	"github.com/switchboard-hq/terraform-provider-switchboard/internal/portal"
	"github.com/switchboard-hq/terraform-provider-switchboard/internal/portal/portaltest"
	"github.com/switchboard-hq/terraform-provider-switchboard/internal/portal/service"
)

func TestMain(m *testing.M) {
	code := m.Run()
	portaltest.CloseBrowser()
	os.Exit(code)
}

const (
	given  = portal.Secret("Vq7-lamp-Orbit-kiwi")
	own    = "Kormoran-l3ci-nad-Wisla"
	later  = "Czapla-5toi-w-szuwarach"
	wrong  = "Zupelnie-1nne-haslo"
	wanted = 40 * time.Second // by when another code of the second factor counts
)

// clock is the portal's time.
type clock chan time.Time

func newClock() clock {
	c := make(clock, 1)
	c <- time.Now()
	return c
}

func (c clock) Now() time.Time {
	now := <-c
	c <- now
	return now
}

func (c clock) forward(d time.Duration) { c <- (<-c).Add(d) }

// jagoda makes a person with a password that somebody gave, who needs a second factor on maatwerk.
func jagoda(t *testing.T, p *portaltest.Portal) portal.User {
	t.Helper()
	user := portaltest.GoodUser(p.Stock(t))
	user.Password, user.Security = new(given), &portal.Security{TwoFactorRequired: new(true)}
	made, err := p.Service.CreateUser(t.Context(), p.Caller, user, "")
	if err != nil {
		t.Fatal(err)
	}
	return made.Object
}

func TestPages_MW15_MW16_fromTheGivenPasswordToTheSecondFactor(t *testing.T) {
	t.Parallel()
	time := newClock()
	p := portaltest.Start(t, portaltest.WithPlatform(portal.Maatwerk), portaltest.WithNow(time.Now))
	user, browser := jagoda(t, p), portaltest.NewBrowser(t)

	browser.Go(p.URL + "/")
	browser.Shows("Log in to Delfin Sp. z o.o.")
	logIn := func(password string) {
		t.Helper()
		browser.Fill("E-mail address", *user.Email)
		browser.Fill("Password", password)
		browser.Press("Log in")
	}
	logIn(wrong)
	browser.Shows("Please check", "or you have no access")
	logIn(string(given))

	browser.Shows("Set up the second factor")
	browser.Fill("Code that the app shows", "000000")
	browser.Press("Confirm")
	browser.Shows("The code is wrong")
	code, err := totp.GenerateCode(browser.TextOf("#secret"), time.Now())
	if err != nil {
		t.Fatal(err)
	}
	app := browser.TextOf("#secret")
	browser.Fill("Code that the app shows", code)
	browser.Press("Confirm")
	browser.Shows("Your recovery codes")
	recovery := browser.TextOf(".codes li")
	browser.Follow("I have kept them, continue")

	browser.Shows("Choose a password of your own")
	change := func(old, chosen string) {
		t.Helper()
		browser.Fill("Present password", old)
		browser.Fill("New password", chosen)
		browser.Press("Change the password")
	}
	change(string(given), "jagoda-delfin")
	browser.Shows("This password is too short or too simple")
	change(wrong, own)
	browser.Shows("The present password is wrong")
	change(string(given), own)
	browser.Shows("You are logged in", "Jagoda Wiśniewska")
	if got, err := p.Service.GetUser(t.Context(), p.Caller, user.ID); err != nil || got.Status != portal.StatusActive || !got.TwoFactor {
		t.Fatalf("the person is %q with a second factor: %v, %v", got.Status, got.TwoFactor, err)
	}

	browser.Press("Log out")
	browser.Go(p.URL + "/o/delfin/me")
	browser.Shows("Log in to Delfin") // nobody is in any more
	logIn(own)
	time.forward(wanted)
	if code, err = totp.GenerateCode(app, time.Now()); err != nil {
		t.Fatal(err)
	}
	browser.Fill("Code that your app shows, or a recovery code", code)
	browser.Press("Continue")
	browser.Follow("Change your password")
	change(own, later)
	browser.Shows("You are logged in")
	browser.Press("Log out")
	logIn(later)
	browser.Fill("Code that your app shows, or a recovery code", recovery)
	browser.Press("Continue")
	browser.Shows("You are logged in")
}

func TestPages_EN03_activationAndForgottenPassword(t *testing.T) {
	t.Parallel()
	p := portaltest.Start(t, portaltest.WithPlatform(portal.Engage))
	user := portaltest.GoodUser(p.Stock(t))
	user.Locale = &portal.Locale{Language: new("nl")}
	if _, err := p.Service.CreateUser(t.Context(), p.Caller, user, ""); err != nil {
		t.Fatal(err)
	}
	browser := portaltest.NewBrowser(t)
	follow := func(kind service.MailKind) (link string) {
		t.Helper()
		mails, err := p.Service.DueMails(t.Context(), 10)
		if err != nil {
			t.Fatal(err)
		}
		for _, mail := range mails {
			if mail.To == *user.Email && mail.Kind == kind {
				link = p.URL + mail.Path
			}
		}
		browser.Go(link)
		return link
	}
	link := follow(service.MailActivation)
	browser.Shows("Kies je wachtwoord", "Je logt in als jagoda", "Minstens 8 tekens")
	if strings.Contains(browser.Address(), "token") {
		t.Errorf("the token of the link stands in the address %s", browser.Address())
	}
	browser.Fill("Nieuw wachtwoord", "jagoda")
	browser.Press("Wachtwoord opslaan")
	browser.Shows("Dit wachtwoord is te kort of te eenvoudig")
	browser.Fill("Nieuw wachtwoord", own)
	browser.Press("Wachtwoord opslaan")
	browser.Shows("Your password is saved") // from here on, the browser's language
	browser.Fill("Username", "jagoda")
	browser.Fill("Password", own)
	browser.Press("Log in")
	browser.Shows("Je bent ingelogd")
	browser.Go(link)
	browser.Shows("Deze link werkt niet meer")

	browser.Press("Uitloggen")
	browser.Follow("Forgot your password?")
	browser.Fill("Username", "nobody")
	browser.Press("Send the link")
	browser.Shows("If there is such a person")
	browser.Go(p.URL + "/o/delfin/forgot")
	browser.Fill("Username", "jagoda")
	browser.Press("Send the link")
	browser.Shows("If there is such a person")
	follow(service.MailReset)
	browser.Fill("Nieuw wachtwoord", later)
	browser.Press("Wachtwoord opslaan")
	browser.Fill("Username", "jagoda")
	browser.Fill("Password", later)
	browser.Press("Log in")
	browser.Shows("Je bent ingelogd")
}

func TestPages_EN14_EN18_EN19_administrators(t *testing.T) {
	t.Parallel()
	p := portaltest.Start(t)
	stock := p.Stock(t)
	user := portaltest.GoodUser(stock)
	user.LastName = new("<b>Wiśniewska</b>")
	made, err := p.Service.CreateUser(t.Context(), p.Caller, user, "")
	if err != nil {
		t.Fatal(err)
	}
	browser := portaltest.NewBrowser(t)
	browser.Go(p.URL + "/o/delfin/admin/users")
	browser.Shows("Log in to Delfin")
	browser.Follow("Administrator with a token")
	browser.Fill("Token with the scopes read and admin", p.NewToken(t, portal.ScopeRead))
	browser.Press("Log in")
	browser.Shows("does not give access")
	browser.Fill("Token with the scopes read and admin", p.NewToken(t, portal.ScopeRead, portal.ScopeAdmin))
	browser.Press("Log in")
	browser.Shows("People on this page: 2", "Jagoda <b>Wiśniewska</b>", "not activated", "never", "Download as CSV")
	browser.Fill("Name, e-mail address or username", "nobody")
	browser.Press("Search")
	browser.Shows("Nobody was found")
	browser.Fill("Name, e-mail address or username", "JAGODA@")
	browser.Press("Search")
	browser.Shows("People on this page: 1")
	browser.Follow("Jagoda <b>Wiśniewska</b>")
	browser.Shows("managed by Terraform", *user.Email)
	browser.Press("Send the activation again")
	browser.Shows("The activation is on its way")
	browser.Press("Block")
	browser.Shows("The person is blocked", "blocked")
	if got, err := p.Service.GetUser(t.Context(), p.Caller, made.Object.ID); err != nil || got.Status != portal.StatusBlocked {
		t.Errorf("the person is %q: %v", got.Status, err)
	}
	browser.Press("Unblock")
	browser.Shows("The person may log in again")
	if got, err := p.Service.GetUser(t.Context(), p.Caller, made.Object.ID); err != nil || got.Status != portal.StatusPending {
		t.Errorf("the person is %q: %v", got.Status, err)
	}
}
