package provider

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-go/tftypes"

	"github.com/switchboard-hq/terraform-provider-switchboard/internal/portal"
	"github.com/switchboard-hq/terraform-provider-switchboard/internal/portal/portaltest"
	"github.com/switchboard-hq/terraform-provider-switchboard/internal/portal/rules"
)

// foreignPortal is a portal whose ids have another form than ours have.
type foreignPortal struct {
	*portaltest.Portal
	ids      *portaltest.ForeignIDs
	endpoint string
}

func startForeignPortal(t *testing.T, form func(int) string, option ...portaltest.Option) foreignPortal {
	t.Helper()
	p := portaltest.Start(t, option...)
	proxy, err := portaltest.StartProxy(p.URL)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(proxy.Close)
	ids := portaltest.NewForeignIDs(form)
	proxy.Put(ids.Over)
	return foreignPortal{p, ids, proxy.URL}
}

// run is the provider of one more run.
func (p foreignPortal) run(t testing.TB, schemas *tfprotov6.GetProviderSchemaResponse) *protocol {
	t.Helper()
	run := newRun(t, schemas)
	run.configure(p.endpoint, p.Token)
	return run
}

// named are attributes with the ids that the provider sees.
func (p foreignPortal) named(t *testing.T, attributes map[string]any) map[string]any {
	t.Helper()
	text, err := json.Marshal(attributes)
	if err != nil {
		t.Fatal(err)
	}
	var named map[string]any
	if err := json.Unmarshal(p.ids.In(text), &named); err != nil {
		t.Fatal(err)
	}
	return named
}

// TestForeignIDs_ALL04 takes an object of every kind through its life on every platform, in portals with ids of
// several forms.
func TestForeignIDs_ALL04(t *testing.T) {
	t.Parallel()
	for name, form := range portaltest.FormsOfIDs() {
		for _, platform := range portal.Platforms() {
			t.Run(name+"/"+string(platform), func(t *testing.T) {
				t.Parallel()
				set, err := rules.For(platform)
				if err != nil {
					t.Fatal(err)
				}
				p := startForeignPortal(t, form, portaltest.WithOrganization(withAllModules(platform, set)))
				tables, schemas := updateTables(t, p.Portal, platform), newProtocolWith(t, p.endpoint, p.Token).schemas
				for _, noun := range slices.Sorted(maps.Keys(tables)) {
					table := tables[noun]
					delete(table.base, "webcare.avatar") // an import does not know the file
					field := map[portal.Noun]string{
						portal.NounUser: "first_name", portal.NounPermissionGroup: "name",
						portal.NounSIPAccount: "name", portal.NounUserGroup: "subgroups",
					}[noun]
					schema := schemas.ResourceSchemas["switchboard_"+string(noun)]
					changed := table.base.with(settings{field: table.second[field].to})
					first := p.named(t, attributesFor(schema, table.base, table.base))
					p.liveWith(t, schemas, set, noun, first, p.named(t, attributesFor(schema, changed, table.base)))
				}
			})
		}
	}
}

// liveWith creates an object, changes it, finds it by everything that people know it by and deletes it.
func (p foreignPortal) liveWith(
	t *testing.T, schemas *tfprotov6.GetProviderSchemaResponse, set *rules.Set, noun portal.Noun,
	first, second map[string]any,
) {
	t.Helper()
	typeName := "switchboard_" + string(noun)
	settle := func(prior instance, attributes map[string]any) instance {
		t.Helper()
		settled := p.run(t, schemas).applyChange(p.run(t, schemas).planChange(prior, attributes))
		again := p.run(t, schemas).planChange(settled, attributes)
		if changes := again.changes(); len(changes) > 0 {
			t.Errorf("%s: the second plan changes %v", noun, changes)
		}
		return instance{typeName, again.prior, settled.private}
	}
	made := settle(p.run(t, schemas).noInstance(typeName), first)
	made = settle(made, second)
	id := p.run(t, schemas).idOf(made)
	for _, attribute := range append(naturalKeys(noun), "id") {
		var value string
		if attribute != "id" && set.Objects[noun].Fields[attribute] == nil {
			continue
		}
		if err := children(made.state)[attribute].As(&value); err != nil {
			t.Fatal(err)
		}
		imported := p.run(t, schemas).imported(typeName, value)
		if plan := p.run(t, schemas).planChange(imported, second); len(plan.changes()) > 0 {
			t.Errorf("%s: imported by the %s %q, the plan changes %v", noun, attribute, value, plan.changes())
		}
		shown := p.run(t, schemas).lookUp(typeName, map[string]any{attribute: value})
		if found := textOf(t, shown, "id"); found != id {
			t.Errorf("%s: the data source finds the %s %q as %q, want %q", noun, attribute, value, found, id)
		}
	}
	var listed []tftypes.Value
	if err := children(p.run(t, schemas).lookUp(typeName+"s", nil))[string(noun)+"s"].As(&listed); err != nil {
		t.Fatal(err)
	}
	if !slices.ContainsFunc(listed, func(one tftypes.Value) bool { return textOf(t, one, "id") == id }) {
		t.Errorf("%s: the list of %d does not have %q", noun, len(listed), id)
	}
	p.run(t, schemas).applyChange(p.run(t, schemas).planChange(made, nil))
	if gone := p.run(t, schemas).refresh(made); !gone.state.IsNull() {
		t.Errorf("%s: %q is still there after its deletion", noun, id)
	}
}

