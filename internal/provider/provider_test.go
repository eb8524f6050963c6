package provider

import (
	"encoding/pem"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"regexp"
	"sync"
	"testing"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-testing/helper/resource"

	"github.com/switchboard-hq/terraform-provider-switchboard/internal/portal"
	"github.com/switchboard-hq/terraform-provider-switchboard/internal/portal/portaltest"
	"github.com/switchboard-hq/terraform-provider-switchboard/internal/portal/service"
)

const oneGroup = `
resource "switchboard_permission_group" "agents" { name = "Agents" }
`

func TestAccProvider_badConfiguration(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct{ block, want string }{
		"nothing":            {``, `(?s)No portal configured.*SWITCHBOARD_ENDPOINT.*embedded_portal`},
		"no token":           {`endpoint = "https://portal.example.com"`, `(?s)No token configured.*SWITCHBOARD_TOKEN`},
		"plain HTTP":         {"endpoint = \"http://portal.example.com\"\ntoken = \"x\"", `(?s)Unusable endpoint.*https`},
		"token with a break": {"endpoint = \"https://portal.example.com\"\ntoken = \"a\\nb\"", `(?s)Unusable token`},
		"two portals":        {"endpoint = \"https://portal.example.com\"\nembedded_portal = { database = \"a.db\", organization_file = \"o.yaml\" }", `(?s)Two portals configured.*Remove endpoint`},
		"token and embedded": {"token = \"x\"\nembedded_portal = { database = \"a.db\", organization_file = \"o.yaml\" }", `(?s)Two portals configured.*Remove token`},
		"no requests":        {"endpoint = \"https://portal.example.com\"\ntoken = \"x\"\nmax_requests_per_second = 0", `(?s)No requests at all.*a number above 0`},
		"bad timeout":        {"endpoint = \"https://portal.example.com\"\ntoken = \"x\"\nrequest_timeout = \"soon\"", `(?s)Not a duration.*"soon"`},
		"no such authority":  {"endpoint = \"https://portal.example.com\"\ntoken = \"x\"\nca_certificate_file = \"missing.pem\"", `(?s)Certificate authority not readable.*missing\.pem`},
		"no organisation":    {`embedded_portal = { database = "a.db", organization_file = "missing.yaml" }`, `(?s)embedded portal does not start.*missing\.yaml`},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			resource.UnitTest(t, resource.TestCase{
				ProtoV6ProviderFactories: factories(),
				Steps: []resource.TestStep{{
					Config:      fmt.Sprintf("provider \"switchboard\" {\n%s\n}\n%s", test.block, oneGroup),
					ExpectError: regexp.MustCompile(test.want),
				}},
			})
		})
	}
}

// TestAccProvider_environment: what the provider block leaves out comes from the environment, and the block goes first.
func TestAccProvider_environment(t *testing.T) {
	t.Parallel()
	p := portaltest.Start(t)
	environment := map[string]string{endpointVariable: p.URL, tokenVariable: p.Token}
	for name, block := range map[string]string{
		"all of it":           ``,
		"the token only":      fmt.Sprintf("endpoint = %q", p.URL),
		"overruled by config": fmt.Sprintf("token = %q", p.NewToken(t, portal.ScopeRead, portal.ScopeWrite)),
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			resource.UnitTest(t, resource.TestCase{
				ProtoV6ProviderFactories: map[string]func() (tfprotov6.ProviderServer, error){
					"switchboard": served(options{getenv: func(name string) string { return environment[name] }}),
				},
				Steps: []resource.TestStep{{
					Config: fmt.Sprintf("provider \"switchboard\" {\n%s\n}\nresource \"switchboard_permission_group\" \"g\" { name = %q }", block, name),
				}},
			})
		})
	}
}

// TestAccProvider_notKnownYet: an endpoint that comes from another resource does not break the plan; apply configures
// the provider again.
func TestAccProvider_notKnownYet(t *testing.T) {
	t.Parallel()
	p := portaltest.Start(t)
	resource.UnitTest(t, resource.TestCase{
		ProtoV6ProviderFactories: factories(),
		Steps: []resource.TestStep{{
			Config: fmt.Sprintf(`
resource "terraform_data" "endpoint" { input = %q }
provider "switchboard" {
  endpoint = terraform_data.endpoint.output
  token    = %q
}
ephemeral "switchboard_password" "desk" { for = "sip_account" }
resource "switchboard_sip_account" "desk" {
  extension           = "201"
  password_wo         = ephemeral.switchboard_password.desk.result
  password_wo_version = 1
}
`, p.URL, p.Token),
			PostApplyFunc: func() { storedSIPAccount(t, p, "201") },
		}},
	})
}

