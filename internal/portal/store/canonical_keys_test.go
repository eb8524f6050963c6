package store

import (
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/switchboard-hq/terraform-provider-switchboard/internal/portal"
)

// beforeCanonicalKeys makes a database as it was before keys were canonical, with two organisations and these users: id
// → address. Their keys are what the portal stored then, the address in lower case.
func beforeCanonicalKeys(t *testing.T, database string, users map[string]string) {
	t.Helper()
	db, dialect := connect(t, database)
	provider, err := migrator(db, dialect)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := provider.UpTo(t.Context(), 4); err != nil {
		t.Fatal(err)
	}
	exec := func(query string, args ...any) {
		if _, err := db.ExecContext(t.Context(), query, args...); err != nil {
			t.Fatalf("%v\n%s", err, query)
		}
	}
	for _, id := range []string{"acme", "globex"} {
		exec(`INSERT INTO organizations (id, name, platform, sip_domain, document, file_hash) VALUES ($1, 'Acme', 'maatwerk', $2, '{}', '')`, id, id+".example.com")
	}
	for id, email := range users {
		organization := "acme"
		if strings.HasPrefix(id, "usr_globex") {
			organization = "globex"
		}
		exec(`INSERT INTO users (organization_id, id, version, email, email_key, username, username_key, password_hash, settings) VALUES ($1, $2, 7, $3, $4, $5, $5, $6, '{}')`,
			organization, id, email, strings.ToLower(email), "é"+id, testHash)
		exec(`INSERT INTO logins (organization_id, user_id, own_password) VALUES ($1, $2, FALSE)`, organization, id)
		exec(`INSERT INTO platform_emails (platform, email_key, organization_id, user_id) VALUES ('maatwerk', $1, $2, $3)`, strings.ToLower(email), organization, id)
	}
	exec(`UPDATE users SET username_key = $1 WHERE id = 'usr_a'`, "e\u0301usr_a")
	exec(`INSERT INTO outbox (organization_id, id, user_id, kind, created_at, next_attempt_at) VALUES ('acme', 'mail_1', 'usr_a', 'activation', '2026-11-29 02:00:00', '2026-11-29 02:00:00')`)
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
}

func TestMigrate_ALL03_keysBecomeCanonical(t *testing.T) {
	onEveryEmptyEngine(t, func(t *testing.T, database string) {
		beforeCanonicalKeys(t, database, map[string]string{
			"usr_a":      "Anna@xn--bcher-kva.example", // shares its key with usr_b and usr_c
			"usr_b":      "anna@bücher.example",        // whose old key is the new one of usr_a
			"usr_c":      "anna@ｂücher.example",        // full-width
			"usr_d":      "jo\u0301zef@example.com",    // decomposed, alone
			"usr_e":      "plain@example.com",          // stays as it is
			"usr_globex": "anna@BU\u0308CHER.example",  // of another organisation, which nobody may be told
		})
		s := openAt(t, database)
		write(t, s, func(tx *Tx) error {
			for email, want := range map[string]string{
				"anna@bücher.example": "usr_a", "ANNA@XN--BCHER-KVA.EXAMPLE": "usr_a", "józef@example.com": "usr_d", "plain@example.com": "usr_e",
			} {
				key := portal.EmailKey(email)
				if holder, err := tx.UserByEmail(t.Context(), "acme", key); err != nil || holder.ID != want {
					t.Errorf("%s is %+v, %v; want %s", email, holder, err, want)
				}
				if claim, err := tx.EmailClaim(t.Context(), portal.Maatwerk, key); err != nil || claim.UserID != want {
					t.Errorf("the claim of %s is %+v, %v; want %s", email, claim, err, want)
				}
			}
			if holder, err := tx.UserByUsername(t.Context(), "acme", "éusr_a"); err != nil || holder.ID != "usr_a" {
				t.Errorf("the login name in its other encoding is %+v, %v", holder, err)
			}
			shared, err := tx.SharedKeys(t.Context(), "acme")
			if err != nil || len(shared) != 1 || shared[0].Field != "email" || shared[0].Key != "anna@bücher.example" ||
				!slices.Equal(shared[0].UserIDs, []string{"usr_a", "usr_b", "usr_c"}) {
				t.Errorf("shared keys %+v, %v", shared, err)
			}
			if shared, err := tx.SharedKeys(t.Context(), "globex"); err != nil || len(shared) != 0 {
				t.Errorf("globex is told of %+v, %v", shared, err)
			}
			listed, err := tx.Users(t.Context(), "acme", Selection{Limit: 10, Where: map[string]string{"email": portal.EmailKey("anna@bücher.example")}})
			if err != nil || len(listed) != 3 {
				t.Errorf("%d users have the address, %v", len(listed), err)
			}
			now := time.Date(2026, 11, 29, 3, 0, 0, 0, time.UTC)
			mails, err := tx.LeaseMails(t.Context(), "acme", Due{now, now.Add(time.Hour)}, now.Add(time.Minute), 10)
			if err != nil || len(mails) != 1 || mails[0].ID != "mail_1" {
				t.Errorf("mails %+v, %v", mails, err)
			}
			return nil
		})
		usersWithOneAddressLiveOn(t, s)
	})
}

// usersWithOneAddressLiveOn: each can be edited under its address, changed and deleted, and nobody else gets the
// address while one of them has it.
func usersWithOneAddressLiveOn(t *testing.T, s *Store) {
	t.Helper()
	key := portal.EmailKey("anna@bücher.example")
	put := func(tx *Tx, id string, email string) error {
		user, err := tx.User(t.Context(), "acme", id)
		if err != nil {
			return err
		}
		user.Email, user.EmailKey, user.LastName = &email, new(portal.EmailKey(email)), new("Edited")
		return tx.UpdateUser(t.Context(), "acme", user)
	}
	sharing := func(tx *Tx) int {
		shared, err := tx.SharedKeys(t.Context(), "acme")
		if err != nil {
			t.Fatal(err)
		}
		if len(shared) == 0 {
			return 0
		}
		return len(shared[0].UserIDs)
	}
	write(t, s, func(tx *Tx) error {
		return errors.Join(put(tx, "usr_a", "anna@bücher.example"), put(tx, "usr_b", "Anna@bücher.example"), put(tx, "usr_c", "anna@xn--bcher-kva.example"))
	})
	write(t, s, func(tx *Tx) error {
		if n := sharing(tx); n != 3 {
			t.Errorf("%d share the address after an edit", n)
		}
		return errors.Join(tx.DeleteUser(t.Context(), "acme", "usr_a"), put(tx, "usr_b", "anna.b@example.com"))
	})
	write(t, s, func(tx *Tx) error {
		if n := sharing(tx); n != 0 {
			t.Errorf("%d share the address that one has", n)
		}
		holder, err := tx.UserByEmail(t.Context(), "acme", key)
		if err != nil || holder.ID != "usr_c" {
			t.Errorf("the address is that of %+v, %v; want usr_c", holder, err)
		}
		return put(tx, "usr_c", "anna.c@example.com")
	})
	write(t, s, func(tx *Tx) error {
		_, err := tx.UserByEmail(t.Context(), "acme", key)
		if !errors.Is(err, ErrNotFound) {
			t.Errorf("the address that nobody has any more is found: %v", err)
		}
		return put(tx, "usr_e", "anna@bücher.example")
	})
}
