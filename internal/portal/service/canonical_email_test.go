package service

import (
	"errors"
	"testing"

	"github.com/switchboard-hq/terraform-provider-switchboard/internal/portal"
)

// One mailbox is one person, however the address is spelled: on creation, on a change, in a look-up and at the log-in.
func TestUser_MW02_ALL03_oneMailboxIsOnePerson(t *testing.T) {
	onEveryEngine(t, func(t *testing.T, f *fixture) {
		group := f.group("Agents")
		user := func(email string) portal.User {
			u := dynamic(group, email)
			u.Password = new(loginPassword)
			return u
		}
		anna, err := f.CreateUser(t.Context(), f.acme, user("Anna@bücher.example"), "")
		if err != nil {
			t.Fatal(err)
		}
		other, err := f.CreateUser(t.Context(), f.acme, user("other@example.com"), "")
		if err != nil {
			t.Fatal(err)
		}
		for _, spelling := range []string{
			"anna@xn--bcher-kva.example", "ANNA@XN--BCHER-KVA.EXAMPLE", "anna@bu\u0308cher.example", "anna@ｂücher.example", "anna@BÜCHER.example",
		} {
			refused := func(doing string, err error) {
				problem, ok := errors.AsType[*portal.Error](err)
				if !ok || problem.Code != portal.CodeConflict || len(problem.Errors) != 1 || problem.Errors[0].ExistingID != anna.Object.ID {
					t.Errorf("%s %s: %v", doing, spelling, err)
				}
			}
			_, err := f.CreateUser(t.Context(), f.acme, user(spelling), "")
			refused("create", err)
			_, err = f.ReplaceUser(t.Context(), f.acme, other.Object.ID, portal.User{Email: &spelling}, "")
			refused("change to", err)
			page, err := f.ListUsers(t.Context(), f.acme, ListQuery{Where: map[string]string{"email": spelling}})
			if err != nil || len(page.Items) != 1 || page.Items[0].ID != anna.Object.ID {
				t.Errorf("the list with %s has %d users, %v", spelling, len(page.Items), err)
			}
			people, err := f.ListPeople(t.Context(), f.acme, PeopleQuery{Search: spelling})
			if err != nil || len(people.Items) != 1 {
				t.Errorf("the search for %s has %d users, %v", spelling, len(people.Items), err)
			}
			if _, session, err := f.LogIn(t.Context(), "acme", spelling, loginPassword, "192.0.2.1"); err != nil || session.UserID != anna.Object.ID {
				t.Errorf("log in as %s: %v", spelling, err)
			}
		}
		respelled, err := f.ReplaceUser(t.Context(), f.acme, anna.Object.ID, portal.User{Email: new("anna@xn--bcher-kva.example")}, "")
		if err != nil || *respelled.Email != "anna@xn--bcher-kva.example" {
			t.Errorf("the own address in another spelling: %v, %v", respelled.Email, err)
		}
	})
}
