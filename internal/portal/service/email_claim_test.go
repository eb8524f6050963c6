package service

import (
	"errors"
	"fmt"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/switchboard-hq/terraform-provider-switchboard/internal/portal"
)

const tulpFile = `id: tulp
name: Tulp B.V.
platform: maatwerk
sip_domain: tulp.example.com
phone_numbers: ["+31851234567"]
`

// maatwerkUser is a request for a user whose calls are forwarded.
func maatwerkUser(group portal.PermissionGroup, email string) portal.User {
	return portal.User{Email: &email, PermissionGroupIDs: []string{group.ID}, Telephony: &portal.Telephony{ForwardNumbers: []string{"+31612345678"}}}
}

func TestService_MW02_addressIsOfOneUserOfThePlatform(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	tulp, roos := f.on(tulpFile), f.on(strings.NewReplacer("tulp", "roos", "Tulp", "Roos").Replace(tulpFile))
	groups := map[string]portal.PermissionGroup{"tulp": f.groupIn(tulp, "Staff"), "roos": f.groupIn(roos, "Staff")}
	first := f.userIn(tulp, maatwerkUser(groups["tulp"], "alice@example.com"))

	_, err := f.CreateUser(t.Context(), roos, maatwerkUser(groups["roos"], "Alice@Example.com"), "")
	wantError(t, err, portal.CodeConflict, "email", portal.CodeAlreadyExists)
	got := portalError(t, err)
	if text := strings.ToLower(marshal(t, got)); strings.Contains(text, "tulp") || strings.Contains(text, first.ID) || len(got.Errors) != 1 || got.Errors[0].ExistingID != "" {
		t.Errorf("the refusal tells who has the address, or where: %s", text)
	}
	_, err = f.CreateUser(t.Context(), tulp, maatwerkUser(groups["tulp"], "ALICE@example.com"), "")
	wantError(t, err, portal.CodeConflict, "email", portal.CodeAlreadyExists)
	if got := portalError(t, err).Errors; len(got) != 1 || got[0].ExistingID != first.ID {
		t.Errorf("within the organisation the refusal is %+v, want one that names the user", got)
	}

	other := f.userIn(roos, maatwerkUser(groups["roos"], "bob@example.com"))
	_, err = f.ReplaceUser(t.Context(), roos, other.ID, portal.User{Email: new("alice@example.com")}, "")
	wantError(t, err, portal.CodeConflict, "email", portal.CodeAlreadyExists)
	f.replaceIn(tulp, first.ID, portal.User{FirstName: new("Alice")})
	f.replaceIn(tulp, first.ID, portal.User{Email: new("ALICE@example.com")})
	f.replaceIn(tulp, first.ID, portal.User{Email: new("carol@example.com")})
	f.replaceIn(roos, other.ID, portal.User{Email: new("alice@example.com")})
	if err := f.DeleteUser(t.Context(), tulp, first.ID, "", portal.Deletion{}); err != nil {
		t.Fatal(err)
	}
	f.userIn(roos, maatwerkUser(groups["roos"], "carol@example.com"))
	f.user(dynamic(f.group("Agents"), "carol@example.com")) // on another platform
}

func TestService_MW02_holdsForThoseWhoComeAtOnce(t *testing.T) {
	onEveryEngine(t, func(t *testing.T, f *fixture) {
		var made atomic.Int32
		var wait sync.WaitGroup
		start := make(chan struct{})
		for i := range 6 {
			name := fmt.Sprintf("tulp%d", i)
			caller := f.on(strings.ReplaceAll(tulpFile, "tulp", name))
			group := f.groupIn(caller, "Staff")
			wait.Go(func() {
				<-start
				_, err := f.CreateUser(t.Context(), caller, maatwerkUser(group, "alice@example.com"), "")
				if err == nil {
					made.Add(1)
					return
				}
				if refusal, ok := errors.AsType[*portal.Error](err); !ok || refusal.Code != portal.CodeConflict {
					t.Errorf("%s was told %v", name, err)
				}
			})
		}
		close(start)
		wait.Wait()
		if made.Load() != 1 {
			t.Errorf("%d organisations have a user with the address, want 1", made.Load())
		}
	})
}
