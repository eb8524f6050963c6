package provider

import (
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/switchboard-hq/terraform-provider-switchboard/internal/portal"
)

// TestPeopleColumns_misspelt: every attribute of a user that is misspelt by a letter is refused, and the right name is
// in the message.
func TestPeopleColumns_misspelt(t *testing.T) {
	t.Parallel()
	known := newUserColumns()
	for path, attribute := range known {
		last := path[strings.LastIndex(path, ".")+1:]
		if insideOf(attribute) != nil || len(last) < 5 || path == emailColumn {
			continue
		}
		misspelt := path[:len(path)-len(last)] + last[:2] + last[3:] // the third letter is missing
		_, err := readPeople("email,"+misspelt+"\na@b.example,x\n", peopleOptions{})
		want := regexp.MustCompile(`^line 1, column 2: ` + regexp.QuoteMeta(`"`+misspelt+`"`) + ".* write " + regexp.QuoteMeta(path))
		if err == nil || !want.MatchString(err.Error()) {
			t.Errorf("%s for %s: %v", misspelt, path, err)
		}
	}
}

func TestPeopleColumns_errors(t *testing.T) {
	t.Parallel()
	for column, want := range map[string]string{
		"telephony.extention":  `line 1, column 2: .*telephony of switchboard_user has no attribute "extention"; write telephony.extension`,
		"telephony.ringsecond": `write telephony.ring_seconds`,
		"telephony.country":    `telephony of switchboard_user has no attribute "country"; write locale.country`,
		"locale.shoe_size":     `locale of switchboard_user has no attribute "shoe_size"; it has country, language, time_zone`,
		"telefony.extension":   `is not an attribute of switchboard_user, but nearly "telephony.extension"; write telephony.extension, or`,
		"telefony.extention":   `nearly "telephony.extension"`,
		"first_name.short":     `"first_name.short": first_name of switchboard_user is no object`,
		"fist_name":            `"fist_name" is not an attribute .* nearly "first_name".*own_columns = \["fist_name"\]`,
		"frist_name":           `nearly "first_name"`,
		"user_name":            `nearly "username"`,
		"timeouts":             `"timeouts" is an object`,
	} {
		_, err := readPeople("email,"+column+"\na@b.example,x\n", peopleOptions{})
		if err == nil || !regexp.MustCompile(want).MatchString(err.Error()) {
			t.Errorf("%s\ngot  %v\nwant %s", column, err, want)
		}
	}
}

// TestPeopleColumns_own: what lists of people have beside the attributes stays possible, and what looks like an
// attribute can be declared.
func TestPeopleColumns_own(t *testing.T) {
	t.Parallel()
	own := []string{
		"department", "personnel_number", "sip", "extension", "direct_number", "mobile_number", "role", "team", "title",
		"surname", "given_name", "name", "mail", "phone", "manager", "site", "country", "language", "license", "local",
		"badge.colour", "region.site", "disabled", "state", "country_code",
	}
	list := "email," + strings.Join(own, ",") + "\na@b.example" + strings.Repeat(",x", len(own)) + "\n"
	people, err := readPeople(list, peopleOptions{})
	if err != nil || strings.Count(plainText(people), `"x"`) != len(own) {
		t.Errorf("%s, %v", plainText(people), err)
	}
	for list, want := range map[string]string{
		"email,username,user_name\na@b.example,ann,A\n":   `{"a@b.example":{"email":"a@b.example","user_name":"A","username":"ann"}}`,
		"email,fist_name,enabled\na@b.example,Ann,jein\n": `{"a@b.example":{"email":"a@b.example","enabled":"jein","fist_name":"Ann"}}`,
		"email,telefony.extension\na@b.example,1\n":       `{"a@b.example":{"email":"a@b.example","telefony":{"extension":"1"}}}`,
		"email,locale\na@b.example,nl\n":                  `{"a@b.example":{"email":"a@b.example","locale":"nl"}}`,
	} {
		options := peopleOptions{ownColumns: []string{"fist_name", "enabled", "telefony.extension", "locale"}}
		people, err := readPeople(list, options)
		if err != nil || plainText(people) != want {
			t.Errorf("%q\ngot  %s, %v\nwant %s", list, plainText(people), err, want)
		}
	}
	options := peopleOptions{ownColumns: []string{"telephony.extention"}}
	if _, err := readPeople("email,telephony.extention\na@b.example,1\n", options); err == nil {
		t.Error("an attribute that telephony does not have is the list's own")
	}
}

// TestPeopleColumns_export: only the list that the portal writes loses columns.
func TestPeopleColumns_export(t *testing.T) {
	t.Parallel()
	header := strings.Join(portal.UsersCSVColumns(), ",")
	const row = "\n,a@b.example,'=Ann,'t Hart,active,\"'+Agent, senior\",off,2026-03-04T05:06:07Z,\n"
	for list, want := range map[string]string{
		header + row: `{"a@b.example":{"email":"a@b.example","first_name":"=Ann","last_name":"'t Hart","username":null}}`,
		"email,status,role,two_factor\na@b.example,left,'=x,on\n": `{"a@b.example":{"email":"a@b.example","role":"'=x",` +
			`"status":"left","two_factor":true}}`,
	} {
		people, err := readPeople(list, peopleOptions{})
		if err != nil || plainText(people) != want {
			t.Errorf("%q\ngot  %s, %v\nwant %s", list, plainText(people), err, want)
		}
	}
	own := peopleOptions{ownColumns: []string{"two_factor"}}
	people, err := readPeople(header+strings.Replace(row, "off", "maybe", 1), own)
	if err != nil || !strings.Contains(plainText(people), `"two_factor":"maybe"`) {
		t.Errorf("with an own column: %s, %v", plainText(people), err)
	}
}

// TestNearest: a name is not near to a short one, nor to itself spelt wholly otherwise.
func TestNearest(t *testing.T) {
	t.Parallel()
	names := []string{"id", "email", "username", "first_name", "last_name"}
	for name, want := range map[string]string{
		"ids": "", "emial": "", "emails": "email", "surname": "", "name": "", "usernames": "username",
		"firstname": "first_name", "fisrt_name": "first_name",
	} {
		if got := nearest(name, slices.Values(names)); got != want {
			t.Errorf("%s is near %q, want %q", name, got, want)
		}
	}
}
