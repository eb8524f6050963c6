package service

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/switchboard-hq/terraform-provider-switchboard/internal/portal"
)

// hold takes every right to hash of some services, so that whoever needs one waits. What it returns gives back those of
// each service.
func hold(t *testing.T, services ...*Service) (release []func()) {
	t.Helper()
	for _, service := range services {
		var held []func()
		for range max(1, runtime.GOMAXPROCS(0)-1) {
			one, err := service.hashing.Take(t.Context(), "test", "", "")
			if err != nil {
				t.Fatal(err)
			}
			held = append(held, one)
		}
		release = append(release, sync.OnceFunc(func() {
			for _, one := range held {
				one()
			}
		}))
	}
	return release
}

// waiting is how many wait to hash.
func waiting(services []*Service) (count int) {
	for _, service := range services {
		count += service.hashing.Waiting()
	}
	return count
}

// until returns when a condition holds that others bring about.
func until(condition func() bool) {
	for !condition() {
		runtime.Gosched()
	}
}

// network is an address in a network of its own.
func network(i int) string { return fmt.Sprintf("198.51.%d.%d", i/250, i%250+1) }

// spelling is a text with other letters in upper case for each number.
func spelling(text string, number int) string {
	letters := []byte(text)
	for i := range letters {
		if number>>i&1 == 1 {
			letters[i] = strings.ToUpper(string(letters[i]))[0]
		}
	}
	return string(letters)
}

// answers counts the answers to attempts that are made at once, by code.
func answers(attempts int, attempt func(i int) portal.Code) map[portal.Code]int {
	codes, start := make(chan portal.Code), make(chan struct{})
	for i := range attempts {
		go func() {
			<-start
			codes <- attempt(i)
		}()
	}
	close(start)
	counted := map[portal.Code]int{}
	for range attempts {
		counted[<-codes]++
	}
	return counted
}

// Guesses that come all at once, to several portals, get no more answers than guesses that come one after the other.
func TestLogin_aCrowdIsThrottledLikeAQueue(t *testing.T) {
	onEveryEngine(t, func(t *testing.T, f *fixture) {
		services := []*Service{f.Service, f.another(t), f.another(t)}
		one := func(text string) func(int) string { return func(int) string { return text } }
		for name, c := range map[string]struct {
			login, address func(int) string
			guesses        int
			want           int
		}{
			"from one network":   {one("nobody@example.com"), one(address), 20, limitOfPersonOnNetwork.free},
			"from many networks": {one("somebody@example.com"), network, limitOfPerson.free + 20, limitOfPerson.free},
			"from one IPv6 /64":  {one("anybody@example.com"), func(i int) string { return fmt.Sprintf("2001:db8::%x", i+1) }, 20, limitOfPersonOnNetwork.free},
			"in many spellings":  {func(i int) string { return spelling("zoe@example.com", i) }, one("192.0.2.99"), 20, limitOfPersonOnNetwork.free},
		} {
			release := hold(t, services...) // nobody is told anything before everybody has asked
			var answered map[portal.Code]int
			var done sync.WaitGroup
			done.Go(func() {
				answered = answers(c.guesses, func(i int) portal.Code {
					return resident{f, f.acme, c.login(i), ""}.tries(services[i%len(services)], otherLoginPassword, c.address(i))
				})
			})
			until(func() bool { return waiting(services) == c.want })
			for _, one := range release {
				one()
			}
			done.Wait()
			if answered[portal.CodeUnauthorized] != c.want || answered[portal.CodeTooManyRequests] != c.guesses-c.want {
				t.Errorf("%s: of %d guesses at once: %v; want %d answered and the others throttled", name, c.guesses, answered, c.want)
			}
		}
	})
}

