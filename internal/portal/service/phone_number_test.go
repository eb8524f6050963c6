package service

import (
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/switchboard-hq/terraform-provider-switchboard/internal/portal"
)

const nordFile = `id: nord
name: Nord AB
platform: vaxel
sip_domain: nord.example.com
phone_numbers: ["+46812345670", "+46812345671", "+46812345672"]
main_number: "+46 8 123 456 70"
modules: [sso]
`

// on makes an organisation and returns somebody who may do everything in it.
func (f *fixture) on(file string) Caller {
	f.t.Helper()
	f.apply(file)
	id, _, _ := strings.Cut(strings.TrimPrefix(file, "id: "), "\n")
	return Caller{OrganizationID: id, TokenID: "tok_" + id, Scopes: portal.Scopes()}
}

// nordUser is a request for a user of Nord that shows a number.
func nordUser(email, callerID string) portal.User {
	return portal.User{
		Email: &email, FirstName: new("Astrid"), LastName: new("Lind"), Telephony: &portal.Telephony{Extension: new(""), CallerID: &callerID},
	}
}

func (f *fixture) userIn(caller Caller, request portal.User) portal.User {
	f.t.Helper()
	created, err := f.CreateUser(f.t.Context(), caller, request, "")
	if err != nil {
		f.t.Fatal(err)
	}
	return created.Object
}

func (f *fixture) replaceIn(caller Caller, id string, request portal.User) portal.User {
	f.t.Helper()
	user, err := f.ReplaceUser(f.t.Context(), caller, id, request, "")
	if err != nil {
		f.t.Fatal(err)
	}
	return user
}

// holders are the users of the organisation's numbers, in the order of the numbers.
func (f *fixture) holders(caller Caller) (ids []string) {
	f.t.Helper()
	page, err := f.ListPhoneNumbers(f.t.Context(), caller, ListQuery{})
	if err != nil {
		f.t.Fatal(err)
	}
	for _, number := range page.Items {
		ids = append(ids, number.UserID)
	}
	return ids
}

func TestService_VX07_freeCallerIDIsAllocatedAndStays(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	nord := f.on(nordFile)
	callerID := func(number string) portal.User { return portal.User{Telephony: &portal.Telephony{CallerID: &number}} }

	astrid := f.userIn(nord, nordUser("astrid@example.com", "+46 8 123 456 71"))
	if got := astrid.Telephony.IncomingNumbers; !slices.Equal(got, []string{"+46812345671"}) {
		t.Errorf("a free number gives the user %v", got)
	}
	bjorn := f.userIn(nord, nordUser("bjorn@example.com", "+46812345671"))
	if got := bjorn.Telephony; *got.CallerID != "+46812345671" || got.IncomingNumbers == nil || len(got.IncomingNumbers) != 0 {
		t.Errorf("a number in use gives the next user %q and %v", *got.CallerID, got.IncomingNumbers)
	}
	carin := f.userIn(nord, nordUser("carin@example.com", "+46812345670"))
	if got := carin.Telephony.IncomingNumbers; len(got) != 0 {
		t.Errorf("the main number was allocated: %v", got)
	}
	if got, want := f.holders(nord), []string{"", astrid.ID, ""}; !slices.Equal(got, want) {
		t.Errorf("numbers belong to %v, want %v", got, want)
	}

	// What changes something else leaves the number where it is, and so does another number that is shown: direct
	// number first, main number later.
	f.replaceIn(nord, astrid.ID, portal.User{FirstName: new("Anna")})
	f.replaceIn(nord, astrid.ID, callerID("+46812345670"))
	f.replaceIn(nord, astrid.ID, callerID(""))
	moved := f.replaceIn(nord, astrid.ID, callerID("+46812345672"))
	if got := moved.Telephony.IncomingNumbers; !slices.Equal(got, []string{"+46812345671", "+46812345672"}) {
		t.Errorf("with another caller ID the user has %v", got)
	}
	if got, want := f.holders(nord), []string{"", astrid.ID, astrid.ID}; !slices.Equal(got, want) {
		t.Errorf("numbers belong to %v, want %v", got, want)
	}
	if list, err := f.ListUsers(t.Context(), nord, ListQuery{Where: map[string]string{"email": "astrid@example.com"}}); err != nil || marshal(t, list.Items[0]) != marshal(t, moved) {
		t.Errorf("the list shows %s, %v; want %s", marshal(t, list.Items), err, marshal(t, moved))
	}
	if err := f.DeleteUser(t.Context(), nord, astrid.ID, "", portal.Deletion{}); err != nil {
		t.Fatal(err)
	}
	if got := f.holders(nord); !slices.Equal(got, []string{"", "", ""}) {
		t.Errorf("after the deletion numbers belong to %v", got)
	}
	_, err := f.CreateUser(t.Context(), nord, nordUser("dag@example.com", "+46899999999"), "")
	wantError(t, err, portal.CodeInvalid, "telephony.caller_id", portal.CodeNotOwned)
}

