package client

import (
	"reflect"
	"testing"

	"github.com/switchboard-hq/terraform-provider-switchboard/internal/portal"
)

func TestIdempotencyKey_isAnotherOneForEveryCreate(t *testing.T) {
	t.Parallel()
	seen := map[string]bool{}
	for range 100 {
		key := newIdempotencyKey()
		if len(key) < 20 || seen[key] {
			t.Fatalf("the key %q is too short, or came before", key)
		}
		seen[key] = true
	}
}

func TestSecretsOf_findsThemHoweverDeep(t *testing.T) {
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
	if found, want := secretsOf(object), (secrets{"a", "b", "c"}); !reflect.DeepEqual(found, want) {
		t.Errorf("found %d secrets, want a, b and c", len(found))
	}
}
