package server_test

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/switchboard-hq/terraform-provider-switchboard/internal/portal"
	"github.com/switchboard-hq/terraform-provider-switchboard/internal/portal/portaltest"
)

// Whoever knows where the pages end reads them in any order, and finds on each what is between two ends.
func TestServer_pageEndsAreWherePagesEnd(t *testing.T) {
	t.Parallel()
	p := portaltest.Start(t, portaltest.WithPlatform(portal.Vaxel))
	for i := range 7 {
		into[portal.SIPAccount](t, send(t, p, "POST", "/v1/sip-accounts", portal.SIPAccount{Extension: new(fmt.Sprintf("12%02d", i)), Password: new(portal.Secret("uX7!kq-Lp2+vRz"))}), http.StatusCreated)
	}
	for list, id := range map[string]string{"/v1/sip-accounts": "id", "/v1/phone-numbers": "number"} {
		whole := into[portal.Page[map[string]any]](t, send(t, p, "GET", list+"?limit=500&page_ends=true", nil), http.StatusOK)
		if len(whole.Ends) != 0 || whole.Next != "" {
			t.Errorf("%s has the ends %v of pages, want none: there is one page", list, whole.Ends)
		}
		var ids []string
		for _, item := range whole.Items {
			ids = append(ids, item[id].(string)) //nolint:forcetypeassert // which would fail the test
		}
		for _, size := range []int{1, 3, 6, len(ids), len(ids) + 1} {
			first := into[portal.Page[map[string]any]](t, send(t, p, "GET", fmt.Sprintf("%s?limit=%d&page_ends=true", list, size), nil), http.StatusOK)
			if want := (len(ids) - 1) / size; len(first.Ends) != want {
				t.Fatalf("%s in pages of %d has the ends %v, want %d", list, size, first.Ends, want)
			}
			for i, end := range slices.Backward(first.Ends) {
				if want := ids[(i+1)*size-1]; end.ID != want {
					t.Errorf("%s: page %d of %d ends with %s, want %s", list, i, size, end.ID, want)
				}
				page := into[portal.Page[map[string]any]](t, send(t, p, "GET", fmt.Sprintf("%s?limit=%d&after=%s", list, size, end.Next), nil), http.StatusOK)
				if len(page.Items) == 0 || page.Items[0][id] != ids[(i+1)*size] || page.Ends != nil {
					t.Errorf("%s: behind %s comes %v", list, end.ID, page.Items)
				}
			}
		}
	}
	badAt(t, send(t, p, "GET", "/v1/sip-accounts?page_ends=true&extension=1201", nil), "page_ends")
	badAt(t, send(t, p, "GET", "/v1/sip-accounts?page_ends=true&id=sip_1", nil), "page_ends")
	badAt(t, send(t, p, "GET", "/v1/sip-accounts?page_ends=1", nil), "page_ends")
}

func TestServer_severalByID(t *testing.T) {
	t.Parallel()
	p := portaltest.Start(t, portaltest.WithPlatform(portal.Vaxel))
	stock := p.Stock(t)
	var ids []string
	for i := range 3 {
		user := portaltest.GoodUser(stock)
		user.Email, user.Telephony = new(fmt.Sprintf("person%d@example.com", i)), &portal.Telephony{Extension: new(fmt.Sprintf("70%d", i))}
		ids = append(ids, into[portal.User](t, send(t, p, "POST", "/v1/users", user), http.StatusCreated).ID)
	}
	slices.Sort(ids)
	foreign := portaltest.Start(t).Stock(t)
	for query, want := range map[string][]string{
		"id=" + ids[2] + "&id=" + ids[0] + "&id=usr_none": {ids[0], ids[2]},
		"id=" + ids[1]: {ids[1]},
		"id=" + ids[1] + "&email=person9@example.com":                 {},
		"id=" + foreign.HolderID:                                      {},
		"id=" + strings.Repeat("x", 40) + "&id=%27%20OR%201%3D1%20--": {},
		"extension=701": nil, // whoever has it
	} {
		page := into[portal.Page[portal.User]](t, send(t, p, "GET", "/v1/users?"+query, nil), http.StatusOK)
		var got []string
		for _, user := range page.Items {
			got = append(got, user.ID)
		}
		if want == nil && (len(page.Items) != 1 || *page.Items[0].Telephony.Extension != "701") || want != nil && !slices.Equal(got, want) {
			t.Errorf("%s: got %v, want %v", query, got, want)
		}
	}
	many := strings.Repeat("id=usr_1&", portal.MaxIDs)
	into[portal.Page[portal.User]](t, send(t, p, "GET", "/v1/users?"+strings.TrimSuffix(many, "&"), nil), http.StatusOK)
	badAt(t, send(t, p, "GET", "/v1/users?"+many+"id=usr_1", nil), "id")
	badAt(t, send(t, p, "GET", "/v1/users?id=usr_1&id=", nil), "id")
}