func TestService_VX07_allocationIsNoChangeOfItsOwn(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	nord := f.on(nordFile)
	request := nordUser("astrid@example.com", "+46812345671")
	made, err := f.CreateUser(t.Context(), nord, request, "key")
	if err != nil {
		t.Fatal(err)
	}
	if again, err := f.CreateUser(t.Context(), nord, request, "key"); err != nil || !again.Replayed || marshal(t, again.Object) != marshal(t, made.Object) {
		t.Errorf("repeated: %s, %v", marshal(t, again), err)
	}
	if same := f.replaceIn(nord, made.Object.ID, made.Object); same.ETag != made.Object.ETag {
		t.Errorf("the object that was read changes the version from %s to %s", made.Object.ETag, same.ETag)
	}
}

// A request that says which numbers ring at a user is taken at its word: those and no others, whatever number is shown.
func TestService_VX07_incomingNumbersAreAsGiven(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	nord := f.on(nordFile)
	incoming := func(numbers ...string) portal.User {
		return portal.User{Telephony: &portal.Telephony{IncomingNumbers: append([]string{}, numbers...)}}
	}
	request := nordUser("astrid@example.com", "+46812345671")
	request.Telephony.IncomingNumbers = []string{"+46 8 123 456 72"}
	astrid := f.userIn(nord, request)
	if got := astrid.Telephony.IncomingNumbers; !slices.Equal(got, []string{"+46812345672"}) {
		t.Errorf("made with %v", got)
	}
	bjorn := f.userIn(nord, nordUser("bjorn@example.com", ""))
	_, err := f.ReplaceUser(t.Context(), nord, bjorn.ID, incoming("+46812345672"), "")
	wantError(t, err, portal.CodeInvalid, "telephony.incoming_numbers", portal.CodeInUse)
	if got := portalError(t, err).Errors[0].Message; !strings.Contains(got, "astrid@example.com") {
		t.Errorf("the message does not name the holder: %s", got)
	}
	_, err = f.ReplaceUser(t.Context(), nord, bjorn.ID, incoming("+46812345670"), "")
	wantError(t, err, portal.CodeInvalid, "telephony.incoming_numbers", portal.CodeNotAllowed)
	_, err = f.ReplaceUser(t.Context(), nord, bjorn.ID, incoming("+46812345699"), "")
	wantError(t, err, portal.CodeInvalid, "telephony.incoming_numbers", portal.CodeNotOwned)

	astrid = f.replaceIn(nord, astrid.ID, incoming("+46812345671"))
	if got, want := f.holders(nord), []string{"", astrid.ID, ""}; !slices.Equal(got, want) {
		t.Errorf("numbers belong to %v, want %v", got, want)
	}
	f.replaceIn(nord, bjorn.ID, incoming("+46812345672"))
	shown := incoming("+46812345672")
	shown.Telephony.CallerID = new("+46812345671")
	bjorn = f.replaceIn(nord, bjorn.ID, shown)
	f.replaceIn(nord, astrid.ID, incoming())
	if got, want := f.holders(nord), []string{"", "", bjorn.ID}; !slices.Equal(got, want) {
		t.Errorf("numbers belong to %v, want %v", got, want)
	}
}

func TestService_VX07_nobodyTakesANumberTwice(t *testing.T) {
	onEveryEngine(t, func(t *testing.T, f *fixture) {
		nord := f.on(nordFile)
		const users = 8
		var wait sync.WaitGroup
		made := make([]portal.User, users)
		for i := range users {
			wait.Go(func() {
				created, err := f.CreateUser(t.Context(), nord, nordUser(fmt.Sprintf("user%d@example.com", i), "+46812345671"), "")
				if err != nil {
					t.Error(err)
				}
				made[i] = created.Object
			})
		}
		wait.Wait()
		var holders []string
		for _, user := range made {
			if user.Telephony != nil && len(user.Telephony.IncomingNumbers) > 0 {
				holders = append(holders, user.ID)
			}
		}
		if len(holders) != 1 || !slices.Equal(f.holders(nord), []string{"", holders[0], ""}) {
			t.Errorf("%v were told that the number is theirs; the portal says %v", holders, f.holders(nord))
		}
	})
}

func TestListPhoneNumbers_pages(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	nord := f.on(nordFile)
	var got []portal.PhoneNumberStatus
	query := ListQuery{Limit: 2}
	for {
		page, err := f.ListPhoneNumbers(t.Context(), nord, query)
		if err != nil {
			t.Fatal(err)
		}
		got = append(got, page.Items...)
		if query.After = page.Next; page.Next == "" {
			break
		}
	}
	want := []portal.PhoneNumberStatus{{Number: "+46812345670", Main: true}, {Number: "+46812345671"}, {Number: "+46812345672"}}
	if !slices.Equal(got, want) {
		t.Errorf("pages hold %v, want %v", got, want)
	}
	for field, query := range map[string]ListQuery{
		"limit": {Limit: portal.MaxPageSize + 1}, "after": {After: cursor("usr_1")}, "number": {Where: map[string]string{"number": "+46812345670"}},
	} {
		_, err := f.ListPhoneNumbers(t.Context(), nord, query)
		wantError(t, err, portal.CodeBadRequest, field, portal.CodeMalformed)
	}
}
