package mail_test

import (
	"bytes"
	"context"
	"fmt"
	"log/slog"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/emersion/go-smtp"

	"github.com/switchboard-hq/terraform-provider-switchboard/internal/portal"
	"github.com/switchboard-hq/terraform-provider-switchboard/internal/portal/mail"
	"github.com/switchboard-hq/terraform-provider-switchboard/internal/portal/portaltest"
	"github.com/switchboard-hq/terraform-provider-switchboard/internal/portal/service"
)

const base = "https://portal.example.com"

// clock is the portal's time.
type clock struct {
	mutex sync.Mutex
	now   time.Time
}

func (c *clock) Now() time.Time {
	c.mutex.Lock()
	defer c.mutex.Unlock()
	return c.now
}

func (c *clock) forward(d time.Duration) {
	c.mutex.Lock()
	defer c.mutex.Unlock()
	c.now = c.now.Add(d)
}

func newMailer(t *testing.T, p *portaltest.Portal, box *portaltest.Mailbox, change ...func(*mail.Options)) *mail.Mailer {
	t.Helper()
	o := mail.Options{Server: box.Address, TLS: mail.TLSNone, Sender: "Portal <portal@example.com>", BaseURL: base + "/", Log: slog.New(slog.DiscardHandler)}
	for _, f := range change {
		f(&o)
	}
	m, err := mail.New(p.Service, o)
	if err != nil {
		t.Fatal(err)
	}
	return m
}

// invite makes a person, who so is invited.
func invite(t *testing.T, p *portaltest.Portal, change func(*portal.User)) portal.User {
	t.Helper()
	user := portaltest.GoodUser(stock(t, p))
	if change != nil {
		change(&user)
	}
	made, err := p.Service.CreateUser(t.Context(), p.Caller, user, "")
	if err != nil {
		t.Fatal(err)
	}
	return made.Object
}

// stock makes what people refer to. Those who are made with it got their mails already.
func stock(t *testing.T, p *portaltest.Portal) portaltest.Stock {
	t.Helper()
	made := p.Stock(t)
	mails, err := p.Service.DueMails(t.Context(), 100)
	for _, mail := range mails {
		if err := p.Service.MailSent(t.Context(), mail); err != nil {
			t.Fatal(err)
		}
	}
	if err != nil {
		t.Fatal(err)
	}
	return made
}

func sendDue(t *testing.T, m *mail.Mailer) {
	t.Helper()
	if _, err := m.SendDue(t.Context()); err != nil {
		t.Fatal(err)
	}
}

// choose uses the link of a letter.
func choose(t *testing.T, p *portaltest.Portal, letter portaltest.Letter) error {
	t.Helper()
	link, err := url.Parse(letter.Link())
	if err != nil || !strings.HasPrefix(letter.Link(), base+"/o/"+p.Caller.OrganizationID+"/activate?token=") {
		t.Fatalf("the link is %q: %v", letter.Link(), err)
	}
	return p.Service.Activate(t.Context(), p.Caller.OrganizationID, link.Query().Get("token"), "Kormoran-l3ci-nad-Wisla")
}

func TestMailer_MW03_EN03_invitationOfEveryPlatform(t *testing.T) {
	t.Parallel()
	for _, platform := range portal.Platforms() {
		t.Run(string(platform), func(t *testing.T) {
			t.Parallel()
			p, box := portaltest.Start(t, portaltest.WithPlatform(platform)), portaltest.StartMailbox(t)
			user := invite(t, p, nil)
			sendDue(t, newMailer(t, p, box))
			letters := box.Received()
			if platform != portal.Engage {
				if len(letters) != 1 || !strings.Contains(letters[0].Plain, *user.Email) {
					t.Fatalf("received %+v, want one mail with login and link", letters)
				}
				if err := choose(t, p, letters[0]); err != nil {
					t.Error(err)
				}
				return
			}
			if len(letters) != 2 {
				t.Fatalf("received %d mails, want two", len(letters))
			}
			account, activation := letters[0], letters[1]
			if strings.Contains(account.Link(), "token") {
				account, activation = activation, account
			}
			door, err := p.Service.Door(t.Context(), p.Caller.OrganizationID)
			if err != nil || !strings.Contains(account.Plain, *user.Username) || !strings.Contains(account.Plain, door.Name) || strings.Contains(account.Link(), "token") {
				t.Errorf("the first mail is %q: %v", account.Plain, err)
			}
			if strings.Contains(activation.Plain, *user.Username+"\n") {
				t.Errorf("the second mail says the username too: %q", activation.Plain)
			}
			if err := choose(t, p, activation); err != nil {
				t.Error(err)
			}
		})
	}
}

