package provider

import (
	"bytes"
	"fmt"
	"image"
	"image/color"
	"image/png"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-testing/helper/resource"
	"github.com/hashicorp/terraform-plugin-testing/knownvalue"
	"github.com/hashicorp/terraform-plugin-testing/plancheck"
	"github.com/hashicorp/terraform-plugin-testing/statecheck"
	"github.com/hashicorp/terraform-plugin-testing/tfjsonpath"

	"github.com/switchboard-hq/terraform-provider-switchboard/internal/portal"
	"github.com/switchboard-hq/terraform-provider-switchboard/internal/portal/portaltest"
	"github.com/switchboard-hq/terraform-provider-switchboard/internal/portal/service"
)

// TestAccUser_VX12_voicemail switches voicemail on with a PIN, rotates the PIN, and leaves the attribute out again.
func TestAccUser_VX12_voicemail(t *testing.T) {
	t.Parallel()
	p := portaltest.Start(t, portaltest.WithPlatform(portal.Vaxel))
	astrid := func(voicemail attributesHCL) string {
		return configure(p, attributesHCL{"email": `"astrid@example.com"`, "first_name": `"Astrid"`, "last_name": `"Lind"`, "telephony.extension": `"0101"`}.
			with(voicemail).block("switchboard_user", "astrid"))
	}
	const address = "switchboard_user.astrid"
	on := attributesHCL{"voicemail.enabled": `true`, "voicemail.pin_wo": `"4711"`, "voicemail.pin_wo_version": `1`, "voicemail.email": `"astrid@example.com"`}
	resource.UnitTest(t, resource.TestCase{
		ProtoV6ProviderFactories: factories(),
		Steps: []resource.TestStep{
			{Config: astrid(attributesHCL{"voicemail.enabled": `true`, "voicemail.email": `"astrid@example.com"`}), ExpectError: regexp.MustCompile(`(?s)PIN|pin`)},
			{
				Config: astrid(on),
				ConfigStateChecks: []statecheck.StateCheck{
					statecheck.ExpectKnownValue(address, tfjsonpath.New("voicemail").AtMapKey("pin_set"), knownvalue.Bool(true)),
					statecheck.ExpectKnownValue(address, tfjsonpath.New("voicemail").AtMapKey("pin_wo"), knownvalue.Null()),
				},
			},
			{ResourceName: address, ImportState: true, ImportStateVerify: true, ImportStateVerifyIgnore: []string{"password_wo_version"}},
			{Config: astrid(on.with(attributesHCL{"voicemail.pin_wo": `"0815"`, "voicemail.pin_wo_version": `2`, "voicemail.sms_number": `"+46 70 123 45 67"`}))},
			{
				Config: astrid(nil),
				PostApplyFunc: func() {
					if v := storedUser(t, p, "astrid@example.com").Voicemail; v == nil || !*v.Enabled || !v.PINSet {
						t.Errorf("what leaves the configuration stays in the portal; it has %+v", v)
					}
				},
			},
		},
	})
}

// writePicture writes a small PNG of one colour.
func writePicture(t *testing.T, file string, shade uint8) {
	t.Helper()
	picture := image.NewGray(image.Rect(0, 0, 8, 8))
	for i := range picture.Pix {
		picture.Pix[i] = color.Gray{Y: shade}.Y
	}
	var content bytes.Buffer
	if err := png.Encode(&content, picture); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(file, content.Bytes(), 0o600); err != nil {
		t.Fatal(err)
	}
}

