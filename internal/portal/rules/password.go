package rules

import (
	"crypto/rand"
	"fmt"
	"io"
	"math/big"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/ccojocar/zxcvbn-go"
)

// PasswordPolicy says which passwords a platform accepts.
type PasswordPolicy struct {
	ID        string  `yaml:"id"`
	MinLength int     `yaml:"min_length"` // in characters
	MaxLength int     `yaml:"max_length"` // in characters
	Classes   []Class `yaml:"classes"`    // at least one character of each
	Breached  bool    `yaml:"breached"`   // refuse passwords that are known from breaches; looking needs I/O and is up to the portal
	MinScore  int     `yaml:"min_score"`  // least zxcvbn score, 0 (guessed at once) to 4 (out of reach); 0 checks nothing
}

// StrictPolicy asks for more than any platform does. It serves where the platform is not known yet.
func StrictPolicy() PasswordPolicy {
	return PasswordPolicy{MinLength: 12, Classes: []Class{ClassLower, ClassUpper, ClassDigit, ClassSpecial}, MinScore: 4}
}

// Class is a kind of character.
type Class string

// The classes.
const (
	ClassLower   Class = "lower"
	ClassUpper   Class = "upper"
	ClassDigit   Class = "digit"
	ClassSpecial Class = "special" // anything that is neither letter nor digit
)

// characters are those of the classes: which belong to one, what one is called, and which stand in a generated
// password, without those that are mistaken for one another (l I 1 O 0) and those that a shell, a URL or a phone's
// configuration file reads as its own.
var characters = map[Class]struct {
	has       func(rune) bool
	one       string
	generated string
}{
	ClassLower: {unicode.IsLower, "a lower-case letter", "abcdefghijkmnopqrstuvwxyz"},
	ClassUpper: {unicode.IsUpper, "an upper-case letter", "ABCDEFGHJKLMNPQRSTUVWXYZ"},
	ClassDigit: {unicode.IsDigit, "a digit", "23456789"},
	ClassSpecial: {
		func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) && !unicode.IsControl(r) }, "a special character", "-_.",
	},
}

// The estimator reads its word lists when the program starts, which costs about 60 ms of processor time in every
// process that links this package. It cannot be put off from outside: the library does it in an init function.

// maxEstimated bounds the work of the estimator, whose cost grows faster than the length. What is longer is not weaker.
const maxEstimated = 72

// Refuse says why the policy does not accept a password, or returns "". It never repeats the password. Words are what
// an attacker who knows the person would try first: names, e-mail address, organisation.
func (p PasswordPolicy) Refuse(password string, words []string) string {
	var missing []string
	if n := utf8.RuneCountInString(password); n < p.MinLength {
		missing = append(missing, fmt.Sprintf("at least %d characters (it has %d)", p.MinLength, n))
	} else if p.MaxLength > 0 && n > p.MaxLength {
		missing = append(missing, fmt.Sprintf("at most %d characters (it has %d)", p.MaxLength, n))
	}
	for _, class := range p.Classes {
		if !strings.ContainsFunc(password, characters[class].has) {
			missing = append(missing, characters[class].one)
		}
	}
	if len(missing) > 0 {
		return "the password needs " + strings.Join(missing, ", ")
	}
	if strings.IndexFunc(password, unicode.IsControl) >= 0 {
		return "the password has a control character; use printable characters only"
	}
	estimated := password
	if runes := []rune(password); len(runes) > maxEstimated {
		estimated = string(runes[:maxEstimated])
	}
	if p.MinScore > 0 && zxcvbn.PasswordStrength(estimated, words).Score < p.MinScore {
		return "the password is easy to guess; avoid names, words, dates, keyboard rows and repetitions, or let switchboard_password generate one"
	}
	return ""
}

// GeneratedLength is the length of a generated password: with letters and digits it holds about 140 bits, more than a
// digest can be searched for.
const GeneratedLength = 24

// maxDraws bounds the search for a password that has every class: a source that repeats itself would never give one.
const maxDraws = 1000

// Generate makes a password of the given length in characters that the policy accepts, from a cryptographic source of
// randomness. It fails if the policy does not allow the length, or the source fails or is not random.
func (p PasswordPolicy) Generate(random io.Reader, length int) (string, error) {
	least := max(p.MinLength, len(p.Classes), 1)
	if length < least {
		return "", fmt.Errorf("a password of %d characters is not allowed; it has at least %d", length, least)
	}
	if p.MaxLength > 0 && length > p.MaxLength {
		return "", fmt.Errorf("a password of %d characters is not allowed; it has at most %d", length, p.MaxLength)
	}
	alphabet := p.alphabet()
	size := big.NewInt(int64(len(alphabet)))
	password := make([]byte, length)
	for range maxDraws {
		for i := range password {
			n, err := rand.Int(random, size)
			if err != nil {
				return "", fmt.Errorf("no randomness for a password: %w", err)
			}
			password[i] = alphabet[n.Int64()]
		}
		if p.Refuse(string(password), nil) == "" { // a draw without one of the classes is thrown away, which keeps all others equally likely
			return string(password), nil
		}
	}
	return "", fmt.Errorf("no password of %d characters out of %d draws is strong enough; ask for a longer one", length, maxDraws)
}

// alphabet lists the characters that a generated password is drawn from.
func (p PasswordPolicy) alphabet() string {
	classes := p.Classes
	if len(classes) == 0 {
		classes = []Class{ClassLower, ClassUpper, ClassDigit}
	}
	var b strings.Builder
	for _, class := range classes {
		b.WriteString(characters[class].generated)
	}
	return b.String()
}
