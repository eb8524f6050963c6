package portaltest

import (
	"strings"

	"github.com/switchboard-hq/terraform-provider-switchboard/internal/portal"
)

func (b *badInputs) samoobsluha() {
	b.licences()
	b.licencesNotOrdered()
	b.licenceChanges()
	b.people("SA-03", "SA-03")
	b.emptyPassword("SA-03")
	b.weakPassword("SA-03 a password that is guessed", "Password1!")
	b.oneGroup("SA-04")
	b.permissionGroups("SA-04", "samoobsluha")
	b.user("SA-05 a licence that needs a PBX without one", mistake{"telephony.pbx_id", portal.CodeRequired, "omnichannel"}, func(u *portal.User) { u.Telephony = nil })
	b.user("SA-05 a PBX that is not there", mistake{"telephony.pbx_id", portal.CodeMissing, "warszawa"}, func(u *portal.User) { u.Telephony.PBXID = new("gdansk") })
	b.user("SA-05 a licence that needs a helpdesk without one", mistake{"licence.helpdesk_id", portal.CodeRequired, "omnichannel"}, func(u *portal.User) { u.Licence.HelpdeskID = nil })
	b.user("SA-05 a helpdesk that is not there", mistake{"licence.helpdesk_id", portal.CodeMissing, "wsparcie"}, func(u *portal.User) { u.Licence.HelpdeskID = new("nikdo") })
	b.user("SA-06 a PBX without an extension", mistake{"telephony.extension", portal.CodeRequired, "warszawa"}, func(u *portal.User) { u.Telephony.Extension = nil })
	b.user("SA-07 a note that is too long", mistake{"description", portal.CodeMalformed, "at most 2000"}, func(u *portal.User) { u.Description = new(strings.Repeat("x", 2001)) })
	b.user("SA-09 not billed, without the scope for it", mistake{"licence.billed", portal.CodeNotAllowed, "system"}, func(u *portal.User) {
		u.Licence.Billed = new(false)
	}).Scopes = []portal.Scope{portal.ScopeRead, portal.ScopeWrite, portal.ScopeAdmin}
	b.extensionsOfUser()
	b.sipAccounts("SA-06", "samoobsluha")
	b.user("ALL-01 a caller ID, which samoobsluha does not have", mistake{"telephony.caller_id", portal.CodeNotOnPlatform, "samoobsluha"}, func(u *portal.User) {
		u.Telephony.CallerID = new("+48225550101")
	})
}

// licensed gives a user a licence and what the licence needs: callcentrum and omnichannel a PBX, helpdesk and
// omnichannel a helpdesk service.
func licensed(u *portal.User, product, edition string) {
	u.Licence = &portal.Licence{Product: &product}
	if edition != "" {
		u.Licence.Edition = &edition
	}
	if product == "helpdesk" || product == "omnichannel" {
		u.Licence.HelpdeskID = new("wsparcie")
	}
	if product == "helpdesk" || product == "video" {
		u.Telephony = nil
	}
}

func (b *badInputs) licences() {
	b.user("SA-01 a product that there is not", mistake{"licence.product", portal.CodeMalformed, "callcentrum"}, func(u *portal.User) { u.Licence.Product = new("fax") })
	b.user("SA-01 an edition that there is not", mistake{"licence.edition", portal.CodeMalformed, "enterprise"}, func(u *portal.User) { u.Licence.Edition = new("maxi") })
	b.user("SA-01 no product", mistake{"licence.product", portal.CodeRequired, "samoobsluha"}, func(u *portal.User) { u.Licence = nil })
	b.user("SA-01 a product without its edition", mistake{"licence.edition", portal.CodeRequired, "mini"}, func(u *portal.User) { u.Licence.Edition = nil })
	b.user("SA-01 video with an edition", mistake{"licence.edition", portal.CodeNotAllowed, "video"}, func(u *portal.User) { licensed(u, "video", "profi") })
}

func (b *badInputs) licencesNotOrdered() {
	bare := func(id, product, edition, service string) {
		b.user(id+" "+product+", for which nothing was ordered", mistake{"licence.product", portal.CodeNotAllowed, "needs the service " + service}, func(u *portal.User) {
			licensed(u, product, edition)
		}).Bare = true
	}
	bare("SA-02", "callcentrum", "mini", "pbx")
	bare("SA-02", "helpdesk", "profi", "helpdesk")
	bare("SA-02", "omnichannel", "enterprise", "pbx")
	bare("SA-01", "video", "", "video")
}

func (b *badInputs) licenceChanges() {
	arrow := func(from, to, field, message string) {
		product, edition, _ := strings.Cut(from, " ")
		newProduct, newEdition, _ := strings.Cut(to, " ")
		b.change("SA-11 from "+from+" to "+to, mistake{"licence." + field, portal.CodeUnchangeable, message},
			func(u *portal.User) { licensed(u, product, edition) },
			func(u *portal.User) { licensed(u, newProduct, newEdition) })
	}
	const higher = "omnichannel start, omnichannel profi or omnichannel enterprise"
	arrow("callcentrum profi", "callcentrum mini", "edition", higher)
	arrow("callcentrum start", "callcentrum enterprise", "edition", higher)
	arrow("callcentrum profi", "omnichannel mini", "product", higher)
	arrow("callcentrum mini", "helpdesk mini", "product", "callcentrum start")
	arrow("helpdesk enterprise", "helpdesk start", "edition", higher)
	arrow("omnichannel profi", "callcentrum profi", "product", "cannot change at all")
	arrow("video", "helpdesk mini", "product", "cannot change at all")
	b.change("SA-14 the PBX of a licence that stays", mistake{"telephony.pbx_id", portal.CodeUnchangeable, "krakow"}, func(u *portal.User) { licensed(u, "callcentrum", "profi") },
		func(u *portal.User) { u.Telephony.PBXID = new("krakow") })
	b.change("SA-14 the helpdesk of a licence that stays", mistake{"licence.helpdesk_id", portal.CodeUnchangeable, "serwis"}, func(u *portal.User) { licensed(u, "helpdesk", "profi") },
		func(u *portal.User) { u.Licence.HelpdeskID = new("serwis") })
}