// TestAccUser_EN04_avatar: another picture under the same name is a change, and a file that is no picture fails at
// plan.
func TestAccUser_EN04_avatar(t *testing.T) {
	t.Parallel()
	p := portaltest.Start(t, portaltest.WithPlatform(portal.Engage))
	dir := t.TempDir()
	file, text := filepath.Join(dir, "joost.png"), filepath.Join(dir, "joost.txt")
	writePicture(t, file, 10)
	if err := os.WriteFile(text, []byte("no picture"), 0o600); err != nil {
		t.Fatal(err)
	}
	joost := func(file string) string {
		return configure(p, `resource "switchboard_permission_group" "agents" { name = "Agents" }`, attributesHCL{
			"username": `"joost"`, "email": `"joost@example.com"`, "first_name": `"Joost"`, "last_name": `"Smit"`,
			"permission_group_ids": `[switchboard_permission_group.agents.id]`, "webcare.avatar_file": fmt.Sprintf("%q", file),
		}.block("switchboard_user", "joost"))
	}
	digest := tfjsonpath.New("webcare").AtMapKey("avatar_sha256")
	sameAsStored := knownvalue.StringFunc(func(value string) error {
		if stored := storedUser(t, p, "joost@example.com").Webcare.AvatarSHA256; value != stored || len(value) != 64 {
			return fmt.Errorf("the portal has the picture %q", stored)
		}
		return nil
	})
	inState := []statecheck.StateCheck{statecheck.ExpectKnownValue("switchboard_user.joost", digest, sameAsStored)}
	resource.UnitTest(t, resource.TestCase{
		ProtoV6ProviderFactories: factories(),
		Steps: []resource.TestStep{
			{Config: joost(file), ConfigStateChecks: inState},
			{
				PreConfig: func() { writePicture(t, file, 200) }, Config: joost(file), ConfigStateChecks: inState,
				ConfigPlanChecks: resource.ConfigPlanChecks{PreApply: []plancheck.PlanCheck{
					plancheck.ExpectResourceAction("switchboard_user.joost", plancheck.ResourceActionUpdate),
				}},
			},
			{Config: joost(text), ExpectError: regexp.MustCompile(`(?s)PNG`)},
			{Config: joost(filepath.Join(dir, "missing.png")), ExpectError: regexp.MustCompile(`(?s)cannot be read.*missing\.png`)},
			{
				Config:            joost(""),
				ConfigStateChecks: []statecheck.StateCheck{statecheck.ExpectKnownValue("switchboard_user.joost", digest, knownvalue.StringExact(""))},
			},
		},
	})
}

// TestAccUser_EN16_plannedWork: a user with planned publications is deleted only by a configuration that says to
// discard them.
func TestAccUser_EN16_plannedWork(t *testing.T) {
	t.Parallel()
	p := portaltest.Start(t, portaltest.WithPlatform(portal.Engage))
	const group = `resource "switchboard_permission_group" "agents" { name = "Agents" }`
	joost := func(changes attributesHCL) string {
		return attributesHCL{
			"username": `"joost"`, "email": `"joost@example.com"`, "first_name": `"Joost"`, "last_name": `"Smit"`,
			"permission_group_ids": `[switchboard_permission_group.agents.id]`,
		}.with(changes).block("switchboard_user", "joost")
	}
	resource.UnitTest(t, resource.TestCase{
		ProtoV6ProviderFactories: factories(),
		Steps: []resource.TestStep{
			{
				Config: configure(p, group, joost(nil)),
				PostApplyFunc: func() {
					for i := range 3 {
						publication := portal.PlannedPublication{Text: fmt.Sprintf("Post %d", i), PublishAt: time.Date(2031, 1, 1+i, 9, 0, 0, 0, time.UTC)}
						if _, err := p.Service.CreatePlannedPublication(t.Context(), p.Caller, storedUser(t, p, "joost@example.com").ID, publication); err != nil {
							t.Fatal(err)
						}
					}
				},
			},
			{Config: configure(p, group), PlanOnly: true, ExpectError: regexp.MustCompile(`(?s)joost@example\.com.*planned.*\(3\)`)},
			{Config: configure(p, group, joost(attributesHCL{"discard_planned_work": `true`}))},
			{Config: configure(p, group)},
		},
	})
}

// warnings are what a plan has to say without refusing, at an attribute.
func warnings(diagnostics []*tfprotov6.Diagnostic, attribute string) string {
	var text []string
	for _, d := range diagnostics {
		if d.Severity == tfprotov6.DiagnosticSeverityWarning && concerns(d, attribute) {
			text = append(text, d.Detail)
		}
	}
	return strings.Join(text, "\n")
}

