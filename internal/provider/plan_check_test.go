package provider

import (
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/hashicorp/terraform-plugin-go/tftypes"
)

// text, object and the like make values as Terraform sends them.
func tfText(s string) tftypes.Value { return tftypes.NewValue(tftypes.String, s) }

func tfNull() tftypes.Value { return tftypes.NewValue(tftypes.String, nil) }

func tfUnknown() tftypes.Value { return tftypes.NewValue(tftypes.String, tftypes.UnknownValue) }

func tfSet(elements ...tftypes.Value) tftypes.Value {
	return tftypes.NewValue(tftypes.Set{ElementType: tftypes.String}, elements)
}

func tfObject(attributes map[string]tftypes.Value) tftypes.Value {
	return tftypes.NewValue(tfObjectType(attributes), attributes)
}

func tfObjectType(attributes map[string]tftypes.Value) tftypes.Object {
	kinds := map[string]tftypes.Type{}
	for name, value := range attributes {
		kinds[name] = value.Type()
	}
	return tftypes.Object{AttributeTypes: kinds}
}

func TestUnknownPaths(t *testing.T) {
	t.Parallel()
	phone := tfObject(map[string]tftypes.Value{"extension": tfText("201")})
	unknown := unknownPaths(tfObject(map[string]tftypes.Value{
		"email":                tfText("alice@example.com"),
		"description":          tfNull(),
		"password_wo":          tfUnknown(),
		"permission_group_ids": tfSet(tfText("grp_a"), tfUnknown()),
		"telephony": tfObject(map[string]tftypes.Value{
			"extension": tfText("201"),
			"caller_id": tfUnknown(),
		}),
		"directory": tftypes.NewValue(phone.Type(), tftypes.UnknownValue),
	}))
	for path, want := range map[string]bool{
		"email": false, "description": false, "password": true, "permission_group_ids": false,
		"telephony": false, "telephony.extension": false, "telephony.caller_id": true,
		"directory": true, "directory.business_number": true, "locale.country": false,
	} {
		if got := unknown(path); got != want {
			t.Errorf("unknown(%q) = %v, want %v", path, got, want)
		}
	}
}

func TestSettle(t *testing.T) {
	t.Parallel()
	inner := func(assignment, extension tftypes.Value) tftypes.Value {
		return tfObject(map[string]tftypes.Value{"sip_assignment": assignment, "extension": extension})
	}
	telephony := inner(tfNull(), tfNull()).Type()
	for name, test := range map[string]struct{ plan, config, answer, want tftypes.Value }{
		"a default is shown":                     {tfUnknown(), tfNull(), tfText("static"), tfText("static")},
		"what the platform lacks is null":        {tfUnknown(), tfNull(), tfNull(), tfNull()},
		"what the portal gives stays unknown":    {tfUnknown(), tfNull(), tfUnknown(), tfUnknown()},
		"an unknown configuration stays unknown": {tfUnknown(), tfUnknown(), tfText("201"), tfUnknown()},
		"a planned value stays":                  {tfText("a"), tfText("a"), tfText("b"), tfText("a")},
		"a null plan stays":                      {tfNull(), tfNull(), tfText("b"), tfNull()},
		"inside a configured object": {
			inner(tfUnknown(), tfText("201")), inner(tfNull(), tfText("201")), inner(tfText("static"), tfText("201")), inner(tfText("static"), tfText("201")),
		},
		"a whole object that was left out": {
			tftypes.NewValue(telephony, tftypes.UnknownValue), tftypes.NewValue(telephony, nil), inner(tfText("static"), tfText("")), inner(tfText("static"), tfText("")),
		},
		"a whole object that the platform lacks": {
			tftypes.NewValue(telephony, tftypes.UnknownValue), tftypes.NewValue(telephony, nil), tftypes.NewValue(telephony, nil), tftypes.NewValue(telephony, nil),
		},
		"a kept object is not torn open": {
			inner(tfText("static"), tfText("201")), tftypes.NewValue(telephony, nil), inner(tfText("dynamic"), tfText("202")), inner(tfText("static"), tfText("201")),
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if got := settle(test.plan, test.config, test.answer); !got.Equal(test.want) {
				t.Errorf("got %s, want %s", got, test.want)
			}
		})
	}
}

func TestAttributePath(t *testing.T) {
	t.Parallel()
	for field, want := range map[string]string{
		"email": "email", "telephony.caller_ids": "telephony.caller_ids", "password": "password_wo", "voicemail.pin": "voicemail.pin_wo", "webcare.avatar": "webcare.avatar_file",
	} {
		if got := attributePath(field).String(); got != want {
			t.Errorf("attributePath(%q): %s", field, cmp.Diff(want, got))
		}
	}
}
