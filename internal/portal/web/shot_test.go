package web_test

import (
	"fmt"
	"os"
	"testing"

	"github.com/switchboard-hq/terraform-provider-switchboard/internal/portal"
	"github.com/switchboard-hq/terraform-provider-switchboard/internal/portal/portaltest"
)

func TestShot(t *testing.T) {
	p := portaltest.Start(t, portaltest.WithPlatform(portal.Maatwerk))
	user := jagoda(t, p)
	b := portaltest.NewBrowser(t)
	n := 0
	shot := func(w int64) { n++; os.WriteFile(fmt.Sprintf("/tmp/shot%d.png", n), b.Screenshot(w), 0o600) }
	b.Go(p.URL + "/")
	b.Fill("E-mail address", "x@y.pl")
	b.Fill("Password", "x")
	b.Press("Log in")
	shot(1200)
	b.Fill("E-mail address", *user.Email)
	b.Fill("Password", string(given))
	b.Press("Log in")
	shot(360)
	a := portaltest.NewBrowser(t)
	b = a
	b.Go(p.URL + "/o/delfin/admin/login")
	b.Fill("Token with the scopes read and admin", p.NewToken(t, portal.ScopeRead, portal.ScopeAdmin))
	b.Press("Log in")
	shot(1200)
	b.Follow("Jagoda Wiśniewska")
	shot(1000)
}
