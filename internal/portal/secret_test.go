package portal_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"log/slog"
	"strings"
	"testing"

	"github.com/switchboard-hq/terraform-provider-switchboard/internal/portal"
)

func TestSecret_ALL05_neverPrints(t *testing.T) {
	t.Parallel()
	const password = "Tr0ub4dor&3"
	secret := portal.Secret(password)
	user := portal.User{ID: "usr_1", Password: &secret}
	for name, value := range map[string]any{
		"value":          secret,
		"pointer":        &secret,
		"slice":          []portal.Secret{secret},
		"map":            map[string]portal.Secret{"a": secret},
		"struct":         struct{ Password portal.Secret }{secret},
		"pointer in map": map[string]*portal.Secret{"a": &secret},
		"user":           user,
		"user pointer":   &user,
	} {
		for _, verb := range []string{"%v", "%s", "%q", "%#v", "%+v", "%x", "%X", "%d", "%10s", "%T"} {
			text := fmt.Sprintf(verb, value)
			if strings.Contains(text, password) || strings.Contains(strings.ToLower(text), fmt.Sprintf("%x", password)) {
				t.Errorf("%s of a %s prints it: %s", verb, name, text)
			}
		}
	}
	for _, verb := range []string{"%v", "%s", "%q", "%#v", "%+v"} {
		if text := fmt.Sprintf(verb, secret); text != "(secret)" {
			t.Errorf("%s gives %q", verb, text)
		}
	}
	if err := fmt.Errorf("the password %w is bad: %v", portal.NewError(portal.CodeInvalid, ""), secret); strings.Contains(err.Error(), password) {
		t.Errorf("an error prints it: %v", err)
	}
}

func TestSecret_ALL05_neverLogged(t *testing.T) {
	t.Parallel()
	const password = "Tr0ub4dor&3"
	secret := portal.Secret(password)
	for name, handler := range map[string]func(*bytes.Buffer) slog.Handler{
		"text": func(b *bytes.Buffer) slog.Handler { return slog.NewTextHandler(b, nil) },
		"json": func(b *bytes.Buffer) slog.Handler { return slog.NewJSONHandler(b, nil) },
	} {
		var log bytes.Buffer
		slog.New(handler(&log)).Info("write", "password", secret)
		if strings.Contains(log.String(), password) || !strings.Contains(log.String(), "(secret)") {
			t.Errorf("the %s log has %s", name, log.String())
		}
	}
}

// The client sends it, the server reads it.
func TestSecret_travelsAsJSON(t *testing.T) {
	t.Parallel()
	sent := portal.SIPAccount{Password: new(portal.Secret("Tr0ub4dor&3"))}
	text, err := json.Marshal(sent)
	if err != nil || !strings.Contains(string(text), `"password":"Tr0ub4dor\u00263"`) {
		t.Fatalf("got %s, %v", text, err)
	}
	var received portal.SIPAccount
	if err := json.Unmarshal(text, &received); err != nil || received.Password == nil || *received.Password != *sent.Password {
		t.Errorf("got another one, %v", err)
	}
}
