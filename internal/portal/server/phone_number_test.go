package server_test

import (
	"net/http"
	"slices"
	"testing"

	"github.com/switchboard-hq/terraform-provider-switchboard/internal/portal"
	"github.com/switchboard-hq/terraform-provider-switchboard/internal/portal/portaltest"
)

func TestServer_VX07_phoneNumbersSayWhoHasThem(t *testing.T) {
	t.Parallel()
	p := portaltest.Start(t, portaltest.WithPlatform(portal.Vaxel))
	stock := p.Stock(t)
	user := portaltest.GoodUser(stock)
	user.Telephony.CallerID = new("+48 22 555 01 03")
	created := into[portal.User](t, send(t, p, "POST", "/v1/users", user), http.StatusCreated)
	if !slices.Equal(created.Telephony.IncomingNumbers, []string{"+48225550103"}) {
		t.Errorf("incoming numbers are %v", created.Telephony.IncomingNumbers)
	}
	var numbers []portal.PhoneNumberStatus
	for path := "/v1/phone-numbers?limit=5"; path != ""; {
		page := into[portal.Page[portal.PhoneNumberStatus]](t, send(t, p, "GET", path, nil), http.StatusOK)
		numbers = append(numbers, page.Items...)
		path = ""
		if page.Next != "" {
			path = "/v1/phone-numbers?limit=5&after=" + page.Next
		}
	}
	if len(numbers) != 12 {
		t.Fatalf("%d numbers, want 12: %+v", len(numbers), numbers)
	}
	for _, number := range numbers {
		want := portal.PhoneNumberStatus{Number: number.Number, Main: number.Number == portaltest.MainNumber}
		if number.Number == "+48225550103" {
			want.UserID = created.ID
		}
		if number.Number == portaltest.StockNumber {
			want.UserID = stock.HolderID
		}
		if number != want {
			t.Errorf("have %+v, want %+v", number, want)
		}
	}
	badAt(t, send(t, p, "GET", "/v1/phone-numbers?after=%21", nil), "after")
	badAt(t, send(t, p, "GET", "/v1/phone-numbers?number=1", nil), "number")
}
