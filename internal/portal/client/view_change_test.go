package client_test

import (
	"net/http"
	"strings"
	"sync"
	"testing"
	"testing/synctest"

	"github.com/switchboard-hq/terraform-provider-switchboard/internal/portal"
	"github.com/switchboard-hq/terraform-provider-switchboard/internal/portal/client"
)

// wantETag reads a user.
func wantETag(t *testing.T, c *client.Client, one, want string) {
	t.Helper()
	if user, err := c.GetUser(t.Context(), one); err != nil || user.ETag != want {
		t.Errorf("%s is %+v, %v, want the ETag %s", one, user, err, want)
	}
}

func TestView_ownWritesShow(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := newShelf(1000)
		c := s.client(t)
		readers(t, c, 10, s.ids)
		asked := map[string]int{"GET one": 2, "GET first": 1, "GET page": 1}
		if _, err := c.ReplaceUser(t.Context(), id(5), portal.User{}, ""); err != nil {
			t.Fatal(err)
		}
		made, err := c.CreateUser(t.Context(), portal.User{})
		if err != nil {
			t.Fatal(err)
		}
		if err := c.DeleteUser(t.Context(), id(6), "", portal.Deletion{}); err != nil {
			t.Fatal(err)
		}
		asked["PUT one"], asked["POST page"], asked["DELETE one"] = 1, 1, 1
		wantETag(t, c, id(5), `"1"`)
		wantETag(t, c, made.Object.ID, `"0"`)
		users, err := c.ListUsers(t.Context(), client.UserQuery{})
		if err != nil || len(users) != 1000 || users[5].ETag != `"1"` || users[6].ID != id(7) || users[999].ID != made.Object.ID {
			t.Errorf("%d users, %v", len(users), err)
		}
		wantAsked(t, s, asked)
		if _, err := c.GetUser(t.Context(), id(6)); !client.IsNotFound(err) {
			t.Errorf("who was deleted: %v", err)
		}
		asked["GET one"]++
		wantAsked(t, s, asked)
	})
}

// What a failed write has done is not known, so what it was to change is read again, and nothing else.
func TestView_failedWritesAreReadAgain(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := newShelf(1000)
		c := s.client(t)
		readers(t, c, 10, s.ids)
		s.on(func(r *http.Request) bool { return r.Method != http.MethodGet }, func() *http.Response { return refusal(500, portal.CodeInternal) })
		if _, err := c.ReplaceUser(t.Context(), id(5), portal.User{}, ""); err == nil {
			t.Fatal("replaced")
		}
		if err := c.DeleteUser(t.Context(), id(6), "", portal.Deletion{}); err == nil {
			t.Fatal("deleted")
		}
		if users, err := c.ListUsers(t.Context(), client.UserQuery{}); err != nil || len(users) != 999 || users[5].ETag != `"1"` || users[6].ID != id(7) {
			t.Errorf("%d users, %v", len(users), err) // the portal has done both and failed then
		}
		wantAsked(t, s, map[string]int{"GET one": 4, "GET first": 1, "GET page": 1, "PUT one": 1, "DELETE one": 1})
		if _, err := c.CreateUser(t.Context(), portal.User{}); err == nil {
			t.Fatal("created")
		}
		s.heal()
		if users, err := c.ListUsers(t.Context(), client.UserQuery{}); err != nil || len(users) != 1000 {
			t.Errorf("%d users, %v", len(users), err) // among them somebody whose id nobody was told
		}
	})
}

