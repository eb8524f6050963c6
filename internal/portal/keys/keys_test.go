package keys_test

import (
	"crypto/rand"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/switchboard-hq/terraform-provider-switchboard/internal/portal/keys"
)

func made(t *testing.T) (ring *keys.Ring, path string) {
	t.Helper()
	path = filepath.Join(t.TempDir(), "portal.key")
	ring, err := keys.Make(path, rand.Reader, time.Now())
	if err != nil {
		t.Fatal(err)
	}
	return ring, path
}

func TestRing_aTextIsDecryptedOnlyAsWhatItWasEncryptedAs(t *testing.T) {
	t.Parallel()
	ring, _ := made(t)
	encrypted, err := ring.Encrypt(rand.Reader, ring.Newest(), "JBSWY3DPEHPK3PXP", "totp", "acme", "usr_1")
	if err != nil || strings.Contains(encrypted, "JBSWY") || keys.KeyOf(encrypted) != ring.Newest() {
		t.Fatalf("%q, %v", encrypted, err)
	}
	if again, _ := ring.Encrypt(rand.Reader, ring.Newest(), "JBSWY3DPEHPK3PXP", "totp", "acme", "usr_1"); again == encrypted {
		t.Error("the same text is encrypted to the same, which tells that it is the same")
	}
	if text, err := ring.Decrypt(encrypted, "totp", "acme", "usr_1"); err != nil || text != "JBSWY3DPEHPK3PXP" {
		t.Errorf("%q, %v", text, err)
	}
	for _, owner := range [][]string{{"totp", "acme", "usr_2"}, {"totp", "globex", "usr_1"}, {"other", "acme", "usr_1"}, {"totp", "acmeusr_1"}, nil} {
		if text, err := ring.Decrypt(encrypted, owner...); err == nil {
			t.Errorf("it is decrypted as that of %v: %q", owner, text)
		}
	}
	last := encrypted[len(encrypted)-1:]
	for _, spoilt := range []string{strings.TrimSuffix(encrypted, last), encrypted + "A", ring.Newest() + ".", ring.Newest() + ".AAAA"} {
		if text, err := ring.Decrypt(spoilt, "totp", "acme", "usr_1"); err == nil || errors.Is(err, keys.ErrNoKey) {
			t.Errorf("%q is decrypted: %q, %v", spoilt, text, err)
		}
	}
	for _, foreign := range []string{"", "JBSWY3DPEHPK3PXP", strings.Replace(encrypted, "key_", "key_x", 1)} {
		if _, err := ring.Decrypt(foreign, "totp", "acme", "usr_1"); !errors.Is(err, keys.ErrNoKey) {
			t.Errorf("%q: %v", foreign, err)
		}
	}
}

// What is derived for one purpose tells nothing of what is derived for another.
func TestRing_eachOrganizationHasItsOwnSealingKey(t *testing.T) {
	t.Parallel()
	ring, _ := made(t)
	acme, err := ring.SealingKey(ring.Newest(), "acme")
	if err != nil || len(acme) != 32 {
		t.Fatalf("%d bytes, %v", len(acme), err)
	}
	if globex, _ := ring.SealingKey(ring.Newest(), "globex"); string(globex) == string(acme) {
		t.Error("two organisations have the same")
	}
	if again, _ := ring.SealingKey(ring.Newest(), "acme"); string(again) != string(acme) {
		t.Error("it is another one each time")
	}
	if _, err := ring.SealingKey("key_none", "acme"); !errors.Is(err, keys.ErrNoKey) {
		t.Error(err)
	}
}

func TestMake_ofSeveralAtOnceThereIsOne(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "portal.key")
	ids := make([]string, 8)
	start := make(chan struct{})
	var all sync.WaitGroup
	for i := range ids {
		all.Go(func() {
			<-start
			ring, err := keys.Make(path, rand.Reader, time.Now())
			if err != nil {
				t.Error(err)
				return
			}
			ids[i] = ring.Newest()
		})
	}
	close(start)
	all.Wait()
	for _, id := range ids {
		if id != ids[0] || id == "" {
			t.Errorf("the keys are %v", ids)
			break
		}
	}
	state, err := os.Stat(path)
	if err != nil || state.Mode().Perm() != 0o600 {
		t.Errorf("%v, %v", state.Mode(), err)
	}
	if files, _ := filepath.Glob(path + "*"); len(files) != 1 {
		t.Errorf("left behind: %v", files)
	}
}

func TestAdd_aRingThatIsOpenFindsTheNewKey(t *testing.T) {
	t.Parallel()
	ring, path := made(t)
	first := ring.Newest()
	old, err := ring.Encrypt(rand.Reader, first, "text")
	if err != nil {
		t.Fatal(err)
	}
	added, err := keys.Add(path, rand.Reader, time.Now())
	if err != nil || added == first {
		t.Fatalf("%q, %v", added, err)
	}
	if ring.Newest() != first || !ring.Has(added) || ring.Newest() != added || !ring.Has(first) {
		t.Errorf("the newest is %s", ring.Newest())
	}
	if text, err := ring.Decrypt(old); err != nil || text != "text" {
		t.Errorf("%q, %v", text, err)
	}
	if state, err := os.Stat(path); err != nil || state.Mode().Perm() != 0o600 {
		t.Errorf("%v, %v", state.Mode(), err)
	}

	if err := os.WriteFile(path+".new", nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := keys.Add(path, rand.Reader, time.Now()); err == nil || !strings.Contains(err.Error(), ".new is there") {
		t.Errorf("while somebody else adds one: %v", err)
	}
}

func TestRead_saysWhatIsWrongWithTheFile(t *testing.T) {
	t.Parallel()
	_, path := made(t)
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct {
		text string
		mode os.FileMode
		want string
	}{
		"everybody reads it": {string(text), 0o644, "chmod o="},
		"no keys":            {`{"keys": []}`, 0o600, "has no key"},
		"something else":     {"id: delfin", 0o600, "is not a key file"},
		"empty":              {"", 0o600, "is not a key file"},
		"another secret":     {strings.Replace(string(text), `"secret": "`, `"secret": "AAAA`, 1), 0o600, "is damaged"},
		"short secret":       {`{"keys": [{"id": "key_x", "secret": "AAAA"}]}`, 0o600, "is damaged"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			path := filepath.Join(t.TempDir(), "portal.key")
			if err := os.WriteFile(path, []byte(c.text), c.mode); err != nil {
				t.Fatal(err)
			}
			if err := os.Chmod(path, c.mode); err != nil { // whatever the umask is
				t.Fatal(err)
			}
			if _, err := keys.Read(path); err == nil || !strings.Contains(err.Error(), c.want) || !strings.Contains(err.Error(), path) {
				t.Errorf("%v, want %q and the path", err, c.want)
			}
		})
	}
	if _, err := keys.Read(filepath.Join(t.TempDir(), "none")); !errors.Is(err, fs.ErrNotExist) {
		t.Error(err)
	}
}
