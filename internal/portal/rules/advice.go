package rules

import "github.com/switchboard-hq/terraform-provider-switchboard/internal/portal"

// Codes of warnings, which only a plan shows.
const (
	CodeFreeMail       portal.Code = "free_mail"             // an address that the organisation does not control (TC-01)
	CodeNotRecommended portal.Code = "not_recommended"       // allowed, but the platform recommends something else (VX-04)
	CodeAffectsMembers portal.Code = "affects_members"       // a change that touches other people (MW-06)
	CodeAllocated      portal.Code = "allocated"             // a number that the write gives to the user (VX-07)
	CodeShownOnly      portal.Code = "shown_only"            // a number that rings elsewhere or nowhere (VX-07)
	CodeNoLongerRings  portal.Code = "no_longer_rings"       // a number that the write takes from the user (VX-07)
	CodeDiscardsWork   portal.Code = "discards_planned_work" // a deletion that takes planned work with it (EN-16)
)
