package provider

import (
	"context"
	"fmt"
	"sync"

	"github.com/hashicorp/terraform-plugin-framework/diag"

	"github.com/switchboard-hq/terraform-provider-switchboard/internal/portal"
	"github.com/switchboard-hq/terraform-provider-switchboard/internal/portal/rules"
)

// claims are what the resources of one configuration want for themselves alone, as far as they have been planned in this run. Terraform plans
// resources in no particular order, so of two that want the same the one that is planned second hears of it.
type claims struct {
	mu   sync.Mutex
	held map[thing]claimant
}

// thing is what is claimed: an address, a name, an extension, a SIP account.
type thing struct{ stock, key string }

type claimant struct {
	noun portal.Noun
	id   string // "" if it is yet to be created
}

func newClaims() *claims { return &claims{held: map[thing]claimant{}} }

// add notes what a planned object claims, and refuses what another resource of the configuration claims already.
func (c *claims) add(noun portal.Noun, id string, wanted []rules.Claim, diags *diag.Diagnostics) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, claim := range wanted {
		what, who := thing{claim.Stock, claim.Key}, claimant{noun, id}
		other, taken := c.held[what]
		if taken && (other != who || id == "") {
			diags.AddAttributeError(attributePath(claim.Field), "Claimed twice", fmt.Sprintf(
				"Another %s of this configuration has %q too, and only one can have it. Change one of the two; if both stand for the same %s, keep one.",
				other.noun.Title(), claim.Key, noun.Title()))
			continue
		}
		c.held[what] = who
	}
}

// owner is an object of the organisation that has something alone.
type owner struct {
	rules.Holder
	object any // pointer to the wire type
}

// owners returns who has those of the claimed things that are taken, by the field that claims them. Only lists in which the thing can stand are
// fetched: an extension may be a user's or a SIP account's (ALL-02), anything else is of the claiming object's own kind.
func (v *view) owners(ctx context.Context, set *rules.Set, wanted []rules.Claim) (map[string]owner, error) {
	found := map[string]owner{}
	for _, claim := range wanted {
		if !claim.Unique {
			continue
		}
		for _, kind := range []portal.Noun{portal.NounPermissionGroup, portal.NounSIPAccount, portal.NounUser} {
			if !set.Shares(kind, claim.Stock) {
				continue
			}
			taken, err := v.taken(ctx, set, kind)
			if err != nil {
				return nil, err
			}
			if who, ok := taken[thing{claim.Stock, claim.Key}]; ok {
				found[claim.Field] = who
			}
		}
	}
	return found, nil
}

// taken is who has what, of one kind of objects.
func (v *view) taken(ctx context.Context, set *rules.Set, noun portal.Noun) (map[thing]owner, error) {
	switch noun {
	case portal.NounPermissionGroup:
		return takenOf(ctx, set, noun, &v.groups, func(g portal.PermissionGroup) rules.Holder { return rules.Holder{ID: g.ID, Name: valueOf(g.Name)} })
	case portal.NounSIPAccount:
		return takenOf(ctx, set, noun, &v.accounts, func(a portal.SIPAccount) rules.Holder { return rules.Holder{ID: a.ID, Name: valueOf(a.Extension)} })
	default:
		return takenOf(ctx, set, noun, &v.users, func(u portal.User) rules.Holder { return rules.Holder{ID: u.ID, Name: valueOf(u.Email)} })
	}
}

func takenOf[T any](ctx context.Context, set *rules.Set, noun portal.Noun, list *index[T], holder func(T) rules.Holder) (map[thing]owner, error) {
	return list.owners.get(func() (map[thing]owner, error) {
		items, err := list.all(ctx)
		taken := map[thing]owner{}
		for _, item := range items {
			for _, claim := range set.Claims(noun, &item) {
				taken[thing{claim.Stock, claim.Key}] = owner{Holder: holder(item), object: &item}
			}
		}
		return taken, err
	})
}
