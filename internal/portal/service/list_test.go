package service

import (
	"fmt"
	"maps"
	"slices"
	"testing"

	"github.com/switchboard-hq/terraform-provider-switchboard/internal/portal"
)

func TestList_pagesShowEverythingOnceInTheOrderOfIDs(t *testing.T) {
	onEveryEngine(t, func(t *testing.T, f *fixture) {
		group := f.group("Agents")
		var want []string
		for i := range 7 {
			want = append(want, f.user(dynamic(group, fmt.Sprintf("user%d@example.com", i))).ID)
		}
		slices.Sort(want)
		for _, limit := range []int{1, 3, 7, 8, 0} {
			var got []string
			query := ListQuery{Limit: limit}
			for {
				page, err := f.ListUsers(t.Context(), f.acme, query)
				if err != nil {
					t.Fatal(err)
				}
				for _, user := range page.Items {
					got = append(got, user.ID)
					if single := f.get(user.ID); marshal(t, single) != marshal(t, user) {
						t.Errorf("a page shows %s, a single read %s", marshal(t, user), marshal(t, single))
					}
				}
				if page.Next == "" {
					break
				}
				if len(page.Items) != limit {
					t.Errorf("limit %d: a page of %d is not the last", limit, len(page.Items))
				}
				query.After = page.Next
			}
			if !slices.Equal(got, want) {
				t.Errorf("limit %d: got %v, want %v", limit, got, want)
			}
		}
	})
}

func TestList_ALL04_naturalKeys(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	group, account := f.group("Agents"), f.account("1001", sipPassword)
	f.account("1002", sipPassword)
	user := f.user(dynamic(group, "Alice@example.com"))
	f.user(dynamic(group, "bob@example.com"))

	found := func(field, value string) (ids []string) {
		t.Helper()
		query := ListQuery{Where: map[string]string{field: value}}
		switch field {
		case "name":
			page, err := f.ListPermissionGroups(t.Context(), f.acme, query)
			if err != nil || page.Items == nil {
				t.Fatalf("%v, %v", page, err)
			}
			for _, item := range page.Items {
				ids = append(ids, item.ID)
			}
		case "extension":
			page, err := f.ListSIPAccounts(t.Context(), f.acme, query)
			if err != nil || page.Items == nil {
				t.Fatalf("%v, %v", page, err)
			}
			for _, item := range page.Items {
				ids = append(ids, item.ID)
			}
		default:
			page, err := f.ListUsers(t.Context(), f.acme, query)
			if err != nil || page.Items == nil {
				t.Fatalf("%v, %v", page, err)
			}
			for _, item := range page.Items {
				ids = append(ids, item.ID)
			}
		}
		return ids
	}
	for _, test := range []struct {
		field, value string
		want         []string
	}{
		{"email", "ALICE@example.com", []string{user.ID}},
		{"email", "alice@example.co", nil},
		{"email", "%", nil},
		{"email", "", nil},
		{"username", "alice", nil}, // telecube has none
		{"name", "agents", []string{group.ID}},
		{"name", "Agent", nil},
		{"extension", "1001", []string{account.ID}},
		{"extension", "100", nil},
	} {
		if got := found(test.field, test.value); !slices.Equal(got, test.want) {
			t.Errorf("%s = %q finds %v, want %v", test.field, test.value, got, test.want)
		}
	}
}

func TestList_badParametersAreNamed(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	cursorOfAGroup := cursor("grp_1")
	for field, queries := range map[string][]ListQuery{
		"limit":      {{Limit: -1}, {Limit: portal.MaxPageSize + 1}},
		"after":      {{After: "%%%"}, {After: "usr_1"}, {After: cursorOfAGroup}, {After: "=" + cursor("usr_1")}},
		"first_name": {{Where: map[string]string{"first_name": "Alice"}}},
	} {
		for _, query := range queries {
			_, err := f.ListUsers(t.Context(), f.acme, query)
			wantError(t, err, portal.CodeBadRequest, field, portal.CodeMalformed)
		}
	}
}

