package provider

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"

	"github.com/switchboard-hq/terraform-provider-switchboard/internal/portal"
	"github.com/switchboard-hq/terraform-provider-switchboard/internal/portal/portaltest"
	"github.com/switchboard-hq/terraform-provider-switchboard/internal/portal/service"
)

// TestInterrupted: Ctrl-C arrives when the portal has done the work and before anybody hears of it. The run says what
// to do, and the next one does it: what was made is adopted, what was changed is as it should be, and what was deleted
// is gone.
func TestInterrupted(t *testing.T) {
	t.Parallel()
	p := portaltest.Start(t, portaltest.WithPlatform(portal.Vaxel))
	proxy, err := portaltest.StartProxy(p.URL)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(proxy.Close)
	drive := newProtocolWith(t, proxy.URL, p.Token)
	anew := func() *protocol {
		run := newRun(t, drive.schemas)
		run.configure(proxy.URL, p.Token)
		return run
	}
	const typeName = "switchboard_user"
	config := func(lastName string) map[string]any {
		return map[string]any{"email": "bob@example.com", "first_name": "Bob", "last_name": lastName, "adopt_existing": true}
	}
	interrupted := func(prior instance, attributes map[string]any) {
		t.Helper()
		run := anew()
		plan := run.planChange(prior, attributes)
		proxy.Put(func(portal http.Handler) http.Handler {
			return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				if r.Method == http.MethodGet {
					portal.ServeHTTP(w, r)
					return
				}
				portal.ServeHTTP(httptest.NewRecorder(), r)
				if _, err := run.server.StopProvider(t.Context(), &tfprotov6.StopProviderRequest{}); err != nil {
					t.Error(err)
				}
				panic(http.ErrAbortHandler)
			})
		})
		defer proxy.Put(nil)
		if said := run.tryApply(plan); len(said) != 1 || said[0].Summary != "Interrupted" || !strings.Contains(said[0].Detail, "apply again") {
			t.Errorf("the interrupted run says %+v", said)
		}
	}
	users := func() []portal.User {
		t.Helper()
		page, err := p.Service.ListUsers(t.Context(), p.Caller, service.ListQuery{})
		if err != nil {
			t.Fatal(err)
		}
		return page.Items
	}
	again := func(prior instance, attributes map[string]any) instance {
		t.Helper()
		run := anew()
		return run.applyChange(run.planChange(prior, attributes))
	}

	interrupted(drive.noInstance(typeName), config("Bos"))
	left := users()
	careful := config("Bos")
	delete(careful, "adopt_existing")
	_, said := anew().tryChange(drive.noInstance(typeName), careful)
	if want := importBlockOf(portal.NounUser, left[0].ID); len(said) != 1 || at(said[0]) != "email" ||
		!strings.Contains(said[0].Summary, "interrupted run") || !strings.Contains(said[0].Detail, want) {
		t.Errorf("without adopt_existing the next run says %+v, want %s", said, want)
	}
	made := again(drive.noInstance(typeName), config("Bos"))
	if len(left) != 1 || len(users()) != 1 || drive.idOf(made) != left[0].ID {
		t.Errorf("the interrupted run left %d users, and the next one %d", len(left), len(users()))
	}
	interrupted(made, config("Jansen"))
	made = again(made, config("Jansen"))
	if have := users(); len(have) != 1 || *have[0].LastName != "Jansen" {
		t.Errorf("after the change the portal has %d users: %+v", len(have), have)
	}
	interrupted(made, nil)
	if gone := anew().refresh(made); !gone.state.IsNull() || len(users()) != 0 {
		t.Errorf("after the deletion the portal has %d users, and the state has one: %t", len(users()), !gone.state.IsNull())
	}
}
