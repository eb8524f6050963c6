package store

import (
	"errors"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/switchboard-hq/terraform-provider-switchboard/internal/portal"
)

func TestStore_constraintsOfEveryPlatformHold(t *testing.T) {
	onEveryEngine(t, func(t *testing.T, database string) {
		s := filled(t, database)
		ctx := t.Context()
		alice, bob := testUser("usr_1", "alice@example.com"), testUser("usr_2", "bob@example.com")
		alice.Directory = &portal.Directory{UserGroupIDs: []string{"sub_1"}}
		claim := EmailClaim{Platform: portal.Telecube, EmailKey: "alice@example.com", OrganizationID: "acme", UserID: "usr_1"}
		write(t, s, func(tx *Tx) error {
			return errors.Join(
				tx.InsertUser(ctx, "acme", alice), tx.InsertUser(ctx, "acme", bob), tx.InsertUser(ctx, "globex", testUser("usr_1", "alice@example.com")),
				tx.Allocate(ctx, "acme", Allocation{Number: "+48221234567", UserID: "usr_1"}), tx.ClaimEmail(ctx, claim),
				tx.InsertPlannedPublication(ctx, "acme", "usr_1", portal.PlannedPublication{ID: "pub_1", Text: "Hello", PublishAt: time.Now()}),
			)
		})
		inGroups := func(ids ...string) User {
			u := testUser("usr_3", "carol@example.com")
			u.Directory = &portal.Directory{UserGroupIDs: ids}
			return u
		}
		refused(t, s, map[string]refusal{
			"TC-10 two subgroups of one group": {key: KeyUserGroupOfUser, do: func(tx *Tx) error { return tx.InsertUser(ctx, "acme", inGroups("sub_1", "sub_2")) }},
			"subgroup that does not exist":     {want: ErrMissingReference, do: func(tx *Tx) error { return tx.InsertUser(ctx, "acme", inGroups("sub_9")) }},
			"subgroup of another organisation": {want: ErrMissingReference, do: func(tx *Tx) error { return tx.InsertUser(ctx, "globex", inGroups("sub_1")) }},
			"name of another user group":       {key: KeyUserGroupName, do: func(tx *Tx) error { return tx.InsertUserGroup(ctx, "acme", testUserGroup("ugr_2", "position")) }},
			"two subgroups with one name": {key: KeySubgroupName, do: func(tx *Tx) error {
				return tx.InsertUserGroup(ctx, "acme", twice(testUserGroup("ugr_2", "team", "a", "b")))
			}},
			"group with members deleted":    {want: ErrMissingReference, do: func(tx *Tx) error { return tx.DeleteUserGroup(ctx, "acme", "ugr_1") }},
			"group of another organisation": {want: ErrNotFound, do: func(tx *Tx) error { return tx.DeleteUserGroup(ctx, "globex", "ugr_1") }},
			"subgroup with members removed": {want: ErrMissingReference, do: func(tx *Tx) error {
				return tx.UpdateUserGroup(ctx, "acme", version(testUserGroup("ugr_1", "position", "sub_2"), 1))
			}},
			"stale version of a group": {want: ErrNotFound, do: func(tx *Tx) error {
				return tx.UpdateUserGroup(ctx, "acme", version(testUserGroup("ugr_1", "position"), 7))
			}},
			"VX-07 number allocated twice": {key: KeyAllocatedNumber, do: func(tx *Tx) error {
				return tx.Allocate(ctx, "acme", Allocation{Number: "+48221234567", UserID: "usr_2"})
			}},
			"number of nobody": {want: ErrMissingReference, do: func(tx *Tx) error {
				return tx.Allocate(ctx, "globex", Allocation{Number: "+48221234567", UserID: "usr_2"})
			}},
			"MW-02 address claimed twice":          {key: KeyPlatformEmail, do: func(tx *Tx) error { return tx.ClaimEmail(ctx, of(claim, "globex")) }},
			"EN-16 user with plans deleted":        {want: ErrMissingReference, do: func(tx *Tx) error { return tx.DeleteUser(ctx, "acme", "usr_1") }},
			"publication of another user":          {want: ErrNotFound, do: func(tx *Tx) error { return tx.DeletePlannedPublication(ctx, "acme", "usr_2", "pub_1") }},
			"publication of another organisation":  {want: ErrNotFound, do: func(tx *Tx) error { return tx.DeletePlannedPublication(ctx, "globex", "usr_1", "pub_1") }},
			"reload of an organisation that isn't": {want: ErrMissingReference, do: func(tx *Tx) error { return tx.SetPendingReload(ctx, "initech", "main") }},
			"avatar that is no picture": {do: func(tx *Tx) error {
				return tx.PutAvatar(ctx, "acme", "usr_1", Avatar{"text/html", strings.Repeat("a", 64), []byte("x")})
			}},
			"avatar that is too large": {do: func(tx *Tx) error {
				return tx.PutAvatar(ctx, "acme", "usr_1", Avatar{"image/png", strings.Repeat("a", 64), make([]byte, portal.MaxAvatarSize+1)})
			}},
			"VX-14 PIN that is no hash": {do: func(tx *Tx) error {
				u := testUser("usr_3", "carol@example.com")
				u.PINHash = "1234"
				return tx.InsertUser(ctx, "acme", u)
			}},
		})
	})
}

