package provider

import (
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/switchboard-hq/terraform-provider-switchboard/internal/portal"
)

// telephonyModel is the telephony attribute of a user.
type telephonyModel struct {
	Extension            types.String `tfsdk:"extension"`
	PBXID                types.String `tfsdk:"pbx_id"`
	SIPAccountIDs        types.Set    `tfsdk:"sip_account_ids"`
	SIPAssignment        types.String `tfsdk:"sip_assignment"`
	AppSIPAccountID      types.String `tfsdk:"app_sip_account_id"`
	MobileFallbackNumber types.String `tfsdk:"mobile_fallback_number"`
	ForwardNumbers       types.Set    `tfsdk:"forward_numbers"`
	Available            types.Bool   `tfsdk:"available"`
	ActiveDestination    types.String `tfsdk:"active_destination"`
	CallerID             types.String `tfsdk:"caller_id"`
	CallerIDs            types.Set    `tfsdk:"caller_ids"`
	SMSSenders           types.Set    `tfsdk:"sms_senders"`
	HideCallerID         types.Bool   `tfsdk:"hide_caller_id"`
	RingSeconds          types.Int64  `tfsdk:"ring_seconds"`
	CallWaiting          types.Bool   `tfsdk:"call_waiting"`
	BusyOnAllDevices     types.Bool   `tfsdk:"busy_on_all_devices"`
	DefaultProfile       types.String `tfsdk:"default_profile"`
	Recording            types.String `tfsdk:"recording"`
	BillingNumber        types.String `tfsdk:"billing_number"`
	IncomingNumbers      types.Set    `tfsdk:"incoming_numbers"`
}

func (m telephonyModel) request() *portal.Telephony {
	return &portal.Telephony{
		Extension:            textPointer(m.Extension),
		PBXID:                textPointer(m.PBXID),
		SIPAccountIDs:        texts(m.SIPAccountIDs),
		SIPAssignment:        textPointer(m.SIPAssignment),
		AppSIPAccountID:      textPointer(m.AppSIPAccountID),
		MobileFallbackNumber: textPointer(m.MobileFallbackNumber),
		ForwardNumbers:       texts(m.ForwardNumbers),
		Available:            boolPointer(m.Available),
		ActiveDestination:    textPointer(m.ActiveDestination),
		CallerID:             textPointer(m.CallerID),
		CallerIDs:            texts(m.CallerIDs),
		SMSSenders:           texts(m.SMSSenders),
		HideCallerID:         boolPointer(m.HideCallerID),
		RingSeconds:          int64Pointer(m.RingSeconds),
		CallWaiting:          boolPointer(m.CallWaiting),
		BusyOnAllDevices:     boolPointer(m.BusyOnAllDevices),
		DefaultProfile:       textPointer(m.DefaultProfile),
		Recording:            textPointer(m.Recording),
		BillingNumber:        textPointer(m.BillingNumber),
		IncomingNumbers:      texts(m.IncomingNumbers),
	}
}

// answered returns the model of the portal's answer, in the spelling of m where that says the same.
func (m telephonyModel) answered(t *portal.Telephony) *telephonyModel {
	if t == nil {
		return nil
	}
	number := phoneNumberShape()
	return &telephonyModel{
		Extension:            types.StringPointerValue(t.Extension),
		PBXID:                types.StringPointerValue(t.PBXID),
		SIPAccountIDs:        textSet(t.SIPAccountIDs),
		SIPAssignment:        types.StringPointerValue(t.SIPAssignment),
		AppSIPAccountID:      types.StringPointerValue(t.AppSIPAccountID),
		MobileFallbackNumber: number.spelled(m.MobileFallbackNumber, t.MobileFallbackNumber),
		ForwardNumbers:       number.spelledSet(m.ForwardNumbers, t.ForwardNumbers),
		Available:            types.BoolPointerValue(t.Available),
		ActiveDestination:    destinationShape().spelled(m.ActiveDestination, t.ActiveDestination),
		CallerID:             number.spelled(m.CallerID, t.CallerID),
		CallerIDs:            number.spelledSet(m.CallerIDs, t.CallerIDs),
		SMSSenders:           senderShape().spelledSet(m.SMSSenders, t.SMSSenders),
		HideCallerID:         types.BoolPointerValue(t.HideCallerID),
		RingSeconds:          types.Int64PointerValue(t.RingSeconds),
		CallWaiting:          types.BoolPointerValue(t.CallWaiting),
		BusyOnAllDevices:     types.BoolPointerValue(t.BusyOnAllDevices),
		DefaultProfile:       types.StringPointerValue(t.DefaultProfile),
		Recording:            types.StringPointerValue(t.Recording),
		BillingNumber:        number.spelled(m.BillingNumber, t.BillingNumber),
		IncomingNumbers:      number.spelledSet(m.IncomingNumbers, t.IncomingNumbers),
	}
}
