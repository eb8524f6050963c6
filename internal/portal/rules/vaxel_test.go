package rules_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/switchboard-hq/terraform-provider-switchboard/internal/portal"
	"github.com/switchboard-hq/terraform-provider-switchboard/internal/portal/rules"
)

func TestRules_VX01_names(t *testing.T) {
	first := func(name string) func(*portal.User) {
		return func(u *portal.User) { u.FirstName = new(name) }
	}
	refused := []string{"first_name malformed VX-01"}
	runUserCases(t, portal.Vaxel, []userCase{
		{"Swedish", first("Åsa-Märta"), nil},
		{"apostrophe", first("D'Arcy"), nil},
		{"curly apostrophe", first("D’Arcy"), nil},
		{"Chinese", first("小明"), nil},
		{"Arabic", first("محمد"), nil},
		{"Hindi with vowel signs", first("प्रिया"), nil},
		{"Sinhala with a joiner", first("ශ්\u200dරී"), nil},
		{"combining accent", first("Jose\u0301"), nil},
		{"one letter", first("A"), refused},
		{"digit", first("Alice2"), refused},
		{"digit of another script", first("علي٢"), refused},
		{"punctuation", first("Alice!"), refused},
		{"emoji", first("Alice😀"), refused},
		{"line break", first("Ali\nce"), refused},
		{"no letter at all", first("--"), refused},
		{"last name of one letter", func(u *portal.User) { u.LastName = new("Ö") }, nil},
	})
}

func TestRules_VX02_emailIsTheLogin(t *testing.T) {
	email := func(email string) func(*portal.User) {
		return func(u *portal.User) { u.Email = &email }
	}
	runUserCases(t, portal.Vaxel, []userCase{
		{"none", email(""), []string{"email required VX-02"}},
		{"no address", email("alice"), []string{"email malformed VX-02"}},
		{"taken", email("Bob@Example.com"), []string{"email already_exists VX-02"}},
	})
}

func TestRules_VX03_strongPassword(t *testing.T) {
	given := func(password string) func(*portal.User) {
		return func(u *portal.User) { u.Password = new(portal.Secret(password)) }
	}
	runUserCases(t, portal.Vaxel, []userCase{
		{"none: the person sets one by a link", func(*portal.User) {}, nil},
		{"strong", given("wX7-kq9.Lm2"), nil},
		{"guessable", given("alice2024"), []string{"password weak_password VX-03"}},
	})
}

func TestRules_VX04_fourDigits(t *testing.T) {
	on := func(extension string) func(*portal.User) {
		return func(u *portal.User) { u.Telephony = &portal.Telephony{Extension: &extension} }
	}
	runUserCases(t, portal.Vaxel, []userCase{
		{"four", on("4567"), nil},
		{"none", on(""), nil},
		{"three", on("567"), []string{"telephony.extension not_recommended VX-04"}},
		{"letters", on("45a"), []string{"telephony.extension malformed ALL-02", "telephony.extension not_recommended VX-04"}},
	})
	t.Run("said once", func(t *testing.T) {
		t.Parallel()
		stored := *alice(t, portal.Vaxel)
		stored.Telephony = &portal.Telephony{Extension: new("567")}
		expect(t, update(t, portal.Vaxel, portal.NounUser, stored, func(u *portal.User) { u.LastName = new("de Vries") }))
	})
}

func TestRules_VX05_ringTime(t *testing.T) {
	ring := func(seconds int64) func(*portal.User) {
		return func(u *portal.User) { u.Telephony = &portal.Telephony{RingSeconds: &seconds} }
	}
	runUserCases(t, portal.Vaxel, []userCase{
		{"least", ring(5), nil},
		{"less", ring(4), []string{"telephony.ring_seconds not_allowed VX-05"}},
		{"most", ring(300), nil},
		{"more", ring(301), []string{"telephony.ring_seconds not_allowed VX-05"}},
	})
}

func TestRules_VX05_VX06_VX08_VX09_VX10_VX11_defaults(t *testing.T) {
	t.Parallel()
	user := alice(t, portal.Vaxel)
	user.Telephony = &portal.Telephony{CallWaiting: new(false)}
	unknown := func(path string) bool { return path == "telephony.recording" || path == "locale" }
	if err := ruleSet(t, portal.Vaxel).CompleteKnown(portal.NounUser, user, unknown); err != nil {
		t.Fatal(err)
	}
	telephony := user.Telephony
	if *telephony.RingSeconds != 30 || *telephony.DefaultProfile != "available" || *telephony.HideCallerID || !*user.Enabled {
		t.Error("a default is not the platform's")
	}
	if *telephony.BusyOnAllDevices || *user.Directory.Hidden || *user.Voicemail.Enabled || *user.Security.SkipSSO {
		t.Error("a default is not the platform's")
	}
	if *telephony.CallWaiting {
		t.Error("a given value was overwritten")
	}
	if telephony.Recording != nil || user.Locale != nil {
		t.Error("what is not known yet got a default")
	}
	var none *portal.Telephony
	engage := alice(t, portal.Engage)
	if err := ruleSet(t, portal.Engage).Complete(portal.NounUser, engage); err != nil || engage.Telephony != none {
		t.Errorf("engage made telephony: %v", err)
	}
}

