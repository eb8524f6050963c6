package rules

import (
	"maps"
	"slices"

	"github.com/switchboard-hq/terraform-provider-switchboard/internal/portal"
)

// Claim is something that only one object of an organisation can have.
type Claim struct {
	Field  string // of the object that claims it
	Stock  string // what kind of thing it is: the path of the unique field with its noun, or the source that an exclusive field draws from
	Key    string // the thing itself, as values of the field are compared
	Unique bool   // the value is unique; otherwise it refers to something that belongs to one object alone
}

// handedOver are the things that change hands, by the stock that they are claimed from. E-mail addresses and usernames
// do not: one that goes and comes in one plan looks like a renamed block.
var handedOver = map[string]portal.HandOverKind{
	string(FormatExtension):                      portal.HandOverExtension,
	string(SourceOwnedNumbers):                   portal.HandOverNumber,
	string(SourceSIPAccounts):                    portal.HandOverSIPAccount,
	string(portal.NounPermissionGroup) + ".name": portal.HandOverPermissionGroupName,
	string(portal.NounUserGroup) + ".name":       portal.HandOverUserGroupName,
}

// HandOver says how the claimed thing changes hands (ALL-08). It reports false for a thing that does not.
func (c Claim) HandOver() (kind portal.HandOverKind, ok bool) {
	kind, ok = handedOver[c.Stock]
	return kind, ok
}

// Claims returns what an object claims for itself alone, in the order of the fields' names. Extensions of users and of
// SIP accounts are of one stock (ALL-02).
func (s *Set) Claims(noun portal.Noun, object any) []Claim {
	o := s.Objects[noun]
	if o == nil {
		return nil
	}
	doc := flatten(object)
	var claims []Claim
	for _, path := range slices.Sorted(maps.Keys(o.Fields)) {
		field := o.Fields[path]
		stock, alone := field.claimed(noun, path)
		for _, value := range doc.strings(path) {
			if alone {
				claims = append(claims, Claim{Field: path, Stock: stock, Key: UniqueKey(field, value), Unique: field.Unique})
			}
		}
	}
	return claims
}

// Shares reports whether objects of this kind draw unique values from the stock.
func (s *Set) Shares(noun portal.Noun, stock string) bool {
	o := s.Objects[noun]
	if o == nil {
		return false
	}
	for path, field := range o.Fields {
		if of, _ := field.claimed(noun, path); field.Unique && of == stock {
			return true
		}
	}
	return false
}

// claimed is the stock from which a field takes what no other object can have, if it is of that sort.
func (f *Field) claimed(noun portal.Noun, path string) (stock string, alone bool) {
	switch {
	case f.Unique && f.Format == FormatExtension:
		return string(FormatExtension), true
	case f.Unique:
		return string(noun) + "." + path, true
	case f.Exclusive:
		return string(f.Source), true
	default:
		return "", false
	}
}
