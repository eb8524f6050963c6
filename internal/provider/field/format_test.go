package field

import (
	"slices"
	"strings"
	"testing"

	"github.com/hashicorp/terraform-plugin-framework/attr"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/planmodifier"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/types"
)

func TestFormat_validateString(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		format *Format
		value  types.String
		want   string // part of the error; "" is none
	}{
		"number":              {PhoneNumber(), types.StringValue("+31 85 123 45 67"), ""},
		"number, empty":       {PhoneNumber(), types.StringValue(""), ""},
		"number, null":        {PhoneNumber(), types.StringNull(), ""},
		"number, unknown":     {PhoneNumber(), types.StringUnknown(), ""},
		"number, national":    {PhoneNumber(), types.StringValue("085 123 45 67"), "country code"},
		"number, letters":     {PhoneNumber(), types.StringValue("+31 85 CALL ME"), "digits"},
		"extension":           {Extension(), types.StringValue("0201"), ""},
		"extension, too long": {Extension(), types.StringValue("123456789"), "2 to 8 digits"},
		"extension, letters":  {Extension(), types.StringValue("20a"), "2 to 8 digits"},
		"e-mail":              {Email(), types.StringValue("Alice@Example.com"), ""},
		"e-mail, with name":   {Email(), types.StringValue("Alice <alice@example.com>"), "one address"},
		"e-mail, no domain":   {Email(), types.StringValue("alice@localhost"), "complete domain"},
		"sender, name":        {Sender(), types.StringValue("Delfin"), ""},
		"sender, bad number":  {Sender(), types.StringValue("+48 22"), "too few digits"},
		"destination, id":     {Destination(), types.StringValue("sip_abc"), ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var resp validator.StringResponse
			test.format.ValidateString(t.Context(), validator.StringRequest{Path: path.Root("x"), ConfigValue: test.value}, &resp)
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

func TestFormat_validateSet(t *testing.T) {
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
			PhoneNumber().ValidateSet(t.Context(), validator.SetRequest{Path: path.Root("x"), ConfigValue: setOf(test.values)}, &resp)
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

func TestFormat_ALL03_respelledIsNoChange(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		format       *Format
		state, plan  string
		wantRetained bool
	}{
		"number re-spelled": {PhoneNumber(), "+31 85 123 45 67", "+31851234567", true},
		"another number":    {PhoneNumber(), "+31851234567", "+31851234568", false},
		"number taken away": {PhoneNumber(), "+31851234567", "", false},
		"e-mail corrected":  {Email(), "alice@example.com", "Alice@Example.COM", false},
		"another e-mail":    {Email(), "alice@example.com", "bob@example.com", false},
		"extension":         {Extension(), "201", "0201", false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			req := planmodifier.StringRequest{StateValue: types.StringValue(test.state), PlanValue: types.StringValue(test.plan)}
			resp := planmodifier.StringResponse{PlanValue: req.PlanValue}
			test.format.PlanModifyString(t.Context(), req, &resp)
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

func TestFormat_ALL03_respelledSetIsNoChange(t *testing.T) {
	t.Parallel()
	state := setOf([]string{"+48 22 123 45 00", "+48221234501"})
	for name, test := range map[string]struct {
		plan         types.Set
		wantRetained bool
	}{
		"re-spelled":    {setOf([]string{"+48221234500", "+48 22 123 45 01"}), true},
		"one fewer":     {setOf([]string{"+48221234500"}), false},
		"one exchanged": {setOf([]string{"+48221234500", "+48221234502"}), false},
		"unknown":       {types.SetUnknown(types.StringType), false},
		"null":          {types.SetNull(types.StringType), false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			resp := planmodifier.SetResponse{PlanValue: test.plan}
			PhoneNumber().PlanModifySet(t.Context(), planmodifier.SetRequest{StateValue: state, PlanValue: test.plan}, &resp)
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

func TestFormat_answerKeepsSpelling(t *testing.T) {
	t.Parallel()
	number := PhoneNumber()
	const prior = "+31 85 123 45 67"
	if got := number.spelled(prior, "+31851234567"); got != prior {
		t.Errorf("got %v, want the spelling of the configuration", got)
	}
	if got := number.spelled(prior, "+31851234568"); got != "+31851234568" {
		t.Errorf("got %v, want the other number that the portal has", got)
	}
	if got := number.spelled(Unknown{}, ""); got != "" {
		t.Errorf("got %v, want an empty text", got)
	}
	set := number.spelledSet([]any{prior}, []string{"+31851234567", "+31851234568"})
	if want := []string{prior, "+31851234568"}; !slices.Equal(set, want) {
		t.Errorf("got %v, want %v", set, want)
	}
}

func setOf(texts []string) types.Set {
	elements := make([]attr.Value, 0, len(texts))
	for _, text := range texts {
		elements = append(elements, types.StringValue(text))
	}
	return types.SetValueMust(types.StringType, elements)
}
