package portaltest

import (
	"context"
	"errors"
	"slices"

	"github.com/switchboard-hq/terraform-provider-switchboard/internal/portal"
)

// PwnedPassword follows every rule of every platform, and is the one password that is known from a breach here.
const PwnedPassword = portal.Secret("Zn4ne-z-wycieku!77")

// pwned is where the portal looks passwords up.
func (p *Portal) pwned(_ context.Context, prefix string) ([]string, error) {
	p.protected.Lock()
	defer p.protected.Unlock()
	p.looked = append(p.looked, prefix)
	if p.away {
		return nil, errors.New("away")
	}
	if known, rest := portal.PwnedParts(PwnedPassword); known == prefix {
		return []string{rest}, nil
	}
	return nil, nil
}

// PwnedAway says whether the service that knows the passwords of breaches is away.
func (p *Portal) PwnedAway(away bool) {
	p.protected.Lock()
	defer p.protected.Unlock()
	p.away = away
}

// PwnedLookUps lists what has been asked of that service: all that it has ever heard.
func (p *Portal) PwnedLookUps() []string {
	p.protected.Lock()
	defer p.protected.Unlock()
	return slices.Clone(p.looked)
}