func TestRules_VX07_callerID(t *testing.T) {
	t.Parallel()
	says := func(findings []rules.Finding, want string) {
		t.Helper()
		if len(findings) != 1 || findings[0].Severity != rules.SeverityWarning || findings[0].Message != want {
			t.Errorf("got %+v, want a warning that %s", findings, want)
		}
	}
	shows := func(number string) []rules.Finding {
		inventory := acme()
		inventory.Organization.PhoneNumbers = append(inventory.Organization.PhoneNumbers, "+31851234569")
		set := ruleSet(t, portal.Vaxel)
		user := alice(t, portal.Vaxel)
		user.Telephony = &portal.Telephony{CallerID: &number}
		if err := set.Complete(portal.NounUser, user); err != nil {
			t.Fatal(err)
		}
		return set.Check(inventory, rules.Change{Noun: portal.NounUser, After: user})
	}
	says(shows("+31 85 123 45 68"), `telephony.caller_id is "+31851234568", which is free, so it is allocated to this user as an incoming number too`)
	says(shows("+31851234569"), `telephony.caller_id is "+31851234569", which is an incoming number of bob@example.com and stays so; this user only shows it`)
	expect(t, shows("+31851234567")) // the main number
	expect(t, shows("+46812345678"), "telephony.caller_id not_owned VX-07")
	expect(t, shows("081234567"), "telephony.caller_id malformed VX-07")
	expect(t, shows(""))
}

// A number is allocated when it comes to be shown, and said then.
func TestRules_VX07_allocationIsSaidOnce(t *testing.T) {
	t.Parallel()
	stored := *alice(t, portal.Vaxel)
	stored.ID, stored.Telephony = "usr_alice", &portal.Telephony{CallerID: new("+31851234568")}
	expect(t, update(t, portal.Vaxel, portal.NounUser, stored, func(u *portal.User) { u.LastName = new("de Vries") }))
	unknown := rules.Inventory{Organization: acme().Organization}
	expect(t, ruleSet(t, portal.Vaxel).Check(unknown, rules.Change{Noun: portal.NounUser, After: &stored}))
	inventory := acme()
	if inventory.Free("+31851234567") || !inventory.Free("+31851234568") || inventory.Free("+46812345678") {
		t.Error("free is what is owned, not the main number, and nobody's")
	}
}

func TestRules_VX07_incomingNumbers(t *testing.T) {
	t.Parallel()
	inventory := acme()
	inventory.Organization.PhoneNumbers = append(inventory.Organization.PhoneNumbers, "+31851234569")
	set := ruleSet(t, portal.Vaxel)
	stored := *storedAlice(t, set)
	stored.Telephony.IncomingNumbers = []string{"+31851234568"}
	check := func(given bool, change func(*portal.Telephony)) []rules.Finding {
		user, telephony := stored, *stored.Telephony
		change(&telephony)
		user.Telephony = &telephony
		return set.Check(inventory, rules.Change{Noun: portal.NounUser, Before: &stored, After: &user, Given: func(string) bool { return given }})
	}
	incoming := func(numbers ...string) []rules.Finding {
		return check(true, func(t *portal.Telephony) { t.IncomingNumbers = append([]string{}, numbers...) })
	}
	expect(t, incoming("+31 85 123 45 68"))
	expect(t, incoming("+31851234568", "+31851234569"), "telephony.incoming_numbers in_use VX-07")
	expect(t, incoming("+31851234568", "+31851234567"), "telephony.incoming_numbers not_allowed VX-07")
	expect(t, incoming("+31851234568", "+46812345678"), "telephony.incoming_numbers not_owned VX-07")
	expect(t, incoming("+31851234568", "0851234568"), "telephony.incoming_numbers malformed VX-07")
	lost := incoming()
	expect(t, lost, "telephony.incoming_numbers no_longer_rings VX-07")
	if len(lost) == 1 && lost[0].Message != `telephony.incoming_numbers loses "+31851234568", which no longer rings at this user` {
		t.Errorf("got %+v", lost[0])
	}
	silent := check(true, func(t *portal.Telephony) { t.CallerID, t.IncomingNumbers = new("+31851234568"), []string{} })
	expect(t, silent, "telephony.caller_id shown_only VX-07", "telephony.incoming_numbers no_longer_rings VX-07")
	for _, platform := range portal.Platforms() {
		if platform != portal.Vaxel {
			user := alice(t, platform)
			if user.Telephony == nil {
				user.Telephony = &portal.Telephony{}
			}
			user.Telephony.IncomingNumbers = []string{"+31851234568"}
			findings := create(t, platform, portal.NounUser, user)
			if !slices.ContainsFunc(findings, func(f rules.Finding) bool { return f.Code == portal.CodeNotOnPlatform }) {
				t.Errorf("%s takes incoming numbers: %+v", platform, findings)
			}
		}
	}
}

