package rules

import (
	_ "embed"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
)

// countries are the codes that ISO 3166-1 officially assigns. A library of language tags accepts reserved ones too,
// such as UK and SU.
const countries = "AD AE AF AG AI AL AM AO AQ AR AS AT AU AW AX AZ BA BB BD BE BF BG BH BI BJ BL BM BN BO BQ BR BS BT BV BW BY BZ " +
	"CA CC CD CF CG CH CI CK CL CM CN CO CR CU CV CW CX CY CZ DE DJ DK DM DO DZ EC EE EG EH ER ES ET FI FJ FK FM FO FR " +
	"GA GB GD GE GF GG GH GI GL GM GN GP GQ GR GS GT GU GW GY HK HM HN HR HT HU ID IE IL IM IN IO IQ IR IS IT JE JM JO JP " +
	"KE KG KH KI KM KN KP KR KW KY KZ LA LB LC LI LK LR LS LT LU LV LY MA MC MD ME MF MG MH MK ML MM MN MO MP MQ MR MS MT MU MV MW MX MY MZ " +
	"NA NC NE NF NG NI NL NO NP NR NU NZ OM PA PE PF PG PH PK PL PM PN PR PS PT PW PY QA RE RO RS RU RW " +
	"SA SB SC SD SE SG SH SI SJ SK SL SM SN SO SR SS ST SV SX SY SZ TC TD TF TG TH TJ TK TL TM TN TO TR TT TV TW TZ " +
	"UA UG UM US UY UZ VA VC VE VG VI VN VU WF WS YE YT ZA ZM ZW"

// replacedCountries are codes that people write, and those that ISO 3166-1 assigns in their place.
var replacedCountries = map[string]string{
	"UK": "GB", "EL": "GR", "SU": "RU", "AN": "CW, SX or BQ", "AC": "SH", "TA": "SH", "YU": "RS or ME", "CS": "CZ, SK, RS or ME", "DD": "DE", "FX": "FR",
	"BU": "MM", "TP": "TL", "ZR": "CD", "IC": "ES", "EA": "ES", "NT": "IQ or SA", "CP": "FR", "DG": "IO", "SF": "FI",
}

// parseCountry says why a text is not a country's code.
func parseCountry(text string) error {
	known := func(code string) bool { return slices.Contains(strings.Fields(countries), code) }
	code := strings.ToUpper(text)
	switch instead := replacedCountries[code]; {
	case known(text):
		return nil
	case instead != "":
		return fmt.Errorf("ISO 3166-1 does not assign this code; write %s", instead)
	case known(code):
		return fmt.Errorf("write the country in capital letters: %s", code)
	default:
		return errors.New("write the country as its two capital letters of ISO 3166-1, such as SE")
	}
}

// timeZoneNames are the zones and links of the IANA database, one a line: as the package time/tzdata has them, without
// Factory, which is nowhere. The package time would look on the machine first, where there may be other ones, such as
// posixrules.
//
//go:embed time_zones.txt
var timeZoneNames string

// timeZones has them by their names in small letters.
var timeZones = sync.OnceValue(func() map[string]string {
	zones := map[string]string{}
	for name := range strings.Lines(timeZoneNames) {
		name = strings.TrimSpace(name)
		zones[strings.ToLower(name)] = name
	}
	return zones
})

// parseTimeZone says why a text is not the name of a time zone.
func parseTimeZone(text string) error {
	switch name, known := timeZones()[strings.ToLower(text)]; {
	case name == text:
		return nil
	case known:
		return fmt.Errorf("write the time zone as the IANA database does: %s", name)
	default:
		return errors.New("write the time zone as the IANA database names it, such as Europe/Stockholm")
	}
}
