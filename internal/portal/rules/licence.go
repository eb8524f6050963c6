package rules

import (
	"maps"
	"slices"
	"strings"

	"github.com/switchboard-hq/terraform-provider-switchboard/internal/portal"
)

// Fields of a user that make a licence (SA-01).
const (
	licenceProduct = "licence.product"
	licenceEdition = "licence.edition"
)

// Licences lists the licences of the platform, each as its product and, where it has one, its edition: "callcentrum
// start", "video". It is nil on a platform without licences.
func (s *Set) Licences() []string {
	user := s.Objects[portal.NounUser]
	if user == nil {
		return nil
	}
	for _, transition := range user.Changes {
		if slices.Equal(transition.Fields, []string{licenceProduct, licenceEdition}) {
			return slices.Sorted(maps.Keys(transition.Arrows))
		}
	}
	return nil
}

// editionOrdered reports whether an organisation can have a licence, as far as editions go. A file that names no
// edition of a product means all of them.
func editionOrdered(organization portal.Organization, licence string) bool {
	product, _, _ := strings.Cut(licence, " ")
	named := slices.ContainsFunc(organization.Editions, func(edition string) bool { return strings.HasPrefix(edition, product+" ") })
	return !named || slices.Contains(organization.Editions, licence)
}

// offered lists the licences that an organisation can choose from, by the services and the editions that it has
// ordered.
func (s *Set) offered(organization portal.Organization) []string {
	return slices.DeleteFunc(s.Licences(), func(licence string) bool {
		product, _, _ := strings.Cut(licence, " ")
		return !editionOrdered(organization, licence) || !s.serviceOrdered(organization, product)
	})
}

// serviceOrdered reports whether an organisation has ordered the services that a product needs (SA-02).
func (s *Set) serviceOrdered(organization portal.Organization, product string) bool {
	user := &portal.User{Licence: &portal.Licence{Product: &product}}
	e := s.evaluation(Inventory{Organization: organization}, Change{Noun: portal.NounUser, After: user})
	return !slices.ContainsFunc(e.object.Checks, func(c Check) bool { return c.Field == licenceProduct && e.breaks(c) })
}

// offered reports whether the values of fields make a licence whose edition was ordered.
func (e *evaluation) offered(fields []string) truth {
	organization := e.inventory.Organization
	if organization.ID == "" || slices.ContainsFunc(fields, e.unknown) {
		return unknowable
	}
	var values []string
	for _, field := range fields {
		values = append(values, e.after.strings(field)...)
	}
	return truthOf(editionOrdered(organization, strings.Join(values, " ")))
}