// Nothing of one organisation is visible to another, nor can it be changed or referred to.
func TestService_organisationsAreApart(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	group, account := f.group("Agents"), f.account("1001", sipPassword)
	user := f.user(alice(group, account))
	ctx, stranger := t.Context(), f.globex

	calls := map[string]func() error{
		"get user":     func() error { _, err := f.GetUser(ctx, stranger, user.ID); return err },
		"replace user": func() error { _, err := f.ReplaceUser(ctx, stranger, user.ID, portal.User{}, ""); return err },
		"delete user":  func() error { return f.DeleteUser(ctx, stranger, user.ID, "", portal.Deletion{}) },
		"get group":    func() error { _, err := f.GetPermissionGroup(ctx, stranger, group.ID); return err },
		"replace group": func() error {
			_, err := f.ReplacePermissionGroup(ctx, stranger, group.ID, portal.PermissionGroup{}, "")
			return err
		},
		"delete group": func() error { return f.DeletePermissionGroup(ctx, stranger, group.ID, "") },
		"get account":  func() error { _, err := f.GetSIPAccount(ctx, stranger, account.ID); return err },
		"replace account": func() error {
			_, err := f.ReplaceSIPAccount(ctx, stranger, account.ID, portal.SIPAccount{}, "")
			return err
		},
		"delete account": func() error { return f.DeleteSIPAccount(ctx, stranger, account.ID, "") },
		"revoke token": func() error {
			_, token, err := f.CreateToken(ctx, "acme", TokenRequest{Name: "ci", Scopes: portal.Scopes()})
			if err != nil {
				t.Fatal(err)
			}
			return f.RevokeToken(ctx, "globex", token.ID)
		},
	}
	for _, name := range slices.Sorted(maps.Keys(calls)) {
		err := calls[name]()
		wantError(t, err, portal.CodeNotFound, "", "")
		got := portalError(t, err)
		if got.Status != 404 {
			t.Errorf("%s: status %d", name, got.Status)
		}
	}
	users, err1 := f.ListUsers(ctx, stranger, ListQuery{})
	accounts, err2 := f.ListSIPAccounts(ctx, stranger, ListQuery{})
	groups, err3 := f.ListPermissionGroups(ctx, stranger, ListQuery{})
	tokens, err4 := f.ListTokens(ctx, "globex")
	if len(users.Items)+len(accounts.Items)+len(tokens) != 0 || len(groups.Items) != 1 || err1 != nil || err2 != nil || err3 != nil || err4 != nil {
		t.Errorf("globex sees %v %v %v %v", users.Items, accounts.Items, groups.Items, tokens)
	}
	if organization, err := f.Organization(ctx, stranger); err != nil || organization.ID != "globex" {
		t.Errorf("organisation is %+v, %v", organization, err)
	}
	_, err := f.CreateUser(ctx, stranger, alice(group, account), "")
	wantError(t, err, portal.CodeInvalid, "permission_group_ids", portal.CodeMissing)
	wantError(t, err, portal.CodeInvalid, "telephony.sip_account_ids", portal.CodeMissing)

	// The same names are free in each.
	if _, err := f.CreateSIPAccount(ctx, stranger, portal.SIPAccount{Extension: new("1001")}, ""); err != nil {
		t.Error(err)
	}
	request := dynamic(groups.Items[0], "alice@example.com")
	own, err := f.CreateUser(ctx, stranger, request, "")
	if err != nil || own.Object.ID == user.ID {
		t.Errorf("%+v, %v", own, err)
	}
	if got := f.get(user.ID); marshal(t, got) != marshal(t, user) {
		t.Errorf("a stranger changed the user to %s", marshal(t, got))
	}
	_, err = f.Organization(ctx, Caller{OrganizationID: "initech"})
	wantError(t, err, portal.CodeNotFound, "", "")
}
