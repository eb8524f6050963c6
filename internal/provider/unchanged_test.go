package provider

import (
	"context"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/hashicorp/terraform-plugin-framework/providerserver"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/boolplanmodifier"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/int64planmodifier"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/mapplanmodifier"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/objectplanmodifier"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/setplanmodifier"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/stringplanmodifier"
	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-testing/helper/resource"

	"github.com/switchboard-hq/terraform-provider-switchboard/internal/portal"
	"github.com/switchboard-hq/terraform-provider-switchboard/internal/portal/portaltest"
	"github.com/switchboard-hq/terraform-provider-switchboard/internal/provider/field"
)

// countedWay is the framework behind the short way.
type countedWay struct {
	frameworkServer

	mu    sync.Mutex
	types []string // as "plan switchboard_user"
}

func (c *countedWay) count(call, typeName string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.types = append(c.types, call+" "+typeName)
}

func (c *countedWay) UpgradeResourceState(ctx context.Context, req *tfprotov6.UpgradeResourceStateRequest) (*tfprotov6.UpgradeResourceStateResponse, error) {
	c.count("upgrade", req.TypeName)
	return c.frameworkServer.UpgradeResourceState(ctx, req)
}

func (c *countedWay) ValidateResourceConfig(ctx context.Context, req *tfprotov6.ValidateResourceConfigRequest) (*tfprotov6.ValidateResourceConfigResponse, error) {
	c.count("validate", req.TypeName)
	return c.frameworkServer.ValidateResourceConfig(ctx, req)
}

func (c *countedWay) ReadResource(ctx context.Context, req *tfprotov6.ReadResourceRequest) (*tfprotov6.ReadResourceResponse, error) {
	c.count("read", req.TypeName)
	return c.frameworkServer.ReadResource(ctx, req)
}

func (c *countedWay) PlanResourceChange(ctx context.Context, req *tfprotov6.PlanResourceChangeRequest) (*tfprotov6.PlanResourceChangeResponse, error) {
	c.count("plan", req.TypeName)
	return c.frameworkServer.PlanResourceChange(ctx, req)
}

// The short way is taken when the real Terraform plans what it has just applied, secrets and all: otherwise it would be
// right and of no use.
func TestAccUnchanged_theShortWayIsTaken(t *testing.T) {
	t.Parallel()
	w := newWorkshop(t)
	var mu sync.Mutex
	var ways []*countedWay
	long := func() (all []string) {
		mu.Lock()
		defer mu.Unlock()
		for _, way := range ways {
			all = append(all, way.types...)
		}
		ways = nil
		return all
	}
	config := configure(w.Portal, w.member("invoices", fmt.Sprintf("%q", w.femke), w.invoices), `
resource "switchboard_permission_group" "mine" { name = "Mine" }
resource "switchboard_sip_account" "desk" {
  extension           = "301"
  password_wo         = "Vq7-lamp-Orbit-kiwi"
  password_wo_version = 1
}
resource "switchboard_user" "anna" {
  email                = "anna@example.com"
  first_name           = "Anna"
  last_name            = "Bakker"
  password_wo          = "Rk4-stoel-Planet-vis"
  password_wo_version  = 1
  permission_group_ids = [switchboard_permission_group.mine.id]
  telephony            = { sip_account_ids = [switchboard_sip_account.desk.id], forward_numbers = ["+31 6 1234 5678"] }
}
`)
	resource.UnitTest(t, resource.TestCase{
		ProtoV6ProviderFactories: map[string]func() (tfprotov6.ProviderServer, error){
			"switchboard": func() (tfprotov6.ProviderServer, error) {
				inner := &switchboardProvider{options: quickOptions()}
				framework, ok := providerserver.NewProtocol6(inner)().(frameworkServer)
				if !ok {
					return nil, fmt.Errorf("the framework's server does less than it did")
				}
				way := &countedWay{frameworkServer: framework}
				mu.Lock()
				defer mu.Unlock()
				ways = append(ways, way)
				return newShortWay(inner, way), nil
			},
		},
		Steps: []resource.TestStep{
			{Config: config, Check: func(*terraformState) error { long(); return nil }},
			{PreConfig: func() { long() }, Config: config, PlanOnly: true},
			{PreConfig: func() {
				calls := long()
				slices.Sort(calls)
				// Before it knows anything, Terraform validates each block once per plan, here with the ids of others
				// unknown, and this step plans twice.
				if want := []string{"read switchboard_permission_group_member", "validate switchboard_user", "validate switchboard_user"}; !slices.Equal(calls, want) {
					t.Errorf("what stays as it is took the long way: %v, want %v", calls, want)
				}
			}, Config: config},
		},
	})
}

// Groups that the configuration gives and ignore_changes ignores are not owned by the user's resource, so that a single
// membership beside them is no contradiction; groups that it does not ignore are.
func TestUnchanged_ignoredGroupsHaveNoOwner(t *testing.T) {
	t.Parallel()
	for _, configured := range []string{"grp_1", "grp_2"} {
		r := newRandomPlans(t, portaltest.Start(t, portaltest.WithPlatform(portal.Maatwerk)), 0)
		stays := func(typeName string, prior, config map[string]any) {
			kind := r.schemas.ResourceSchemas[typeName].ValueType()
			var values []*tfprotov6.DynamicValue
			for _, attributes := range []map[string]any{prior, config} {
				value, err := encode(kind, attributes)
				if err != nil {
					t.Fatal(err)
				}
				values = append(values, r.encode(value))
			}
			r.compareOne(&tfprotov6.PlanResourceChangeRequest{
				TypeName: typeName, PriorState: values[0], ProposedNewState: values[0], Config: values[1], ClientCapabilities: &tfprotov6.PlanResourceChangeClientCapabilities{},
			})
		}
		stays("switchboard_user",
			map[string]any{"id": "usr_1", "email": "a@b.example", "permission_group_ids": []string{"grp_1"}, "on_destroy": "delete", "deletion_protection": false},
			map[string]any{"email": "a@b.example", "permission_group_ids": []string{configured}})
		member := map[string]any{"user_id": "usr_1", "permission_group_id": "grp_3"}
		stays("switchboard_permission_group_member", map[string]any{"id": "usr_1/grp_3", "user_id": "usr_1", "permission_group_id": "grp_3"}, member)
	}
}

