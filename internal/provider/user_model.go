package provider

import (
	"context"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/switchboard-hq/terraform-provider-switchboard/internal/portal"
)

// userModel is a user as Terraform reads it. Resource and data sources share it.
type userModel struct {
	ID                 types.String `tfsdk:"id"`
	Username           types.String `tfsdk:"username"`
	Email              types.String `tfsdk:"email"`
	FirstName          types.String `tfsdk:"first_name"`
	MiddleName         types.String `tfsdk:"middle_name"`
	LastName           types.String `tfsdk:"last_name"`
	Enabled            types.Bool   `tfsdk:"enabled"`
	Description        types.String `tfsdk:"description"`
	PermissionGroupIDs types.Set    `tfsdk:"permission_group_ids"`
	SendInvitation     types.Bool   `tfsdk:"send_invitation"`
	Status             types.String `tfsdk:"status"`
	TwoFactor          types.Bool   `tfsdk:"two_factor"`
	InvitedAt          types.String `tfsdk:"invited_at"`
	LastLoginAt        types.String `tfsdk:"last_login_at"`
	Telephony          types.Object `tfsdk:"telephony"`
	ClickToDial        types.Object `tfsdk:"click_to_dial"`
	Directory          types.Object `tfsdk:"directory"`
	Locale             types.Object `tfsdk:"locale"`
	Security           types.Object `tfsdk:"security"`
	Voicemail          types.Object `tfsdk:"voicemail"`
	Licence            types.Object `tfsdk:"licence"`
	Webcare            types.Object `tfsdk:"webcare"`
}

// userResourceModel is a user as a configuration writes it.
type userResourceModel struct {
	userModel
	lifecycleModel

	PasswordWO         types.String `tfsdk:"password_wo"`
	PasswordWOVersion  types.Int64  `tfsdk:"password_wo_version"`
	DiscardPlannedWork types.Bool   `tfsdk:"discard_planned_work"`
	OnDestroy          types.String `tfsdk:"on_destroy"`
}

// request is the user as the portal is to have it, without what is not known and without secrets.
func (m userResourceModel) request(ctx context.Context, diags *diag.Diagnostics) portal.User {
	user := portal.User{
		ID:                 m.ID.ValueString(),
		Username:           textPointer(m.Username),
		Email:              textPointer(m.Email),
		FirstName:          textPointer(m.FirstName),
		MiddleName:         textPointer(m.MiddleName),
		LastName:           textPointer(m.LastName),
		Enabled:            boolPointer(m.Enabled),
		Description:        textPointer(m.Description),
		PermissionGroupIDs: texts(m.PermissionGroupIDs),
		SendInvitation:     boolPointer(m.SendInvitation),
		Status:             portal.UserStatus(m.Status.ValueString()),
		TwoFactor:          m.TwoFactor.ValueBool(),
		InvitedAt:          m.InvitedAt.ValueString(),
		LastLoginAt:        m.LastLoginAt.ValueString(),
	}
	if given(m.Telephony) {
		user.Telephony = nested[telephonyModel](ctx, m.Telephony, diags).request()
	}
	if given(m.ClickToDial) {
		user.ClickToDial = nested[clickToDialModel](ctx, m.ClickToDial, diags).request()
	}
	if given(m.Directory) {
		user.Directory = nested[directoryModel](ctx, m.Directory, diags).request()
	}
	if given(m.Locale) {
		user.Locale = nested[localeModel](ctx, m.Locale, diags).request()
	}
	if given(m.Security) {
		user.Security = nested[securityModel](ctx, m.Security, diags).request()
	}
	if given(m.Voicemail) {
		user.Voicemail = nested[voicemailResourceModel](ctx, m.Voicemail, diags).request()
	}
	if given(m.Licence) {
		user.Licence = nested[licenceModel](ctx, m.Licence, diags).request()
	}
	if given(m.Webcare) {
		user.Webcare = nested[webcareResourceModel](ctx, m.Webcare, diags).request()
	}
	return user
}

func given(object types.Object) bool { return !object.IsNull() && !object.IsUnknown() }

// secrets adds to a request what the configuration gives of secrets and the portal is to hear of: all of it on creation, later what has another
// version than in state. It is called on the planned model, as secrets are in the configuration alone.
func (m userResourceModel) secrets(ctx context.Context, user *portal.User, config, state userResourceModel, diags *diag.Diagnostics) {
	if !m.PasswordWOVersion.Equal(state.PasswordWOVersion) {
		user.Password, user.PasswordVersion = versionedSecret(config.PasswordWO, m.PasswordWOVersion)
	}
	if user.Voicemail != nil {
		planned := nested[voicemailResourceModel](ctx, m.Voicemail, diags)
		stored := nested[voicemailResourceModel](ctx, state.Voicemail, diags)
		if !planned.PINWOVersion.Equal(stored.PINWOVersion) {
			configured := nested[voicemailResourceModel](ctx, config.Voicemail, diags)
			user.Voicemail.PIN, user.Voicemail.PINVersion = versionedSecret(configured.PINWO, planned.PINWOVersion)
		}
	}
}

