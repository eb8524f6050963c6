package portaltest

import (
	"fmt"
	"strings"

	"github.com/switchboard-hq/terraform-provider-switchboard/internal/portal"
)

// OrganizationID is the id of the default organisation.
const OrganizationID = "delfin"

// MainNumber is the number of the default organisation that is its main number.
const MainNumber = "+48225550112"

// Organization is the file of the default organisation on a platform, which has all that a platform can have: a dozen
// owned Polish numbers from +48225550101 to MainNumber, the sender names DELFIN and DELFIN24, the PBXs warszawa and
// krakow, the helpdesks wsparcie and serwis, a social account on x and one on facebook, every service ordered and every
// module.
func Organization(platform portal.Platform) string {
	file := organization(platform, "[pbx, helpdesk, video]", "["+strings.Join(modules(platform), ", ")+"]")
	if platform == portal.Vaxel {
		file += "profiles: [lunch]\n"
	}
	return file
}

// BareOrganization is the file of the same organisation before it ordered any service and any module.
func BareOrganization(platform portal.Platform) string { return organization(platform, "[]", "[]") }

func organization(platform portal.Platform, ordered, modules string) string {
	return fmt.Sprintf(`id: %s
name: Delfin Sp. z o.o.
platform: %s
sip_domain: delfin.sip.example.com
ordered: %s
phone_numbers:
  - "+48225550101"
  - "+48225550102"
  - "+48225550103"
  - "+48225550104"
  - "+48225550105"
  - "+48225550106"
  - "+48225550107"
  - "+48225550108"
  - "+48225550109"
  - "+48225550110"
  - "+48225550111"
  - "%s"
main_number: "%[4]s"
sender_names: [DELFIN, DELFIN24]
pbxs:
  - {id: warszawa, name: Warszawa}
  - {id: krakow, name: Kraków}
helpdesks:
  - {id: wsparcie, name: Wsparcie}
  - {id: serwis, name: Serwis}
social_accounts:
  - {id: x_delfin, platform: x, name: "@delfin"}
  - {id: facebook_delfin, platform: facebook, name: Delfin}
modules: %[5]s
`, OrganizationID, platform, ordered, MainNumber, modules)
}

// modules are those that change what a platform allows: single sign-on (VX-13), the partner mobile extension (VX-20),
// the coupling with AFAS (EN-13) and those that landing pages belong to (EN-10).
func modules(platform portal.Platform) []string {
	switch platform {
	case portal.Engage:
		return []string{"webcare", "publishing", "chat", "reports", "afas"}
	case portal.Vaxel:
		return []string{"sso", "partner_mobile"}
	default:
		return []string{"contacts", "calls"}
	}
}
