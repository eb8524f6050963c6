package rules_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/switchboard-hq/terraform-provider-switchboard/internal/portal"
	"github.com/switchboard-hq/terraform-provider-switchboard/internal/portal/rules"
)

// licensed gives a user a licence, and what such a licence needs.
func licensed(licence string) func(*portal.User) {
	return func(u *portal.User) {
		product, edition, _ := strings.Cut(licence, " ")
		u.Licence, u.Telephony = &portal.Licence{Product: &product, Edition: &edition, HelpdeskID: new("")}, &portal.Telephony{PBXID: new(""), Extension: new("")}
		if product == "callcentrum" || product == "omnichannel" {
			u.Telephony.PBXID, u.Telephony.Extension = new("pbx_1"), new("201")
		}
		if product == "helpdesk" || product == "omnichannel" {
			u.Licence.HelpdeskID = new("help_1")
		}
	}
}

// licences lists every licence there is.
func licences() []string {
	list := []string{"video"}
	for _, product := range []string{"callcentrum", "helpdesk", "omnichannel"} {
		for _, edition := range []string{"mini", "start", "profi", "enterprise"} {
			list = append(list, product+" "+edition)
		}
	}
	return list
}

func TestRules_SA01_oneLicence(t *testing.T) {
	cases := []userCase{
		{"none", func(u *portal.User) { u.Licence = nil }, []string{"licence.product required SA-01"}},
		{"no such product", licensed("fax mini"), []string{"licence.product malformed SA-01"}},
		{"no edition", licensed("helpdesk"), []string{"licence.edition required SA-01"}},
		{"no such edition", licensed("helpdesk maxi"), []string{"licence.edition malformed SA-01"}},
		{"video in an edition", licensed("video mini"), []string{"licence.edition not_allowed SA-01"}},
	}
	for _, licence := range licences() {
		cases = append(cases, userCase{licence, licensed(licence), nil})
	}
	runUserCases(t, portal.Samoobsluha, cases)
}

// Which licence can be chosen follows from what the organisation ordered.
func TestRules_SA02_whatIsOrdered(t *testing.T) {
	t.Parallel()
	set := ruleSet(t, portal.Samoobsluha)
	for _, c := range []struct {
		licence string
		ordered []string
		missing []string
	}{
		{"callcentrum mini", []string{"pbx"}, nil},
		{"callcentrum mini", []string{"helpdesk", "video"}, []string{"pbx"}},
		{"helpdesk profi", []string{"helpdesk"}, nil},
		{"helpdesk mini", []string{"pbx"}, []string{"helpdesk"}},
		{"omnichannel start", []string{"pbx", "helpdesk"}, nil},
		{"omnichannel mini", []string{"pbx"}, []string{"helpdesk"}},
		{"omnichannel mini", nil, []string{"pbx", "helpdesk"}},
		{"video", []string{"video"}, nil},
		{"video", []string{"pbx", "helpdesk"}, []string{"video"}},
	} {
		inventory := acme()
		inventory.Organization.Ordered = c.ordered
		user := alice(t, portal.Samoobsluha)
		licensed(c.licence)(user)
		if err := set.Complete(portal.NounUser, user); err != nil {
			t.Fatal(err)
		}
		var missing []string
		for _, f := range set.Check(inventory, rules.Change{Noun: portal.NounUser, After: user}) {
			_, after, _ := strings.Cut(f.Message, "needs the service ")
			service, rest, _ := strings.Cut(after, ",")
			slices.Sort(c.ordered)
			if ordered := strings.Join(c.ordered, ", "); f.Field != "licence.product" || ordered != "" && !strings.Contains(rest, "has ordered "+ordered+";") {
				t.Errorf("%s with %q: %+v", c.licence, c.ordered, f)
			}
			missing = append(missing, service)
		}
		if !slices.Equal(missing, c.missing) {
			t.Errorf("%s with %q lacks %q, want %q", c.licence, c.ordered, missing, c.missing)
		}
	}
}

