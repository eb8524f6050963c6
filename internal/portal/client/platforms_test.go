package client_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/switchboard-hq/terraform-provider-switchboard/internal/portal"
	"github.com/switchboard-hq/terraform-provider-switchboard/internal/portal/client"
	"github.com/switchboard-hq/terraform-provider-switchboard/internal/portal/portaltest"
)

// startPlatform starts the real portal on a platform, with a user in it that the client has made.
func startPlatform(t *testing.T, platform portal.Platform, changes ...func(*portal.User)) (*client.Client, portal.User) {
	t.Helper()
	return clientOn(t, portaltest.Start(t, portaltest.WithPlatform(platform)), changes...)
}

// clientOn is a client of a portal, with a user that it has made.
func clientOn(t *testing.T, p *portaltest.Portal, changes ...func(*portal.User)) (*client.Client, portal.User) {
	t.Helper()
	c := clientOf(t, p, p.Token)
	user := portaltest.GoodUser(p.Stock(t))
	for _, change := range changes {
		change(&user)
	}
	made, err := c.CreateUser(t.Context(), user)
	if err != nil {
		t.Fatal(err)
	}
	return c, made.Object
}

func TestPortal_TC10_userGroups(t *testing.T) {
	t.Parallel()
	_, c := startPortal(t)
	made, err := c.CreateUserGroup(t.Context(), portal.UserGroup{Name: new("Stanowisko"), Subgroups: []portal.Subgroup{{Name: "Handlowcy"}, {Name: "Serwisanci"}}})
	if err != nil || made.Replayed || len(made.Object.Subgroups) != 2 {
		t.Fatalf("made %+v, %v", made, err)
	}
	group := made.Object
	user := newUser(makeGroup(t, c))
	user.Directory = &portal.Directory{UserGroupIDs: []string{group.Subgroups[0].ID}}
	if _, err := c.CreateUser(t.Context(), user); err != nil {
		t.Fatal(err)
	}
	found, err := c.ListUserGroups(t.Context(), client.UserGroupQuery{Name: "stanowisko"})
	if err != nil || len(found) != 1 || found[0].ID != group.ID || found[0].ETag != group.ETag || found[0].Subgroups[0].MemberCount != 1 {
		t.Fatalf("found %+v, %v", found, err)
	}
	changed, err := c.ReplaceUserGroup(t.Context(), group.ID, portal.UserGroup{Subgroups: []portal.Subgroup{{Name: "handlowcy"}, {Name: "Zarząd"}}}, group.ETag)
	if err != nil || len(changed.Subgroups) != 2 || changed.Subgroups[0].ID != group.Subgroups[0].ID || *changed.Name != "Stanowisko" {
		t.Fatalf("changed to %+v, %v", changed, err)
	}
	if _, err := c.ReplaceUserGroup(t.Context(), group.ID, portal.UserGroup{Subgroups: []portal.Subgroup{}}, ""); !hasCode(err, portal.CodeInUse) {
		t.Errorf("took away the subgroup that a user is in: %v", err)
	}
	if _, err := c.DeleteUserGroup(t.Context(), group.ID, ""); !hasCode(err, portal.CodeInUse) {
		t.Errorf("deleted the group that a user is in: %v", err)
	}
	empty, err := c.CreateUserGroup(t.Context(), portal.UserGroup{Name: new("Dział")})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := c.DeleteUserGroup(t.Context(), empty.Object.ID, empty.Object.ETag); err != nil {
		t.Error(err)
	}
	if _, err := c.GetUserGroup(t.Context(), empty.Object.ID); !client.IsNotFound(err) {
		t.Errorf("after the delete: %v", err)
	}
}

func TestPortal_VX07_phoneNumbers(t *testing.T) {
	t.Parallel()
	c, user := startPlatform(t, portal.Vaxel, func(u *portal.User) { u.Telephony.CallerID = new("+48225550102") })
	numbers, err := c.ListPhoneNumbers(t.Context())
	if err != nil || len(numbers) != 12 {
		t.Fatalf("got %+v, %v", numbers, err)
	}
	if i := slices.IndexFunc(numbers, func(n portal.PhoneNumberStatus) bool { return n.UserID == user.ID }); i < 0 || numbers[i].Number != "+48225550102" {
		t.Errorf("nobody has the number that was free: %+v", numbers)
	}
	if !slices.Contains(numbers, portal.PhoneNumberStatus{Number: portaltest.MainNumber, Main: true}) {
		t.Errorf("the main number is not among %+v", numbers)
	}
}

