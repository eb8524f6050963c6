package provider

import (
	"context"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/hashicorp/terraform-plugin-framework/types"
	"github.com/hashicorp/terraform-plugin-testing/helper/resource"
	"golang.org/x/sync/errgroup"

	"github.com/switchboard-hq/terraform-provider-switchboard/internal/portal"
	"github.com/switchboard-hq/terraform-provider-switchboard/internal/portal/client"
	"github.com/switchboard-hq/terraform-provider-switchboard/internal/portal/portaltest"
)

// organizationFile writes the default organisation of the tests to a file.
func organizationFile(t *testing.T) string {
	t.Helper()
	file := filepath.Join(t.TempDir(), "organization.yaml")
	if err := os.WriteFile(file, []byte(portaltest.Organization(portal.Telecube)), 0o600); err != nil {
		t.Fatal(err)
	}
	return file
}

func TestAccEmbeddedPortal(t *testing.T) {
	t.Parallel()
	database := filepath.Join(t.TempDir(), "a folder", "portal.db")
	if err := os.Mkdir(filepath.Dir(database), 0o700); err != nil {
		t.Fatal(err)
	}
	known := filepath.Join(t.TempDir(), "pwned.txt") // no password is known, and nobody outside is asked
	if err := os.WriteFile(known, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	provider := fmt.Sprintf("provider \"switchboard\" {\n  embedded_portal = {\n    database = %q\n    organization_file = %q\n    pwned_passwords_file = %q\n  }\n}\n",
		database, organizationFile(t), known)
	resource.UnitTest(t, resource.TestCase{
		ProtoV6ProviderFactories: factories(),
		Steps: []resource.TestStep{
			{Config: provider + surroundings + alice().block("switchboard_user", "alice")},
			{Config: provider + surroundings + alice().with(attributesHCL{"first_name": `"Alicja"`}).block("switchboard_user", "alice")},
			{ResourceName: "switchboard_user.alice", ImportState: true, ImportStateId: "alice.jansen@example.com", ImportStateVerify: true, ImportStateVerifyIgnore: importIgnored},
		},
	})
}

// TestEmbeddedPortal_twoAtOnce opens one new file from several portals at once, as two commands would, and writes
// through all of them.
func TestEmbeddedPortal_twoAtOnce(t *testing.T) {
	t.Parallel()
	const portals, writes = 4, 10
	database, file := filepath.Join(t.TempDir(), "portal.db"), organizationFile(t)
	group, ctx := errgroup.WithContext(t.Context())
	for i := range portals {
		group.Go(func() error {
			c, err := embeddedClient(ctx, database, file)
			if err != nil {
				return err
			}
			for j := range writes {
				if _, err := c.CreatePermissionGroup(ctx, portal.PermissionGroup{Name: new(fmt.Sprintf("Group %d.%d", i, j))}); err != nil {
					return err
				}
			}
			return nil
		})
	}
	if err := group.Wait(); err != nil {
		t.Fatal(err)
	}
	c, err := embeddedClient(t.Context(), database, file)
	if err != nil {
		t.Fatal(err)
	}
	groups, err := c.ListPermissionGroups(t.Context(), client.PermissionGroupQuery{})
	if err != nil {
		t.Fatal(err)
	}
	if want := portals*writes + 1; len(groups) != want { // and the built-in one
		t.Errorf("the portal has %d groups, want %d", len(groups), want)
	}
}

func embeddedClient(ctx context.Context, database, organizationFile string) (*client.Client, error) {
	transport, err := startEmbeddedPortal(ctx, embeddedPortalModel{
		Database: types.StringValue(database), OrganizationFile: types.StringValue(organizationFile),
	})
	if err != nil {
		return nil, err
	}
	return client.New(client.Config{Endpoint: embeddedEndpoint, Token: "embedded", Transport: transport})
}

func TestEmbeddedPortal_isNoServedDatabase(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "organization.yaml")
	if err := os.WriteFile(file, []byte(portaltest.Organization(portal.Telecube)), 0o600); err != nil {
		t.Fatal(err)
	}
	_, err := embeddedClient(t.Context(), "postgres://portal:s3cret@db.example.com/portal", file)
	if err == nil || !strings.Contains(err.Error(), "portal serve") || strings.Contains(err.Error(), "s3cret") {
		t.Errorf("a URL as the database = %v, want a refusal that says what to do, without the password", err)
	}
}

// A database that was copied here without its key file can still be planned and applied to; only second factors are
// refused.
func TestEmbeddedPortal_worksWithoutItsKeyFile(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	database, file := filepath.Join(dir, "portal.db"), filepath.Join(dir, "organization.yaml")
	if err := os.WriteFile(file, []byte(portaltest.Organization(portal.Telecube)), 0o600); err != nil {
		t.Fatal(err)
	}
	for i, spoil := range []func() error{
		func() error { return nil },                          // makes the key file
		func() error { return os.Remove(database + ".key") }, // and never another one
		func() error { return os.WriteFile(database+".key", []byte("{}"), 0o600) },
	} {
		if err := spoil(); err != nil {
			t.Fatal(err)
		}
		c, err := embeddedClient(t.Context(), database, file)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := c.CreatePermissionGroup(t.Context(), portal.PermissionGroup{Name: new(fmt.Sprint(i))}); err != nil {
			t.Error(err)
		}
		if _, err := os.Stat(database + ".key"); (err == nil) != (i != 1) {
			t.Errorf("run %d: the key file: %v", i, err)
		}
	}
}

func TestInProcess_cancelled(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(t.Context())
	handler := http.HandlerFunc(func(http.ResponseWriter, *http.Request) { cancel() })
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, embeddedEndpoint+"/v1/users", nil)
	if err != nil {
		t.Fatal(err)
	}
	answer, err := inProcess{handler}.RoundTrip(request)
	if err == nil {
		answer.Body.Close()
		t.Error("a request whose context has ended must not look answered")
	}
}