// textOf is a text in an object.
func textOf(t *testing.T, object tftypes.Value, attribute string) (text string) {
	t.Helper()
	if err := children(object)[attribute].As(&text); err != nil {
		t.Fatal(err)
	}
	return text
}

// TestForeignIDs_ALL04_oneKeyForTwo: the id of one object is what people know another one by. An import takes it for
// the id and says so, whether the portal is asked for single objects or the list is read; a data source is told what
// it is.
func TestForeignIDs_ALL04_oneKeyForTwo(t *testing.T) {
	t.Parallel()
	for noun, attributes := range manyOfEveryKind() {
		t.Run(string(noun), func(t *testing.T) {
			t.Parallel()
			attribute := naturalKeys(noun)[0]
			key := func(number int) string { return fmt.Sprint(attributes(number)[attribute]) }
			form := func(number int) string { return key(number + 1) }
			p := startForeignPortal(t, form, portaltest.WithPlatform(platformOf(noun)))
			typeName, drive := "switchboard_"+string(noun), newProtocolWith(t, p.endpoint, p.Token)
			for number := 1; number <= 3; number++ { // each has the natural key of the next one as its id
				p.ids.Of(p.Make(t, map[portal.Noun]any{
					portal.NounUser: portal.User{
						Email: new(key(number)), FirstName: new("Bob"), LastName: new("Bos"),
						Telephony: &portal.Telephony{Extension: new(fmt.Sprint(3000 + number))},
					},
					portal.NounPermissionGroup: portal.PermissionGroup{Name: new(key(number))},
					portal.NounSIPAccount:      portal.SIPAccount{Extension: new(key(number))},
					portal.NounUserGroup:       portal.UserGroup{Name: new(key(number))},
				}[noun]))
			}
			for range 3 { // after which the list is read
				for number, warned := range map[int]bool{2: true, 3: true, 4: false} {
					id, said := drive.importedID(typeName, key(number))
					if id != key(number) {
						t.Errorf("%q was imported as the %s with the id %q", key(number), noun, id)
					}
					other := fmt.Sprintf("its id, %q", key(number+1))
					if warned != (len(said) == 1 && strings.Contains(said[0], other)) {
						t.Errorf("the import of %q says %q", key(number), said)
					}
				}
				if id, _ := drive.importedID(typeName, key(1)); id != key(2) {
					t.Errorf("%q was imported as the %s with the id %q", key(1), noun, id)
				}
			}
			if got := textOf(t, drive.lookUp(typeName, map[string]any{attribute: key(2)}), "id"); got != key(3) {
				t.Errorf("the %s with the %s %q has the id %q", noun, attribute, key(2), got)
			}
			if got := textOf(t, drive.lookUp(typeName, map[string]any{"id": key(2)}), attribute); got != key(1) {
				t.Errorf("the %s with the id %q has the %s %q", noun, key(2), attribute, got)
			}
		})
	}
}

// TestForeignIDs_ALL04_memberships: a membership is imported by what people know the user and the group by, and by
// ids of any form.
func TestForeignIDs_ALL04_memberships(t *testing.T) {
	t.Parallel()
	const typeName = "switchboard_permission_group_member"
	for name, form := range portaltest.FormsOfIDs() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p := startForeignPortal(t, form, portaltest.WithPlatform(portal.Maatwerk))
			drive := newProtocolWith(t, p.endpoint, p.Token)
			group := p.ids.Of(p.Make(t, portal.PermissionGroup{Name: new("In- and outside / all @ work")}))
			user := p.ids.Of(p.Make(t, portal.User{
				Email: new("fem/ke@example.com"), FirstName: new("Femke"), LastName: new("Fiets"),
				Telephony:          &portal.Telephony{ForwardNumbers: []string{"+31612345678"}},
				PermissionGroupIDs: []string{p.Make(t, portal.PermissionGroup{Name: new("all @ work")})},
			}))
			attributes := map[string]any{"user_id": user, "permission_group_id": group}
			made := drive.applyChange(drive.planChange(drive.noInstance(typeName), attributes))
			for _, u := range []string{user, "fem/ke@example.com"} {
				for _, g := range []string{group, "In- and outside / all @ work"} {
					imported := p.run(t, drive.schemas).imported(typeName, u+"/"+g)
					plan := p.run(t, drive.schemas).planChange(imported, attributes)
					if id := drive.idOf(imported); len(plan.changes()) > 0 || id != user+"/"+group {
						t.Errorf("%q was imported as %q, of which the plan changes %v", u+"/"+g, id, plan.changes())
					}
				}
			}
			p.run(t, drive.schemas).applyChange(p.run(t, drive.schemas).planChange(made, nil))
			if gone := p.run(t, drive.schemas).refresh(made); !gone.state.IsNull() {
				t.Error("the membership is still there after its deletion")
			}
		})
	}
}

