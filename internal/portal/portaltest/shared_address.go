package portaltest

import (
	"database/sql"
	"testing"

	"github.com/switchboard-hq/terraform-provider-switchboard/internal/portal"
)

// ShareAddress gives a user a spelling of the address that another user has. The portal refuses that, but databases
// hold such users from before it compared all spellings: this is how the migration leaves them. The portal must be on
// SQLite.
func (p *Portal) ShareAddress(t testing.TB, userID, spelling string) {
	t.Helper()
	db, err := sql.Open("sqlite", p.options.database)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = db.Close() }()
	key := portal.EmailKey(spelling)
	for _, change := range []struct {
		query string
		args  []any
	}{
		{`PRAGMA busy_timeout(30000)`, nil},
		{`UPDATE users SET shares_key = TRUE WHERE email_key = $1`, []any{key}},
		{`UPDATE users SET email = $1, email_key = $2, shares_key = TRUE WHERE id = $3`, []any{spelling, key + "\x01" + userID, userID}},
	} {
		if _, err := db.ExecContext(t.Context(), change.query, change.args...); err != nil {
			t.Fatal(err)
		}
	}
}
