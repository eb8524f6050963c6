package store

import (
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/switchboard-hq/terraform-provider-switchboard/internal/portal"
)

const testHash = "$argon2id$v=19$m=64,t=1,p=1$c2FsdHNhbHQ$aGFzaGhhc2g"

func testAccount(id, extension string) SIPAccount {
	return SIPAccount{
		SIPAccount: portal.SIPAccount{ID: id, Extension: &extension, CallerID: new("+48221234567"), SIPUsername: "name_of_" + id},
		Digests:    SIPDigests{MD5: strings.Repeat("a", 32), SHA256: strings.Repeat("b", 64), DomainMD5: strings.Repeat("c", 32)},
	}
}

func testUser(id, email string) User {
	return User{User: portal.User{ID: id, Email: &email}, PasswordHash: testHash, EmailKey: &email}
}

// filled opens a database and gives it organisation acme with a permission group, two SIP accounts and a user group.
func filled(t *testing.T, database string) *Store {
	t.Helper()
	s := openAt(t, database)
	write(t, s, func(tx *Tx) error {
		return errors.Join(
			tx.InsertOrganization(t.Context(), testOrganization("acme")),
			tx.InsertOrganization(t.Context(), testOrganization("globex")),
			tx.InsertPermissionGroup(t.Context(), "acme", testGroup("grp_1", "Agents")),
			tx.InsertSIPAccount(t.Context(), "acme", testAccount("sip_1", "1001")),
			tx.InsertSIPAccount(t.Context(), "acme", testAccount("sip_2", "1002")),
			tx.InsertUserGroup(t.Context(), "acme", testUserGroup("ugr_1", "position", "sub_1", "sub_2")),
		)
	})
	return s
}

// testUserGroup has subgroups that are named by their ids.
func testUserGroup(id, name string, subgroups ...string) UserGroup {
	group := UserGroup{UserGroup: portal.UserGroup{ID: id, Name: &name, Subgroups: []portal.Subgroup{}}, NameKey: name, Keys: subgroups}
	for _, subgroup := range subgroups {
		group.Subgroups = append(group.Subgroups, portal.Subgroup{ID: subgroup, Name: subgroup})
	}
	return group
}

// fill gives every field of a wire type a value, lists two.
func fill(v reflect.Value, path string) {
	switch v.Kind() {
	case reflect.Pointer:
		v.Set(reflect.New(v.Type().Elem()))
		fill(v.Elem(), path)
	case reflect.Struct:
		for i := range v.NumField() {
			fill(v.Field(i), path+"."+v.Type().Field(i).Name)
		}
	case reflect.Slice:
		if v.Type().Elem().Kind() != reflect.String {
			v.Set(reflect.MakeSlice(v.Type(), 2, 2))
			fill(v.Index(0), path+" 1")
			fill(v.Index(1), path+" 2")
			return
		}
		v.Set(reflect.ValueOf([]string{path + " 1", path + " 2"}))
	case reflect.Map:
		v.Set(reflect.ValueOf(map[string]string{"x": path, "none": ""}))
	case reflect.String:
		v.SetString(path)
	case reflect.Bool:
		v.SetBool(true)
	case reflect.Int, reflect.Int64:
		v.SetInt(7)
	}
}

