package portaltest

import (
	"fmt"

	"github.com/switchboard-hq/terraform-provider-switchboard/internal/portal"
)

// OrganizationID is the id of the default organisation.
const OrganizationID = "delfin"

// Organization is the file of the default organisation on a platform: a dozen owned Polish numbers from +48225550101 to +48225550112,
// the sender names DELFIN and DELFIN24, one PBX and a SIP domain.
func Organization(platform portal.Platform) string {
	return fmt.Sprintf(`id: %s
name: Delfin Sp. z o.o.
platform: %s
sip_domain: delfin.sip.example.com
ordered: [pbx, helpdesk]
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
  - "+48225550112"
sender_names: [DELFIN, DELFIN24]
pbxs:
  - {id: warszawa, name: Warszawa}
modules: [contacts, calls]
`, OrganizationID, platform)
}