func TestRules_VX08_VX10_VX11_switches(t *testing.T) {
	t.Parallel()
	stored := storedAlice(t, ruleSet(t, portal.Vaxel))
	expect(t, update(t, portal.Vaxel, portal.NounUser, *stored, func(u *portal.User) {
		u.Telephony.HideCallerID, u.Telephony.BusyOnAllDevices, u.Directory.Hidden = new(true), new(true), new(true)
	}))
}

func TestRules_VX12_voicemail(t *testing.T) {
	voicemail := func(v portal.Voicemail) func(*portal.User) {
		return func(u *portal.User) { u.Voicemail = &v }
	}
	pin := new(portal.Secret("4711"))
	runUserCases(t, portal.Vaxel, []userCase{
		{"off", voicemail(portal.Voicemail{Enabled: new(false)}), nil},
		{"on", voicemail(portal.Voicemail{Enabled: new(true), PIN: pin, Email: new("alice@example.com")}), nil},
		{"on with nothing", voicemail(portal.Voicemail{Enabled: new(true)}), []string{"voicemail.email required VX-12", "voicemail.pin required VX-12"}},
		{"on with an empty PIN", voicemail(portal.Voicemail{Enabled: new(true), PIN: new(portal.Secret("")), Email: new("alice@example.com")}),
			[]string{"voicemail.pin required VX-12"}},
		{"on with a PIN that the request says is there", voicemail(portal.Voicemail{Enabled: new(true), PINSet: true, Email: new("alice@example.com")}),
			[]string{"voicemail.pin required VX-12"}},
	})
	t.Run("later", func(t *testing.T) {
		t.Parallel()
		stored := *alice(t, portal.Vaxel)
		stored.Voicemail = &portal.Voicemail{Enabled: new(true), PINSet: true, Email: new("alice@example.com")}
		expect(t, update(t, portal.Vaxel, portal.NounUser, stored, func(u *portal.User) { u.LastName = new("de Vries") }))
		expect(t, update(t, portal.Vaxel, portal.NounUser, stored, func(u *portal.User) { u.Voicemail.PIN = new(portal.Secret("")) }), "voicemail.pin required VX-12")
		expect(t, update(t, portal.Vaxel, portal.NounUser, stored, func(u *portal.User) { u.Voicemail.Email = new("") }), "voicemail.email required VX-12")
		stored.Voicemail.PINSet, stored.Voicemail.Enabled = false, new(false)
		expect(t, update(t, portal.Vaxel, portal.NounUser, stored, func(u *portal.User) { u.Voicemail.Enabled = new(true) }), "voicemail.pin required VX-12")
	})
}

// without takes a module from the organisation.
func without(t *testing.T, module string, change func(*portal.User)) []rules.Finding {
	t.Helper()
	set := ruleSet(t, portal.Vaxel)
	inventory := acme()
	inventory.Organization.Modules = slices.DeleteFunc(inventory.Organization.Modules, func(m string) bool { return m == module })
	user := alice(t, portal.Vaxel)
	change(user)
	if err := set.Complete(portal.NounUser, user); err != nil {
		t.Fatal(err)
	}
	return set.Check(inventory, rules.Change{Noun: portal.NounUser, After: user})
}

func TestRules_VX13_skippingSSONeedsSSO(t *testing.T) {
	t.Parallel()
	skip := func(skip bool) func(*portal.User) {
		return func(u *portal.User) { u.Security = &portal.Security{SkipSSO: &skip} }
	}
	expect(t, without(t, "", skip(true)))
	expect(t, without(t, "sso", skip(true)), "security.skip_sso not_allowed VX-13")
	expect(t, without(t, "sso", skip(false)))
}

