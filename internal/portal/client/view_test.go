package client_test

import (
	"fmt"
	"maps"
	"testing"
	"testing/synctest"

	"github.com/switchboard-hq/terraform-provider-switchboard/internal/portal"
	"github.com/switchboard-hq/terraform-provider-switchboard/internal/portal/client"
)

// wantAsked compares the requests so far.
func wantAsked(t *testing.T, s *shelf, want map[string]int) {
	t.Helper()
	if got := s.asked(); !maps.Equal(got, want) {
		t.Errorf("requests are %v, want %v", got, want)
	}
}

func TestView_whatReadsCost(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		stored, read, atOnce int
		want                 map[string]int
	}{
		{stored: 5, read: 1, atOnce: 10, want: map[string]int{"GET one": 1}},
		{stored: 5, read: 2, atOnce: 10, want: map[string]int{"GET one": 2}},
		{stored: 5, read: 3, atOnce: 10, want: map[string]int{"GET one": 2, "GET first": 1}},
		{stored: 4, read: 4, atOnce: 10, want: map[string]int{"GET one": 2, "GET first": 1}},
		{stored: 500, read: 500, atOnce: 1, want: map[string]int{"GET one": 2, "GET first": 1}},
		{stored: 500, read: 500, atOnce: 10, want: map[string]int{"GET one": 2, "GET first": 1}},
		{stored: 500, read: 500, atOnce: 500, want: map[string]int{"GET one": 2, "GET first": 1}},
		{stored: 501, read: 501, atOnce: 10, want: map[string]int{"GET one": 2, "GET first": 1}}, // the only one on the last page is among the first three
		{stored: 1000, read: 1000, atOnce: 10, want: map[string]int{"GET one": 2, "GET first": 1, "GET page": 1}},
		{stored: 4999, read: 4999, atOnce: 1, want: map[string]int{"GET one": 2, "GET first": 1, "GET batch": 1, "GET page": 9}},
		{stored: 5000, read: 5000, atOnce: 10, want: map[string]int{"GET one": 2, "GET first": 1, "GET batch": 1, "GET page": 9}},
		{stored: 14_500, read: 14_500, atOnce: 10, want: map[string]int{"GET one": 2, "GET first": 1, "GET batch": 2, "GET page": 28}},
		{stored: 100_000, read: 100_000, atOnce: 10, want: map[string]int{"GET one": 2, "GET first": 1, "GET batch": 3, "GET page": 199}},
		// Of a long list of which few are managed, few pages are read, or none but the one that tells how long it is.
		{stored: 100_000, read: 20, atOnce: 20, want: map[string]int{"GET one": 2, "GET first": 1, "GET batch": 1}},
		{stored: 100_000, read: 20, atOnce: 10, want: map[string]int{"GET one": 2, "GET first": 1, "GET batch": 3}},
		{stored: 100_000, read: 20, atOnce: 1, want: map[string]int{"GET one": 2, "GET first": 1, "GET batch": 3, "GET page": 15}},
	} {
		t.Run(fmt.Sprintf("%d of %d, %d at once", test.read, test.stored, test.atOnce), func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				s := newShelf(test.stored)
				c := s.client(t)
				ids := s.spread(test.read)
				wantAsked(t, s, map[string]int{}) // nothing before somebody asks
				readers(t, c, test.atOnce, ids)
				wantAsked(t, s, test.want)
				readers(t, c, test.atOnce, ids)
				wantAsked(t, s, test.want) // and nothing twice
			})
		})
	}
}

func TestView_aWholeListCostsItsPages(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := newShelf(5250)
		c := s.client(t)
		for range 2 {
			users, err := c.ListUsers(t.Context(), client.UserQuery{})
			if err != nil || len(users) != 5250 || users[0].ID != id(0) || users[5249].ID != id(5249) {
				t.Fatalf("%d users, %v", len(users), err)
			}
		}
		readers(t, c, 10, s.ids)
		wantAsked(t, s, map[string]int{"GET first": 1, "GET page": 10})
		*must(c.GetUser(t.Context(), id(7))).Email = "mallory@example.com"
		if again := must(c.GetUser(t.Context(), id(7))); *again.Email != id(7)+"@example.com" {
			t.Errorf("whoever was given a user before changed it to %s", *again.Email)
		}
	})
}

func must[T any](value T, err error) T {
	if err != nil {
		panic(err)
	}
	return value
}

// Every kind of object has a view of its own.
func TestView_everyNoun(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := newShelf(1200)
		c := s.client(t)
		for _, one := range s.ids {
			_, err1 := c.GetPermissionGroup(t.Context(), one)
			_, err2 := c.GetSIPAccount(t.Context(), one)
			_, err3 := c.GetUserGroup(t.Context(), one)
			if err1 != nil || err2 != nil || err3 != nil {
				t.Fatal(err1, err2, err3)
			}
		}
		wantAsked(t, s, map[string]int{"GET one": 6, "GET first": 3, "GET page": 6})
		if numbers, err := c.ListPhoneNumbers(t.Context()); err != nil || len(numbers) != 1200 {
			t.Errorf("%d numbers, %v", len(numbers), err)
		}
		wantAsked(t, s, map[string]int{"GET one": 6, "GET first": 4, "GET page": 8})
	})
}

// Looking for many objects by what people know them by costs pages, as soon as these are no dearer.
func TestView_whenListingPays(t *testing.T) {
	t.Parallel()
	for stored, from := range map[int]int{0: 3, 1500: 3, 2000: 4, 2001: 5, 10_000: 20} {
		t.Run(fmt.Sprint(stored), func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				s := newShelf(stored)
				c := s.client(t)
				single := s.client(t, func(c *client.Config) { c.SingleReads = true })
				for requests := range 30 {
					if pays, err := c.ListingPays(t.Context(), portal.NounUser, requests); err != nil || pays != (requests >= from) {
						t.Errorf("after %d requests: %v, %v", requests, pays, err)
					}
					if pays, err := single.ListingPays(t.Context(), portal.NounUser, requests); err != nil || pays {
						t.Errorf("without pages, after %d requests: %v, %v", requests, pays, err)
					}
				}
				wantAsked(t, s, map[string]int{"GET first": 1})
			})
		})
	}
}

func TestView_singleReadsAskForEveryObject(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := newShelf(1001)
		c := s.client(t, func(c *client.Config) { c.SingleReads = true })
		for range 2 {
			readers(t, c, 10, s.ids)
		}
		if users, err := c.ListUsers(t.Context(), client.UserQuery{}); err != nil || len(users) != 1001 {
			t.Errorf("%d users, %v", len(users), err)
		}
		if _, err := c.ReplaceUser(t.Context(), id(1), portal.User{}, ""); err != nil {
			t.Error(err)
		}
		wantAsked(t, s, map[string]int{"GET one": 2002, "GET page": 3, "PUT one": 1})
	})
}