// What the short way takes for granted of the schemas: a value that stays as it is is left alone by every plan
// modifier, and defaults are of bools and texts outside of objects.
func TestUnchanged_theSchemasAreAsItTakesThem(t *testing.T) {
	t.Parallel()
	idle := map[reflect.Type]bool{reflect.TypeFor[*field.Format](): true}
	for _, modifier := range []any{
		stringplanmodifier.UseStateForUnknown(), stringplanmodifier.UseNonNullStateForUnknown(), stringplanmodifier.RequiresReplace(), boolplanmodifier.UseStateForUnknown(),
		boolplanmodifier.UseNonNullStateForUnknown(), int64planmodifier.UseNonNullStateForUnknown(), setplanmodifier.UseNonNullStateForUnknown(),
		mapplanmodifier.UseNonNullStateForUnknown(), objectplanmodifier.UseNonNullStateForUnknown(),
	} {
		idle[reflect.TypeOf(modifier)] = true
	}
	p := &switchboardProvider{options: quickOptions()}
	framework, ok := providerserver.NewProtocol6(p)().(frameworkServer)
	if !ok {
		t.Fatal("the framework's server does less than it did, so there is no short way")
	}
	short := newShortWay(p, framework)
	identities, err := framework.GetResourceIdentitySchemas(t.Context(), &tfprotov6.GetResourceIdentitySchemasRequest{})
	if err != nil {
		t.Fatal(err)
	}
	schemas := p.resourceSchemas()
	for typeName := range schemas {
		if short.stored[typeName].write == nil {
			t.Errorf("no state of %s takes the short way: has it blocks, or an attribute of a new sort?", typeName)
		}
	}
	for typeName := range short.kinds {
		attributes := schemas[typeName].Attributes
		if len(attributes) == 0 {
			t.Errorf("there is no %s", typeName)
		}
		if identities.IdentitySchemas[typeName] != nil {
			t.Errorf("%s has an identity, with which nothing takes the short way", typeName)
		}
		walkSchema("", attributes, func(path string, attribute schema.Attribute) {
			value := reflect.ValueOf(attribute)
			if modifiers := value.FieldByName("PlanModifiers"); modifiers.IsValid() {
				for i := range modifiers.Len() {
					if kind := modifiers.Index(i).Elem().Type(); !idle[kind] {
						t.Errorf("%s.%s has the plan modifier %s: does it leave alone what stays as it is?", typeName, path, kind)
					}
				}
			}
			if d := value.FieldByName("Default"); d.IsValid() && !d.IsNil() && short.kinds[typeName].defaults[path] == nil {
				t.Errorf("the short way does not know the default of %s.%s", typeName, path)
			}
		})
	}
}

func walkSchema(prefix string, attributes map[string]schema.Attribute, visit func(path string, attribute schema.Attribute)) {
	for name, attribute := range attributes {
		visit(prefix+name, attribute)
		if object, ok := attribute.(schema.SingleNestedAttribute); ok {
			walkSchema(prefix+name+".", object.Attributes, visit)
		}
	}
}

func TestMuteLogs(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		environment []string
		want        string
	}{
		"nobody asked":        {[]string{"HOME=/root", "TFLOG=x", "MY_TF_LOG=TRACE"}, "TF_LOG_SDK=off TF_LOG_PROVIDER=off"},
		"all logs":            {[]string{"TF_LOG=TRACE"}, ""},
		"the provider's":      {[]string{"A=b", "TF_LOG_PROVIDER=DEBUG"}, ""},
		"one provider's":      {[]string{"TF_LOG_PROVIDER_SWITCHBOARD=INFO"}, ""},
		"the library's":       {[]string{"TF_LOG_SDK_FRAMEWORK=TRACE"}, ""},
		"Terraform's, a file": {[]string{"TF_LOG_PATH=trace.log"}, ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var got []string
			if err := muteLogs(test.environment, func(name, value string) error { got = append(got, name+"="+value); return nil }); err != nil {
				t.Fatal(err)
			}
			if strings.Join(got, " ") != test.want {
				t.Errorf("got %q, want %q", got, test.want)
			}
		})
	}
}

// Switched off, the server behind the places of diagnostics is the framework's own.
func TestNewServer_fastPlanOff(t *testing.T) {
	t.Parallel()
	for fast, want := range map[bool]bool{true: true, false: false} {
		o := quickOptions()
		o.fastPlan = fast
		server, ok := newServer(o).(*placed)
		if !ok {
			t.Fatal("nothing puts diagnostics into their places")
		}
		calls, noted := server.frameworkServer.(*planCalls)
		if !noted {
			t.Fatalf("with fastPlan %t nobody notes what Terraform asks for", fast)
		}
		if _, short := calls.frameworkServer.(*shortWay); short != want {
			t.Errorf("with fastPlan %t the server has a short way: %t", fast, short)
		}
	}
}