// answered returns the model of the portal's answer, in the spelling of m where that says the same (ALL-03).
func (m userModel) answered(ctx context.Context, user portal.User, diags *diag.Diagnostics) userModel {
	answer := userModel{
		ID:                 types.StringValue(user.ID),
		Username:           types.StringPointerValue(user.Username),
		Email:              emailShape().spelled(m.Email, user.Email),
		FirstName:          types.StringPointerValue(user.FirstName),
		MiddleName:         types.StringPointerValue(user.MiddleName),
		LastName:           types.StringPointerValue(user.LastName),
		Enabled:            types.BoolPointerValue(user.Enabled),
		Description:        types.StringPointerValue(user.Description),
		PermissionGroupIDs: textSet(user.PermissionGroupIDs),
		SendInvitation:     types.BoolPointerValue(user.SendInvitation),
		Status:             noneAsNull(string(user.Status)),
		TwoFactor:          types.BoolValue(user.TwoFactor),
		InvitedAt:          noneAsNull(user.InvitedAt),
		LastLoginAt:        noneAsNull(user.LastLoginAt),
	}
	answer.Telephony = nestedValue(ctx, nested[telephonyModel](ctx, m.Telephony, diags).answered(user.Telephony), diags)
	answer.ClickToDial = nestedValue(ctx, newClickToDialModel(user.ClickToDial), diags)
	answer.Directory = nestedValue(ctx, nested[directoryModel](ctx, m.Directory, diags).answered(user.Directory), diags)
	answer.Locale = nestedValue(ctx, newLocaleModel(user.Locale), diags)
	answer.Security = nestedValue(ctx, newSecurityModel(user.Security), diags)
	answer.Voicemail = nestedValue(ctx, voicemailModel{}.answered(user.Voicemail), diags)
	answer.Licence = nestedValue(ctx, newLicenceModel(user.Licence), diags)
	answer.Webcare = nestedValue(ctx, webcareModel{}.answered(user.Webcare), diags)
	return answer
}

// answered is that of userModel, with what only a configuration has. The voicemail attribute holds a write-only one, so Terraform does not let the
// portal fill it in: it is in state as long as it is in the configuration.
func (m userResourceModel) answered(ctx context.Context, user portal.User, diags *diag.Diagnostics) userResourceModel {
	answer := userResourceModel{
		userModel:          m.userModel.answered(ctx, user, diags),
		lifecycleModel:     m.lifecycleModel,
		PasswordWOVersion:  settledVersion(m.PasswordWOVersion, user.PasswordVersion),
		DiscardPlannedWork: m.DiscardPlannedWork,
		OnDestroy:          m.OnDestroy,
	}
	voicemail := nested[voicemailResourceModel](ctx, m.Voicemail, diags)
	answer.Voicemail = nestedValue[voicemailResourceModel](ctx, nil, diags)
	if read := voicemail.answered(user.Voicemail); given(m.Voicemail) && read != nil {
		version := settledVersion(voicemail.PINWOVersion, user.Voicemail.PINVersion)
		answer.Voicemail = nestedValue(ctx, &voicemailResourceModel{voicemailModel: *read, PINWOVersion: version}, diags)
	}
	webcare := nested[webcareResourceModel](ctx, m.Webcare, diags)
	answer.Webcare = nestedValue[webcareResourceModel](ctx, nil, diags)
	if read := webcare.answered(user.Webcare); read != nil {
		answer.Webcare = nestedValue(ctx, &webcareResourceModel{webcareModel: *read, AvatarFile: settledText(webcare.AvatarFile)}, diags)
	}
	return answer
}

// read is answered for a read, which also takes the versions of the secrets that the portal has.
func (m userResourceModel) read(ctx context.Context, user portal.User, diags *diag.Diagnostics) userResourceModel {
	m.PasswordWOVersion = readVersion(m.PasswordWOVersion, user.PasswordVersion)
	if given(m.Voicemail) && user.Voicemail != nil {
		voicemail := nested[voicemailResourceModel](ctx, m.Voicemail, diags)
		voicemail.PINWOVersion = readVersion(voicemail.PINWOVersion, user.Voicemail.PINVersion)
		m.Voicemail = nestedValue(ctx, &voicemail, diags)
	}
	return m.answered(ctx, user, diags)
}