func TestRules_SA03_required(t *testing.T) {
	runUserCases(t, portal.Samoobsluha, []userCase{
		{"all three", func(u *portal.User) { u.Email, u.FirstName, u.LastName = nil, nil, nil },
			[]string{"email required SA-03", "first_name required SA-03", "last_name required SA-03"}},
		{"no address", func(u *portal.User) { u.Email = new("alice") }, []string{"email malformed SA-03"}},
		{"no password: one is generated", func(u *portal.User) { u.Password = nil }, nil},
		{"a weak one", func(u *portal.User) { u.Password = new(portal.Secret("alice")) }, []string{"password weak_password SA-03"}},
	})
}

func TestRules_SA04_oneGroup(t *testing.T) {
	groups := func(ids ...string) func(*portal.User) {
		return func(u *portal.User) { u.PermissionGroupIDs = ids }
	}
	runUserCases(t, portal.Samoobsluha, []userCase{
		{"two", groups("grp_1", "grp_2"), []string{"permission_group_ids not_allowed SA-04"}},
		{"none", groups(), []string{"permission_group_ids required SA-04"}},
		{"not there", groups("grp_9"), []string{"permission_group_ids missing SA-04"}},
	})
}

func TestRules_SA05_whatTheLicenceNeeds(t *testing.T) {
	runUserCases(t, portal.Samoobsluha, []userCase{
		{"no PBX", func(u *portal.User) {
			licensed("callcentrum start")(u)
			u.Telephony = nil
		}, []string{"telephony.pbx_id required SA-05"}},
		{"no such PBX", func(u *portal.User) {
			licensed("callcentrum start")(u)
			u.Telephony.PBXID = new("pbx_9")
		}, []string{"telephony.pbx_id missing SA-05"}},
		{"no helpdesk", func(u *portal.User) {
			licensed("helpdesk start")(u)
			u.Licence.HelpdeskID = nil
		}, []string{"licence.helpdesk_id required SA-05"}},
		{"no such helpdesk", func(u *portal.User) {
			licensed("helpdesk start")(u)
			u.Licence.HelpdeskID = new("help_9")
		}, []string{"licence.helpdesk_id missing SA-05"}},
		{"neither", func(u *portal.User) {
			licensed("omnichannel start")(u)
			u.Telephony, u.Licence.HelpdeskID = nil, nil
		}, []string{"licence.helpdesk_id required SA-05", "telephony.pbx_id required SA-05"}},
	})
}

func TestRules_SA06_extensionOnAPBX(t *testing.T) {
	on := func(pbx, extension string) func(*portal.User) {
		return func(u *portal.User) { u.Telephony = &portal.Telephony{PBXID: &pbx, Extension: &extension} }
	}
	runUserCases(t, portal.Samoobsluha, []userCase{
		{"with", on("pbx_1", "201"), nil},
		{"without", on("pbx_1", ""), []string{"telephony.extension required SA-06"}},
		{"without a PBX", on("", ""), nil},
	})
}

func TestRules_SA07_SA08_noteAndTwoFactor(t *testing.T) {
	runUserCases(t, portal.Samoobsluha, []userCase{
		{"a note of several lines", func(u *portal.User) { u.Description = new("Mornings only.\nSpeaks Polish.") }, nil},
		{"a note that is too long", func(u *portal.User) { u.Description = new(strings.Repeat("a", 2001)) }, []string{"description malformed SA-07"}},
		{"two-factor", func(u *portal.User) { u.Security = &portal.Security{TwoFactorRequired: new(true)} }, nil},
	})
	if user := storedAlice(t, ruleSet(t, portal.Samoobsluha)); *user.Security.TwoFactorRequired || *user.Description != "" {
		t.Error("a default is not the platform's")
	}
}

