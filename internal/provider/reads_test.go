package provider

import (
	"fmt"
	"maps"
	"strings"
	"sync"
	"testing"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-go/tftypes"

	"github.com/switchboard-hq/terraform-provider-switchboard/internal/portal"
	"github.com/switchboard-hq/terraform-provider-switchboard/internal/portal/portaltest"
)

// many is how many resources of a kind a test of requests has.
const many = 40

// manyOfEveryKind are configurations that differ in their number.
func manyOfEveryKind() map[portal.Noun]func(number int) map[string]any {
	return map[portal.Noun]func(int) map[string]any{
		portal.NounUser: func(number int) map[string]any {
			return map[string]any{
				"email": fmt.Sprintf("person%d@example.com", number), "first_name": "Bob", "last_name": "Bos", "telephony": map[string]any{"extension": fmt.Sprint(2000 + number)},
			}
		},
		portal.NounPermissionGroup: func(number int) map[string]any { return map[string]any{"name": fmt.Sprintf("Group %d", number)} },
		portal.NounSIPAccount: func(number int) map[string]any {
			return map[string]any{"extension": fmt.Sprint(2000 + number), "name": "Desk"}
		},
		portal.NounUserGroup: func(number int) map[string]any {
			return map[string]any{"name": fmt.Sprintf("Floor %d", number), "subgroups": []any{"West", "East"}}
		},
	}
}

// naturalKeys are the attributes by which people know an object.
func naturalKeys(noun portal.Noun) []string {
	switch noun {
	case portal.NounUser:
		return []string{"email", "username"}
	case portal.NounSIPAccount:
		return []string{"extension"}
	default:
		return []string{"name"}
	}
}

// tally counts requests by method and list: "GET /v1/users/…" is for one user.
func tally(requests []string) map[string]int {
	counts := map[string]int{}
	for _, request := range requests {
		parts := strings.Split(request, "/")
		if len(parts) > 3 {
			request = strings.Join(parts[:3], "/") + "/…"
		}
		counts[request]++
	}
	return counts
}

// tenAtOnce does something for every number, as many at the same time as Terraform does.
func tenAtOnce(do func(number int)) {
	numbers := make(chan int)
	var working sync.WaitGroup
	for range 10 {
		working.Go(func() {
			for number := range numbers {
				do(number)
			}
		})
	}
	for number := range many {
		numbers <- number
	}
	close(numbers)
	working.Wait()
}

// lookUp is what a data source shows.
func (d *protocol) lookUp(typeName string, attributes map[string]any) tftypes.Value {
	d.t.Helper()
	schema := d.schemas.DataSourceSchemas[typeName]
	read, err := d.server.ReadDataSource(d.t.Context(), &tfprotov6.ReadDataSourceRequest{
		TypeName: typeName, Config: d.value(schema, attributes),
		ClientCapabilities: &tfprotov6.ReadDataSourceClientCapabilities{},
	})
	if err != nil {
		d.t.Fatal(err)
	}
	d.noError("look up", read.Diagnostics)
	value, err := read.State.Unmarshal(schema.ValueType())
	if err != nil {
		d.t.Fatal(err)
	}
	return value
}

