package rules_test

import (
	"bytes"
	"crypto/rand"
	"errors"
	mathrand "math/rand/v2"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/switchboard-hq/terraform-provider-switchboard/internal/portal"
	"github.com/switchboard-hq/terraform-provider-switchboard/internal/portal/rules"
)

func TestPasswordPolicy_TC06_refuse(t *testing.T) {
	t.Parallel()
	policy := ruleSet(t, portal.Telecube).Passwords[portal.NounUser]
	own := []string{"alice", "jansen", "acme"}
	for _, c := range []struct{ name, password, want string }{
		{"accepted", "wX7-kq9.Lm2", ""},
		{"accepted with a space", "kiwi Plateau 7 drum", ""},
		{"accepted in other scripts", "Żółw7-жираф", ""},
		{"empty", "", "the password needs at least 8 characters (it has 0), a lower-case letter, an upper-case letter, a digit, a special character"},
		{"short, counted in characters", "żŻ7-żŻ7", "at least 8 characters (it has 7)"},
		{"long", "aA7-" + strings.Repeat("x", 125), "at most 128 characters (it has 129)"},
		{"no lower case", "WX7-KQ9.LM2", "the password needs a lower-case letter"},
		{"no upper case", "wx7-kq9.lm2", "the password needs an upper-case letter"},
		{"no digit", "wXs-kqt.Lmu", "the password needs a digit"},
		{"no special", "wX7tkq9sLm2", "the password needs a special character"},
		{"common", "Password1!", "easy to guess"},
		{"keyboard", "Qwertyuiop1!", "easy to guess"},
		{"repetition", "aA1!aA1!aA1!", "easy to guess"},
		{"own name", "Alice-Jansen1", "easy to guess"},
		{"own name in leet", "@l1ce-J@nsen1", "easy to guess"},
		{"tab", "wX7-kq9.\tLm2", "control character"},
		{"zero", "wX7-kq9.\x00Lm2", "control character"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			got := policy.Refuse(c.password, own)
			if c.want == "" && got != "" || !strings.Contains(got, c.want) {
				t.Errorf("got %q, want %q", got, c.want)
			}
		})
	}
}

func TestPasswordPolicy_TC06_ownWords(t *testing.T) {
	t.Parallel()
	policy := ruleSet(t, portal.Telecube).Passwords[portal.NounUser]
	const password = "Xylander-Quistorp1"
	if message := policy.Refuse(password, nil); message != "" {
		t.Errorf("without knowing the person: %s", message)
	}
	if message := policy.Refuse(password, []string{"xylander", "quistorp"}); !strings.Contains(message, "easy to guess") {
		t.Errorf("with the person's own name: got %q", message)
	}
	user := alice(t, portal.Telecube)
	user.Email, user.Password = new("Xylander.Quistorp@example.com"), new(portal.Secret(password))
	expect(t, create(t, portal.Telecube, portal.NounUser, user), "password weak_password TC-06")
	user = alice(t, portal.Telecube)
	user.FirstName, user.LastName, user.Password = new("Li"), new("A"), new(portal.Secret("wX7-kq9.Lm2"))
	expect(t, create(t, portal.Telecube, portal.NounUser, user)) // a letter or two are in every password
}

// The estimator indexes by byte and by character; whatever it gets must not end the portal.
func FuzzPasswordPolicy_refuse(f *testing.F) {
	for _, seed := range []string{"", "Password1!", "Żółw7-жираф", "@4$5\xff\xfe", "12.3.1999", strings.Repeat("aA1!", 40), "密码密码密码密码Aa1!"} {
		f.Add(seed, "żółw")
	}
	policy := ruleSet(f, portal.Telecube).Passwords[portal.NounUser]
	f.Fuzz(func(t *testing.T, password, word string) {
		message := policy.Refuse(password, []string{word})
		if len(password) >= 8 && strings.Contains(message, password) {
			t.Errorf("%q is repeated in %q", password, message)
		}
	})
}

func TestPasswordPolicy_generateIsAlwaysAccepted(t *testing.T) {
	t.Parallel()
	policies := map[string]rules.PasswordPolicy{"strict": rules.StrictPolicy(), "none": {}}
	for _, platform := range portal.Platforms() {
		for noun, policy := range ruleSet(t, platform).Passwords {
			policies[string(platform)+" "+string(noun)] = policy
		}
	}
	const forbidden = "lI1O0 \t\"'`$\\!&|;<>(){}[]*?#~%^@:/,+="
	for name, policy := range policies {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			draws := 1000
			if policy.MinScore > 0 {
				draws = 60 // estimating takes a thousand times as long as drawing
			}
			seen := map[string]bool{}
			for range draws {
				password, err := policy.Generate(rand.Reader, rules.GeneratedLength)
				if err != nil {
					t.Fatal(err)
				}
				if message := policy.Refuse(password, nil); message != "" || len(password) != rules.GeneratedLength {
					t.Fatalf("%q: %s", password, message)
				}
				if strings.ContainsAny(password, forbidden) {
					t.Fatalf("%q has a character that is mistaken for another or means something elsewhere", password)
				}
				if seen[password] {
					t.Fatalf("%q came twice", password)
				}
				seen[password] = true
			}
		})
	}
}

// Where the platform is not known yet, what is generated must suit every one.
func TestStrictPolicy_suitsEveryPlatform(t *testing.T) {
	t.Parallel()
	strict := rules.StrictPolicy()
	for _, length := range []int{strict.MinLength, rules.GeneratedLength} {
		for range 20 {
			password, err := strict.Generate(rand.Reader, length)
			if err != nil {
				t.Fatal(err)
			}
			for _, platform := range portal.Platforms() {
				for noun, policy := range ruleSet(t, platform).Passwords {
					if message := policy.Refuse(password, nil); message != "" {
						t.Errorf("%s refuses %q for a %s: %s", platform, password, noun, message)
					}
				}
			}
		}
	}
}

func TestPasswordPolicy_generateFollowsItsSource(t *testing.T) {
	t.Parallel()
	policy := ruleSet(t, portal.Telecube).Passwords[portal.NounUser]
	draw := func(seed byte) string {
		password, err := policy.Generate(mathrand.NewChaCha8([32]byte{seed}), rules.GeneratedLength)
		if err != nil {
			t.Fatal(err)
		}
		return password
	}
	if first := draw(1); first != draw(1) || first == draw(2) {
		t.Errorf("got %q, then %q, and from another source %q", first, draw(1), draw(2))
	}
}

func TestPasswordPolicy_generateRefuses(t *testing.T) {
	t.Parallel()
	broken := errors.New("broken")
	policy := ruleSet(t, portal.Telecube).Passwords[portal.NounUser]
	if _, err := policy.Generate(rand.Reader, 7); err == nil || err.Error() != "a password of 7 characters is not allowed; it has at least 8" {
		t.Errorf("got %v", err)
	}
	if _, err := policy.Generate(rand.Reader, 129); err == nil || err.Error() != "a password of 129 characters is not allowed; it has at most 128" {
		t.Errorf("got %v", err)
	}
	for _, length := range []int{-1, 0} {
		if _, err := (rules.PasswordPolicy{}).Generate(rand.Reader, length); err == nil {
			t.Errorf("a password of %d characters", length)
		}
	}
	if _, err := policy.Generate(iotest.ErrReader(broken), 24); !errors.Is(err, broken) {
		t.Errorf("got %v, want what the source says", err)
	}
	if password, err := policy.Generate(bytes.NewReader(make([]byte, 1<<20)), 24); err == nil {
		t.Errorf("a source that is not random gave %q", password)
	}
}