func TestPlanWarnings(t *testing.T) {
	t.Parallel()
	user := func(changes map[string]any) map[string]any {
		attributes := map[string]any{"email": "astrid@delfin.example.com", "first_name": "Astrid", "last_name": "Lind"}
		for name, value := range changes {
			attributes[name] = value
		}
		return attributes
	}
	for name, test := range map[string]struct {
		platform        portal.Platform
		attributes      map[string]any
		attribute, want string
	}{
		"VX-04 an extension of three digits": {portal.Vaxel, user(map[string]any{"telephony": map[string]any{"extension": "101"}}), "telephony.extension", "4 digits"},
		"VX-07 a number that is free":        {portal.Vaxel, user(map[string]any{"telephony": map[string]any{"extension": "0101", "caller_id": "+48225550101"}}), "telephony.caller_id", "+48225550101"},
		"TC-01 a free mailbox": {portal.Telecube, map[string]any{
			"email": "astrid@gmail.com", "first_name": "Astrid", "last_name": "Lind", "permission_group_ids": []string{"GROUP"}, "telephony": map[string]any{"sip_assignment": "dynamic"},
		}, "email", "gmail.com"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p := portaltest.Start(t, portaltest.WithPlatform(test.platform))
			if _, ok := test.attributes["permission_group_ids"]; ok {
				test.attributes["permission_group_ids"] = []string{p.Stock(t).GroupID}
			}
			drive := newProtocol(t, p)
			_, diagnostics := drive.tryChange(drive.noInstance("switchboard_user"), test.attributes)
			drive.noError("plan", diagnostics)
			if got := warnings(diagnostics, test.attribute); !strings.Contains(got, test.want) {
				t.Errorf("the plan warns at %s of %q, want something with %q", test.attribute, got, test.want)
			}
		})
	}
}

// TestPlanWarnings_MW06_membersTouched: the plan says how many people a change of permissions touches.
func TestPlanWarnings_MW06_membersTouched(t *testing.T) {
	t.Parallel()
	p := portaltest.Start(t, portaltest.WithPlatform(portal.Maatwerk))
	group := storedPermissionGroup(t, p, "end user")
	for i := range 3 {
		member := portal.User{
			Email: new(fmt.Sprintf("member%d@example.com", i)), PermissionGroupIDs: []string{group.ID},
			Telephony: &portal.Telephony{ForwardNumbers: []string{"+31612345678"}},
		}
		if _, err := p.Service.CreateUser(t.Context(), p.Caller, member, ""); err != nil {
			t.Fatal(err)
		}
	}
	drive := newProtocol(t, p)
	prior := drive.imported("switchboard_permission_group", group.ID)
	_, diagnostics := drive.tryChange(prior, map[string]any{"name": *group.Name, "permissions": []string{"own_destination.update", "call_details.view"}})
	drive.noError("plan", diagnostics)
	if got := warnings(diagnostics, "permissions"); !strings.Contains(got, "3") {
		t.Errorf("the plan warns of %q, want the number of members", got)
	}
}

// TestAccUser_MW01_lifecycle creates, reads, changes and deletes a user of a client organisation.
func TestAccUser_MW01_lifecycle(t *testing.T) {
	t.Parallel()
	p := portaltest.Start(t, portaltest.WithPlatform(portal.Maatwerk))
	daan := func(changes attributesHCL) string {
		return configure(p, `data "switchboard_permission_group" "end_user" { name = "end user" }`, attributesHCL{
			"email": `"daan@example.com"`, "first_name": `"Daan"`, "middle_name": `"van den"`, "last_name": `"Berg"`,
			"permission_group_ids": `[data.switchboard_permission_group.end_user.id]`, "telephony.forward_numbers": `["+31 6 12345678"]`,
		}.with(changes).block("switchboard_user", "daan"))
	}
	resource.UnitTest(t, resource.TestCase{
		ProtoV6ProviderFactories: factories(),
		Steps: []resource.TestStep{
			{Config: daan(nil), PostApplyFunc: func() { storedUser(t, p, "daan@example.com") }},
			{
				Config: daan(attributesHCL{"last_name": `"Bergh"`}),
				PostApplyFunc: func() {
					if got := *storedUser(t, p, "daan@example.com").LastName; got != "Bergh" {
						t.Errorf("the portal has the last name %q", got)
					}
				},
			},
		},
		CheckDestroy: func(*terraformState) error {
			page, err := p.Service.ListUsers(t.Context(), p.Caller, service.ListQuery{})
			if err == nil && len(page.Items) > 0 {
				err = fmt.Errorf("%d users are left", len(page.Items))
			}
			return err
		},
	})
}