func TestMailer_letterInEveryLanguage(t *testing.T) {
	t.Parallel()
	subjects := map[string]string{
		"en": "choose your password", "nl": "kies je wachtwoord", "de": "Wählen Sie Ihr Passwort", "fr": "choisissez votre mot de passe", "es": "elija su contraseña",
	}
	for language, subject := range subjects {
		t.Run(language, func(t *testing.T) {
			t.Parallel()
			p, box := portaltest.Start(t, portaltest.WithPlatform(portal.Vaxel)), portaltest.StartMailbox(t)
			invite(t, p, func(u *portal.User) {
				u.FirstName, u.Locale = new("Åsa O'Neil"), &portal.Locale{Language: new(language + "-CH")}
			})
			sendDue(t, newMailer(t, p, box))
			letter := box.Received()[0]
			if !strings.HasSuffix(letter.Subject, subject) || letter.Header.Get("Content-Language") != language || letter.Header.Get("Auto-Submitted") != "auto-generated" {
				t.Errorf("subject %q, headers %v", letter.Subject, letter.Header)
			}
			if letter.Header.Get("Message-Id") == "" || letter.Header.Get("Date") == "" || letter.Header.Get("From") != `"Portal" <portal@example.com>` {
				t.Errorf("headers %v", letter.Header)
			}
			if !strings.Contains(letter.Plain, "Åsa O'Neil") || !strings.Contains(letter.HTML, "Åsa O&#39;Neil") || !strings.Contains(letter.HTML, `lang="`+language+`"`) ||
				!strings.Contains(letter.HTML, `href="`+letter.Link()+`"`) {
				t.Errorf("plain:\n%s\nHTML:\n%s", letter.Plain, letter.HTML)
			}
			for _, text := range []string{letter.Plain, letter.HTML, letter.Subject} {
				if strings.Contains(text, "{{") || strings.Contains(text, "<no value>") {
					t.Errorf("a gap is not filled: %s", text)
				}
			}
		})
	}
}

func TestMailer_serverThatIsAwayLosesNothing(t *testing.T) {
	t.Parallel()
	portalTime := &clock{now: time.Date(2026, 3, 4, 5, 6, 7, 0, time.UTC)}
	p, box := portaltest.Start(t, portaltest.WithNow(portalTime.Now)), portaltest.StartMailbox(t)
	var log bytes.Buffer
	m := newMailer(t, p, box, func(o *mail.Options) { o.Log = slog.New(slog.NewTextHandler(&log, nil)) })
	box.Stop()
	user := invite(t, p, nil)
	sendDue(t, m)
	if got, err := p.Service.GetUser(t.Context(), p.Caller, user.ID); err != nil || got.Status != portal.StatusPending {
		t.Fatalf("the user is %+v, %v", got, err)
	}
	if !strings.Contains(log.String(), "could not be sent and is kept") || strings.Contains(log.String(), "token=") {
		t.Errorf("the log says %s", log.String())
	}
	box.Restart(t)
	sendDue(t, m)
	if letters := box.Received(); len(letters) != 0 {
		t.Error("tried again without a pause")
	}
	portalTime.forward(2 * time.Minute)
	for range 3 {
		sendDue(t, m)
	}
	letters := box.Received()
	if len(letters) != 1 {
		t.Fatalf("received %d mails, want one", len(letters))
	}
	if err := choose(t, p, letters[0]); err != nil {
		t.Error(err)
	}
}

func TestMailer_oneRecipientThatIsRefusedHoldsUpNobody(t *testing.T) {
	t.Parallel()
	p, box := portaltest.Start(t), portaltest.StartMailbox(t)
	box.Refuse(func(to string) error {
		if strings.HasPrefix(to, "nobody@") {
			return &smtp.SMTPError{Code: 550, EnhancedCode: smtp.EnhancedCode{5, 1, 1}, Message: "no such mailbox"}
		}
		return nil
	})
	made := stock(t, p)
	for _, name := range []string{"nobody", "jagoda"} {
		user := portaltest.GoodUser(made)
		user.Email, user.Telephony = new(name+"@delfin.example.com"), &portal.Telephony{SIPAssignment: new("dynamic")}
		if _, err := p.Service.CreateUser(t.Context(), p.Caller, user, ""); err != nil {
			t.Fatal(err)
		}
	}
	sendDue(t, newMailer(t, p, box))
	if letters := box.Received(); len(letters) != 1 || letters[0].To != "jagoda@delfin.example.com" {
		t.Errorf("received %+v", letters)
	}
	if _, due, err := p.Service.UntilNextMail(t.Context()); err != nil || !due {
		t.Errorf("the mail that was refused is gone: %v", err)
	}
}

