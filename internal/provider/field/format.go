package field

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/planmodifier"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/switchboard-hq/terraform-provider-switchboard/internal/portal"
)

// Format is what a text looks like and when two spellings of it are one value. As a validator it refuses what the
// portal would refuse for its form; as a plan modifier it keeps the spelling in state where the configuration spells
// the same value otherwise (ALL-03). It serves single texts and sets of texts. An empty text is let through: it says
// "none".
type Format struct {
	name  string
	parse func(string) error
	same  func(a, b string) bool
	// correctable says that another spelling in the configuration is a change; see Respelled.
	correctable bool
}

// PhoneNumber is a number in E.164 or national form.
func PhoneNumber() *Format {
	return &Format{
		name:  "phone number",
		parse: func(s string) error { _, err := portal.ParsePhoneNumber(s); return err },
		same:  portal.SamePhoneNumber,
	}
}

// Sender is that of an SMS: a phone number, or a name.
func Sender() *Format {
	return &Format{
		name: "SMS sender",
		parse: func(s string) error {
			if !strings.HasPrefix(s, "+") {
				return nil
			}
			return PhoneNumber().parse(s)
		},
		same: portal.SamePhoneNumber,
	}
}

// Destination is a place where a call can end: a phone number, or the id of a SIP account.
func Destination() *Format {
	destination := Sender()
	destination.name = "destination"
	return destination
}

// Email is an e-mail address.
func Email() *Format {
	return &Format{
		name:  "e-mail address",
		parse: func(s string) error { _, err := portal.ParseEmail(s); return err },
		same:  portal.SameEmail,

		correctable: true,
	}
}

// Extension is an internal number.
func Extension() *Format {
	return &Format{
		name:  "extension",
		parse: func(s string) error { _, err := portal.ParseExtension(s); return err },
		same:  func(a, b string) bool { return a == b },
	}
}

// Description implements validator.Describer.
func (f *Format) Description(context.Context) string { return "must be a valid " + f.name }

// MarkdownDescription implements validator.Describer.
func (f *Format) MarkdownDescription(ctx context.Context) string { return f.Description(ctx) }

// refuse says why a value of the attribute is not of the format; the verb is what the attribute does with its value.
func (f *Format) refuse(at path.Path, verb, value string) (string, bool) {
	if value == "" {
		return "", false
	}
	if err := f.parse(value); err != nil {
		return portal.Ended(fmt.Sprintf("%s %s %q: %s", at, verb, value, err.Error())), true
	}
	return "", false
}

// ValidateString implements validator.String.
func (f *Format) ValidateString(_ context.Context, req validator.StringRequest, resp *validator.StringResponse) {
	if req.ConfigValue.IsNull() || req.ConfigValue.IsUnknown() {
		return
	}
	if message, bad := f.refuse(req.Path, "is", req.ConfigValue.ValueString()); bad {
		resp.Diagnostics.AddAttributeError(req.Path, "Not a valid "+f.name, message)
	}
}

// ValidateSet implements validator.Set. Two spellings of one value would be one value in the portal, and a difference
// for ever after.
func (f *Format) ValidateSet(_ context.Context, req validator.SetRequest, resp *validator.SetResponse) {
	var seen []string
	for _, value := range knownTexts(req.ConfigValue) {
		if message, bad := f.refuse(req.Path, "has", value); bad {
			resp.Diagnostics.AddAttributeError(req.Path, "Not a valid "+f.name, message)
			continue
		}
		if i := slices.IndexFunc(seen, func(other string) bool { return f.same(other, value) }); i >= 0 {
			resp.Diagnostics.AddAttributeError(req.Path, "The same "+f.name+" twice",
				fmt.Sprintf("%s has %q and %q, which are one and the same; remove one of them.", req.Path, seen[i], value))
		}
		seen = append(seen, value)
	}
}

// PlanModifyString implements planmodifier.String.
func (f *Format) PlanModifyString(ctx context.Context, req planmodifier.StringRequest, resp *planmodifier.StringResponse) {
	if req.StateValue.IsNull() || req.PlanValue.IsNull() || req.PlanValue.IsUnknown() {
		return
	}
	before, after := req.StateValue.ValueString(), req.PlanValue.ValueString()
	if before == after || !f.same(before, after) || f.correctable && Respelled(ctx, req.Private, after, &resp.Diagnostics) {
		return
	}
	resp.PlanValue = req.StateValue
}

// PlanModifySet implements planmodifier.Set.
func (f *Format) PlanModifySet(_ context.Context, req planmodifier.SetRequest, resp *planmodifier.SetResponse) {
	if req.StateValue.IsNull() || req.PlanValue.IsNull() || req.PlanValue.IsUnknown() {
		return
	}
	stored, planned := knownTexts(req.StateValue), knownTexts(req.PlanValue)
	if len(stored) != len(planned) || len(planned) != len(req.PlanValue.Elements()) {
		return
	}
	for _, value := range planned {
		if !slices.ContainsFunc(stored, func(other string) bool { return f.same(other, value) }) {
			return
		}
	}
	resp.PlanValue = req.StateValue
}

// knownTexts are the known elements of a set.
func knownTexts(set types.Set) []string {
	var values []string
	for _, element := range set.Elements() {
		if text, ok := element.(types.String); ok && !text.IsNull() && !text.IsUnknown() {
			values = append(values, text.ValueString())
		}
	}
	return values
}

// spelled returns an answer in the spelling that was there before, if that says the same.
func (f *Format) spelled(prior any, answer string) string {
	if before, ok := prior.(string); ok && f != nil && f.same(before, answer) {
		return before
	}
	return answer
}

// spelledSet is spelled for a set.
func (f *Format) spelledSet(prior any, answer []string) []string {
	before, _ := prior.([]any)
	values := slices.Clone(answer)
	for i, value := range values {
		for _, other := range before {
			if spelled := f.spelled(other, value); spelled != value {
				values[i] = spelled
				break
			}
		}
	}
	return values
}
