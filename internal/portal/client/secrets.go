package client

import (
	"encoding/json"
	"html"
	"net/url"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode"

	"github.com/switchboard-hq/terraform-provider-switchboard/internal/portal"
)

// secrets are values that were sent and must not come back in an error.
type secrets []string

// hidden returns everything secret in the call.
func (c *call) hidden() secrets { return append(secrets{c.client.token()}, c.secrets...) }

// forms returns the secret as it is and in the usual escapings, the longest first.
func forms(secret string) []string {
	quoted, _ := json.Marshal(secret) // a string cannot fail
	all := []string{
		secret, oneLine(secret), strings.Trim(string(quoted), `"`), strings.Trim(strconv.Quote(secret), `"`),
		html.EscapeString(secret), url.QueryEscape(secret), url.PathEscape(secret),
	}
	slices.SortFunc(all, func(a, b string) int { return len(b) - len(a) })
	return slices.DeleteFunc(all, func(form string) bool { return form == "" })
}

// in reports whether the text holds one of the secrets, in whatever form.
func (s secrets) in(text string) bool {
	return slices.ContainsFunc(s, func(secret string) bool {
		return slices.ContainsFunc(forms(secret), func(form string) bool { return strings.Contains(text, form) })
	})
}

// conceal replaces the secrets in a message of the portal, which should hold none (ALL-05). Very short ones and those
// of letters only are left, because they may be words of the message: the password "password" must not garble "password
// is too short".
func (s secrets) conceal(text string) string {
	for _, secret := range s {
		if len(secret) >= 4 && strings.ContainsFunc(secret, func(r rune) bool { return !unicode.IsLetter(r) }) {
			for _, form := range forms(secret) {
				text = strings.ReplaceAll(text, form, "(secret)")
			}
		}
	}
	return text
}

// secretsOf returns the portal.Secret values that an object holds, however deep.
func secretsOf(object any) secrets {
	var found secrets
	collectSecrets(reflect.ValueOf(object), &found)
	return found
}

func collectSecrets(v reflect.Value, found *secrets) {
	switch {
	case v.Type() == reflect.TypeFor[portal.Secret]():
		*found = append(*found, v.String())
	case v.Kind() == reflect.Pointer && !v.IsNil():
		collectSecrets(v.Elem(), found)
	case v.Kind() == reflect.Struct && v.Type() != reflect.TypeFor[time.Time]():
		for i := range v.NumField() {
			collectSecrets(v.Field(i), found)
		}
	}
}
