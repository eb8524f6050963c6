package client_test

import (
	"context"
	"errors"
	"net/http"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/switchboard-hq/terraform-provider-switchboard/internal/portal"
	"github.com/switchboard-hq/terraform-provider-switchboard/internal/portal/client"
)

// on spoils the requests that a condition holds for.
func (s *shelf) on(condition func(*http.Request) bool, spoilt func() *http.Response) {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	s.fault = func(r *http.Request) *http.Response {
		if condition(r) {
			return spoilt()
		}
		return nil
	}
}

func (s *shelf) heal() { s.on(func(*http.Request) bool { return false }, nil) }

func broken() *http.Response { return refusal(http.StatusBadRequest, portal.CodeBadRequest) }

func isList(r *http.Request) bool { return r.URL.Path == "/v1/users" }

func TestView_errorsAreNotKept(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := newShelf(400)
		c := s.client(t)
		readers(t, c, 2, s.ids[:2])
		s.on(isList, broken)
		var waiting sync.WaitGroup
		for _, one := range s.ids[3:13] { // who wait for one answer
			waiting.Go(func() {
				if _, err := c.GetUser(t.Context(), one); !hasCode(err, portal.CodeBadRequest) {
					t.Errorf("%s: %v", one, err)
				}
			})
		}
		waiting.Wait()
		wantAsked(t, s, map[string]int{"GET one": 2, "GET first": 1})
		s.heal()
		readers(t, c, 10, s.ids)
		wantAsked(t, s, map[string]int{"GET one": 2, "GET first": 2})
	})
}

func TestView_aPageThatFailsLosesNoOther(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := newShelf(3000)
		c := s.client(t)
		s.on(func(r *http.Request) bool { return r.URL.Query().Get("after") == id(1499) }, broken)
		if users, err := c.ListUsers(t.Context(), client.UserQuery{}); users != nil || !hasCode(err, portal.CodeBadRequest) {
			t.Errorf("%d users, %v", len(users), err)
		}
		wantAsked(t, s, map[string]int{"GET first": 1, "GET page": 5})
		readers(t, c, 10, append(s.ids[:1500:1500], s.ids[2000:]...))
		wantAsked(t, s, map[string]int{"GET first": 1, "GET page": 5})
		s.heal()
		readers(t, c, 10, s.ids)
		wantAsked(t, s, map[string]int{"GET first": 1, "GET page": 6})
	})
}

// Where an object is follows from the order of the ids, so a list in another order would lose objects.
func TestView_idsThatAreNotInTheirOrder(t *testing.T) {
	t.Parallel()
	for _, ids := range [][]string{{"9", "10"}, {"a", "B"}, {"a", "a"}} {
		s := newShelf(0)
		s.ids = ids
		users, err := s.client(t).ListUsers(t.Context(), client.UserQuery{})
		if users != nil || err == nil || !strings.Contains(err.Error(), "byte by byte") {
			t.Errorf("%q is answered with %d users, %v", ids, len(users), err)
		}
	}
}

// An object that is not in the list is asked for by itself before anybody may believe that it is gone.
func TestView_aMissIsConfirmedByOneRequest(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := newShelf(1500)
		c := s.client(t)
		if _, err := c.ListUsers(t.Context(), client.UserQuery{}); err != nil {
			t.Fatal(err)
		}
		s.ids = append(s.ids, "usr_made_since")
		var waiting sync.WaitGroup
		for range 10 {
			waiting.Go(func() {
				if _, err := c.GetUser(t.Context(), "usr_000000_gone"); !client.IsNotFound(err) {
					t.Errorf("who is gone: %v", err)
				}
				if user, err := c.GetUser(t.Context(), "usr_made_since"); err != nil || user.ID != "usr_made_since" {
					t.Errorf("who was made since: %+v, %v", user, err)
				}
			})
		}
		waiting.Wait()
		wantAsked(t, s, map[string]int{"GET first": 1, "GET page": 2, "GET one": 2})
	})
}

// So it is whatever request should have brought the object.
func TestView_aMissOfABatchOrOfThePageThatIsRead(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := newShelf(10_000)
		c := s.client(t)
		readers(t, c, 2, s.spread(2))
		for _, gone := range []string{"usr_000000_gone", "usr_002600_gone", "usr_003600_gone", "usr_004600_gone"} {
			if _, err := c.GetUser(t.Context(), gone); !client.IsNotFound(err) {
				t.Errorf("%s: %v", gone, err)
			}
		}
		wantAsked(t, s, map[string]int{"GET one": 2 + 4, "GET first": 1, "GET batch": 2, "GET page": 1})
	})
}

