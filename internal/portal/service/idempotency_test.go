package service

import (
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/switchboard-hq/terraform-provider-switchboard/internal/portal"
)

func (f *fixture) count() int {
	f.t.Helper()
	page, err := f.ListUsers(f.t.Context(), f.acme, ListQuery{})
	if err != nil {
		f.t.Fatal(err)
	}
	return len(page.Items)
}

func TestIdempotency_repeatedRequestMakesOneObject(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	request := dynamic(f.group("Agents"), "alice@example.com")
	request.Password = new(loginPassword)
	first, err := f.CreateUser(t.Context(), f.acme, request, "key")
	if err != nil || first.Replayed {
		t.Fatalf("first request: replayed %v, %v", first.Replayed, err)
	}
	for range 2 {
		again, err := f.CreateUser(t.Context(), f.acme, request, "key")
		if err != nil || !again.Replayed || !reflect.DeepEqual(again.Object, first.Object) {
			t.Errorf("repeated request: %+v, %v; want the same object, replayed", again, err)
		}
	}
	if f.count() != 1 {
		t.Errorf("%d users, want 1", f.count())
	}
}

// The key stands for one create: a repetition is answered and sets nothing anew, whatever secrets it brings along.
func TestIdempotency_replayNeverWrites(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	request := dynamic(f.group("Agents"), "alice@example.com")
	request.Password = new(loginPassword)
	first, err := f.CreateUser(t.Context(), f.acme, request, "key")
	if err != nil {
		t.Fatal(err)
	}
	for _, password := range []portal.Secret{otherLoginPassword, "weak"} {
		request.Password = &password
		again, err := f.CreateUser(t.Context(), f.acme, request, "key")
		if err != nil || !again.Replayed || !reflect.DeepEqual(again.Object, first.Object) {
			t.Fatalf("repeated request: %+v, %v", again, err)
		}
		if !f.canLogIn(first.Object.ID, loginPassword) || f.canLogIn(first.Object.ID, password) {
			t.Error("the repetition set another password")
		}
	}
	account := portal.SIPAccount{Extension: new("1001"), Password: new(sipPassword)}
	made, err := f.CreateSIPAccount(t.Context(), f.acme, account, "phone")
	if err != nil {
		t.Fatal(err)
	}
	before := f.digests(made.Object.ID)
	account.Password = new(otherSIPPassword)
	again, err := f.CreateSIPAccount(t.Context(), f.acme, account, "phone")
	if err != nil || !again.Replayed || f.digests(made.Object.ID) != before {
		t.Errorf("repeated SIP account: %+v, %v", again, err)
	}
}

func TestIdempotency_changedOrDeletedObjectIsNotMadeAgain(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	request := dynamic(f.group("Agents"), "alice@example.com")
	first, err := f.CreateUser(t.Context(), f.acme, request, "key")
	if err != nil {
		t.Fatal(err)
	}
	changed, err := f.ReplaceUser(t.Context(), f.acme, first.Object.ID, portal.User{LastName: new("Smit")}, "")
	if err != nil {
		t.Fatal(err)
	}
	again, err := f.CreateUser(t.Context(), f.acme, request, "key")
	if err != nil || !again.Replayed || !reflect.DeepEqual(again.Object, changed) {
		t.Errorf("after a change: %+v, %v; want the user as it is", again, err)
	}
	if err := f.DeleteUser(t.Context(), f.acme, first.Object.ID, "", portal.Deletion{}); err != nil {
		t.Fatal(err)
	}
	_, err = f.CreateUser(t.Context(), f.acme, request, "key")
	wantError(t, err, portal.CodeConflict, "", "")
	if f.count() != 0 {
		t.Error("a repetition made a user anew that was deleted")
	}
	if made, err := f.CreateUser(t.Context(), f.acme, request, "another key"); err != nil || made.Replayed {
		t.Errorf("with another key: %+v, %v", made, err)
	}
}

func TestIdempotency_keyOfAnotherRequest(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	request := dynamic(f.group("Agents"), "alice@example.com")
	if _, err := f.CreateUser(t.Context(), f.acme, request, "key"); err != nil {
		t.Fatal(err)
	}
	other := request
	other.Email = new("bob@example.com")
	_, err := f.CreateUser(t.Context(), f.acme, other, "key")
	wantError(t, err, portal.CodeInvalid, "", portal.CodeKeyReused)
	_, err = f.CreatePermissionGroup(t.Context(), f.acme, portal.PermissionGroup{Name: new("Key")}, "key")
	wantError(t, err, portal.CodeInvalid, "", portal.CodeKeyReused)
	// Another token's key is another key, and so is the same one a day later.
	colleague := f.acme
	colleague.TokenID = "tok_b"
	if made, err := f.CreateUser(t.Context(), colleague, other, "key"); err != nil || made.Replayed {
		t.Errorf("another token's request with the key: %+v, %v", made, err)
	}
	f.clock.forward(24*time.Hour + time.Second)
	other.Email = new("carol@example.com")
	if made, err := f.CreateUser(t.Context(), f.acme, other, "key"); err != nil || made.Replayed {
		t.Errorf("a day later: %+v, %v", made, err)
	}
	_, err = f.CreateUser(t.Context(), f.acme, other, strings.Repeat("k", 256))
	wantError(t, err, portal.CodeBadRequest, "", "")
}

func TestIdempotency_failedRequestLeavesTheKeyFree(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	request := dynamic(f.group("Agents"), "alice@example.com")
	mistaken := request
	mistaken.LastName = nil
	_, err := f.CreateUser(t.Context(), f.acme, mistaken, "key")
	wantError(t, err, portal.CodeInvalid, "last_name", portal.CodeRequired)
	if made, err := f.CreateUser(t.Context(), f.acme, request, "key"); err != nil || made.Replayed {
		t.Errorf("the corrected request: %+v, %v", made, err)
	}
}

func TestIdempotency_concurrentRepetitionsMakeOneObject(t *testing.T) {
	onEveryEngine(t, func(t *testing.T, f *fixture) {
		request := dynamic(f.group("Agents"), "alice@example.com")
		request.Password = new(loginPassword)
		results := make(chan Created[portal.User], 6)
		for range cap(results) {
			go func() {
				made, err := f.CreateUser(t.Context(), f.acme, request, "key")
				if err != nil {
					t.Error(err)
				}
				results <- made
			}()
		}
		made := 0
		for range cap(results) {
			if result := <-results; !result.Replayed {
				made++
			}
		}
		if made != 1 || f.count() != 1 {
			t.Errorf("%d requests made a user, and there are %d; want 1 and 1", made, f.count())
		}
	})
}