func TestPortal_VX14_thePINIsSetAndNeverComesBack(t *testing.T) {
	t.Parallel()
	c, user := startPlatform(t, portal.Vaxel, func(u *portal.User) {
		u.Voicemail = &portal.Voicemail{Enabled: new(true), PIN: new(portal.Secret("73509164")), Email: new("jagoda@delfin.example.com")}
	})
	if user.Voicemail == nil || user.Voicemail.PIN != nil || !user.Voicemail.PINSet {
		t.Errorf("voicemail is %+v", user.Voicemail)
	}
	changed, err := c.ReplaceUser(t.Context(), user.ID, portal.User{Voicemail: &portal.Voicemail{SMSNumber: new("+46701234567")}}, user.ETag)
	if err != nil || !changed.Voicemail.PINSet || changed.Voicemail.PIN != nil || *changed.Voicemail.Email != "jagoda@delfin.example.com" {
		t.Errorf("changed to %+v, %v", changed, err)
	}
	_, err = c.ReplaceUser(t.Context(), user.ID, portal.User{Voicemail: &portal.Voicemail{PIN: new(portal.Secret("73s0-91x4"))}}, "")
	if !hasCode(err, portal.CodeMalformed) || strings.Contains(err.Error(), "73s0") {
		t.Errorf("a PIN with letters: %v", err)
	}
}

func TestPortal_SA10_reloadPBX(t *testing.T) {
	t.Parallel()
	c, user := startPlatform(t, portal.Samoobsluha)
	pending := func() bool {
		t.Helper()
		organization, err := c.Organization(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		return slices.ContainsFunc(organization.PBXs, func(pbx portal.PBX) bool { return pbx.ID == *user.Telephony.PBXID && pbx.ReloadPending })
	}
	if !pending() {
		t.Error("no reload is pending after a user was made")
	}
	pbx, err := c.ReloadPBX(t.Context(), *user.Telephony.PBXID)
	if err != nil || pbx.ID != *user.Telephony.PBXID || pbx.ReloadPending || pending() {
		t.Errorf("reloaded %+v, %v", pbx, err)
	}
	if _, err := c.ReloadPBX(t.Context(), "gdansk"); !client.IsNotFound(err) {
		t.Errorf("a PBX that is not there: %v", err)
	}
}

func TestPortal_EN16_plannedPublicationsKeepTheirUser(t *testing.T) {
	t.Parallel()
	p := portaltest.Start(t, portaltest.WithPlatform(portal.Engage))
	_, user := clientOn(t, p)
	for _, text := range []string{"Dzień dobry!", "Dobry wieczór!"} {
		planned := portal.PlannedPublication{Text: text, PublishAt: time.Now().Add(time.Hour)}
		if _, err := p.Service.CreatePlannedPublication(t.Context(), p.Caller, user.ID, planned); err != nil {
			t.Fatal(err)
		}
	}
	c := clientOf(t, p, p.Token) // of the next run: the one so far has read the user already
	if read, err := c.GetUser(t.Context(), user.ID); err != nil || read.PlannedPublications != 2 || read.ETag != user.ETag {
		t.Errorf("read %+v, %v", read, err)
	}
	if err := c.DeleteUser(t.Context(), user.ID, user.ETag, portal.Deletion{}); !hasCode(err, portal.CodeInUse) || !strings.Contains(err.Error(), "2") {
		t.Errorf("deleted a user with planned publications: %v", err)
	}
	if err := c.DeleteUser(t.Context(), user.ID, user.ETag, portal.Deletion{DiscardPlannedWork: true}); err != nil {
		t.Error(err)
	}
}

func TestPortal_MW04_permissionGroupMembers(t *testing.T) {
	t.Parallel()
	c, user := startPlatform(t, portal.Maatwerk)
	more, err := c.CreatePermissionGroup(t.Context(), portal.PermissionGroup{Name: new("More")})
	if err != nil {
		t.Fatal(err)
	}
	given, err := c.PutPermissionGroupMember(t.Context(), more.Object.ID, user.ID)
	if err != nil || given.PreviousUserETag != user.ETag {
		t.Fatalf("given %+v, %v; the user had the ETag %s", given, err, user.ETag)
	}
	if read, err := c.GetUser(t.Context(), user.ID); err != nil || !slices.Contains(read.PermissionGroupIDs, more.Object.ID) || read.ETag != given.UserETag {
		t.Errorf("the user is %+v, %v", read, err)
	}
	if ended, err := c.DeletePermissionGroupMember(t.Context(), more.Object.ID, user.ID); err != nil || ended.PreviousUserETag != given.UserETag {
		t.Errorf("ended %+v, %v", ended, err)
	}
	if _, err := c.DeletePermissionGroupMember(t.Context(), more.Object.ID, user.ID); !client.IsNotFound(err) {
		t.Errorf("ended twice: %v", err)
	}
	if _, err := c.PutPermissionGroupMember(t.Context(), more.Object.ID, ".."); err == nil {
		t.Error("there is no user called ..")
	}
}
