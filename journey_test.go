package main

import (
	"fmt"
	"io"
	"strings"
	"testing"
	"time"

	"github.com/pquerna/otp/totp"

	"github.com/switchboard-hq/terraform-provider-switchboard/internal/portal"
	"github.com/switchboard-hq/terraform-provider-switchboard/internal/portal/portaltest"
)

// The life of a person, with everything that people use: the built program as provider and portal, the real Terraform,
// a mailbox and a browser.

const (
	bobsPassword   = "Kormoran-l3ci-nad-Wisla"
	bobsNewOne     = "Czapla-5toi-w-szuwarach"
	givenPassword  = "Vq7-lamp-Orbit-kiwi"
	evasOwn        = "Zuraw-kl4ngor-o-swicie"
	wrongPassword  = "Zupelnie-1nne-haslo"
	journeyHeading = `
terraform {
  required_providers {
    switchboard = { source = "switchboard-hq/switchboard" }
  }
}
variable "endpoint" { type = string }
variable "token" {
  type      = string
  ephemeral = true
}
variable "password" {
  type      = string
  ephemeral = true
  default   = null
}
variable "password_version" {
  type    = number
  default = null
}
variable "enabled" { default = true }
provider "switchboard" {
  endpoint = var.endpoint
  token    = var.token
}
`
)

// journeyPeople are bob, who is invited, and eva, who is given a password, on a platform.
func journeyPeople(platform portal.Platform) string {
	var groups, common string
	if platform != portal.Vaxel {
		groups = "resource \"switchboard_permission_group\" \"agents\" { name = \"Agents\" }\n"
		common = "  permission_group_ids = [switchboard_permission_group.agents.id]\n"
	}
	bob := "  email = \"bob@example.com\"\n  first_name = \"Bob\"\n  last_name = \"Bos\"\n  enabled = var.enabled\n"
	eva := "  email = \"eva@example.com\"\n  first_name = \"Eva\"\n  last_name = \"Evers\"\n  password_wo = \"" + givenPassword + "\"\n  password_wo_version = 1\n"
	switch platform {
	case portal.Maatwerk:
		common += "  telephony = { forward_numbers = [\"+31612345678\"] }\n"
	case portal.Engage:
		return journeyHeading + groups + "resource \"switchboard_user\" \"bob\" {\n  username = \"Bob\"\n" + bob + common + "}\n" // where nobody gives a password
	case portal.Samoobsluha:
		common += "  licence = { product = \"helpdesk\", edition = \"mini\", helpdesk_id = \"wsparcie\" }\n"
	case portal.Telecube:
		common += "  telephony = { sip_assignment = \"dynamic\" }\n"
	case portal.Vaxel:
	}
	if twoFactorRequired(platform) {
		bob += "  security = { two_factor_required = true }\n"
	}
	bob += "  send_invitation = true\n  password_wo = var.password\n  password_wo_version = var.password_version\n"
	return journeyHeading + groups + "resource \"switchboard_user\" \"bob\" {\n" + bob + common + "}\nresource \"switchboard_user\" \"eva\" {\n" + eva + common + "}\n"
}

// twoFactorRequired reports whether the platform can require a second factor. On the others, people enrol one if they
// like.
func twoFactorRequired(platform portal.Platform) bool {
	return platform == portal.Maatwerk || platform == portal.Samoobsluha
}

// journey is one person on the way.
type journey struct {
	*workspace
	platform portal.Platform
	pages    string // address of the organisation's pages
	login    string // what bob logs in with
	args     []string
}

func (j *journey) terraform(command string, vars ...string) (string, int) {
	j.t.Helper()
	args := append([]string{command, "-no-color", "-input=false"}, j.args...)
	if command != "plan" {
		args = append(args, "-auto-approve")
	} else {
		args = append(args, "-detailed-exitcode")
	}
	for _, v := range vars {
		args = append(args, "-var", v)
	}
	return j.run("terraform", args...)
}

func (j *journey) expect(code int, command string, vars ...string) string {
	j.t.Helper()
	output, got := j.terraform(command, vars...)
	if got != code {
		j.t.Fatalf("terraform %s %v: exit code %d, want %d\n%s", command, vars, got, code, output)
	}
	return output
}

// logIn fills in the form of the log-in page.
func (j *journey) logIn(browser *portaltest.Browser, login, password string) {
	j.t.Helper()
	label := "E-mail address"
	if j.platform == portal.Engage {
		label = "Username"
	}
	browser.Go(j.pages + "/login")
	browser.Fill(label, login)
	browser.Fill("Password", password)
	browser.Press("Log in")
}

func TestJourney_MW03_MW15_MW16_EN03_EN17_EN18_TC06_VX22_SA03_SA08(t *testing.T) {
	t.Parallel()
	for _, platform := range portal.Platforms() {
		t.Run(string(platform), func(t *testing.T) {
			t.Parallel()
			walk(t, platform)
		})
	}
}

