package provider

import (
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