// TestForeignIDs_ALL04_severalMemberships: who is in which group tells at which slash the user ends. Where that
// leaves several, the error says how to write each.
func TestForeignIDs_ALL04_severalMemberships(t *testing.T) {
	t.Parallel()
	const typeName = "switchboard_permission_group_member"
	p := startForeignPortal(t, strconv.Itoa, portaltest.WithPlatform(portal.Maatwerk))
	group := func(name string) string {
		made := p.Make(t, portal.PermissionGroup{Name: &name})
		p.ids.Of(made)
		return made
	}
	user := func(email string, groups ...string) {
		p.ids.Of(p.Make(t, portal.User{
			Email: &email, FirstName: new("Femke"), LastName: new("Fiets"), PermissionGroupIDs: groups,
			Telephony: &portal.Telephony{ForwardNumbers: []string{"+31612345678"}},
		}))
	}
	others, slashed, agents := group("Others"), group("b@example.com/Agents"), group("Agents") // 1, 2 and 3
	one := group("1")                                                                          // 4
	group("c@example.com/Others")                                                              // 5
	user("a@example.com", others, slashed, one)                                                // 6
	user("6/b@example.com", others, agents)                                                    // 7
	user("6/c@example.com", others)                                                            // 8
	drive := newProtocolWith(t, p.endpoint, p.Token)
	for _, test := range []struct{ written, id, refusal string }{
		{"6/1", "6/1", ""}, // and not the group that is called 1
		{"6/4", "6/4", ""},
		{"7/Agents", "7/3", ""},
		{"A@example.com/2", "6/2", ""},
		{"a@example.com/b@example.com/Agents", "6/2", ""},
		{"6/b@example.com/Others", "7/1", ""},
		{"6/c@example.com/Others", "8/1", ""}, // and not the group 5, in which nobody is
		{"6/b@example.com/Agents", "", `the user "a@example.com" (6) in the permission group ` +
			`"b@example.com/Agents" (2), and the user "6/b@example.com" (7) in the permission group "Agents" (3). ` +
			`Import the one that is meant by its ids, "6/2" or "7/3"`},
		{"6/Agents", "", `the user "a@example.com" (6) is not in the permission group "Agents" (3)`},
		{"6/b@example.com/Nobodies", "", `the organisation has no permission group with the id or name "Nobodies"`},
		{"9/Agents", "", `the organisation has no user with the id or e-mail address "9"`},
		{"../Agents", "", `the organisation has no user with the id or e-mail address ".."`},
		{"a@example.com/../users/6", "", `the organisation has no permission group with the id or name "../users/6"`},
	} {
		for range 2 { // asked for one by one, and looked for in the lists
			id, said := drive.importedID(typeName, test.written)
			if id != test.id {
				t.Errorf("%q was imported as %q, want %q", test.written, id, test.id)
			}
			if test.refusal != "" && (len(said) != 1 || !strings.Contains(said[0], test.refusal)) {
				t.Errorf("the import of %q says %q, want %q", test.written, said, test.refusal)
			}
		}
	}
}

// importedID is the id of the object that is imported, empty if it is refused, and what the import says.
func (d *protocol) importedID(typeName, id string) (got string, said []string) {
	d.t.Helper()
	found, err := d.server.ImportResourceState(d.t.Context(), &tfprotov6.ImportResourceStateRequest{
		TypeName: typeName, ID: id, ClientCapabilities: &tfprotov6.ImportResourceStateClientCapabilities{},
	})
	if err != nil {
		d.t.Fatal(err)
	}
	for _, diagnostic := range found.Diagnostics {
		said = append(said, diagnostic.Detail)
	}
	if refused(found.Diagnostics) {
		return "", said
	}
	return d.idOf(instance{state: d.decode(typeName, found.ImportedResources[0].State)}), said
}
