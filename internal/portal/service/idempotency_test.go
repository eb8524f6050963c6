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

// After a crash whoever repeats the request may have drawn a new password; the one that counts is the one they hold now.
func TestIdempotency_replaySetsTheSecretAnew(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	request := dynamic(f.group("Agents"), "alice@example.com")
	request.Password = new(loginPassword)
	first, err := f.CreateUser(t.Context(), f.acme, request, "key")
	if err != nil {
		t.Fatal(err)
	}
	for _, password := range []portal.Secret{otherLoginPassword, loginPassword} { // twice: the replay itself can be repeated
		request.Password = &password
		again, err := f.CreateUser(t.Context(), f.acme, request, "key")
		if err != nil || !again.Replayed || again.Object.ID != first.Object.ID {
			t.Fatalf("repeated request: %+v, %v", again, err)
		}
		if !f.canLogIn(first.Object.ID, password) {
			t.Error("the password of the repeated request does not count")
		}
		if _, err := f.ReplaceUser(t.Context(), f.acme, first.Object.ID, portal.User{}, again.Object.ETag); err != nil {
			t.Errorf("the ETag of the replay is stale: %v", err)
		}
	}
	request.Password = new(portal.Secret("weak"))
	_, err = f.CreateUser(t.Context(), f.acme, request, "key")
	wantError(t, err, portal.CodeInvalid, "password", portal.CodeWeakPassword)

	account := portal.SIPAccount{Extension: new("1001"), Password: new(sipPassword)}
	made, err := f.CreateSIPAccount(t.Context(), f.acme, account, "phone")
	if err != nil {
		t.Fatal(err)
	}
	account.Password = new(otherSIPPassword)
	again, err := f.CreateSIPAccount(t.Context(), f.acme, account, "phone")
	if err != nil || !again.Replayed || f.digests(made.Object.ID) != sipDigests(made.Object.SIPUsername, "acme.example.com", otherSIPPassword) {
		t.Errorf("repeated SIP account: %+v, %v", again, err)
	}
}

func TestIdempotency_changedOrDeletedObjectIsANewCreate(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	request := dynamic(f.group("Agents"), "alice@example.com")
	first, err := f.CreateUser(t.Context(), f.acme, request, "key")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := f.ReplaceUser(t.Context(), f.acme, first.Object.ID, portal.User{LastName: new("Smit")}, ""); err != nil {
		t.Fatal(err)
	}
	_, err = f.CreateUser(t.Context(), f.acme, request, "key")
	wantError(t, err, portal.CodeConflict, "email", portal.CodeAlreadyExists)
	if err := f.DeleteUser(t.Context(), f.acme, first.Object.ID, "", portal.Deletion{}); err != nil {
		t.Fatal(err)
	}
	second, err := f.CreateUser(t.Context(), f.acme, request, "key")
	if err != nil || second.Replayed || second.Object.ID == first.Object.ID {
		t.Fatalf("after the deletion: %+v, %v; want a new user", second, err)
	}
	third, err := f.CreateUser(t.Context(), f.acme, request, "key")
	if err != nil || !third.Replayed || third.Object.ID != second.Object.ID {
		t.Errorf("the key stands for %+v, %v; want the new user", third, err)
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