func TestRules_VX14_pinIsDigitsAndSecret(t *testing.T) {
	t.Parallel()
	for pin, ok := range map[string]bool{"4711": true, "4711471147": true, "471": false, "47114711471": false, "47a1": false, "47 11": false, "٤٧١١": false} {
		user := alice(t, portal.Vaxel)
		user.Voicemail = &portal.Voicemail{Enabled: new(true), Email: new("alice@example.com"), PIN: new(portal.Secret(pin))}
		findings := create(t, portal.Vaxel, portal.NounUser, user)
		if ok {
			expect(t, findings)
			continue
		}
		expect(t, findings, "voicemail.pin malformed VX-14")
		if len(findings) == 1 && strings.Contains(findings[0].Message, pin) {
			t.Errorf("the message has the PIN: %s", findings[0].Message)
		}
	}
}

func TestRules_VX15_VX16_whomVoicemailNotifies(t *testing.T) {
	notify := func(email, number string) func(*portal.User) {
		return func(u *portal.User) { u.Voicemail = &portal.Voicemail{Email: &email, SMSNumber: &number} }
	}
	runUserCases(t, portal.Vaxel, []userCase{
		{"both", notify("alice@example.com", "+46 70 123 45 67"), nil},
		{"neither", notify("", ""), nil},
		{"malformed", notify("alice", "0701234567"), []string{"voicemail.email malformed VX-15", "voicemail.sms_number malformed VX-16"}},
	})
}

func TestRules_VX17_locale(t *testing.T) {
	locale := func(country, zone, language string) func(*portal.User) {
		return func(u *portal.User) {
			u.Locale = &portal.Locale{Country: &country, TimeZone: &zone, Language: &language}
		}
	}
	refused := []string{"locale.country malformed VX-17", "locale.language malformed VX-17", "locale.time_zone malformed VX-17"}
	runUserCases(t, portal.Vaxel, []userCase{
		{"Sweden", locale("SE", "Europe/Stockholm", "sv"), nil},
		{"subtags", locale("FI", "America/Argentina/Ushuaia", "sv-FI"), nil},
		{"none", locale("", "", ""), nil},
		{"wrong", locale("se", "Stockholm", "sv_SE"), refused},
		{"made up", locale("XX", "Local", "qq-!"), refused},
	})
}

func TestRules_VX18_recording(t *testing.T) {
	record := func(when string) func(*portal.User) {
		return func(u *portal.User) { u.Telephony = &portal.Telephony{Recording: &when} }
	}
	runUserCases(t, portal.Vaxel, []userCase{
		{"never", record("never"), nil},
		{"always", record("always"), nil},
		{"on demand", record("on_demand"), nil},
		{"sometimes", record("sometimes"), []string{"telephony.recording malformed VX-18"}},
	})
}

func TestRules_VX19_VX21_texts(t *testing.T) {
	text := func(alias, note string) func(*portal.User) {
		return func(u *portal.User) {
			u.Directory, u.Description = &portal.Directory{ExchangeAlias: &alias}, &note
		}
	}
	runUserCases(t, portal.Vaxel, []userCase{
		{"both", text("alice.jansen", "Mornings only.\nSpeaks Polish."), nil},
		{"too long", text(strings.Repeat("a", 255), strings.Repeat("a", 2001)), []string{"description malformed VX-21", "directory.exchange_alias malformed VX-19"}},
	})
}

func TestRules_VX20_billingNumberNeedsTheExtension(t *testing.T) {
	t.Parallel()
	bill := func(number string) func(*portal.User) {
		return func(u *portal.User) { u.Telephony = &portal.Telephony{BillingNumber: &number} }
	}
	expect(t, without(t, "", bill("+46812345678")))
	expect(t, without(t, "partner_mobile", bill("+46812345678")), "telephony.billing_number not_allowed VX-20")
	expect(t, without(t, "partner_mobile", bill("")))
}

func TestRules_VX06_profiles(t *testing.T) {
	t.Parallel()
	set := ruleSet(t, portal.Vaxel)
	inventory := acme()
	inventory.Organization.Profiles = []string{"lunch"}
	stored := *storedAlice(t, set)
	profile := func(name string) []rules.Finding {
		user, telephony := stored, *stored.Telephony
		telephony.DefaultProfile, user.Telephony = &name, &telephony
		return set.Check(inventory, rules.Change{Noun: portal.NounUser, Before: &stored, After: &user})
	}
	expect(t, profile("available"))
	expect(t, profile("lunch"))
	misspelt := profile("avialable")
	expect(t, misspelt, "telephony.default_profile missing VX-06")
	if len(misspelt) == 1 && !strings.Contains(misspelt[0].Message, "choose one of available, lunch") {
		t.Errorf("said %s", misspelt[0].Message)
	}
	stored.Telephony.DefaultProfile = new("meeting") // from before profiles were named
	expect(t, profile("meeting"))
}
