package provider

import (
	"encoding/json"
	"net/http"
	"syscall"
	"testing"
	"time"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	ctyjson "github.com/zclconf/go-cty/cty/json"

	"github.com/switchboard-hq/terraform-provider-switchboard/internal/portal/portaltest"
)

// BenchmarkNoChangePlan is what Terraform asks of the provider for each user of whom nothing changes. It reports the
// CPU time of one, in which is the client's side of one request and the serving of its canned answer, but neither logs
// nor gRPC.
func BenchmarkNoChangePlan(b *testing.B) {
	for name, fast := range map[string]bool{"framework": false, "short way": true} {
		b.Run(name, func(b *testing.B) {
			p := portaltest.Start(b)
			stock := p.Stock(b)
			o := quickOptions()
			o.fastPlan = fast
			server := newServer(o)
			schemas, err := server.GetProviderSchema(b.Context(), &tfprotov6.GetProviderSchemaRequest{})
			if err != nil {
				b.Fatal(err)
			}
			drive := &protocol{t: b, server: server, schemas: schemas}
			drive.configure(p.URL, p.Token)
			user, err := p.Service.GetUser(b.Context(), p.Caller, stock.HolderID)
			if err != nil {
				b.Fatal(err)
			}
			answer, err := json.Marshal(user)
			if err != nil {
				b.Fatal(err)
			}
			prior := drive.imported("switchboard_user", stock.HolderID)
			plan := drive.planChange(prior, map[string]any{
				"email": *user.Email, "first_name": *user.FirstName, "last_name": *user.LastName, "permission_group_ids": user.PermissionGroupIDs,
				"telephony": map[string]any{"sip_assignment": user.Telephony.SIPAssignment, "sip_account_ids": user.Telephony.SIPAccountIDs},
			})
			if changes := plan.changes(); len(changes) > 0 {
				b.Fatalf("the plan changes %v", changes)
			}
			p.Inject(func(*http.Request) *portaltest.Fault {
				return portaltest.Answer(http.StatusOK, http.Header{"Content-Type": {"application/json"}}, string(answer))
			})
			value, kind := inTerraform(b, plan.state)
			stored, err := ctyjson.Marshal(value, kind)
			if err != nil {
				b.Fatal(err)
			}
			state, raw := drive.encode(plan.state), &tfprotov6.RawState{JSON: stored}
			start := cpuTime(b)
			for b.Loop() {
				if _, err := server.UpgradeResourceState(b.Context(), &tfprotov6.UpgradeResourceStateRequest{TypeName: prior.typeName, RawState: raw}); err != nil {
					b.Fatal(err)
				}
				if _, err := server.ReadResource(b.Context(), &tfprotov6.ReadResourceRequest{
					TypeName: prior.typeName, CurrentState: state, Private: prior.private, ClientCapabilities: &tfprotov6.ReadResourceClientCapabilities{},
				}); err != nil {
					b.Fatal(err)
				}
				if _, err := server.ValidateResourceConfig(b.Context(), &tfprotov6.ValidateResourceConfigRequest{
					TypeName: prior.typeName, Config: plan.config, ClientCapabilities: &tfprotov6.ValidateResourceConfigClientCapabilities{WriteOnlyAttributesAllowed: true},
				}); err != nil {
					b.Fatal(err)
				}
				if _, err := server.PlanResourceChange(b.Context(), &tfprotov6.PlanResourceChangeRequest{
					TypeName: prior.typeName, PriorState: state, ProposedNewState: state, Config: plan.config, PriorPrivate: prior.private,
					ClientCapabilities: &tfprotov6.PlanResourceChangeClientCapabilities{},
				}); err != nil {
					b.Fatal(err)
				}
			}
			b.ReportMetric(float64((cpuTime(b)-start).Microseconds())/1000/float64(b.N), "CPU-ms/user")
		})
	}
}

// cpuTime is what this process has used so far.
func cpuTime(b *testing.B) time.Duration {
	b.Helper()
	var usage syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &usage); err != nil {
		b.Fatal(err)
	}
	return time.Duration(usage.Utime.Nano() + usage.Stime.Nano())
}