func version(g UserGroup, version int64) UserGroup {
	g.Version = version
	return g
}

// twice gives both subgroups the key of the first.
func twice(g UserGroup) UserGroup {
	g.Keys = []string{g.Keys[0], g.Keys[0]}
	return g
}

func of(c EmailClaim, organizationID string) EmailClaim {
	c.OrganizationID = organizationID
	return c
}

func TestUserGroup_subgroupsKeepTheirOrderAndMembers(t *testing.T) {
	onEveryEngine(t, func(t *testing.T, database string) {
		s := filled(t, database)
		alice := testUser("usr_1", "alice@example.com")
		alice.Directory = &portal.Directory{UserGroupIDs: []string{"sub_2"}}
		want := testUserGroup("ugr_1", "position", "sub_3", "sub_2")
		want.Subgroups[1].MemberCount = 1
		write(t, s, func(tx *Tx) error {
			return errors.Join(
				tx.InsertUser(t.Context(), "acme", alice), tx.InsertUserGroup(t.Context(), "acme", testUserGroup("ugr_2", "team", "sub_9")),
				tx.UpdateUserGroup(t.Context(), "acme", version(want, 1)),
			)
		})
		write(t, s, func(tx *Tx) error {
			got, err := tx.UserGroup(t.Context(), "acme", "ugr_1")
			if !reflect.DeepEqual(got.UserGroup, want.UserGroup) || got.Version != 2 {
				t.Errorf("group is %+v, want %+v in version 2", got, want.UserGroup)
			}
			groups, err2 := tx.UserGroups(t.Context(), "acme", Selection{Limit: 10})
			if len(groups) != 2 || !reflect.DeepEqual(groups[0], got) || len(groups[1].Subgroups) != 1 {
				t.Errorf("a list shows other objects than single reads: %+v", groups)
			}
			return errors.Join(err, err2)
		})
	})
}