func TestMailer_runs(t *testing.T) {
	t.Parallel()
	p, box := portaltest.Start(t), portaltest.StartMailbox(t)
	made := stock(t, p)
	ctx, cancel := context.WithCancel(t.Context())
	var running sync.WaitGroup
	for range 2 { // two instances on one database send each mail once
		m := newMailer(t, p, box)
		running.Go(func() { m.Run(ctx) })
	}
	const people = 12
	for i := range people {
		user := portaltest.GoodUser(made)
		user.Email, user.Telephony = new(fmt.Sprintf("person%d@delfin.example.com", i)), &portal.Telephony{SIPAssignment: new("dynamic")}
		if _, err := p.Service.CreateUser(t.Context(), p.Caller, user, ""); err != nil {
			t.Fatal(err)
		}
	}
	for i := range people {
		box.Wait(t.Context(), t, fmt.Sprintf("person%d@delfin.example.com", i), 1)
	}
	cancel()
	running.Wait()
	if letters := box.Received(); len(letters) != people {
		t.Errorf("received %d mails, want %d", len(letters), people)
	}
}

func TestMailer_TLSAndLogin(t *testing.T) {
	t.Parallel()
	p, box := portaltest.Start(t), portaltest.StartMailbox(t, portaltest.MailboxWithTLS, portaltest.MailboxWithLogin)
	invite(t, p, nil)
	attempt := func(change func(*mail.Options)) (sent bool) {
		before := len(box.Received())
		if _, err := p.Service.SendActivation(t.Context(), p.Caller, userID(t, p)); err != nil {
			t.Fatal(err)
		}
		sendDue(t, newMailer(t, p, box, func(o *mail.Options) {
			o.TLS, o.CACertificates, o.Username, o.Password = mail.TLSStart, box.CA, box.Username, box.Password
			change(o)
		}))
		return len(box.Received()) > before
	}
	if !attempt(func(*mail.Options) {}) {
		t.Error("nothing was sent over STARTTLS")
	}
	for name, change := range map[string]func(*mail.Options){
		"a certificate that nobody trusts": func(o *mail.Options) { o.CACertificates = nil },
		"a wrong password":                 func(o *mail.Options) { o.Password = "wrong" },
		"no login":                         func(o *mail.Options) { o.Username = "" },
		"TLS from the start":               func(o *mail.Options) { o.TLS = mail.TLSImplicit },
	} {
		if attempt(change) {
			t.Errorf("sent in spite of %s", name)
		}
	}
	plain := portaltest.StartMailbox(t)
	box = plain
	if attempt(func(o *mail.Options) { o.Username = "" }) {
		t.Error("sent in clear where STARTTLS is asked for")
	}
}

func userID(t *testing.T, p *portaltest.Portal) string {
	t.Helper()
	page, err := p.Service.ListPeople(t.Context(), p.Caller, service.PeopleQuery{Search: "jagoda"})
	if err != nil || len(page.Items) != 1 {
		t.Fatalf("%d people: %v", len(page.Items), err)
	}
	return page.Items[0].ID
}

func TestNew_refusesWhatCannotWork(t *testing.T) {
	t.Parallel()
	good := mail.Options{Server: "mail.example.com:587", Sender: "portal@example.com", BaseURL: base}
	if _, err := mail.New(nil, good); err != nil {
		t.Fatal(err)
	}
	for want, change := range map[string]func(*mail.Options){
		`mail server "mail.example.com"`:   func(o *mail.Options) { o.Server = "mail.example.com" },
		`"smtp" is not a port`:             func(o *mail.Options) { o.Server = "mail.example.com:smtp" },
		"without TLS":                      func(o *mail.Options) { o.TLS = mail.TLSNone },
		"write starttls, tls or none":      func(o *mail.Options) { o.TLS = "maybe" },
		`sender of mails "portal"`:         func(o *mail.Options) { o.Sender = "portal" },
		`address of the portal "/o"`:       func(o *mail.Options) { o.BaseURL = "/o" },
		`address of the portal "ftp://x"`:  func(o *mail.Options) { o.BaseURL = "ftp://x" },
		`sender of mails "a@b.c\r\nBcc:x"`: func(o *mail.Options) { o.Sender = "a@b.c\r\nBcc:x" },
	} {
		o := good
		change(&o)
		if _, err := mail.New(nil, o); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v, want %s", err, want)
		}
	}
}