func TestAccProvider_wrongToken(t *testing.T) {
	t.Parallel()
	p := portaltest.Start(t)
	readOnly := p.NewToken(t, portal.ScopeRead)
	for name, body := range map[string]string{
		"permission group": oneGroup,
		"SIP account":      `resource "switchboard_sip_account" "desk" { extension = "201" }`,
		"user": attributesHCL{"email": `"alice@example.com"`, "first_name": `"Alice"`, "last_name": `"Jansen"`, "permission_group_ids": `["grp_x"]`}.
			block("switchboard_user", "alice"),
		"data source":        `data "switchboard_users" "all" {}`,
		"ephemeral resource": `ephemeral "switchboard_password" "p" {}`,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			resource.UnitTest(t, resource.TestCase{
				ProtoV6ProviderFactories: factories(),
				Steps:                    []resource.TestStep{{Config: configureWith(p.URL, "swb_wrong", body), ExpectError: regexp.MustCompile(`(?s)does not accept the token.*portal token\s+create`)}},
			})
		})
	}
	t.Run("read only", func(t *testing.T) {
		t.Parallel()
		resource.UnitTest(t, resource.TestCase{
			ProtoV6ProviderFactories: factories(),
			Steps:                    []resource.TestStep{{Config: configureWith(p.URL, readOnly, oneGroup), ExpectError: regexp.MustCompile(`(?s)token may not do this.*write`)}},
		})
	})
}

// TestAccProvider_portalDown: nothing leaves the state because the portal is away, and afterwards all goes on.
func TestAccProvider_portalDown(t *testing.T) {
	t.Parallel()
	p := portaltest.Start(t)
	config := configure(p, surroundings, alice().block("switchboard_user", "alice"), `data "switchboard_users" "all" {}`)
	resource.UnitTest(t, resource.TestCase{
		ProtoV6ProviderFactories: factories(),
		Steps: []resource.TestStep{
			{Config: config},
			{PreConfig: p.Stop, Config: config, ExpectError: regexp.MustCompile(`The portal cannot be reached`)},
			{PreConfig: func() { p.Restart(t) }, Config: config, PlanOnly: true},
		},
	})
}

// TestAccProvider_lostAnswers: the portal does the work, its answer is lost on the way, and nothing is there twice.
func TestAccProvider_lostAnswers(t *testing.T) {
	t.Parallel()
	p := portaltest.Start(t)
	p.Inject(firstOfEach(func(r *http.Request) bool { return r.Method != http.MethodGet }, portaltest.DropAnswer()))
	resource.UnitTest(t, resource.TestCase{
		ProtoV6ProviderFactories: factories(),
		Steps: []resource.TestStep{
			{Config: configure(p, surroundings, alice().block("switchboard_user", "alice"))},
			{Config: configure(p, surroundings, alice().with(attributesHCL{"first_name": `"Alicja"`}).block("switchboard_user", "alice"))},
			{Config: configure(p, surroundings)},
		},
		CheckDestroy: func(*terraformState) error {
			page, err := p.Service.ListSIPAccounts(t.Context(), p.Caller, service.ListQuery{})
			if err == nil && len(page.Items) > 0 {
				err = fmt.Errorf("%d SIP accounts are left", len(page.Items))
			}
			return err
		},
	})
}

// firstOfEach is a fault that hits the first of every distinct request that is chosen.
func firstOfEach(chosen func(*http.Request) bool, fault *portaltest.Fault) func(*http.Request) *portaltest.Fault {
	var mu sync.Mutex
	hit := map[string]bool{}
	return func(r *http.Request) *portaltest.Fault {
		key := r.Method + r.URL.Path + r.Header.Get("Idempotency-Key") + r.Header.Get("If-Match")
		mu.Lock()
		defer mu.Unlock()
		if hit[key] || !chosen(r) {
			return nil
		}
		hit[key] = true
		return fault
	}
}

// changeBeforeFirstPut changes the user in the portal right before the first PUT arrives, as somebody at a browser
// would.
func changeBeforeFirstPut(t *testing.T, p *portaltest.Portal, id string) func(*http.Request) *portaltest.Fault {
	var first sync.Once
	return func(r *http.Request) *portaltest.Fault {
		if r.Method == http.MethodPut {
			first.Do(func() {
				if _, err := p.Service.ReplaceUser(t.Context(), p.Caller, id, portal.User{LastName: new("Nowak")}, ""); err != nil {
					t.Error(err)
				}
			})
		}
		return nil
	}
}

// TestAccProvider_privateAuthority: a portal whose certificate only ca_certificate_file vouches for.
func TestAccProvider_privateAuthority(t *testing.T) {
	t.Parallel()
	p := portaltest.Start(t)
	proxy := httptest.NewTLSServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		http.Error(w, "<html>a gateway</html>", http.StatusBadGateway)
	}))
	t.Cleanup(proxy.Close)
	authority := filepath.Join(t.TempDir(), "authority.pem")
	certificate := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: proxy.Certificate().Raw})
	if err := os.WriteFile(authority, certificate, 0o600); err != nil {
		t.Fatal(err)
	}
	for name, test := range map[string]struct{ line, want string }{
		"unknown authority": {``, `(?s)certificate`},
		"known authority":   {fmt.Sprintf("ca_certificate_file = %q", authority), `502`}, // so the connection was made
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			resource.UnitTest(t, resource.TestCase{
				ProtoV6ProviderFactories: factories(),
				Steps: []resource.TestStep{{
					Config:      fmt.Sprintf("provider \"switchboard\" {\n  endpoint = %q\n  token = %q\n  %s\n}\ndata \"switchboard_users\" \"all\" {}", proxy.URL, p.Token, test.line),
					ExpectError: regexp.MustCompile(test.want),
				}},
			})
		})
	}
}