func TestUser_deletionFreesNumbersAddressAndPicture(t *testing.T) {
	onEveryEngine(t, func(t *testing.T, database string) {
		s := filled(t, database)
		ctx := t.Context()
		alice := testUser("usr_1", "alice@example.com")
		alice.Telephony, alice.Webcare = &portal.Telephony{}, &portal.Webcare{DefaultAccounts: map[string]string{"x": "acme-x"}}
		alice.Licence, alice.Directory = &portal.Licence{HelpdeskID: new("support")}, &portal.Directory{UserGroupIDs: []string{"sub_1"}}
		picture := Avatar{MediaType: "image/png", SHA256: strings.Repeat("a", 64), Image: []byte("png")}
		write(t, s, func(tx *Tx) error {
			return errors.Join(
				tx.InsertUser(ctx, "acme", alice), tx.Allocate(ctx, "acme", Allocation{Number: "+48221234567", UserID: "usr_1"}), tx.PutAvatar(ctx, "acme", "usr_1", picture),
				tx.ClaimEmail(ctx, EmailClaim{Platform: portal.Maatwerk, EmailKey: "alice@example.com", OrganizationID: "acme", UserID: "usr_1"}),
			)
		})
		holders := func() (n int) {
			write(t, s, func(tx *Tx) error {
				allocations, err1 := tx.Allocations(ctx, "acme")
				members, err2 := tx.MembersOfSubgroup(ctx, "acme", "sub_1")
				onHelpdesk, err3 := tx.UsersOfHelpdesk(ctx, "acme", "support")
				answering, err4 := tx.UsersOfSocialAccount(ctx, "acme", "acme-x")
				_, claimed := tx.EmailClaim(ctx, portal.Maatwerk, "alice@example.com")
				n = len(allocations) + len(members) + len(onHelpdesk) + len(answering)
				if claimed == nil {
					n++
				}
				return errors.Join(err1, err2, err3, err4)
			})
			return n
		}
		write(t, s, func(tx *Tx) error {
			got, err := tx.User(ctx, "acme", "usr_1")
			if err == nil && (got.Webcare.AvatarSHA256 != picture.SHA256 || !reflect.DeepEqual(got.Telephony.IncomingNumbers, []string{"+48221234567"})) {
				t.Errorf("user shows picture %q and numbers %v", got.Webcare.AvatarSHA256, got.Telephony.IncomingNumbers)
			}
			return err
		})
		if got := holders(); got != 5 {
			t.Errorf("before the deletion %d things are taken, want 5", got)
		}
		write(t, s, func(tx *Tx) error { return tx.DeleteUser(ctx, "acme", "usr_1") })
		if got := holders(); got != 0 {
			t.Errorf("after the deletion %d things are still taken", got)
		}
	})
}

// A database that the first release made has users, and on maatwerk some of them have one address: the first of them
// keeps it.
func TestStore_MW02_firstSchemaIsMigrated(t *testing.T) {
	onEveryEmptyEngine(t, func(t *testing.T, database string) {
		db, dialect := connect(t, database)
		provider, err := migrator(db, dialect)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := provider.UpTo(t.Context(), 1); err != nil {
			t.Fatal(err)
		}
		for _, statement := range []string{
			`INSERT INTO organizations (id, name, platform, document, file_hash) VALUES
			('acme', 'Acme', 'maatwerk', '{"phone_numbers": ["+31851234567"]}', 'h'), ('globex', 'Globex', 'maatwerk', '{}', 'h'), ('hooli', 'Hooli', 'vaxel', '{}', 'h')`,
			`INSERT INTO users (organization_id, id, version, email, email_key, password_hash, settings) VALUES
			('globex', 'usr_1', 3, 'Alice@example.com', 'alice@example.com', '` + testHash + `', '{"telephony": {"available": true}}'),
			('acme', 'usr_2', 1, 'alice@example.com', 'alice@example.com', '` + testHash + `', '{}'), ('hooli', 'usr_3', 1, 'bob@example.com', 'bob@example.com', '` + testHash + `', '{}')`,
		} {
			if _, err := db.ExecContext(t.Context(), statement); err != nil {
				t.Fatal(err)
			}
		}
		if err := db.Close(); err != nil {
			t.Fatal(err)
		}
		s := openAt(t, database)
		write(t, s, func(tx *Tx) error {
			claim, err := tx.EmailClaim(t.Context(), portal.Maatwerk, "alice@example.com")
			if claim.OrganizationID != "acme" || claim.UserID != "usr_2" {
				t.Errorf("the address belongs to %+v", claim)
			}
			if _, err := tx.EmailClaim(t.Context(), portal.Vaxel, "bob@example.com"); !errors.Is(err, ErrNotFound) {
				t.Errorf("an address is claimed on another platform: %v", err)
			}
			user, err2 := tx.User(t.Context(), "globex", "usr_1")
			if user.Version != 3 || user.PINHash != "" || user.Telephony == nil || !*user.Telephony.Available {
				t.Errorf("the migrated user is %+v", user)
			}
			organization, err3 := tx.Organization(t.Context(), "acme")
			if organization.Helpdesks == nil || organization.SocialAccounts == nil || organization.OutgoingNumber != portal.OutgoingNumberAccount || len(organization.PhoneNumbers) != 1 {
				t.Errorf("the migrated organisation is %+v", organization)
			}
			return errors.Join(err, err2, err3)
		})
	})
}
