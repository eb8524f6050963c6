package provider

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/switchboard-hq/terraform-provider-switchboard/internal/provider/field"
)

func TestPaths_unknown(t *testing.T) {
	t.Parallel()
	unknown := userTable().Paths(field.Tree{
		"email":                "alice@example.com",
		"description":          nil,
		"password_wo":          field.Unknown{},
		"permission_group_ids": []any{"grp_a", field.Unknown{}},
		"telephony":            field.Tree{"extension": "201", "caller_id": field.Unknown{}, "caller_ids": field.Unknown{}},
		"directory":            field.Unknown{},
	})
	for path, want := range map[string]bool{
		"email": false, "description": false, "password": true, "permission_group_ids": false,
		"telephony": false, "telephony.extension": false, "telephony.caller_id": true, "telephony.caller_ids": true,
		"directory": true, "directory.business_number": true, "locale.country": false,
	} {
		if got := unknown.Unknown(path); got != want {
			t.Errorf("Unknown(%q) = %v, want %v", path, got, want)
		}
	}
	if got := unknown.Partial("permission_group_ids"); got != 1 {
		t.Errorf("%d groups are said to be unknown", got)
	}
}

func TestSettle(t *testing.T) {
	t.Parallel()
	inner := func(assignment, extension any) field.Tree {
		return field.Tree{"sip_assignment": assignment, "extension": extension}
	}
	unknown := field.Unknown{}
	for name, test := range map[string]struct{ plan, config, answer, want any }{
		"a default is shown":                     {unknown, nil, "static", "static"},
		"what the platform lacks is null":        {unknown, nil, nil, nil},
		"what the portal gives stays unknown":    {unknown, nil, unknown, unknown},
		"an unknown configuration stays unknown": {unknown, unknown, "201", unknown},
		"a planned value stays":                  {"a", "a", "b", "a"},
		"a null plan stays":                      {nil, nil, "b", nil},
		"inside a configured object":             {inner(unknown, "201"), inner(nil, "201"), inner("static", "201"), inner("static", "201")},
		"a whole object that was left out":       {unknown, nil, inner("static", ""), inner("static", "")},
		"a whole object that the platform lacks": {unknown, nil, nil, nil},
		"a kept object is not torn open":         {inner("static", "201"), nil, inner("dynamic", "202"), inner("static", "201")},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if diff := cmp.Diff(test.want, settle(test.plan, test.config, test.answer)); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestAttributePath(t *testing.T) {
	t.Parallel()
	for name, want := range map[string]string{
		"email": "email", "telephony.caller_ids": "telephony.caller_ids", "password": "password_wo", "voicemail.pin": "voicemail.pin_wo", "webcare.avatar": "webcare.avatar_file",
	} {
		if got := attributePath(name).String(); got != want {
			t.Errorf("attributePath(%q): %s", name, cmp.Diff(want, got))
		}
	}
}