func TestRules_SA09_notBilledNeedsTheSystemScope(t *testing.T) {
	t.Parallel()
	set := ruleSet(t, portal.Samoobsluha)
	stored := func(billed bool) *portal.User {
		user := storedAlice(t, set)
		user.Licence.Billed = &billed
		return user
	}
	if user := storedAlice(t, set); !*user.Licence.Billed || *user.Licence.CallControlAPI || *user.Licence.StatutoryRepresentative {
		t.Error("a default is not the platform's")
	}
	user, operator := []portal.Scope{portal.ScopeRead, portal.ScopeWrite, portal.ScopeAdmin}, []portal.Scope{portal.ScopeWrite, portal.ScopeSystem}
	refused := []string{"licence.billed not_allowed SA-09"}
	for _, c := range []struct {
		name   string
		before any
		billed bool
		scopes []portal.Scope
		want   []string
	}{
		{"a new user", nil, false, user, refused},
		{"a new user by the operator", nil, false, operator, nil},
		{"a user who was", stored(true), false, user, refused},
		{"a user who was, by the operator", stored(true), false, operator, nil},
		{"a user who was not", stored(false), false, user, nil},
		{"a user who is to be", stored(false), true, user, nil},
		{"by a token of which nothing is known", stored(true), false, nil, nil},
		{"by a token that may nothing", stored(true), false, []portal.Scope{}, refused},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			wanted := storedAlice(t, set)
			wanted.Licence.Billed, wanted.Licence.CallControlAPI, wanted.Licence.StatutoryRepresentative = &c.billed, new(true), new(true)
			expect(t, set.Check(acme(), rules.Change{Noun: portal.NounUser, Before: c.before, After: wanted, Scopes: c.scopes}), c.want...)
		})
	}
}

func TestRules_SA10_onlyHereAPBXIsReloaded(t *testing.T) {
	t.Parallel()
	for _, platform := range portal.Platforms() {
		if reload := ruleSet(t, platform).PBXReload; reload != (platform == portal.Samoobsluha) {
			t.Errorf("%s: %t", platform, reload)
		}
	}
}

// Every pair of licences: what is not an arrow is refused, in words that list the arrows.
func TestRules_SA11_arrows(t *testing.T) {
	t.Parallel()
	set := ruleSet(t, portal.Samoobsluha)
	paid := "start profi enterprise"
	allowed := map[string]map[string]string{ // from → product → editions
		"callcentrum mini": {"callcentrum": paid, "omnichannel": "mini " + paid},
		"helpdesk mini":    {"helpdesk": paid, "omnichannel": "mini " + paid},
		"omnichannel mini": {"omnichannel": paid},
	}
	for _, edition := range strings.Fields(paid) {
		allowed["callcentrum "+edition] = map[string]string{"omnichannel": paid}
		allowed["helpdesk "+edition] = map[string]string{"omnichannel": paid}
	}
	for _, from := range licences() {
		for _, to := range licences() {
			stored, wanted := storedAlice(t, set), storedAlice(t, set)
			licensed(from)(stored)
			licensed(to)(wanted)
			findings := set.Check(acme(), rules.Change{Noun: portal.NounUser, Before: stored, After: wanted})
			product, edition, _ := strings.Cut(to, " ")
			if from == to || edition != "" && slices.Contains(strings.Fields(allowed[from][product]), edition) {
				expect(t, findings)
				continue
			}
			field := "licence.product"
			if strings.HasPrefix(from, product+" ") {
				field = "licence.edition"
			}
			expect(t, findings, field+" unchangeable SA-11")
			for _, f := range findings {
				for next, editions := range allowed[from] {
					for edition := range strings.FieldsSeq(editions) {
						if !strings.Contains(f.Message, next+" "+edition) {
							t.Errorf("%q does not list %s %s", f.Message, next, edition)
						}
					}
				}
			}
		}
	}
}

func TestRules_SA11_unknownLicence(t *testing.T) {
	t.Parallel()
	set := ruleSet(t, portal.Samoobsluha)
	stored, wanted := storedAlice(t, set), storedAlice(t, set)
	licensed("callcentrum start")(stored)
	licensed("callcentrum mini")(wanted)
	change := rules.Change{Noun: portal.NounUser, Before: stored, After: wanted, Unknown: func(path string) bool { return path == "licence.edition" }}
	expect(t, set.Check(acme(), change))
}