func TestLogin_isThrottledByPersonAndByNetwork(t *testing.T) {
	onEveryEngine(t, func(t *testing.T, f *fixture) {
		attempt := func(login, address string) portal.Code {
			_, _, err := f.LogIn(t.Context(), "acme", login, otherLoginPassword, address)
			problem := portalError(t, err)
			if problem.Code == portal.CodeTooManyRequests && (problem.RetryAfter <= 0 || problem.RetryAfter > limitOfNetwork.longest) {
				t.Errorf("wait %s", problem.RetryAfter)
			}
			return problem.Code
		}
		for i := range limitOfPersonOnNetwork.free {
			if code := attempt("nobody@example.com", address); code != portal.CodeUnauthorized {
				t.Fatalf("attempt %d: %s", i, code)
			}
		}
		if code := attempt("NOBODY@example.com", address); code != portal.CodeTooManyRequests {
			t.Errorf("one more: %s", code)
		}
		if code := attempt("nobody@example.com", "192.0.2.2"); code != portal.CodeUnauthorized {
			t.Errorf("from another network: %s", code)
		}
		if code := attempt("somebody@example.com", address); code != portal.CodeUnauthorized {
			t.Errorf("another login: %s", code)
		}
		f.clock.forward(2 * time.Second)
		if code := attempt("nobody@example.com", address); code != portal.CodeUnauthorized {
			t.Errorf("after the wait: %s", code)
		}
		for i := range limitOfNetwork.free {
			attempt(fmt.Sprintf("person%d@example.com", i), address)
		}
		if code := attempt("fresh@example.com", address); code != portal.CodeTooManyRequests {
			t.Errorf("from a network with many failures: %s", code)
		}
		if code := attempt("fresh@example.com", "192.0.2.9"); code != portal.CodeUnauthorized {
			t.Errorf("from another network: %s", code)
		}
	})
}

// However many networks guess, the passwords of one person that are checked in an hour are at most 100 (OWASP ASVS 4.0,
// 2.2.1).
func TestLimitOfPerson_isAHundredInAnyHour(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	r := f.onTelecube()
	var answered []time.Time
	for i := 0; len(answered) < 300; i++ {
		_, _, err := f.LogIn(t.Context(), "acme", r.login, otherLoginPassword, network(i))
		problem := portalError(t, err)
		if problem.Code == portal.CodeTooManyRequests {
			f.clock.forward(problem.RetryAfter)
			continue
		}
		answered = append(answered, f.clock.Now())
	}
	for i := range len(answered) - 100 {
		if apart := answered[i+100].Sub(answered[i]); apart < time.Hour {
			t.Fatalf("101 guesses were answered within %s", apart)
		}
	}
}

// Of wrong codes that come at once, from many networks, in several sessions and at several portals, three are checked.
func TestSecondFactor_aCrowdGetsThreeAnswers(t *testing.T) {
	for name, on := range map[string]func(*fixture) resident{"blocks": (*fixture).onEngage, "waits": (*fixture).onTelecube} {
		t.Run(name, func(t *testing.T) {
			onEveryEngine(t, func(t *testing.T, f *fixture) {
				r := on(f)
				services := []*Service{f.Service, f.another(t), f.another(t)}
				secret, recovery := r.enrol()
				sessions := make([]string, 5)
				for i := range sessions {
					sessions[i] = r.atTheCode(network(i))
				}
				counted := answers(50, func(i int) portal.Code {
					code := "00000"
					if i%2 == 0 {
						code = "abcd-efgh-ijkl-mnop" // like a recovery code
					}
					ctx := WithRequest(t.Context(), Request{Address: network(i)})
					_, _, err := services[i%len(services)].VerifyCode(ctx, sessions[i%len(sessions)], code)
					return codeOf(t, err)
				})
				if counted[portal.CodeInvalid] != 3 {
					t.Errorf("of 50 wrong codes at once: %v; want three answers", counted)
				}
				if blocked := r.now().Status == portal.StatusBlocked; blocked != (name == "blocks") {
					t.Errorf("blocked: %v", blocked)
				}
				for _, right := range []string{f.code(secret), recovery} {
					if _, _, err := f.VerifyCode(t.Context(), sessions[0], right); err == nil {
						t.Error("the right code is taken after three wrong ones")
					}
				}
			})
		})
	}
}