func TestUser_everyFieldComesBack(t *testing.T) {
	onEveryEngine(t, func(t *testing.T, database string) {
		s := filled(t, database)
		full := testUser("usr_1", "alice@example.com")
		fill(reflect.ValueOf(&full.User).Elem(), "user")
		full.ID, full.ETag, full.Password = "usr_1", "", nil
		full.PermissionGroupIDs = []string{"grp_1"}
		full.Telephony.SIPAccountIDs = []string{"sip_1", "sip_2"}
		full.Telephony.AppSIPAccountID, full.ClickToDial.SIPAccountID = new("sip_1"), new("sip_2")
		full.Telephony.Extension = new("201")
		full.Directory.UserGroupIDs = []string{"sub_2"}
		full.PlannedPublications, full.Telephony.IncomingNumbers, full.Pending = 0, nil, nil // these have statements of their own
		full.Permissions = []string{"users.manage"}                                          // of grp_1
		full.Webcare.Avatar, full.Webcare.AvatarSHA256 = nil, ""
		full.Status, full.TwoFactor, full.InvitedAt, full.LastLoginAt = portal.StatusPending, false, "", "" // of a new login
		full.Voicemail.PIN, full.PINHash = nil, testHash
		full.CreatedAt = "2026-03-04T05:06:07Z"

		empty := testUser("usr_2", "bob@example.com")
		empty.PermissionGroupIDs = []string{}
		empty.Telephony = &portal.Telephony{
			SIPAccountIDs: []string{}, CallerIDs: []string{}, SMSSenders: []string{}, Extension: new(""), PBXID: new(""), AppSIPAccountID: new(""), CallerID: new(""),
		}
		empty.ClickToDial = &portal.ClickDial{SIPAccountID: new("")}
		empty.Directory, empty.Licence = &portal.Directory{UserGroupIDs: []string{}}, &portal.Licence{HelpdeskID: new("")}
		empty.Voicemail = &portal.Voicemail{}
		empty.Webcare = &portal.Webcare{Suffixes: map[string]string{}, DefaultAccounts: map[string]string{}}

		empty.Status = portal.StatusPending
		plain := testUser("usr_3", "carol@example.com")
		plain.Status = portal.StatusPending

		for _, want := range []User{full, empty, plain} {
			write(t, s, func(tx *Tx) error { return tx.InsertUser(t.Context(), "acme", want) })
			for _, untouched := range []bool{true, false} { // as inserted, and as updated
				want.Untouched = untouched
				write(t, s, func(tx *Tx) error {
					got, err := tx.User(t.Context(), "acme", want.ID)
					if err != nil {
						return err
					}
					if !reflect.DeepEqual(got.User, want.User) {
						t.Errorf("%s came back as\n%+v\nwant\n%+v", want.ID, got.User, want.User)
					}
					if got.PasswordHash != testHash || got.PINHash != want.PINHash {
						t.Errorf("%s: another password or PIN hash", want.ID)
					}
					want.Version = got.Version
					return tx.UpdateUser(t.Context(), "acme", want)
				})
			}
		}
		full.Untouched = false
		write(t, s, func(tx *Tx) error {
			users, err := tx.Users(t.Context(), "acme", Selection{Limit: 10})
			if len(users) != 3 || !reflect.DeepEqual(users[0].User, full.User) || !reflect.DeepEqual(users[1].User, empty.User) {
				t.Errorf("a list shows other objects than single reads: %+v", users)
			}
			return err
		})
	})
}

// A secret that is added to the contract must not slip into the settings.
func TestUser_ALL05_settingsHoldNoSecret(t *testing.T) {
	t.Parallel()
	var u portal.User
	fill(reflect.ValueOf(&u).Elem(), "user")
	settings, err := settingsOf(u)
	if err != nil {
		t.Fatal(err)
	}
	for _, path := range secretPaths(reflect.TypeFor[portal.User](), "user") {
		if strings.Contains(settings, fmt.Sprintf("%q", path)) {
			t.Errorf("the settings hold the secret %s in clear", path)
		}
	}
	if u.Password == nil || len(secretPaths(reflect.TypeFor[portal.User](), "user")) == 0 {
		t.Error("settingsOf took the password out of the caller's object, or the test finds no secret")
	}
}

func secretPaths(object reflect.Type, path string) (paths []string) {
	for i := range object.NumField() {
		field := object.Field(i)
		if field.Type.Kind() != reflect.Pointer {
			continue
		}
		switch element := field.Type.Elem(); {
		case element == reflect.TypeFor[portal.Secret]():
			paths = append(paths, path+"."+field.Name)
		case element.Kind() == reflect.Struct:
			paths = append(paths, secretPaths(element, path+"."+field.Name)...)
		}
	}
	return paths
}

