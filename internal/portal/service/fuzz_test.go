package service

import (
	"strings"
	"testing"

	"github.com/switchboard-hq/terraform-provider-switchboard/internal/portal"
)

// FuzzCursor: what is taken for a cursor is one that this list gave, and gives it back.
func FuzzCursor(f *testing.F) {
	for _, seed := range []string{"", "x", cursor("usr_1"), cursor("grp_1"), "dXNyXw", "dXNyXw==", "%%%"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		id, err := parseCursor(text, "usr_")
		switch {
		case err != nil:
			wantError(t, err, portal.CodeBadRequest, "after", portal.CodeMalformed)
		case id != "" && !strings.HasPrefix(id, "usr_"):
			t.Errorf("%q is a cursor behind %q", text, id)
		case id != "":
			if again, err := parseCursor(cursor(id), "usr_"); err != nil || again != id {
				t.Errorf("%q does not come back: %q, %v", id, again, err)
			}
		}
	})
}

// FuzzOrganizationFile: a file is read wholly, or every mistake in it is told with the place where it stands.
func FuzzOrganizationFile(f *testing.F) {
	for _, seed := range []string{"", acmeFile, umbrellaFile, stromFile, "id: [", "a: &a [*a]", "- x", "id: acme\nid: acme", "phone_numbers: {a: b}", "\xff\xfe", "pbxs:\n  - {id: main}\n---\nid: x"} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, content []byte) {
		file, err := ParseOrganizationFile("organization.yaml", content)
		if err != nil {
			if !strings.HasPrefix(err.Error(), "organization.yaml:") {
				t.Errorf("the error does not say where: %v", err)
			}
			return
		}
		if !organizationID.MatchString(file.Organization.ID) || file.Organization.Name == "" || len(file.Hash) != 64 {
			t.Errorf("read as %+v", file.Organization)
		}
	})
}

// FuzzIfMatch: only the version that is there matches.
func FuzzIfMatch(f *testing.F) {
	for _, seed := range []string{"", "*", `"v1"`, `"v2"`, `W/"v1"`, `"v1", "v7"`, `v1`, `"v1`} {
		f.Add(seed, int64(1))
	}
	f.Fuzz(func(t *testing.T, header string, version int64) {
		if version > 0 && matches(header, version, version) && strings.TrimSpace(header) != "" && strings.TrimSpace(header) != "*" && !strings.Contains(header, etag(version)) {
			t.Errorf("%q matches version %d", header, version)
		}
	})
}

// FuzzRecoveryCode: however a code is spelled, it is the same one, and no other text is.
func FuzzRecoveryCode(f *testing.F) {
	f.Add("abcd-efgh-2345-6722")
	f.Fuzz(func(t *testing.T, code string) {
		if recoveryHash(" "+strings.ToUpper(strings.ToLower(code))+" ") != recoveryHash(strings.ToUpper(strings.ToLower(code))) {
			t.Errorf("%q is not itself with space around", code)
		}
		if recoveryHash(code+"a") == recoveryHash(code) {
			t.Errorf("%q is another code too", code)
		}
	})
}
