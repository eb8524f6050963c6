package provider

import (
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/switchboard-hq/terraform-provider-switchboard/internal/portal"
)

// licenceModel is the licence attribute of a user.
type licenceModel struct {
	Product                 types.String `tfsdk:"product"`
	Edition                 types.String `tfsdk:"edition"`
	HelpdeskID              types.String `tfsdk:"helpdesk_id"`
	CallControlAPI          types.Bool   `tfsdk:"call_control_api"`
	StatutoryRepresentative types.Bool   `tfsdk:"statutory_representative"`
	Billed                  types.Bool   `tfsdk:"billed"`
}

func (m licenceModel) request() *portal.Licence {
	return &portal.Licence{
		Product:                 textPointer(m.Product),
		Edition:                 textPointer(m.Edition),
		HelpdeskID:              textPointer(m.HelpdeskID),
		CallControlAPI:          boolPointer(m.CallControlAPI),
		StatutoryRepresentative: boolPointer(m.StatutoryRepresentative),
		Billed:                  boolPointer(m.Billed),
	}
}

func newLicenceModel(l *portal.Licence) *licenceModel {
	if l == nil {
		return nil
	}
	return &licenceModel{
		Product:                 types.StringPointerValue(l.Product),
		Edition:                 types.StringPointerValue(l.Edition),
		HelpdeskID:              types.StringPointerValue(l.HelpdeskID),
		CallControlAPI:          types.BoolPointerValue(l.CallControlAPI),
		StatutoryRepresentative: types.BoolPointerValue(l.StatutoryRepresentative),
		Billed:                  types.BoolPointerValue(l.Billed),
	}
}