func TestStore_constraintsHold(t *testing.T) {
	onEveryEngine(t, func(t *testing.T, database string) {
		s := filled(t, database)
		alice := testUser("usr_1", "alice@example.com")
		alice.UsernameKey, alice.Username = new("alice"), new("alice")
		alice.PermissionGroupIDs = []string{"grp_1"}
		alice.Telephony = &portal.Telephony{SIPAccountIDs: []string{"sip_1"}, Extension: new("201")}
		write(t, s, func(tx *Tx) error { return tx.InsertUser(t.Context(), "acme", alice) })

		with := func(change func(*User)) User {
			u := testUser("usr_2", "bob@example.com")
			change(&u)
			return u
		}
		account := func(change func(*SIPAccount)) SIPAccount {
			a := testAccount("sip_3", "1003")
			change(&a)
			return a
		}
		domain := testOrganization("initech")
		domain.SIPDomain = "acme.example.com"
		missing := ErrMissingReference
		ctx := t.Context()
		refused(t, s, map[string]refusal{
			"e-mail taken": {key: KeyUserEmail, do: func(tx *Tx) error {
				return tx.InsertUser(ctx, "acme", with(func(u *User) { u.EmailKey = alice.EmailKey }))
			}},
			"username taken": {key: KeyUserUsername, do: func(tx *Tx) error {
				return tx.InsertUser(ctx, "acme", with(func(u *User) { u.UsernameKey = alice.UsernameKey }))
			}},
			"group name taken": {key: KeyPermissionGroupName, do: func(tx *Tx) error {
				return tx.InsertPermissionGroup(ctx, "acme", testGroup("grp_2", "AGENTS"))
			}},
			"ALL-02 user with the extension of a SIP account": {key: KeyExtension, do: func(tx *Tx) error {
				return tx.InsertUser(ctx, "acme", with(func(u *User) { u.Telephony = &portal.Telephony{Extension: new("1001")} }))
			}},
			"ALL-02 SIP account with the extension of a user": {key: KeyExtension, do: func(tx *Tx) error {
				return tx.InsertSIPAccount(ctx, "acme", testAccount("sip_3", "201"))
			}},
			"extension of another SIP account": {key: KeySIPAccountExtension, do: func(tx *Tx) error {
				return tx.InsertSIPAccount(ctx, "acme", testAccount("sip_3", "1001"))
			}},
			"SIP username of another SIP account": {key: KeySIPUsername, do: func(tx *Tx) error {
				return tx.InsertSIPAccount(ctx, "acme", account(func(a *SIPAccount) { a.SIPUsername = "name_of_sip_1" }))
			}},
			"SIP domain of another organisation": {key: KeySIPDomain, do: func(tx *Tx) error { return tx.InsertOrganization(ctx, domain) }},
			"group that does not exist": {want: missing, do: func(tx *Tx) error {
				return tx.InsertUser(ctx, "acme", with(func(u *User) { u.PermissionGroupIDs = []string{"grp_9"} }))
			}},
			"group of another organisation": {want: missing, do: func(tx *Tx) error {
				return tx.InsertUser(ctx, "globex", with(func(u *User) { u.PermissionGroupIDs = []string{"grp_1"} }))
			}},
			"SIP account of another organisation": {want: missing, do: func(tx *Tx) error {
				return tx.InsertUser(ctx, "globex", with(func(u *User) { u.Telephony = &portal.Telephony{SIPAccountIDs: []string{"sip_1"}} }))
			}},
			"app account that does not exist": {want: missing, do: func(tx *Tx) error {
				return tx.InsertUser(ctx, "acme", with(func(u *User) { u.Telephony = &portal.Telephony{AppSIPAccountID: new("sip_9")} }))
			}},
			"group with members deleted": {want: missing, do: func(tx *Tx) error { return tx.DeletePermissionGroup(ctx, "acme", "grp_1") }},
			"SIP account in use deleted": {want: missing, do: func(tx *Tx) error { return tx.DeleteSIPAccount(ctx, "acme", "sip_1") }},
			"stale version": {want: ErrNotFound, do: func(tx *Tx) error {
				return tx.UpdateUser(ctx, "acme", with(func(u *User) { u.ID, u.Version = "usr_1", 7 }))
			}},
			"stale version of a group": {want: ErrNotFound, do: func(tx *Tx) error {
				group := testGroup("grp_1", "Agents")
				group.Version = 7
				return tx.UpdatePermissionGroup(ctx, "acme", group)
			}},
			"stale version of a SIP account": {want: ErrNotFound, do: func(tx *Tx) error {
				return tx.UpdateSIPAccount(ctx, "acme", account(func(a *SIPAccount) { a.ID, a.Version = "sip_2", 7 }))
			}},
			"user of another organisation deleted":        {want: ErrNotFound, do: func(tx *Tx) error { return tx.DeleteUser(ctx, "globex", "usr_1") }},
			"group of another organisation deleted":       {want: ErrNotFound, do: func(tx *Tx) error { return tx.DeletePermissionGroup(ctx, "globex", "grp_1") }},
			"SIP account of another organisation deleted": {want: ErrNotFound, do: func(tx *Tx) error { return tx.DeleteSIPAccount(ctx, "globex", "sip_2") }},
			"user of another organisation updated": {want: ErrNotFound, do: func(tx *Tx) error {
				return tx.UpdateUser(ctx, "globex", with(func(u *User) { u.ID, u.Version = "usr_1", 1 }))
			}},
			"digest too long": {do: func(tx *Tx) error {
				return tx.InsertSIPAccount(ctx, "acme", account(func(a *SIPAccount) { a.Digests.MD5 = strings.Repeat("a", 300) }))
			}},
			"digest missing": {do: func(tx *Tx) error {
				return tx.InsertSIPAccount(ctx, "acme", account(func(a *SIPAccount) { a.Digests.DomainMD5 = "" }))
			}},
			"comma in a caller ID": {do: func(tx *Tx) error {
				return tx.InsertSIPAccount(ctx, "acme", account(func(a *SIPAccount) { a.CallerID = new("+48221234567,+48221234568") }))
			}},
			"comma in a pool": {do: func(tx *Tx) error {
				return tx.InsertUser(ctx, "acme", with(func(u *User) { u.Telephony = &portal.Telephony{CallerIDs: []string{"+1,+2"}} }))
			}},
			"password that is no hash": {do: func(tx *Tx) error {
				return tx.InsertUser(ctx, "acme", with(func(u *User) { u.PasswordHash = "in clear" }))
			}},
		})
	})
}

