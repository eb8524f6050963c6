package client

import (
	"net/http"
	"reflect"
	"testing"
	"time"

	"github.com/switchboard-hq/terraform-provider-switchboard/internal/portal"
)

func keyOf(t *testing.T, path string, user portal.User) string {
	t.Helper()
	bare, _ := splitSecrets(user)
	key, err := idempotencyKey(http.MethodPost, path, bare)
	if err != nil {
		t.Fatal(err)
	}
	return key
}

func alice() portal.User {
	return portal.User{
		Email: new("alice@example.com"), FirstName: new("Alice"), Enabled: new(true), PermissionGroupIDs: []string{"grp_1"},
		Password: new(portal.Secret("first")), Telephony: &portal.Telephony{Extension: new("201"), RingSeconds: new(int64(30))},
	}
}

func TestIdempotencyKey_isTheSameForTheSameRequest(t *testing.T) {
	t.Parallel()
	want := keyOf(t, "/v1/users", alice())
	if again := keyOf(t, "/v1/users", alice()); again != want {
		t.Error("the key differs from call to call")
	}
	other := alice()
	other.Password = new(portal.Secret("second"))
	if keyOf(t, "/v1/users", other) != want {
		t.Error("another password makes another key")
	}
	other.Password = nil
	if keyOf(t, "/v1/users", other) != want {
		t.Error("no password make another key")
	}
	// Fixed, because a new release must repeat the key of the one before it.
	if fixed := "6353ccd5451762ff8786a17d8594a3b5"; want[:32] != fixed {
		t.Errorf("the key begins %s, it began %s in releases before", want[:32], fixed)
	}
}

func TestIdempotencyKey_leavesOutThePINOfTheVoicemail(t *testing.T) {
	t.Parallel()
	withPIN := func(pin *portal.Secret) string {
		user := alice()
		user.Voicemail = &portal.Voicemail{Enabled: new(true), PIN: pin}
		return keyOf(t, "/v1/users", user)
	}
	first := withPIN(new(portal.Secret("2580")))
	if withPIN(new(portal.Secret("9173"))) != first || withPIN(nil) != first {
		t.Error("another PIN, or none, makes another key")
	}
	if first == keyOf(t, "/v1/users", alice()) {
		t.Error("the voicemail itself makes no other key")
	}
}

func TestIdempotencyKey_differsForAnyOtherChange(t *testing.T) {
	t.Parallel()
	seen := map[string]string{keyOf(t, "/v1/users", alice()): "unchanged", keyOf(t, "/v1/sip-accounts", alice()): "path"}
	if len(seen) != 2 {
		t.Error("another path has the same key")
	}
	changes := map[string]func(*portal.User){
		"email":          func(u *portal.User) { u.Email = new("Alice@example.com") },
		"first name":     func(u *portal.User) { u.FirstName = new("") },
		"no first name":  func(u *portal.User) { u.FirstName = nil },
		"enabled":        func(u *portal.User) { u.Enabled = new(false) },
		"groups":         func(u *portal.User) { u.PermissionGroupIDs = []string{"grp_1", "grp_2"} },
		"empty groups":   func(u *portal.User) { u.PermissionGroupIDs = []string{} },
		"no groups":      func(u *portal.User) { u.PermissionGroupIDs = nil },
		"extension":      func(u *portal.User) { u.Telephony.Extension = new("202") },
		"ring seconds":   func(u *portal.User) { u.Telephony.RingSeconds = new(int64(31)) },
		"no telephony":   func(u *portal.User) { u.Telephony = nil },
		"voicemail":      func(u *portal.User) { u.Voicemail = &portal.Voicemail{Enabled: new(true)} },
		"suffixes":       func(u *portal.User) { u.Webcare = &portal.Webcare{Suffixes: map[string]string{"x": "^AJ"}} },
		"empty suffixes": func(u *portal.User) { u.Webcare = &portal.Webcare{Suffixes: map[string]string{}} },
		"two-factor":     func(u *portal.User) { u.Security = &portal.Security{TwoFactorRequired: new(true)} },
		"empty security": func(u *portal.User) { u.Security = &portal.Security{} },
	}
	for name, change := range changes {
		user := alice()
		change(&user)
		key := keyOf(t, "/v1/users", user)
		if before, ok := seen[key]; ok {
			t.Errorf("%s has the same key as %s", name, before)
		}
		seen[key] = name
	}
}

func TestSplitSecrets_leavesTheRestAndTheOriginal(t *testing.T) {
	t.Parallel()
	type inner struct {
		PIN  *portal.Secret
		Name string
	}
	type outer struct {
		ID      string
		Inner   *inner
		Value   inner
		Direct  portal.Secret
		Nothing *inner
	}
	object := outer{ID: "1", Inner: &inner{new(portal.Secret("a")), "n"}, Value: inner{new(portal.Secret("b")), "m"}, Direct: "c"}
	bare, found := splitSecrets(object)
	if want := (outer{ID: "1", Inner: &inner{nil, "n"}, Value: inner{nil, "m"}}); !reflect.DeepEqual(bare, want) {
		t.Errorf("got %+v, want %+v", bare, want)
	}
	if want := (secrets{"a", "b", "c"}); !reflect.DeepEqual(found, want) {
		t.Errorf("found %d secrets, want a, b and c", len(found))
	}
	if *object.Inner.PIN != "a" || object.Direct != "c" {
		t.Error("the original was changed")
	}
}

// The wire types may only hold secrets where takeSecrets looks for them; one in a list or map would be missed.
func TestSplitSecrets_reachesEverySecretOfTheContract(t *testing.T) {
	t.Parallel()
	found := 0
	var check func(typ reflect.Type, path string, hidden bool)
	check = func(typ reflect.Type, path string, hidden bool) {
		switch {
		case typ == reflect.TypeFor[portal.Secret]():
			found++
			if hidden {
				t.Errorf("%s is a secret, and takeSecrets does not look there", path)
			}
		case typ.Kind() == reflect.Pointer:
			check(typ.Elem(), path, hidden)
		case typ.Kind() == reflect.Slice || typ.Kind() == reflect.Map:
			check(typ.Elem(), path, true)
		case typ == reflect.TypeFor[time.Time]():
		case typ.Kind() == reflect.Struct:
			for i := range typ.NumField() {
				if field := typ.Field(i); !field.IsExported() {
					t.Errorf("%s.%s is not exported", path, field.Name)
				} else {
					check(field.Type, path+"."+field.Name, hidden)
				}
			}
		}
	}
	check(reflect.TypeFor[portal.User](), "User", false)
	check(reflect.TypeFor[portal.PermissionGroup](), "PermissionGroup", false)
	check(reflect.TypeFor[portal.SIPAccount](), "SIPAccount", false)
	check(reflect.TypeFor[portal.UserGroup](), "UserGroup", false)
	check(reflect.TypeFor[portal.PlannedPublication](), "PlannedPublication", false)
	if found < 3 {
		t.Errorf("%d secrets in the contract; there are passwords of users and SIP accounts, and the PIN of a voicemail", found)
	}
}
