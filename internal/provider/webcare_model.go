package provider

import (
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/switchboard-hq/terraform-provider-switchboard/internal/portal"
)

// webcareModel is the webcare attribute of a user as it can be read.
type webcareModel struct {
	Suffixes                  types.Map    `tfsdk:"suffixes"`
	DefaultAccounts           types.Map    `tfsdk:"default_accounts"`
	MobileNumber              types.String `tfsdk:"mobile_number"`
	NotifyOnAssignment        types.Bool   `tfsdk:"notify_on_assignment"`
	NotifyOnFailedPublication types.Bool   `tfsdk:"notify_on_failed_publication"`
	MailForwarding            types.String `tfsdk:"mail_forwarding"`
	LandingPage               types.String `tfsdk:"landing_page"`
	LoginAvailability         types.String `tfsdk:"login_availability"`
	AvatarSHA256              types.String `tfsdk:"avatar_sha256"`
	CRMUser                   types.String `tfsdk:"crm_user"`
}

// webcareResourceModel is the webcare attribute as a configuration writes it.
type webcareResourceModel struct {
	webcareModel

	AvatarFile types.String `tfsdk:"avatar_file"`
}

func (m webcareModel) request() *portal.Webcare {
	return &portal.Webcare{
		Suffixes:                  textMap(m.Suffixes),
		DefaultAccounts:           textMap(m.DefaultAccounts),
		MobileNumber:              textPointer(m.MobileNumber),
		NotifyOnAssignment:        boolPointer(m.NotifyOnAssignment),
		NotifyOnFailedPublication: boolPointer(m.NotifyOnFailedPublication),
		MailForwarding:            textPointer(m.MailForwarding),
		LandingPage:               textPointer(m.LandingPage),
		LoginAvailability:         textPointer(m.LoginAvailability),
		AvatarSHA256:              m.AvatarSHA256.ValueString(),
		CRMUser:                   textPointer(m.CRMUser),
	}
}

// answered returns the model of the portal's answer, in the spelling of m where that says the same.
func (m webcareModel) answered(w *portal.Webcare) *webcareModel {
	if w == nil {
		return nil
	}
	return &webcareModel{
		Suffixes:                  textMapValue(w.Suffixes),
		DefaultAccounts:           textMapValue(w.DefaultAccounts),
		MobileNumber:              phoneNumberShape().spelled(m.MobileNumber, w.MobileNumber),
		NotifyOnAssignment:        types.BoolPointerValue(w.NotifyOnAssignment),
		NotifyOnFailedPublication: types.BoolPointerValue(w.NotifyOnFailedPublication),
		MailForwarding:            types.StringPointerValue(w.MailForwarding),
		LandingPage:               types.StringPointerValue(w.LandingPage),
		LoginAvailability:         types.StringPointerValue(w.LoginAvailability),
		AvatarSHA256:              types.StringValue(w.AvatarSHA256),
		CRMUser:                   types.StringPointerValue(w.CRMUser),
	}
}
