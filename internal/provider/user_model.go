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
	Telephony          types.Object `tfsdk:"telephony"`
	ClickToDial        types.Object `tfsdk:"click_to_dial"`
	Directory          types.Object `tfsdk:"directory"`
	Locale             types.Object `tfsdk:"locale"`
	Security           types.Object `tfsdk:"security"`
}

// userResourceModel is a user as a configuration writes it.
type userResourceModel struct {
	userModel

	PasswordWO        types.String `tfsdk:"password_wo"`
	PasswordWOVersion types.Int64  `tfsdk:"password_wo_version"`
}

// request is the user as the portal is to have it, without what is not known.
func (m userModel) request(ctx context.Context, diags *diag.Diagnostics) portal.User {
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
	return user
}

func given(object types.Object) bool { return !object.IsNull() && !object.IsUnknown() }

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
	}
	answer.Telephony = nestedValue(ctx, nested[telephonyModel](ctx, m.Telephony, diags).answered(user.Telephony), diags)
	answer.ClickToDial = nestedValue(ctx, newClickToDialModel(user.ClickToDial), diags)
	answer.Directory = nestedValue(ctx, nested[directoryModel](ctx, m.Directory, diags).answered(user.Directory), diags)
	answer.Locale = nestedValue(ctx, newLocaleModel(user.Locale), diags)
	answer.Security = nestedValue(ctx, newSecurityModel(user.Security), diags)
	return answer
}