// A list that is not there says nothing about its objects.
func TestView_the404OfAListIsNotThatOfAnObject(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := newShelf(1000)
		c := s.client(t)
		readers(t, c, 2, s.ids[:2])
		s.on(isList, missing)
		if _, err := c.GetUser(t.Context(), id(900)); client.IsNotFound(err) || !hasCode(err, portal.CodeNotFound) {
			t.Errorf("without the first page: %v", err)
		}
		s.heal()
		readers(t, c, 1, s.ids[3:4])
		s.on(isList, missing)
		if _, err := c.GetUser(t.Context(), id(900)); client.IsNotFound(err) || !hasCode(err, portal.CodeNotFound) {
			t.Errorf("without its page: %v", err)
		}
	})
}

func TestView_whoLeavesTakesNobodyAlong(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := newShelf(1000)
		c := s.client(t)
		readers(t, c, 2, s.ids[:2])
		first, leave := context.WithCancel(t.Context())
		var waiting sync.WaitGroup
		waiting.Go(func() {
			if _, err := c.GetUser(first, id(10)); !errors.Is(err, context.Canceled) {
				t.Errorf("whoever left: %v", err)
			}
		})
		synctest.Wait()
		waiting.Go(func() { readers(t, c, 5, s.ids[20:25]) })
		synctest.Wait()
		leave()
		waiting.Wait()
		wantAsked(t, s, map[string]int{"GET one": 2, "GET first": 1})

		// The last one to leave ends the request; whoever comes after that sends it anew.
		all, leave := context.WithTimeout(t.Context(), latency/2)
		defer leave()
		begun := time.Now()
		if _, err := c.GetUser(all, id(900)); !errors.Is(err, context.DeadlineExceeded) || time.Since(begun) != latency/2 {
			t.Errorf("after %s: %v", time.Since(begun), err)
		}
		readers(t, c, 1, []string{id(900)})
		wantAsked(t, s, map[string]int{"GET one": 2, "GET first": 1, "GET page": 2})
	})
}

// A portal that does not say where the pages end, or gives the same page again, is refused rather than half read.
func TestView_refusesListsThatAreNotWhole(t *testing.T) {
	t.Parallel()
	const ends = `"page_ends":[{"id":"usr_1","next":"a"}]`
	for name, answers := range map[string][]http.HandlerFunc{
		"no items":                 {page(`{}`)},
		"an item without id":       {page(`{"items":[{"email":"a@example.com"}]}`)},
		"an item that is none":     {page(`{"items":[17]}`)},
		"no ends":                  {page(`{"items":[{"id":"usr_1"}],"next":"a"}`)},
		"ends of one page":         {page(`{"items":[{"id":"usr_1"}],` + ends + `}`)},
		"the same page for ever":   {page(`{"items":[{"id":"usr_1"}],"next":"a",` + ends + `}`), page(`{"items":[{"id":"usr_2"}],"next":"a"}`)},
		"second page is forbidden": {page(`{"items":[{"id":"usr_1"}],"next":"a",` + ends + `}`), problem(403, `{"code":"forbidden","status":403}`)},
		"second page is not JSON":  {page(`{"items":[{"id":"usr_1"}],"next":"a",` + ends + `}`), respond(200, "text/html", "Log in")},
		"an item of another type":  {page(`{"items":[{"id":"usr_1","email":["a@example.com"]}]}`)},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if users, err := newScript(t, plain, answers...).client(t).ListUsers(t.Context(), client.UserQuery{}); err == nil || users != nil {
				t.Errorf("got %d users and error %v", len(users), err)
			}
		})
	}
}

// Objects that others add while pages are read are on them or behind them, and none is lost.
func TestView_aListThatGrowsMeanwhile(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := newShelf(1400)
		c := s.client(t)
		readers(t, c, 4, s.ids[:4])
		s.mutex.Lock()
		ids := append([]string{}, s.ids[:600]...)
		for i := range 700 { // on the second page and on the last one
			ids = append(ids, id(599)+"_"+id(i))
		}
		s.ids = append(ids, s.ids[600:]...)
		for i := range 700 {
			s.ids = append(s.ids, "usr_z"+id(i))
		}
		s.mutex.Unlock()
		users, err := c.ListUsers(t.Context(), client.UserQuery{})
		if err != nil || len(users) != 2800 {
			t.Errorf("%d users, %v", len(users), err)
		}
		for i, user := range users {
			if user.ID != s.ids[i] {
				t.Fatalf("user %d is %s, want %s", i, user.ID, s.ids[i])
			}
		}
		wantAsked(t, s, map[string]int{"GET one": 2, "GET first": 1, "GET page": 3 + 3})
	})
}