// TestReads_whatRunsCost counts what plans and applies of many resources ask the portal. Whether anything is new to the
// organisation is found out by three searches, and then by pages; so are objects refreshed.
func TestReads_whatRunsCost(t *testing.T) {
	t.Parallel()
	lists := map[portal.Noun]string{
		portal.NounUser: "/v1/users", portal.NounPermissionGroup: "/v1/permission-groups", portal.NounSIPAccount: "/v1/sip-accounts", portal.NounUserGroup: "/v1/user-groups",
	}
	for noun, attributes := range manyOfEveryKind() {
		t.Run(string(noun), func(t *testing.T) {
			t.Parallel()
			p := portaltest.Start(t, portaltest.WithPlatform(platformOf(noun)))
			list := lists[noun]
			sent := 0
			wantTally := func(what string, want map[string]int) {
				t.Helper()
				requests := p.Requests()
				got := tally(requests[sent:])
				if sent = len(requests); !maps.Equal(got, want) {
					t.Errorf("%s costs %v, want %v", what, got, want)
				}
			}
			search := map[string]int{"GET /v1/organization": 1, "GET " + list: 2 + 1}
			if noun == portal.NounUser { // whose extensions may be SIP accounts'
				search["GET /v1/sip-accounts"] = 2 + 1
			}
			plans, made := [many]plannedInstance{}, [many]instance{}
			drive := newProtocol(t, p)
			tenAtOnce(func(number int) {
				plans[number] = drive.planChange(drive.noInstance("switchboard_"+string(noun)), attributes(number))
			})
			wantTally("a plan of new resources", search)

			drive = drive.anew(t, p) // Terraform applies in another process, in which it plans every resource again
			tenAtOnce(func(number int) {
				plan := drive.planChange(drive.noInstance("switchboard_"+string(noun)), attributes(number))
				made[number] = drive.applyChange(plan)
			})
			want := maps.Clone(search)
			want["POST "+list] = many
			wantTally("an apply of new resources", want)

			drive = drive.anew(t, p)
			tenAtOnce(func(number int) {
				if plan := drive.planChange(made[number], attributes(number)); len(plan.changes()) > 0 {
					t.Errorf("changes %v", plan.changes())
				}
			})
			wantTally("a plan without changes", map[string]int{"GET /v1/organization": 1, "GET " + list + "/…": 2, "GET " + list: 1})

			key := naturalKeys(noun)[0]
			drive = drive.anew(t, p)
			tenAtOnce(func(number int) {
				drive.lookUp("switchboard_"+string(noun), map[string]any{key: attributes(number)[key]})
			})
			wantTally("as many data sources by what people know them by", map[string]int{"GET /v1/organization": 1, "GET " + list: 2 + 1})

			for what, id := range map[string]func(number int) string{
				"what people know them by": func(number int) string { return fmt.Sprint(attributes(number)[key]) },
				"their ids":                func(number int) string { return drive.idOf(made[number]) },
			} {
				drive = drive.anew(t, p)
				sent = len(p.Requests())
				tenAtOnce(func(number int) { drive.imported("switchboard_"+string(noun), id(number)) })
				got := tally(p.Requests()[sent:])
				if got["GET "+list]+got["GET "+list+"/…"] > 2+1 { // two ids or searches, and the list
					t.Errorf("as many imports by %s, with a refresh each, cost %v", what, got)
				}
			}

			sent = len(p.Requests())
			drive = newRun(t, drive.schemas)
			drive.configureBlock(map[string]any{"endpoint": p.URL, "token": p.Token, "coalesce_reads": false, "max_requests_per_second": 1e6})
			tenAtOnce(func(number int) { drive.planChange(made[number], attributes(number)) })
			wantTally("the same without pages", map[string]int{"GET /v1/organization": 1, "GET " + list + "/…": many})
		})
	}
}

// TestReads_everybodyInANewGroup: a group that this run has made is looked up for the users in it, and the portal is
// not asked for it again.
func TestReads_everybodyInANewGroup(t *testing.T) {
	t.Parallel()
	p := portaltest.Start(t, portaltest.WithPlatform(portal.Telecube))
	drive := newProtocol(t, p)
	var groups [many]string
	for number := range groups {
		groups[number] = drive.idOf(drive.applyChange(drive.planChange(drive.noInstance("switchboard_permission_group"), map[string]any{"name": fmt.Sprintf("Group %d", number)})))
	}
	for number, group := range groups {
		drive.applyChange(drive.planChange(drive.noInstance("switchboard_user"), map[string]any{
			"email": fmt.Sprintf("person%d@example.com", number), "first_name": "Bob", "last_name": "Bos",
			"permission_group_ids": []any{group}, "telephony": map[string]any{"sip_assignment": "dynamic"},
		}))
	}
	got := tally(p.Requests())
	for request, want := range map[string]int{"POST /v1/users": many, "POST /v1/permission-groups": many, "GET /v1/permission-groups/…": 0, "GET /v1/users/…": 0} {
		if got[request] != want {
			t.Errorf("there were %d requests %s, want %d, in %v", got[request], request, want, got)
		}
	}
}