// What was asked for before a write does not undo it when it arrives after it.
func TestView_answersToEarlierRequestsUndoNothing(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := newShelf(1000)
		c := s.client(t)
		readers(t, c, 4, s.ids[:4])
		var waiting sync.WaitGroup
		read := make(chan struct{})
		s.on(func(r *http.Request) bool { return r.URL.Query().Has("after") }, func() *http.Response { <-read; return nil })
		waiting.Go(func() { readers(t, c, 1, []string{id(900)}) }) // its page has been read by the portal, and is on its way
		synctest.Wait()
		if _, err := c.ReplaceUser(t.Context(), id(901), portal.User{}, ""); err != nil {
			t.Error(err)
		}
		if err := c.DeleteUser(t.Context(), id(902), "", portal.Deletion{}); err != nil {
			t.Error(err)
		}
		made, err := c.CreateUser(t.Context(), portal.User{})
		if err != nil {
			t.Error(err)
		}
		if _, err := c.PutPermissionGroupMember(t.Context(), "grp_1", id(903)); err == nil {
			t.Error("the shelf has memberships")
		}
		waiting.Go(func() { wantETag(t, c, id(901), `"1"`) })
		waiting.Go(func() { readers(t, c, 2, []string{id(903), id(904)}) })
		synctest.Wait()
		close(read)
		waiting.Wait()
		wantETag(t, c, id(901), `"1"`)
		users, err := c.ListUsers(t.Context(), client.UserQuery{})
		if err != nil || len(users) != 1000 || users[901].ETag != `"1"` || users[902].ID != id(903) || users[999].ID != made.Object.ID {
			t.Errorf("%d users, %v", len(users), err)
		}
		// Read again are the user whose membership may have changed, and the one that the page still had.
		wantAsked(t, s, map[string]int{"GET one": 2 + 2, "GET first": 1, "GET page": 1, "PUT one": 2, "DELETE one": 1, "POST page": 1})
	})
}

// SIP accounts say which user has them, groups how many are in them, numbers at whom they ring.
func TestView_aUserThatIsWrittenChangesWhatOtherListsSay(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		holder := map[string]string{"sip_1": "usr_1", "sip_2": "usr_2", "sip_3": "", "sip_4": ""}
		var mutex sync.Mutex
		requests := []string{}
		c := overTransport(t, func(r *http.Request) (*http.Response, error) {
			mutex.Lock()
			defer mutex.Unlock()
			requests = append(requests, r.Method+" "+r.URL.Path)
			switch _, one, _ := strings.Cut(strings.TrimPrefix(r.URL.Path, "/v1/"), "/"); {
			case r.Method == http.MethodPut:
				return jsonAnswer(200, portal.User{ID: "usr_1", Telephony: &portal.Telephony{SIPAccountIDs: []string{"sip_3"}}}), nil
			case strings.HasPrefix(one, "sip_"):
				return jsonAnswer(200, portal.SIPAccount{ID: one, UserID: holder[one]}), nil
			case one != "":
				return jsonAnswer(200, portal.PermissionGroup{ID: one}), nil
			case strings.HasSuffix(r.URL.Path, "accounts"):
				page := portal.Page[portal.SIPAccount]{}
				for _, id := range []string{"sip_1", "sip_2", "sip_3", "sip_4"} {
					page.Items = append(page.Items, portal.SIPAccount{ID: id, UserID: holder[id]})
				}
				return jsonAnswer(200, page), nil
			default:
				return jsonAnswer(200, portal.Page[portal.PhoneNumberStatus]{Items: []portal.PhoneNumberStatus{{Number: "+48221234567"}}}), nil
			}
		})
		look := func() {
			t.Helper()
			accounts, err := c.ListSIPAccounts(t.Context(), client.SIPAccountQuery{})
			if err != nil || len(accounts) != 4 {
				t.Fatalf("%v, %v", accounts, err)
			}
			for _, account := range accounts {
				if account.UserID != holder[account.ID] {
					t.Errorf("%s has %s, want %s", account.UserID, account.ID, holder[account.ID])
				}
			}
			_, err1 := c.GetPermissionGroup(t.Context(), "grp_1")
			_, err2 := c.GetUserGroup(t.Context(), "ugr_1")
			_, err3 := c.ListPhoneNumbers(t.Context())
			if err1 != nil || err2 != nil || err3 != nil {
				t.Fatal(err1, err2, err3)
			}
		}
		look()
		look()
		if got := strings.Join(requests, ", "); got != "GET /v1/sip-accounts, GET /v1/permission-groups/grp_1, GET /v1/user-groups/ugr_1, GET /v1/phone-numbers" {
			t.Errorf("requests are %s", got)
		}
		requests, holder["sip_1"], holder["sip_3"] = nil, "", "usr_1"
		if _, err := c.ReplaceUser(t.Context(), "usr_1", portal.User{}, ""); err != nil {
			t.Fatal(err)
		}
		look()
		if got := strings.Join(requests, ", "); got != "PUT /v1/users/usr_1, GET /v1/sip-accounts/sip_1, GET /v1/sip-accounts/sip_3, "+
			"GET /v1/permission-groups/grp_1, GET /v1/user-groups/ugr_1, GET /v1/phone-numbers" {
			t.Errorf("requests are %s", got)
		}
	})
}