func TestUser_deletionFreesWhatItHad(t *testing.T) {
	onEveryEngine(t, func(t *testing.T, database string) {
		s := filled(t, database)
		alice := testUser("usr_1", "alice@example.com")
		alice.PermissionGroupIDs = []string{"grp_1"}
		alice.Telephony = &portal.Telephony{
			SIPAccountIDs: []string{"sip_1"}, Extension: new("201"), CallerID: new("+48221234567"), CallerIDs: []string{"+48221234567"}, SMSSenders: []string{"ACME"}, PBXID: new("main"),
		}
		write(t, s, func(tx *Tx) error { return tx.InsertUser(t.Context(), "acme", alice) })
		holders := func() (list []Holder) {
			write(t, s, func(tx *Tx) error {
				members, err1 := tx.MembersOfPermissionGroup(t.Context(), "acme", "grp_1")
				users, err2 := tx.UsersOfSIPAccount(t.Context(), "acme", "sip_1")
				numbers, err3 := tx.UsersOfNumber(t.Context(), "acme", "+48221234567")
				senders, err4 := tx.UsersOfNumber(t.Context(), "acme", "ACME")
				pbx, err5 := tx.UsersOfPBX(t.Context(), "acme", "main")
				extension, err6 := tx.HolderOfExtension(t.Context(), "acme", "201")
				list = slices.Concat(members, users, numbers, senders, pbx)
				if !errors.Is(err6, ErrNotFound) {
					list = append(list, extension)
				}
				return errors.Join(err1, err2, err3, err4, err5)
			})
			return list
		}
		if got, want := holders(), slices.Repeat([]Holder{{ID: "usr_1", Name: "alice@example.com"}}, 6); !slices.Equal(got, want) {
			t.Fatalf("holders are %v, want %v", got, want)
		}
		write(t, s, func(tx *Tx) error { return tx.DeleteUser(t.Context(), "acme", "usr_1") })
		if got := holders(); len(got) != 0 {
			t.Errorf("after the deletion %v still has something", got)
		}
		write(t, s, func(tx *Tx) error {
			return errors.Join(tx.DeleteSIPAccount(t.Context(), "acme", "sip_1"), tx.DeletePermissionGroup(t.Context(), "acme", "grp_1"))
		})
	})
}

// What a user may do follows from the groups of now, not from those at the last change.
func TestUser_MW04_permissionsAreThoseOfTheGroupsOfNow(t *testing.T) {
	onEveryEngine(t, func(t *testing.T, database string) {
		s := openAt(t, database)
		write(t, s, func(tx *Tx) error {
			few := testGroup("grp_2", "Few")
			few.Permissions = []string{"contacts.view"}
			user := User{PasswordHash: "$argon2id$", User: portal.User{ID: "usr_1", PermissionGroupIDs: []string{"grp_1"}}}
			return errors.Join(tx.InsertOrganization(t.Context(), testOrganization("acme")), tx.InsertPermissionGroup(t.Context(), "acme", testGroup("grp_1", "Many")),
				tx.InsertPermissionGroup(t.Context(), "acme", few), tx.InsertUser(t.Context(), "acme", user))
		})
		write(t, s, func(tx *Tx) error {
			user, err := tx.User(t.Context(), "acme", "usr_1")
			if err != nil {
				return err
			}
			user.PermissionGroupIDs = []string{"grp_2"}
			return tx.UpdateUser(t.Context(), "acme", user)
		})
		write(t, s, func(tx *Tx) error {
			user, err := tx.User(t.Context(), "acme", "usr_1")
			if !slices.Equal(user.Permissions, []string{"contacts.view"}) {
				t.Errorf("the user may %v", user.Permissions)
			}
			return err
		})
	})
}
