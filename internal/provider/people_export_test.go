package provider

import (
	"io"
	"maps"
	"net/http"
	"slices"
	"testing"

	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/switchboard-hq/terraform-provider-switchboard/internal/portal"
	"github.com/switchboard-hq/terraform-provider-switchboard/internal/portal/portaltest"
)

// usersCSV is the portal's own list of its users.
func usersCSV(t *testing.T, p *portaltest.Portal) string {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, p.URL+"/v1/users.csv", nil)
	if err != nil {
		t.Fatal(err)
	}
	request.Header.Set("Authorization", "Bearer "+p.Token)
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	list, err := io.ReadAll(response.Body)
	if err != nil || response.StatusCode != http.StatusOK {
		t.Fatalf("%s: %s, %v", response.Status, list, err)
	}
	return string(list)
}

// TestPeopleFromCSV_EN19_readsTheExport: what the portal writes is read, on every platform.
func TestPeopleFromCSV_EN19_readsTheExport(t *testing.T) {
	t.Parallel()
	for _, platform := range portal.Platforms() {
		t.Run(string(platform), func(t *testing.T) {
			t.Parallel()
			p := portaltest.Start(t, portaltest.WithPlatform(platform))
			drive, tables := newProtocol(t, p), updateTables(t, p, platform)
			base := tables[portal.NounUser].base
			made := drive.applyChange(drive.planChange(drive.noInstance("switchboard_user"),
				attributesFor(drive.schemas.ResourceSchemas["switchboard_user"], base, base)))
			user, err := p.Service.GetUser(t.Context(), p.Caller, drive.idOf(made))
			if err != nil {
				t.Fatal(err)
			}
			people, err := readPeople(usersCSV(t, p), peopleOptions{})
			if err != nil {
				t.Fatal(err)
			}
			person, ok := people.Elements()[portal.EmailKey(*user.Email)].(types.Object)
			if !ok {
				t.Fatalf("%s is not in %s", *user.Email, plainText(people))
			}
			want := map[string]*string{
				"email": user.Email, "first_name": user.FirstName, "last_name": user.LastName, "username": user.Username,
			}
			if got := slices.Sorted(maps.Keys(person.Attributes())); !slices.Equal(got, slices.Sorted(maps.Keys(want))) {
				t.Errorf("the attributes are %v", got)
			}
			for name, value := range want {
				if got := person.Attributes()[name]; !got.Equal(types.StringPointerValue(value)) {
					t.Errorf("%s is %s, want %s", name, got, types.StringPointerValue(value))
				}
			}
		})
	}
}
