package provider

import (
	"strings"
	"testing"

	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/planmodifier"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/types"
)

func TestShape_validateString(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		shape shape
		value types.String
		want  string // part of the error; "" is none
	}{
		"number":              {phoneNumberShape(), types.StringValue("+31 85 123 45 67"), ""},
		"number, empty":       {phoneNumberShape(), types.StringValue(""), ""},
		"number, null":        {phoneNumberShape(), types.StringNull(), ""},
		"number, unknown":     {phoneNumberShape(), types.StringUnknown(), ""},
		"number, national":    {phoneNumberShape(), types.StringValue("085 123 45 67"), "country code"},
		"number, letters":     {phoneNumberShape(), types.StringValue("+31 85 CALL ME"), "digits"},
		"extension":           {extensionShape(), types.StringValue("0201"), ""},
		"extension, too long": {extensionShape(), types.StringValue("123456789"), "2 to 8 digits"},
		"extension, letters":  {extensionShape(), types.StringValue("20a"), "2 to 8 digits"},
		"e-mail":              {emailShape(), types.StringValue("Alice@Example.com"), ""},
		"e-mail, with name":   {emailShape(), types.StringValue("Alice <alice@example.com>"), "one address"},
		"e-mail, no domain":   {emailShape(), types.StringValue("alice@localhost"), "complete domain"},
		"sender, name":        {senderShape(), types.StringValue("Delfin"), ""},
		"sender, bad number":  {senderShape(), types.StringValue("+48 22"), "too few digits"},
		"destination, id":     {destinationShape(), types.StringValue("sip_abc"), ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var resp validator.StringResponse
			test.shape.ValidateString(t.Context(), validator.StringRequest{Path: path.Root("x"), ConfigValue: test.value}, &resp)
			var got string
			for _, d := range resp.Diagnostics.Errors() {
				got += d.Detail()
			}
			if (test.want == "") != (got == "") || !strings.Contains(got, test.want) {
				t.Errorf("got the error %q, want one with %q", got, test.want)
			}
			if test.want != "" && !strings.Contains(got, test.value.ValueString()) {
				t.Errorf("the error %q does not say what was given", got)
			}
		})
	}
}

func TestShape_validateSet(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		values []string
		want   string
	}{
		"different":     {[]string{"+48221234500", "+48221234501"}, ""},
		"same twice":    {[]string{"+48221234500", "+48 22 123 45 00"}, "one and the same"},
		"one malformed": {[]string{"+48221234500", "22"}, `"22"`},
		"empty":         {[]string{}, ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var resp validator.SetResponse
			phoneNumberShape().ValidateSet(t.Context(), validator.SetRequest{Path: path.Root("x"), ConfigValue: textSet(test.values)}, &resp)
			var got string
			for _, d := range resp.Diagnostics.Errors() {
				got += d.Detail()
			}
			if (test.want == "") != (got == "") || !strings.Contains(got, test.want) {
				t.Errorf("got the error %q, want one with %q", got, test.want)
			}
		})
	}
}

func TestShape_ALL03_respelledIsNoChange(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		shape        shape
		state, plan  string
		wantRetained bool
	}{
		"number re-spelled": {phoneNumberShape(), "+31 85 123 45 67", "+31851234567", true},
		"another number":    {phoneNumberShape(), "+31851234567", "+31851234568", false},
		"number taken away": {phoneNumberShape(), "+31851234567", "", false},
		"e-mail corrected":  {emailShape(), "alice@example.com", "Alice@Example.COM", false},
		"another e-mail":    {emailShape(), "alice@example.com", "bob@example.com", false},
		"extension":         {extensionShape(), "201", "0201", false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			req := planmodifier.StringRequest{StateValue: types.StringValue(test.state), PlanValue: types.StringValue(test.plan)}
			resp := planmodifier.StringResponse{PlanValue: req.PlanValue}
			test.shape.PlanModifyString(t.Context(), req, &resp)
			want := test.plan
			if test.wantRetained {
				want = test.state
			}
			if got := resp.PlanValue.ValueString(); got != want {
				t.Errorf("planned %q, want %q", got, want)
			}
		})
	}
}

func TestShape_ALL03_respelledSetIsNoChange(t *testing.T) {
	t.Parallel()
	state := textSet([]string{"+48 22 123 45 00", "+48221234501"})
	for name, test := range map[string]struct {
		plan         types.Set
		wantRetained bool
	}{
		"re-spelled":    {textSet([]string{"+48221234500", "+48 22 123 45 01"}), true},
		"one fewer":     {textSet([]string{"+48221234500"}), false},
		"one exchanged": {textSet([]string{"+48221234500", "+48221234502"}), false},
		"unknown":       {types.SetUnknown(types.StringType), false},
		"null":          {types.SetNull(types.StringType), false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			resp := planmodifier.SetResponse{PlanValue: test.plan}
			phoneNumberShape().PlanModifySet(t.Context(), planmodifier.SetRequest{StateValue: state, PlanValue: test.plan}, &resp)
			want := test.plan
			if test.wantRetained {
				want = state
			}
			if !resp.PlanValue.Equal(want) {
				t.Errorf("planned %v, want %v", resp.PlanValue, want)
			}
		})
	}
}

func TestShape_answerKeepsSpelling(t *testing.T) {
	t.Parallel()
	number := phoneNumberShape()
	prior := types.StringValue("+31 85 123 45 67")
	if got := number.spelled(prior, new("+31851234567")); !got.Equal(prior) {
		t.Errorf("got %v, want the spelling of the configuration", got)
	}
	if got := number.spelled(prior, new("+31851234568")); got.ValueString() != "+31851234568" {
		t.Errorf("got %v, want the other number that the portal has", got)
	}
	if got := number.spelled(prior, nil); !got.IsNull() {
		t.Errorf("got %v, want null for what the platform does not have", got)
	}
	if got := number.spelled(types.StringUnknown(), new("")); got.IsNull() || got.ValueString() != "" {
		t.Errorf("got %v, want an empty text", got)
	}
	set := number.spelledSet(textSet([]string{"+31 85 123 45 67"}), []string{"+31851234567", "+31851234568"})
	if want := textSet([]string{"+31 85 123 45 67", "+31851234568"}); !set.Equal(want) {
		t.Errorf("got %v, want %v", set, want)
	}
	if got := number.spelledSet(types.SetUnknown(types.StringType), nil); !got.IsNull() {
		t.Errorf("got %v, want null", got)
	}
}
