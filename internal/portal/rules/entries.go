package rules

import (
	"fmt"
	"maps"
	"slices"

	"github.com/switchboard-hq/terraform-provider-switchboard/internal/portal"
)

// entries checks a map: what it has values for, and each value by itself. An empty value says none.
func (e *evaluation) entries(path string, f *Field, entries map[string]string) {
	for _, key := range slices.Sorted(maps.Keys(entries)) {
		if !slices.Contains(f.Keys, key) {
			e.add(path, f.ID, portal.CodeNotAllowed, "has %q, which %s does not have; %s", clip(key), e.set.Platform, choices(f.Keys))
			continue
		}
		value := entries[key]
		if value == "" {
			continue
		}
		if message := e.shape(f, path, fmt.Sprintf("%s[%q]", path, key), value); message != "" {
			e.addMessage(path, f.ID, portal.CodeMalformed, message)
			continue
		}
		if f.Source == SourceSocialAccounts && e.inventory.Organization.ID != "" {
			e.socialAccount(path, f, key, value)
		}
	}
}

// socialAccount checks that the organisation has an account on a social platform.
func (e *evaluation) socialAccount(path string, f *Field, platform, id string) {
	var ids []string
	for _, account := range e.inventory.Organization.SocialAccounts {
		if account.Platform == platform {
			ids = append(ids, account.ID)
		}
	}
	if !slices.Contains(ids, id) {
		e.addMessage(path, f.ID, portal.CodeMissing, fmt.Sprintf("%s[%q] is %q, and %s has no such account on %[2]s; %[5]s",
			path, platform, clip(id), e.inventory.Organization.Name, choices(ids)))
	}
}