// TestAccUser_ALL06_isNeverReplaced: a username cannot change on engage, and the plan says so instead of deleting one
// person and making another.
func TestAccUser_ALL06_isNeverReplaced(t *testing.T) {
	t.Parallel()
	p := portaltest.Start(t, portaltest.WithPlatform(portal.Engage))
	joost := func(username string) string {
		return configure(p, `resource "switchboard_permission_group" "agents" { name = "Agents" }`, attributesHCL{
			"username": username, "email": `"joost@example.com"`, "first_name": `"Joost"`, "last_name": `"Smit"`,
			"permission_group_ids": `[switchboard_permission_group.agents.id]`,
		}.block("switchboard_user", "joost"))
	}
	resource.UnitTest(t, resource.TestCase{
		ProtoV6ProviderFactories: factories(),
		Steps: []resource.TestStep{
			{Config: joost(`"joost"`)},
			{Config: joost(`"Joost"`), ExpectError: regexp.MustCompile(`(?s)username cannot change from "joost" to "Joost"`)},
		},
	})
}

// TestAccUser_VX07_notKnownAtPlan: what follows from a value that comes from another resource is left open by the plan,
// on creation and later.
func TestAccUser_VX07_notKnownAtPlan(t *testing.T) {
	t.Parallel()
	p := portaltest.Start(t, portaltest.WithPlatform(portal.Vaxel))
	astrid := func(number, pin string) string {
		return configure(p, fmt.Sprintf("resource \"terraform_data\" \"number\" {\n  input = %q\n}\nresource \"terraform_data\" \"pin\" {\n  input = %q\n}\n", number, pin), attributesHCL{
			"email": `"astrid@example.com"`, "first_name": `"Astrid"`, "last_name": `"Lind"`, "telephony.extension": `"0101"`,
			"telephony.caller_id": `terraform_data.number.output`, "voicemail.enabled": `true`, "voicemail.email": `"astrid@example.com"`,
			"voicemail.pin_wo": `terraform_data.pin.output`, "voicemail.pin_wo_version": `1`,
		}.block("switchboard_user", "astrid"))
	}
	rings := func(numbers ...string) []statecheck.StateCheck {
		elements := []knownvalue.Check{}
		for _, number := range numbers {
			elements = append(elements, knownvalue.StringExact(number))
		}
		return []statecheck.StateCheck{
			statecheck.ExpectKnownValue("switchboard_user.astrid", tfjsonpath.New("telephony").AtMapKey("incoming_numbers"), knownvalue.SetExact(elements)),
			statecheck.ExpectKnownValue("switchboard_user.astrid", tfjsonpath.New("voicemail").AtMapKey("pin_set"), knownvalue.Bool(true)),
		}
	}
	resource.UnitTest(t, resource.TestCase{
		ProtoV6ProviderFactories: factories(),
		Steps: []resource.TestStep{
			{Config: astrid("+48225550101", "4711"), ConfigStateChecks: rings("+48225550101")},
			{Config: astrid("+48225550102", "4711"), ConfigStateChecks: rings("+48225550101", "+48225550102")},
		},
	})
}

// TestAccUser_MW04_effectivePermissions: what a user may do is what any of its groups grants, and follows the groups.
func TestAccUser_MW04_effectivePermissions(t *testing.T) {
	t.Parallel()
	p := portaltest.Start(t, portaltest.WithPlatform(portal.Maatwerk))
	daan := func(second string) string {
		return configure(p, `resource "switchboard_permission_group" "a" {
  name        = "A"
  permissions = ["own_destination.update", "call_details.view"]
}
resource "switchboard_permission_group" "b" {
  name        = "B"
  permissions = `+second+`
}
data "switchboard_user" "daan" { id = switchboard_user.daan.id }
`, attributesHCL{
			"email": `"daan@example.com"`, "permission_group_ids": `[switchboard_permission_group.a.id, switchboard_permission_group.b.id]`,
			"telephony.forward_numbers": `["+31612345678"]`,
		}.block("switchboard_user", "daan"))
	}
	may := func(want ...string) []statecheck.StateCheck {
		elements := []knownvalue.Check{}
		for _, permission := range want {
			elements = append(elements, knownvalue.StringExact(permission))
		}
		return []statecheck.StateCheck{statecheck.ExpectKnownValue("data.switchboard_user.daan", tfjsonpath.New("permissions"), knownvalue.SetExact(elements))}
	}
	resource.UnitTest(t, resource.TestCase{
		ProtoV6ProviderFactories: factories(),
		Steps: []resource.TestStep{
			{Config: daan(`["call_details.view", "modules.update"]`), ConfigStateChecks: may("call_details.view", "modules.update", "own_destination.update")},
			{Config: daan(`[]`)},
			{Config: daan(`[]`), ConfigStateChecks: may("call_details.view", "own_destination.update")},
		},
	})
}
