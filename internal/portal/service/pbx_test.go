package service

import (
	"testing"

	"github.com/switchboard-hq/terraform-provider-switchboard/internal/portal"
)

// pending tells which PBXs of the organisation wait for a reload.
func (f *fixture) pending(caller Caller) map[string]bool {
	f.t.Helper()
	organization, err := f.Organization(f.t.Context(), caller)
	if err != nil {
		f.t.Fatal(err)
	}
	pending := map[string]bool{}
	for _, pbx := range organization.PBXs {
		pending[pbx.ID] = pbx.ReloadPending
	}
	return pending
}

func TestService_SA10_changedUsersWaitForAReload(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	strom := f.on(stromFile)
	group := f.groupIn(strom, "Agents")
	request := func(email, extension, pbx string) portal.User {
		user := portal.User{Email: &email, FirstName: new("Jan"), LastName: new("Novak"), PermissionGroupIDs: []string{group.ID}, Telephony: &portal.Telephony{Extension: &extension}}
		user.Licence = helpdesk()
		if pbx != "" {
			user.Telephony.PBXID, user.Licence = &pbx, callcentrum()
		}
		return user
	}
	check := func(after string, main, spare bool) {
		t.Helper()
		if got := f.pending(strom); got["main"] != main || got["spare"] != spare {
			t.Errorf("after %s a reload is pending: %v; want main %v and spare %v", after, got, main, spare)
		}
	}
	reload := func(id string) {
		t.Helper()
		if pbx, err := f.ReloadPBX(t.Context(), strom, id); err != nil || pbx.ID != id || pbx.Name == "" || pbx.ReloadPending {
			t.Errorf("reload of %s: %+v, %v", id, pbx, err)
		}
	}
	check("nothing", false, false)
	user := f.userIn(strom, request("jan@example.com", "201", "main"))
	check("a creation", true, false)
	reload("main")
	check("a reload", false, false)
	reload("main")
	f.replaceIn(strom, user.ID, portal.User{FirstName: new("Jan")})
	check("a replacement that changes nothing", false, false)
	if _, err := f.ReplaceUser(t.Context(), strom, user.ID, portal.User{Email: new("no address")}, ""); err == nil {
		t.Error("a mistake was stored")
	}
	check("a refused change", false, false)
	f.replaceIn(strom, user.ID, portal.User{FirstName: new("Petr")})
	check("a change", true, false)
	reload("main")
	other := f.userIn(strom, request("eva@example.com", "202", ""))
	check("the creation of a user without a PBX", false, false)
	f.replaceIn(strom, other.ID, portal.User{Telephony: &portal.Telephony{PBXID: new("spare")}})
	check("a user's first PBX", false, true)
	if err := f.DeleteUser(t.Context(), strom, user.ID, "", portal.Deletion{}); err != nil {
		t.Fatal(err)
	}
	check("a deletion", true, true)
	reload("main")
	check("the reload of one of both", false, true)
	_, err := f.ReloadPBX(t.Context(), strom, "west")
	wantError(t, err, portal.CodeNotFound, "", "")
}

func TestService_SA10_otherPlatformsReloadNothing(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	f.user(dynamic(f.group("Agents"), "bob@example.com"))
	if got := f.pending(f.acme); got["main"] {
		t.Error("a reload is pending on a platform that has none")
	}
}
