package provider

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

// shape is what a kind of value looks like and when two spellings of it are one value. As a validator it refuses what the portal would
// refuse for its form; as a plan modifier it keeps the spelling in state where the configuration spells the same value otherwise (ALL-03).
// It serves single texts and sets of texts. An empty text is let through: it says "none".
type shape struct {
	name  string
	parse func(string) error
	same  func(a, b string) bool
	// correctable says that another spelling in the configuration is a change; see spellingKey.
	correctable bool
}

func phoneNumberShape() shape {
	return shape{
		name:  "phone number",
		parse: func(s string) error { _, err := portal.ParsePhoneNumber(s); return err },
		same:  portal.SamePhoneNumber,
	}
}

// senderShape is that of an SMS sender: a phone number, or a name.
func senderShape() shape {
	return shape{
		name: "SMS sender",
		parse: func(s string) error {
			if !strings.HasPrefix(s, "+") {
				return nil
			}
			return phoneNumberShape().parse(s)
		},
		same: portal.SamePhoneNumber,
	}
}

// destinationShape is that of a place where a call can end: a phone number, or the id of a SIP account.
func destinationShape() shape {
	destination := senderShape()
	destination.name = "destination"
	return destination
}

func emailShape() shape {
	return shape{
		name:  "e-mail address",
		parse: func(s string) error { _, err := portal.ParseEmail(s); return err },
		same:  portal.SameEmail,

		correctable: true,
	}
}

func extensionShape() shape {
	return shape{
		name:  "extension",
		parse: func(s string) error { _, err := portal.ParseExtension(s); return err },
		same:  func(a, b string) bool { return a == b },
	}
}

func (s shape) Description(context.Context) string         { return "must be a valid " + s.name }
func (s shape) MarkdownDescription(context.Context) string { return "must be a valid " + s.name }

// refuse says why a value of the attribute is not of the shape; the verb is what the attribute does with its value.
func (s shape) refuse(at path.Path, verb, value string) (string, bool) {
	if value == "" {
		return "", false
	}
	if err := s.parse(value); err != nil {
		return fmt.Sprintf("%s %s %q: %s", at, verb, value, ended(err.Error())), true
	}
	return "", false
}

// ValidateString implements validator.String.
func (s shape) ValidateString(_ context.Context, req validator.StringRequest, resp *validator.StringResponse) {
	if req.ConfigValue.IsNull() || req.ConfigValue.IsUnknown() {
		return
	}
	if message, bad := s.refuse(req.Path, "is", req.ConfigValue.ValueString()); bad {
		resp.Diagnostics.AddAttributeError(req.Path, "Not a valid "+s.name, message)
	}
}

// ValidateSet implements validator.Set. Two spellings of one value would be one value in the portal, and a difference for ever after.
func (s shape) ValidateSet(_ context.Context, req validator.SetRequest, resp *validator.SetResponse) {
	var seen []string
	for _, element := range req.ConfigValue.Elements() {
		text, ok := element.(types.String)
		if !ok || text.IsNull() || text.IsUnknown() {
			continue
		}
		value := text.ValueString()
		if message, bad := s.refuse(req.Path, "has", value); bad {
			resp.Diagnostics.AddAttributeError(req.Path, "Not a valid "+s.name, message)
			continue
		}
		if i := slices.IndexFunc(seen, func(other string) bool { return s.same(other, value) }); i >= 0 {
			resp.Diagnostics.AddAttributeError(req.Path, "The same "+s.name+" twice",
				fmt.Sprintf("%s has %q and %q, which are one and the same; remove one of them.", req.Path, seen[i], value))
		}
		seen = append(seen, value)
	}
}

// PlanModifyString implements planmodifier.String.
func (s shape) PlanModifyString(ctx context.Context, req planmodifier.StringRequest, resp *planmodifier.StringResponse) {
	if req.StateValue.IsNull() || req.PlanValue.IsNull() || req.PlanValue.IsUnknown() {
		return
	}
	before, after := req.StateValue.ValueString(), req.PlanValue.ValueString()
	if before == after || !s.same(before, after) || s.correctable && respelled(ctx, req.Private, after, &resp.Diagnostics) {
		return
	}
	resp.PlanValue = req.StateValue
}

// PlanModifySet implements planmodifier.Set.
func (s shape) PlanModifySet(_ context.Context, req planmodifier.SetRequest, resp *planmodifier.SetResponse) {
	if req.StateValue.IsNull() || req.PlanValue.IsNull() || req.PlanValue.IsUnknown() {
		return
	}
	stored, planned := texts(req.StateValue), texts(req.PlanValue)
	if len(stored) != len(planned) || len(planned) != len(req.PlanValue.Elements()) {
		return
	}
	for _, value := range planned {
		if !slices.ContainsFunc(stored, func(other string) bool { return s.same(other, value) }) {
			return
		}
	}
	resp.PlanValue = req.StateValue
}

// spelled returns the answer of the portal in the spelling that was there before, if that says the same.
func (s shape) spelled(prior types.String, answer *string) types.String {
	if answer != nil && !prior.IsNull() && !prior.IsUnknown() && s.same(prior.ValueString(), *answer) {
		return prior
	}
	return types.StringPointerValue(answer)
}

// spelledSet is spelled for a set.
func (s shape) spelledSet(prior types.Set, answer []string) types.Set {
	before := texts(prior)
	values := slices.Clone(answer)
	for i, value := range values {
		if j := slices.IndexFunc(before, func(other string) bool { return s.same(other, value) }); j >= 0 {
			values[i] = before[j]
		}
	}
	return textSet(values)
}

// atSibling names the attribute beside the one that is validated.
func atSibling(name string) path.Expression { return path.MatchRelative().AtParent().AtName(name) }