func TestRules_SA12_groupCanChange(t *testing.T) {
	t.Parallel()
	stored := storedAlice(t, ruleSet(t, portal.Samoobsluha))
	move := func(to string) func(*portal.User) {
		return func(u *portal.User) { u.PermissionGroupIDs = []string{to} }
	}
	expect(t, update(t, portal.Samoobsluha, portal.NounUser, *stored, move("grp_2")))
	expect(t, update(t, portal.Samoobsluha, portal.NounUser, *stored, move("grp_9")), "permission_group_ids missing SA-04")
}

func TestRules_SA13_usersCanBeDeleted(t *testing.T) {
	t.Parallel()
	set := ruleSet(t, portal.Samoobsluha)
	expect(t, set.Check(acme(), rules.Change{Noun: portal.NounUser, Before: storedAlice(t, set), Deletion: &portal.Deletion{}}))
}

func TestRules_SA14_lockedWhileTheLicenceStays(t *testing.T) {
	t.Parallel()
	stored := *alice(t, portal.Samoobsluha)
	licensed("omnichannel mini")(&stored)
	move := func(u *portal.User) { u.Telephony.PBXID, u.Licence.HelpdeskID = new("pbx_2"), new("help_2") }
	expect(t, update(t, portal.Samoobsluha, portal.NounUser, stored, move), "licence.helpdesk_id unchangeable SA-14", "telephony.pbx_id unchangeable SA-14")
	expect(t, update(t, portal.Samoobsluha, portal.NounUser, stored, func(u *portal.User) {
		move(u)
		u.Licence.Edition = new("profi")
	}))
	licensed("video")(&stored)
	expect(t, update(t, portal.Samoobsluha, portal.NounUser, stored, func(u *portal.User) { u.Telephony.PBXID, u.Telephony.Extension = new("pbx_2"), new("202") }))
}

// Which licences can be chosen follows from the product and its edition that were ordered.
func TestRules_SA01_editionsOrdered(t *testing.T) {
	t.Parallel()
	set := ruleSet(t, portal.Samoobsluha)
	check := func(editions, ordered []string, licence string) []rules.Finding {
		inventory := acme()
		inventory.Organization.Editions, inventory.Organization.Ordered = editions, ordered
		user := alice(t, portal.Samoobsluha)
		licensed(licence)(user)
		if err := set.Complete(portal.NounUser, user); err != nil {
			t.Fatal(err)
		}
		return set.Check(inventory, rules.Change{Noun: portal.NounUser, After: user})
	}
	all := []string{"pbx", "helpdesk", "video"}
	start := []string{"callcentrum start", "callcentrum mini"}
	for _, licence := range []string{"callcentrum start", "callcentrum mini", "helpdesk profi", "omnichannel enterprise", "video"} {
		expect(t, check(start, all, licence)) // of the products that the file does not name, every edition
		expect(t, check(nil, all, licence))
	}
	refused := check(start, all, "callcentrum profi")
	expect(t, refused, "licence.edition not_allowed SA-01")
	want := `licence.edition is "profi", and ` + "the organisation has not ordered callcentrum profi; choose one of callcentrum mini, callcentrum start, helpdesk enterprise, helpdesk mini, helpdesk profi, " +
		"helpdesk start, omnichannel enterprise, omnichannel mini, omnichannel profi, omnichannel start, video"
	if len(refused) == 1 && refused[0].Message != want {
		t.Errorf("said  %s\nwant %s", refused[0].Message, want)
	}
	unserved := check(start, []string{"pbx"}, "video")
	expect(t, unserved, "licence.product not_allowed SA-01")
	if len(unserved) == 1 && !strings.HasSuffix(unserved[0].Message, "or take another licence: choose one of callcentrum mini, callcentrum start") {
		t.Errorf("said %s", unserved[0].Message)
	}
	if len(ruleSet(t, portal.Vaxel).Licences()) > 0 || len(ruleSet(t, portal.Engage).Licences()) > 0 {
		t.Error("platforms without licences list some")
	}
}