// enrol gives the person a second factor, and returns its secret and a recovery code.
func (r resident) enrol() (secret, recovery string) {
	r.t.Helper()
	session, _, err := r.LogIn(r.t.Context(), r.caller.OrganizationID, r.login, ownPassword, address)
	if err != nil {
		r.t.Fatal(err)
	}
	enrolment, err := r.BeginEnrolment(r.t.Context(), session)
	if err != nil {
		r.t.Fatal(err)
	}
	codes, _, _, err := r.ConfirmEnrolment(r.t.Context(), session, r.code(enrolment.Secret))
	if err != nil {
		r.t.Fatal(err)
	}
	r.clock.forward(2 * totpStep)
	return enrolment.Secret, codes[0]
}

// atTheCode logs the person in as far as the second factor.
func (r resident) atTheCode(address string) (secret string) {
	r.t.Helper()
	secret, session, err := r.LogIn(r.t.Context(), r.caller.OrganizationID, r.login, ownPassword, address)
	if err != nil || session.Stage != StageCode {
		r.t.Fatalf("stage %q, %v", session.Stage, err)
	}
	return secret
}

// A password does not end a row of wrong codes, or somebody who knows it could go on guessing.
func TestSecondFactor_aPasswordBuysNoMoreGuesses(t *testing.T) {
	t.Parallel()
	r := newFixture(t).onTelecube()
	_, recovery := r.enrol()
	for range limitOfCodes.free {
		_, _, err := r.VerifyCode(t.Context(), r.atTheCode(address), "00000")
		wantError(t, err, portal.CodeInvalid, "code", portal.CodeNotAllowed)
	}
	wait := limitOfCodes.first
	for range 3 {
		session := r.atTheCode(address)
		_, _, err := r.VerifyCode(t.Context(), session, recovery)
		if got := portalError(t, err); got.Code != portal.CodeTooManyRequests || got.RetryAfter != wait {
			t.Fatalf("%v, wait %s; want to wait %s", got, got.RetryAfter, wait)
		}
		r.clock.forward(wait)
		_, _, err = r.VerifyCode(t.Context(), r.atTheCode(address), "00000")
		wantError(t, err, portal.CodeInvalid, "code", portal.CodeNotAllowed)
		wait = min(2*wait, limitOfCodes.longest)
	}
	r.clock.forward(wait)
	if _, session, err := r.VerifyCode(t.Context(), r.atTheCode(address), recovery); err != nil || session.Stage != StageFull {
		t.Errorf("the right code after the wait: %q, %v", session.Stage, err)
	}
	_, _, err := r.VerifyCode(t.Context(), r.atTheCode(address), "00000")
	wantError(t, err, portal.CodeInvalid, "code", portal.CodeNotAllowed) // three are free again
}

// Somebody who took over a session gets no more guesses of the password than at the door.
func TestChangePassword_guessesOfTheOldOneAreThrottled(t *testing.T) {
	onEveryEngine(t, func(t *testing.T, f *fixture) {
		r := f.onTelecube()
		services := []*Service{f.Service, f.another(t), f.another(t)}
		sessions := []string{f.logIn(ownPassword, StageFull), f.logIn(ownPassword, StageFull)}
		ctx := WithRequest(t.Context(), Request{Address: "203.0.113.9"})
		counted := answers(20, func(i int) portal.Code {
			_, _, err := services[i%3].ChangePassword(ctx, sessions[i%2], otherLoginPassword, "Y3t-an0ther-staple!")
			return codeOf(t, err)
		})
		if counted[portal.CodeInvalid] != limitOfPersonOnNetwork.free || counted[portal.CodeTooManyRequests] != 20-limitOfPersonOnNetwork.free {
			t.Errorf("of 20 guesses: %v", counted)
		}
		if code := r.tries(f.Service, ownPassword, "203.0.113.9"); code != portal.CodeTooManyRequests {
			t.Errorf("a log-in after that: %q", code)
		}
	})
}

