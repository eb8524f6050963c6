package server_test

import (
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/switchboard-hq/terraform-provider-switchboard/internal/portal"
	"github.com/switchboard-hq/terraform-provider-switchboard/internal/portal/portaltest"
)

// inHand are the headers of a caller that takes over what others of its name have.
func inHand(manager string) []option {
	return []option{header("Managed-By", manager), header("Hand-Over", "wait")}
}

func TestServer_ALL08_handOver(t *testing.T) {
	t.Parallel()
	p := portaltest.Start(t)
	office := inHand("office")
	account := func(extension string, status int, options ...option) portal.SIPAccount {
		t.Helper()
		return into[portal.SIPAccount](
			t,
			send(t, p, "POST", "/v1/sip-accounts", portal.SIPAccount{Extension: &extension}, options...),
			status,
		)
	}
	first := account("201", http.StatusCreated, office...)
	if refusal := refused(
		t,
		send(
			t,
			p,
			"POST",
			"/v1/sip-accounts",
			portal.SIPAccount{Extension: new("201")},
			header("Managed-By", "office"),
		),
		portal.CodeConflict,
	); refusal.Errors[0].Code != portal.CodeAlreadyExists {
		t.Errorf("without the header: %+v", refusal)
	}
	second := account("201", http.StatusCreated, office...)
	want := portal.Reference{Noun: portal.NounSIPAccount, ID: first.ID, Name: "201"}
	if *second.Extension != "" || len(second.Pending) != 1 || second.Pending[0].Holder != want ||
		second.Pending[0].Field != "extension" ||
		second.Pending[0].Value != "201" {
		t.Errorf("the second account is %+v", second)
	}
	read := into[portal.SIPAccount](t, send(t, p, "GET", "/v1/sip-accounts/"+second.ID, nil), http.StatusOK)
	listed := into[portal.Page[portal.SIPAccount]](
		t,
		send(t, p, "GET", "/v1/sip-accounts?id="+second.ID, nil),
		http.StatusOK,
	)
	if len(read.Pending) != 1 || len(listed.Items) != 1 || len(listed.Items[0].Pending) != 1 {
		t.Errorf("read as %+v, listed as %+v", read, listed)
	}
	waits := into[portal.Page[portal.HandOver]](
		t,
		send(t, p, "GET", "/v1/hand-overs?managed_by=office", nil),
		http.StatusOK,
	)
	if len(waits.Items) != 1 || waits.Items[0].Kind != portal.HandOverExtension ||
		waits.Items[0].Waiting.ID != second.ID {
		t.Errorf("waiting are %+v", waits.Items)
	}
	changed := send(
		t,
		p,
		"PUT",
		"/v1/sip-accounts/"+first.ID,
		portal.SIPAccount{Extension: new("202")},
		append(office, header("If-Match", first.ETag))...)
	into[portal.SIPAccount](t, changed, http.StatusOK)
	if also := changed.header.Get("Also-Changed"); also != second.ID {
		t.Errorf("also changed are %q, want %s", also, second.ID)
	}
	if got := into[portal.SIPAccount](
		t,
		send(t, p, "GET", "/v1/sip-accounts/"+second.ID, nil),
		http.StatusOK,
	); *got.Extension != "201" ||
		got.Pending != nil {
		t.Errorf("afterwards it is %+v", got)
	}
}

func TestServer_ALL08_deletionThatWaits(t *testing.T) {
	t.Parallel()
	p := portaltest.Start(t)
	office := inHand("office")
	group := into[portal.PermissionGroup](
		t,
		send(t, p, "POST", "/v1/permission-groups", portal.PermissionGroup{Name: new("Sales")}, office...),
		http.StatusCreated,
	)
	user := portal.User{
		Email: new(
			"alice@delfin.example.com",
		),
		FirstName:          new("Alicja"),
		LastName:           new("Nowak"),
		PermissionGroupIDs: []string{group.ID},
		Telephony:          &portal.Telephony{SIPAssignment: new("dynamic")},
	}
	made := into[portal.User](t, send(t, p, "POST", "/v1/users", user, office...), http.StatusCreated)
	path := "/v1/permission-groups/" + group.ID
	refused(t, send(t, p, "DELETE", path, nil), portal.CodeConflict)
	waits := into[portal.HandOver](
		t,
		send(t, p, "DELETE", path, nil, append(office, header("If-Match", group.ETag))...),
		http.StatusAccepted,
	)
	if waits.Kind != portal.HandOverDeletion || waits.Waiting.ID != group.ID || waits.Waiting.Name != "Sales" ||
		waits.Count != 1 ||
		waits.Holders[0].ID != made.ID {
		t.Errorf("waiting is %+v", waits)
	}
	refused(t, send(t, p, "GET", path, nil), portal.CodeNotFound)
	gone := send(t, p, "DELETE", "/v1/users/"+made.ID, nil, office...)
	if gone.status != http.StatusNoContent || gone.header.Get("Also-Changed") != group.ID {
		t.Errorf("the last user goes with %d and %q", gone.status, gone.header.Get("Also-Changed"))
	}
	if page := into[portal.Page[portal.HandOver]](
		t,
		send(t, p, "GET", "/v1/hand-overs", nil),
		http.StatusOK,
	); len(
		page.Items,
	) > 0 {
		t.Errorf("still waiting: %+v", page.Items)
	}
}

func TestServer_handOverIsAskedForProperly(t *testing.T) {
	t.Parallel()
	p := portaltest.Start(t)
	for _, options := range [][]option{
		{header("Hand-Over", "wait")}, {header("Hand-Over", "wait"), header("Managed-By", "")}, {header("Hand-Over", "now"), header("Managed-By", "office")},
	} {
		for _, request := range [][2]string{{"POST", "/v1/sip-accounts"}, {"PUT", "/v1/users/usr_1"}, {"DELETE", "/v1/users/usr_1"}, {"DELETE", "/v1/permission-groups/grp_1/members/usr_1"}} {
			var body any
			if request[0] == "POST" || request[0] == "PUT" {
				body = portal.SIPAccount{Name: new("Desk")}
			}
			badAt(t, send(t, p, request[0], request[1], body, options...), "Hand-Over")
		}
	}
	badAt(t, send(t, p, "GET", "/v1/hand-overs?managed_by=", nil), "managed_by")
	badAt(t, send(t, p, "GET", "/v1/hand-overs?after=%21", nil), "after")
}

func TestServer_handOversArePaged(t *testing.T) {
	t.Parallel()
	p := portaltest.Start(t)
	for i := range 5 {
		for range 2 {
			group := portal.PermissionGroup{Name: new(fmt.Sprintf("Group %d", i))}
			into[portal.PermissionGroup](
				t,
				send(t, p, "POST", "/v1/permission-groups", group, inHand("office")...),
				http.StatusCreated,
			)
		}
	}
	var ids []string
	for after := ""; ; {
		page := into[portal.Page[portal.HandOver]](
			t,
			send(t, p, "GET", "/v1/hand-overs?limit=2"+after, nil),
			http.StatusOK,
		)
		for _, h := range page.Items {
			ids = append(ids, h.ID)
		}
		if page.Next == "" {
			break
		}
		after = "&after=" + url.QueryEscape(page.Next)
	}
	if len(ids) != 5 || !strings.HasPrefix(ids[0], "hov_") {
		t.Errorf("the pages have %v", ids)
	}
}
