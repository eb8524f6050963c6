package service

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/switchboard-hq/terraform-provider-switchboard/internal/portal"
)

// versioned is what is written of a secret, and the version that every answer has after that; nil is none.
type versioned struct {
	name   string
	secret portal.Secret // empty for none
	given  *int64
	want   *int64
	change bool // whether it is a new version of the object
}

// versionedSteps come after a creation with the first secret and the version 2.
func versionedSteps(first, second portal.Secret) []versioned {
	return []versioned{
		{"a version without a secret", "", new(int64(7)), new(int64(2)), false},
		{"the same once more", first, new(int64(2)), new(int64(2)), false},
		{"another version of the same secret", first, new(int64(3)), new(int64(3)), true},
		{"another secret of another version", second, new(int64(-4)), new(int64(-4)), true},
		{"neither", "", nil, new(int64(-4)), false},
		{"a secret without a version", first, nil, nil, true},
		{"a version again", first, new(int64(0)), new(int64(0)), true},
	}
}

func TestSecretVersion_isThatOfTheSecretThatIsStored(t *testing.T) {
	onEveryEngine(t, func(t *testing.T, f *fixture) {
		ctx, nord := t.Context(), f.on(nordFile)
		request := nordUser("astrid@example.com", "")
		request.Password, request.PasswordVersion = new(loginPassword), new(int64(2))
		request.Voicemail = &portal.Voicemail{PIN: new(pin), PINVersion: new(int64(2))}
		user := f.userIn(nord, request)
		made, err := f.CreateSIPAccount(ctx, f.acme, portal.SIPAccount{Extension: new("1001"), Password: new(sipPassword), PasswordVersion: new(int64(2))}, "")
		if err != nil {
			t.Fatal(err)
		}
		secret := func(s versioned) *portal.Secret {
			if s.secret == "" {
				return nil
			}
			return &s.secret
		}
		check := func(s versioned, got, read *int64, before, after string, err error) {
			t.Helper()
			if diff := cmp.Diff(s.want, got); err != nil || diff != "" || cmp.Diff(got, read) != "" || (before != after) != s.change {
				t.Errorf("%s: answered %v, read %v, ETag %s to %s, %v (-want +got):\n%s", s.name, got, read, before, after, err, diff)
			}
		}
		for _, s := range versionedSteps(loginPassword, otherLoginPassword) {
			changed, err := f.ReplaceUser(ctx, nord, user.ID, portal.User{Password: secret(s), PasswordVersion: s.given}, user.ETag)
			read, _ := f.GetUser(ctx, nord, user.ID)
			check(s, changed.PasswordVersion, read.PasswordVersion, user.ETag, changed.ETag, err)
			if *read.Voicemail.PINVersion != 2 {
				t.Errorf("%s of the password: the PIN has the version %d", s.name, *read.Voicemail.PINVersion)
			}
			user = changed
		}
		for _, s := range versionedSteps(pin, otherPIN) {
			changed, err := f.ReplaceUser(ctx, nord, user.ID, withVoicemail(portal.Voicemail{PIN: secret(s), PINVersion: s.given}), user.ETag)
			read, _ := f.GetUser(ctx, nord, user.ID)
			check(s, changed.Voicemail.PINVersion, read.Voicemail.PINVersion, user.ETag, changed.ETag, err)
			user = changed
		}
		account := made.Object
		for _, s := range versionedSteps(sipPassword, otherSIPPassword) {
			changed, err := f.ReplaceSIPAccount(ctx, f.acme, account.ID, portal.SIPAccount{Password: secret(s), PasswordVersion: s.given}, account.ETag)
			page, _ := f.ListSIPAccounts(ctx, f.acme, ListQuery{})
			check(s, changed.PasswordVersion, page.Items[0].PasswordVersion, account.ETag, changed.ETag, err)
			account = changed
		}
	})
}

// A password that the person chose is no business of the client that gave the version: it must not see a difference.
func TestSecretVersion_staysWhenThePersonChoosesAnother(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	request := dynamic(f.group("Agents"), "alice@example.com")
	request.Password, request.PasswordVersion = new(loginPassword), new(int64(5))
	user := f.user(request)
	secret, _, err := f.LogIn(t.Context(), "acme", "alice@example.com", loginPassword, "")
	if err != nil {
		t.Fatal(err)
	}
	if _, _, err := f.ChangePassword(t.Context(), secret, loginPassword, otherLoginPassword); err != nil {
		t.Fatal(err)
	}
	if after, err := f.GetUser(t.Context(), f.acme, user.ID); err != nil || after.PasswordVersion == nil || *after.PasswordVersion != 5 || after.ETag != user.ETag {
		t.Errorf("the user is %+v, %v", after, err)
	}
}

func TestSecretVersion_withoutASecretThereIsNone(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	request := dynamic(f.group("Agents"), "alice@example.com")
	request.PasswordVersion = new(int64(5))
	if user := f.user(request); user.PasswordVersion != nil {
		t.Errorf("the version is %d", *user.PasswordVersion)
	}
}