// Clients that hang up free their places in the queue at once, and their attempts count as failed.
func TestLogin_whoHangsUpHasFailed(t *testing.T) {
	onEveryEngine(t, func(t *testing.T, f *fixture) {
		r := f.onTelecube()
		services := []*Service{f.Service}
		release := hold(t, services...)[0]
		defer release()
		ctx, hangUp := context.WithCancel(t.Context())
		const crowd = 300
		ended := make(chan error)
		for i := range crowd {
			login, from := fmt.Sprintf("person%d@example.com", i), network(i)
			if i < limitOfPersonOnNetwork.free {
				login, from = r.login, address
			}
			go func() {
				_, _, err := f.LogIn(ctx, "acme", login, ownPassword, from)
				ended <- err
			}()
		}
		until(func() bool { return waiting(services) == crowd })
		hangUp()
		for range crowd {
			if err := <-ended; !errors.Is(err, context.Canceled) {
				t.Errorf("an attempt of a client that has left: %v", err)
			}
		}
		if left := waiting(services); left != 0 {
			t.Errorf("%d wait for nobody", left)
		}
		if code := r.tries(f.Service, ownPassword, address); code != portal.CodeTooManyRequests {
			t.Errorf("after %d attempts that were given up: %q", limitOfPersonOnNetwork.free, code)
		}
	})
}

// A crowd at the door of one organisation has one turn before somebody in another one, however many networks it comes
// from.
func TestLogin_aCrowdDelaysNoOtherOrganization(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	services := []*Service{f.Service}
	group, err := f.CreatePermissionGroup(t.Context(), f.globex, portal.PermissionGroup{Name: new("Agents"), Permissions: []string{"contacts.view"}}, "")
	if err != nil {
		t.Fatal(err)
	}
	release := hold(t, services...)[0]
	const crowd = 300
	var all sync.WaitGroup
	for i := range crowd {
		all.Go(func() {
			_, _, err := f.LogIn(t.Context(), "acme", fmt.Sprintf("person%d@example.com", i), ownPassword, network(i))
			if code := codeOf(t, err); code != portal.CodeUnauthorized {
				t.Errorf("one of the crowd: %q", code)
			}
		})
	}
	until(func() bool { return waiting(services) == crowd })
	all.Go(func() {
		request := dynamic(group.Object, "bob@example.com")
		request.Password = new(loginPassword)
		if _, err := f.CreateUser(t.Context(), f.globex, request, ""); err != nil {
			t.Error(err)
		}
	})
	until(func() bool { return waiting(services) == crowd+1 })
	var after int
	all.Go(func() { // gets its turn right after the new user, and keeps it meanwhile
		mine, err := f.hashing.Take(t.Context(), apiLane(t.Context(), "globex")...)
		if err != nil {
			t.Error(err)
			return
		}
		defer mine()
		after = waiting(services)
	})
	until(func() bool { return waiting(services) == crowd+2 })
	release()
	all.Wait()
	if rights := max(1, runtime.GOMAXPROCS(0)-1); after < crowd-4*rights {
		t.Errorf("the new user had to wait for %d of %d at the door of another organisation", crowd-after, crowd)
	}
}

func TestNetworkOf(t *testing.T) {
	t.Parallel()
	for address, want := range map[string]string{
		"192.0.2.1": "192.0.2.1", "::ffff:192.0.2.1": "192.0.2.1", "2001:db8::1": "2001:db8::/64", "2001:db8:0:0:ffff::2": "2001:db8::/64",
		"2001:db8:0:1::1": "2001:db8:0:1::/64", "fe80::1%eth0": "fe80::/64", "": "", "a socket": "a socket",
	} {
		if got := networkOf(address); got != want {
			t.Errorf("%q counts for %q, want %q", address, got, want)
		}
	}
}