func walk(t *testing.T, platform portal.Platform) {
	box, browser := portaltest.StartMailbox(t), portaltest.NewBrowser(t)
	w := newWorkspace(t, map[string]string{"main.tf": journeyPeople(platform), "organization.yaml": portaltest.Organization(platform)})
	address, _ := w.serveLogging(io.Discard, "--smtp-server", box.Address, "--smtp-tls", "none", "--mail-from", "Portal <portal@example.com>")
	token := strings.TrimSpace(w.must(w.binary, "portal", "token", "create", "--database", "portal.db", "--organization", "delfin", "--name", "terraform", "--scope", "read,write,admin"))
	token = token[strings.LastIndexByte(token, '\n')+1:]
	j := &journey{workspace: w, platform: platform, pages: address.String() + "/o/delfin", login: "bob@example.com",
		args: []string{"-var", "endpoint=" + address.String(), "-var", "token=" + token}}
	if platform == portal.Engage {
		j.login = "Bob"
	}

	// Apply: the mail arrives, in two parts on engage.
	j.expect(0, "apply")
	mails := 1
	if platform == portal.Engage {
		mails = 2
	}
	var link string
	for _, letter := range box.Wait(t.Context(), t, "bob@example.com", mails) {
		if strings.Contains(letter.Link(), "/activate?token=") {
			link = letter.Link()
		}
	}
	language := "en"
	if platform == portal.Maatwerk || platform == portal.Engage {
		language = "nl" // of the platform, as bob has chosen none; the pages follow the browser
	}
	if letter := box.Received()[0]; letter.Header.Get("Content-Language") != language {
		t.Errorf("the mail is in %q, want %q", letter.Header.Get("Content-Language"), language)
	}

	// Activate, and log in with the second factor.
	browser.Go(link)
	browser.Fill("New password", "bob")
	browser.Press("Save the password")
	browser.Shows("This password is too short or too simple")
	browser.Fill("New password", bobsPassword)
	browser.Press("Save the password")
	browser.Shows("Your password is saved")
	j.logIn(browser, j.login, bobsPassword)
	if !twoFactorRequired(platform) {
		browser.Shows("You are logged in")
		browser.Follow("Set up a second factor")
	}
	app := browser.TextOf("#secret")
	code := func(ahead time.Duration) string {
		t.Helper()
		code, err := totp.GenerateCode(app, time.Now().Add(ahead))
		if err != nil {
			t.Fatal(err)
		}
		return code
	}
	browser.Fill("Code that the app shows", code(0))
	if !twoFactorRequired(platform) { // where the log-in has led here, the password was given just now
		browser.Fill("Present password", bobsPassword)
	}
	browser.Press("Confirm")
	recovery := strings.Fields(browser.TextOf(".codes"))
	browser.Follow("I have kept them, continue")
	browser.Shows("You are logged in", "Bob Bos")
	second := func(code string) {
		t.Helper()
		browser.Fill("Code that your app shows, or a recovery code", code)
		browser.Press("Continue")
		browser.Shows("You are logged in")
	}
	browser.Press("Log out")
	j.logIn(browser, j.login, bobsPassword)
	second(code(30 * time.Second)) // the next one: each is taken once
	j.expect(0, "plan")            // nothing that bob did is a difference

	if platform != portal.Engage {
		j.forcedChange()
	}

	// Three wrong passwords block on engage, elsewhere an administrator does; the plan shows it, and the apply
	// unblocks.
	stranger := portaltest.NewBrowser(t)
	for range 3 {
		j.logIn(stranger, j.login, wrongPassword)
		stranger.Shows("The login or the password is wrong")
	}
	if platform != portal.Engage {
		administrator := portaltest.NewBrowser(t)
		administrator.Go(j.pages + "/admin/login")
		administrator.Fill("Token with the scopes read and admin", token)
		administrator.Press("Log in")
		administrator.Follow("Bob Bos")
		administrator.Press("Block")
		administrator.Shows("The person is blocked")
	}
	j.logIn(stranger, j.login, bobsPassword)
	stranger.Shows("The login or the password is wrong")
	browser.Go(j.pages + "/me")
	browser.Shows("Log in to") // the session ended with the block
	if plan := j.expect(2, "plan"); !strings.Contains(plan, "enabled") || !strings.Contains(plan, "false -> true") {
		t.Errorf("the plan does not show the block:\n%s", plan)
	}
	j.expect(0, "apply")
	j.logIn(browser, j.login, bobsPassword)
	second(recovery[0])

	// Terraform changes the password, or withdraws and grants access where it gives none: the session is gone at once.
	password := bobsPassword
	if platform == portal.Engage {
		j.expect(0, "apply", "enabled=false")
		browser.Go(j.pages + "/me")
		browser.Shows("Log in to")
		j.expect(0, "apply")
	} else {
		password = bobsNewOne
		j.expect(0, "apply", "password="+bobsNewOne, "password_version=1")
		browser.Go(j.pages + "/me")
		browser.Shows("Log in to")
		j.logIn(browser, j.login, bobsPassword)
		browser.Shows("The login or the password is wrong")
	}
	j.logIn(browser, j.login, password)
	second(recovery[1])

	// Destroyed, nobody gets in any more.
	j.expect(0, "destroy")
	browser.Go(j.pages + "/me")
	browser.Shows("Log in to")
	j.logIn(browser, j.login, password)
	browser.Shows("The login or the password is wrong")
}

// forcedChange has eva, who was given a password, choose one of her own at the first log-in (MW-16).
func (j *journey) forcedChange() {
	j.t.Helper()
	browser := portaltest.NewBrowser(j.t)
	j.logIn(browser, "eva@example.com", givenPassword)
	browser.Shows("Choose a password of your own")
	browser.Go(j.pages + "/me")
	browser.Shows("Choose a password of your own") // there is no way around
	browser.Fill("Present password", givenPassword)
	browser.Fill("New password", evasOwn)
	browser.Press("Change the password")
	browser.Shows("You are logged in", "Eva Evers")
	if plan := j.expect(0, "plan"); !strings.Contains(plan, "No changes") {
		j.t.Error(fmt.Sprint("the change is a difference:\n", plan))
	}
}
