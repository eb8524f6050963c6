package portaltest

import (
	"net/url"
	"testing"

	"github.com/switchboard-hq/terraform-provider-switchboard/internal/portal"
	"github.com/switchboard-hq/terraform-provider-switchboard/internal/portal/service"
)

// Activate sends the mails that are due, to nobody, and chooses this password by the link of each. It is an error if
// there is none.
func (p *Portal) Activate(t testing.TB, password portal.Secret) {
	t.Helper()
	mails, err := p.Service.DueMails(t.Context(), 100)
	if err != nil {
		t.Fatal(err)
	}
	var links int
	for _, mail := range mails {
		if err := p.Service.MailSent(t.Context(), mail); err != nil {
			t.Fatal(err)
		}
		if mail.Kind == service.MailAccount {
			continue
		}
		links++
		link, err := url.Parse(mail.Path)
		if err != nil {
			t.Fatal(err)
		}
		if err := p.Service.Activate(t.Context(), mail.OrganizationID, link.Query().Get("token"), password); err != nil {
			t.Fatal(err)
		}
	}
	if links == 0 {
		t.Fatal("no mail with a link is due")
	}
}
