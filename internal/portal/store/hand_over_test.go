package store

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/switchboard-hq/terraform-provider-switchboard/internal/portal"
)

// An account that belonged to one user on a platform where that is the rule is that user's alone after the migration,
// and no other one.
func TestMigrate_TC02_accountsOfOneUserStaySo(t *testing.T) {
	t.Parallel()
	s := openAt(t, thaw(t, frozen(t)["00002"]))
	const query = `SELECT organization_id || ' ' || (sip_account_id = sole_account_id) FROM user_sip_accounts WHERE sole_account_id IS NOT NULL`
	if sole := lines(t, s, query); strings.TrimSpace(sole) != "delfin 1" {
		t.Errorf("accounts of one user are %q, want the one of delfin, which is on telecube", sole)
	}
}

func TestHandOver_databaseKeepsThingsApart(t *testing.T) {
	onEveryEngine(t, func(t *testing.T, database string) {
		ctx := t.Context()
		s := filled(t, database)
		write(t, s, func(tx *Tx) error {
			alice, bob := testUser("usr_1", "alice@example.com"), testUser("usr_2", "bob@example.com")
			alice.Telephony = &portal.Telephony{SIPAccountIDs: []string{"sip_1"}, Extension: new("300")}
			alice.SoleSIPAccounts = true
			unnamed := testGroup("grp_2", "")
			unnamed.NameKey = ""
			other := testGroup("grp_3", "")
			other.NameKey = ""
			none, another := testAccount("sip_3", ""), testAccount("sip_4", "") // any number of objects can have none
			return errors.Join(
				tx.InsertUser(ctx, "acme", alice),
				tx.InsertUser(ctx, "acme", bob),
				tx.InsertPermissionGroup(ctx, "acme", unnamed),
				tx.InsertPermissionGroup(
					ctx,
					"acme",
					other,
				),
				tx.InsertSIPAccount(ctx, "acme", none),
				tx.InsertSIPAccount(ctx, "acme", another),
			)
		})
		wait := func(kind portal.HandOverKind, thing string, noun portal.Noun, id string) HandOver {
			return HandOver{
				Kind:      kind,
				Thing:     thing,
				ID:        "hov_" + id,
				Noun:      noun,
				ObjectID:  id,
				Field:     "x",
				Value:     thing,
				ManagedBy: "office",
				Since:     time.Now(),
			}
		}
		for _, test := range []struct {
			wait HandOver
			key  Key
		}{
			{wait(portal.HandOverSIPAccount, "sip_1", portal.NounUser, "usr_2"), KeySoleSIPAccount},
			{wait(portal.HandOverExtension, "300", portal.NounUser, "usr_2"), KeyExtension},
			{wait(portal.HandOverExtension, "1001", portal.NounUser, "usr_2"), KeyExtension},
			{wait(portal.HandOverExtension, "1001", portal.NounSIPAccount, "sip_3"), KeySIPAccountExtension},
			{wait(portal.HandOverPermissionGroupName, "agents", portal.NounPermissionGroup, "grp_2"), KeyPermissionGroupName},
		} {
			err := s.Write(ctx, "acme", func(tx *Tx) error { return tx.Give(ctx, "acme", test.wait) })
			if duplicate, ok := errors.AsType[*DuplicateError](err); !ok || duplicate.Key != test.key {
				t.Errorf(
					"%s %s for %s: %v, want a duplicate of %s",
					test.wait.Kind,
					test.wait.Thing,
					test.wait.ObjectID,
					err,
					test.key,
				)
			}
		}
		second := wait(portal.HandOverExtension, "300", portal.NounSIPAccount, "sip_3")
		err := s.Write(ctx, "acme", func(tx *Tx) error {
			return errors.Join(
				tx.InsertHandOver(ctx, "acme", wait(portal.HandOverExtension, "300", portal.NounUser, "usr_2")),
				tx.InsertHandOver(ctx, "acme", second),
			)
		})
		if _, ok := errors.AsType[*DuplicateError](err); !ok {
			t.Errorf("a second successor: %v", err)
		}
		write(t, s, func(tx *Tx) error {
			account, err := tx.SIPAccount(ctx, "acme", "sip_3")
			if err == nil && *account.Extension != "" {
				t.Errorf("an account without an extension shows %q", *account.Extension)
			}
			return err
		})
	})
}
