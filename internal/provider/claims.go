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

// owners returns who has those of the claimed things that are taken, by the field that claims them. Only kinds of objects that can have the thing are
// searched: an extension may be a user's or a SIP account's (ALL-02), anything else is of the claiming object's own kind.
func (v *view) owners(ctx context.Context, set *rules.Set, wanted []rules.Claim) (map[string]owner, error) {
	found := map[string]owner{}
	for _, claim := range wanted {
		if !claim.Unique {
			continue
		}
		for _, kind := range []portal.Noun{portal.NounPermissionGroup, portal.NounSIPAccount, portal.NounUserGroup, portal.NounUser} {
			if !set.Shares(kind, claim.Stock) {
				continue
			}
			who, taken, err := v.owner(ctx, set, kind, thing{claim.Stock, claim.Key})
			if err != nil {
				return nil, err
			}
			if taken {
				found[claim.Field] = who
			}
		}
	}
	return found, nil
}

// owner is who has something, of one kind of objects.
func (v *view) owner(ctx context.Context, set *rules.Set, noun portal.Noun, what thing) (owner, bool, error) {
	switch noun {
	case portal.NounPermissionGroup:
		return v.groups.owner(ctx, set, what)
	case portal.NounSIPAccount:
		return v.accounts.owner(ctx, set, what)
	case portal.NounUserGroup:
		return v.userGroups.owner(ctx, set, what)
	default:
		return v.users.owner(ctx, set, what)
	}
}
