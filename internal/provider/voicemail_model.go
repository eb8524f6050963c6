package provider

import (
	"context"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/switchboard-hq/terraform-provider-switchboard/internal/portal"
)

// voicemailModel is the voicemail attribute of a user as it can be read.
type voicemailModel struct {
	Enabled   types.Bool   `tfsdk:"enabled"`
	PINSet    types.Bool   `tfsdk:"pin_set"`
	Email     types.String `tfsdk:"email"`
	SMSNumber types.String `tfsdk:"sms_number"`
}

// voicemailResourceModel is the voicemail attribute as a configuration writes it.
type voicemailResourceModel struct {
	voicemailModel

	PINWO        types.String `tfsdk:"pin_wo"`
	PINWOVersion types.Int64  `tfsdk:"pin_wo_version"`
}

func (m voicemailModel) request() *portal.Voicemail {
	return &portal.Voicemail{
		Enabled:   boolPointer(m.Enabled),
		PINSet:    m.PINSet.ValueBool(),
		Email:     textPointer(m.Email),
		SMSNumber: textPointer(m.SMSNumber),
	}
}

// answered returns the model of the portal's answer, in the spelling of m where that says the same.
func (m voicemailModel) answered(v *portal.Voicemail) *voicemailModel {
	if v == nil {
		return nil
	}
	return &voicemailModel{
		Enabled:   types.BoolPointerValue(v.Enabled),
		PINSet:    types.BoolValue(v.PINSet),
		Email:     emailShape().spelled(m.Email, v.Email),
		SMSNumber: phoneNumberShape().spelled(m.SMSNumber, v.SMSNumber),
	}
}

// takesOverVoicemail reports whether a user who is there gets a voicemail attribute that the state does not have: added later, or put back.
func takesOverVoicemail(plan, state userResourceModel) bool {
	return !state.ID.IsNull() && !given(state.Voicemail) && given(plan.Voicemail)
}

// storedVoicemail returns the voicemail that the portal has for a user whose state says nothing about it. The rules need it: a PIN that is set there stays.
func (r *userResource) storedVoicemail(ctx context.Context, id string, diags *diag.Diagnostics) *portal.Voicemail {
	users, err := r.view.users.find(ctx, []string{id})
	if err != nil {
		addPortalError(diags, "looking at the voicemail of the user "+id, portal.NounUser, err)
		return nil
	}
	return users[id].Voicemail
}
