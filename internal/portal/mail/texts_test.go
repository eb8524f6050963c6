package mail

import (
	"maps"
	"slices"
	"testing"

	"github.com/switchboard-hq/terraform-provider-switchboard/internal/portal"
	"github.com/switchboard-hq/terraform-provider-switchboard/internal/portal/service"
)

// Every language has every kind of mail, and no other, and a name for the portal of every platform.
func TestTexts_everyMailInEveryLanguage(t *testing.T) {
	t.Parallel()
	kinds := []service.MailKind{
		service.MailAccount, service.MailActivation, service.MailEmailChanged, service.MailFactorEnrolled, service.MailFactorRemoved,
		service.MailPasswordChanged, service.MailReset,
	}
	all, err := languages()
	if err != nil || len(all) != 5 {
		t.Fatalf("%d languages, %v", len(all), err)
	}
	for language, texts := range all {
		if got := slices.Sorted(maps.Keys(texts.Mails)); !slices.Equal(got, kinds) {
			t.Errorf("%s has the mails %q", language, got)
		}
		for kind := range texts.Mails {
			if letter, err := write(service.Mail{Kind: kind, Language: language}, ""); err != nil || letter.Subject == "" || letter.Link == "" || len(letter.Before) == 0 {
				t.Errorf("%s, %s: %+v, %v", language, kind, letter, err)
			}
		}
		for _, platform := range portal.Platforms() {
			if texts.Portal[platform] == "" || texts.Greeting == "" || texts.Login == "" || texts.Footer == "" {
				t.Errorf("%s says nothing of the portal of %s, or lacks a greeting, login or footer", language, platform)
			}
		}
	}
}
