package provider

import (
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/switchboard-hq/terraform-provider-switchboard/internal/portal"
)

// The small nested attributes of a user.

type clickToDialModel struct {
	FollowAvailability types.Bool   `tfsdk:"follow_availability"`
	SIPAccountID       types.String `tfsdk:"sip_account_id"`
	AutoAnswer         types.Bool   `tfsdk:"auto_answer"`
}

func (m clickToDialModel) request() *portal.ClickDial {
	return &portal.ClickDial{
		FollowAvailability: boolPointer(m.FollowAvailability),
		SIPAccountID:       textPointer(m.SIPAccountID),
		AutoAnswer:         boolPointer(m.AutoAnswer),
	}
}

func newClickToDialModel(c *portal.ClickDial) *clickToDialModel {
	if c == nil {
		return nil
	}
	return &clickToDialModel{
		FollowAvailability: types.BoolPointerValue(c.FollowAvailability),
		SIPAccountID:       types.StringPointerValue(c.SIPAccountID),
		AutoAnswer:         types.BoolPointerValue(c.AutoAnswer),
	}
}

type directoryModel struct {
	Hidden         types.Bool   `tfsdk:"hidden"`
	BusinessNumber types.String `tfsdk:"business_number"`
	ExchangeAlias  types.String `tfsdk:"exchange_alias"`
	UserGroupIDs   types.Set    `tfsdk:"user_group_ids"`
}

func (m directoryModel) request() *portal.Directory {
	return &portal.Directory{
		Hidden:         boolPointer(m.Hidden),
		BusinessNumber: textPointer(m.BusinessNumber),
		ExchangeAlias:  textPointer(m.ExchangeAlias),
		UserGroupIDs:   texts(m.UserGroupIDs),
	}
}

func (m directoryModel) answered(d *portal.Directory) *directoryModel {
	if d == nil {
		return nil
	}
	return &directoryModel{
		Hidden:         types.BoolPointerValue(d.Hidden),
		BusinessNumber: phoneNumberShape().spelled(m.BusinessNumber, d.BusinessNumber),
		ExchangeAlias:  types.StringPointerValue(d.ExchangeAlias),
		UserGroupIDs:   textSet(d.UserGroupIDs),
	}
}

type localeModel struct {
	Country  types.String `tfsdk:"country"`
	TimeZone types.String `tfsdk:"time_zone"`
	Language types.String `tfsdk:"language"`
}

func (m localeModel) request() *portal.Locale {
	return &portal.Locale{Country: textPointer(m.Country), TimeZone: textPointer(m.TimeZone), Language: textPointer(m.Language)}
}

func newLocaleModel(l *portal.Locale) *localeModel {
	if l == nil {
		return nil
	}
	return &localeModel{
		Country:  types.StringPointerValue(l.Country),
		TimeZone: types.StringPointerValue(l.TimeZone),
		Language: types.StringPointerValue(l.Language),
	}
}

type securityModel struct {
	TwoFactorRequired types.Bool `tfsdk:"two_factor_required"`
	SkipSSO           types.Bool `tfsdk:"skip_sso"`
}

func (m securityModel) request() *portal.Security {
	return &portal.Security{TwoFactorRequired: boolPointer(m.TwoFactorRequired), SkipSSO: boolPointer(m.SkipSSO)}
}

func newSecurityModel(s *portal.Security) *securityModel {
	if s == nil {
		return nil
	}
	return &securityModel{TwoFactorRequired: types.BoolPointerValue(s.TwoFactorRequired), SkipSSO: types.BoolPointerValue(s.SkipSSO)}
}
