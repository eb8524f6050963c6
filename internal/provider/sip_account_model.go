package provider

import (
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/switchboard-hq/terraform-provider-switchboard/internal/portal"
)

// sipAccountModel is a SIP account as Terraform reads it. Resource and data sources share it.
type sipAccountModel struct {
	ID           types.String `tfsdk:"id"`
	Extension    types.String `tfsdk:"extension"`
	Name         types.String `tfsdk:"name"`
	Type         types.String `tfsdk:"type"`
	CallerID     types.String `tfsdk:"caller_id"`
	HideCallerID types.Bool   `tfsdk:"hide_caller_id"`
	Enabled      types.Bool   `tfsdk:"enabled"`
	SIPUsername  types.String `tfsdk:"sip_username"`
	SIPDomain    types.String `tfsdk:"sip_domain"`
}

// sipAccountResourceModel is a SIP account as a configuration writes it.
type sipAccountResourceModel struct {
	sipAccountModel
	lifecycleModel

	PasswordWO        types.String `tfsdk:"password_wo"`
	PasswordWOVersion types.Int64  `tfsdk:"password_wo_version"`
}

func (m sipAccountModel) request() portal.SIPAccount {
	return portal.SIPAccount{
		ID:           m.ID.ValueString(),
		Extension:    textPointer(m.Extension),
		Name:         textPointer(m.Name),
		Type:         textPointer(m.Type),
		CallerID:     textPointer(m.CallerID),
		HideCallerID: boolPointer(m.HideCallerID),
		Enabled:      boolPointer(m.Enabled),
	}
}

// answered returns the model of the portal's answer, in the spelling of m where that says the same (ALL-03).
func (m sipAccountModel) answered(a portal.SIPAccount) sipAccountModel {
	return sipAccountModel{
		ID:           types.StringValue(a.ID),
		Extension:    types.StringPointerValue(a.Extension),
		Name:         types.StringPointerValue(a.Name),
		Type:         types.StringPointerValue(a.Type),
		CallerID:     phoneNumberShape().spelled(m.CallerID, a.CallerID),
		HideCallerID: types.BoolPointerValue(a.HideCallerID),
		Enabled:      types.BoolPointerValue(a.Enabled),
		SIPUsername:  types.StringValue(a.SIPUsername),
		SIPDomain:    types.StringValue(a.SIPDomain),
	}
}
