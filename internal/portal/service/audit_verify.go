package service

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/switchboard-hq/terraform-provider-switchboard/internal/portal"
	"github.com/switchboard-hq/terraform-provider-switchboard/internal/portal/keys"
	"github.com/switchboard-hq/terraform-provider-switchboard/internal/portal/store"
)

// AuditReport is what a verification of an audit trail has found.
type AuditReport struct {
	Entries int64
	Erased  int64     // entries of which a name was erased
	Since   time.Time // of the first entry that is there
	Old     int64     // entries at the beginning that are older than the chain: what happened to them before Began shows nowhere
	Began   time.Time // of the chain, where there are such
	Head    string    // to be given to a later verification; empty for a trail without entries
	Wrong   []string  // what is wrong; empty if the trail is as it was written
}

// maxWrong is how many mistakes are told one by one.
const maxWrong = 20

// VerifyAudit checks the audit trail of an organisation. With the head of an earlier verification, which is empty
// otherwise, it also finds what was cut off at the end since then. Entries up to that head that were made without a key
// are taken as they are.
func (s *Service) VerifyAudit(ctx context.Context, organizationID, head string) (AuditReport, error) {
	v := auditVerifier{service: s, organizationID: organizationID, needed: map[string]string{}, erased: map[string]bool{}}
	if head != "" {
		position, link, found := strings.Cut(head, ":")
		n, err := strconv.ParseInt(position, 10, 64)
		if !found || err != nil || n < 1 {
			return v.report, fieldRefused("head", portal.CodeMalformed, "it is not what an earlier verification printed, such as 12:3f9a…")
		}
		v.known = store.AuditLink{Position: n, Link: link}
	}
	err := s.store.Read(ctx, func(tx *store.Tx) error {
		if _, err := readScene(ctx, tx, Caller{OrganizationID: organizationID}); err != nil {
			return err
		}
		return v.walk(ctx, tx)
	})
	if len(v.report.Wrong) > maxWrong {
		more := len(v.report.Wrong) - maxWrong
		v.report.Wrong = append(v.report.Wrong[:maxWrong], fmt.Sprintf("and %d more", more))
	}
	return v.report, err
}

// auditVerifier goes through a trail.
type auditVerifier struct {
	service        *Service
	organizationID string
	known          store.AuditLink // head of an earlier verification
	report         AuditReport
	last           store.AuditLink
	first          int64             // position of the first entry
	pruned         int64             // position up to which entries were removed, by what the trail says
	needed         map[string]string // object or actor whose name is erased → an entry
	erased         map[string]bool   // by what the trail says
}

func (v *auditVerifier) wrong(format string, args ...any) {
	v.report.Wrong = append(v.report.Wrong, fmt.Sprintf(format, args...))
}

func (v *auditVerifier) walk(ctx context.Context, tx *store.Tx) error {
	const batch = 1000
	for {
		entries, err := tx.AuditChain(ctx, v.organizationID, v.last.Position, batch)
		if err != nil {
			return err
		}
		for _, e := range entries {
			if err := v.entry(e); err != nil {
				return err
			}
		}
		if len(entries) < batch {
			break
		}
	}
	stray, err := tx.UnchainedAuditEntries(ctx, v.organizationID, maxWrong)
	for _, e := range stray {
		v.wrong("entry %s is not in the chain: the portal did not write it, or a portal of an older version did", e.ID)
	}
	v.ends()
	return err
}

func (v *auditVerifier) entry(e store.AuditEntry) error {
	name := fmt.Sprintf("entry %d (%s)", e.Position, e.ID)
	switch {
	case v.report.Entries == 0:
		v.report.Since, v.first = e.At, e.Position
	case e.Position != v.last.Position+1:
		v.wrong("entries %d to %d were removed", v.last.Position+1, e.Position-1)
	case e.Previous != v.last.Link:
		v.wrong("%s does not follow the entry before it", name)
	}
	link, err := v.service.linkOf(v.organizationID, e)
	switch {
	case errors.Is(err, keys.ErrNoKey), errors.Is(err, errNoKey):
		v.wrong("%s was sealed with the key %s, which the key file does not have", name, e.KeyID)
	case err != nil:
		return err
	case link != e.Link:
		v.wrong("%s was changed", name)
	case e.KeyID == "" && e.Position > v.known.Position:
		v.wrong("%s has no seal: it was written by an embedded portal without its key file, or by somebody else; if you know it, "+
			"give --head %d:%s", name, e.Position, e.Link)
	}
	v.names(e, name)
	if e.Position == v.known.Position && e.Link != v.known.Link {
		v.wrong("%s is another one than at the earlier verification", name)
	}
	if e.ObjectID == store.AuditTrailID && e.Noun == auditTrail {
		switch e.Action {
		case portal.ActionPrune:
			v.pruned = max(v.pruned, e.Version)
		case portal.ActionBeginChain:
			v.report.Old, v.report.Began = e.Version, e.At
		}
	}
	if e.Action == portal.ActionErase {
		v.erased[e.ObjectID] = true
	}
	v.last = e.AuditLink
	v.report.Entries++
	return nil
}

// names checks the names in an entry, which are either what was written or erased.
func (v *auditVerifier) names(e store.AuditEntry, name string) {
	erased := false
	for _, part := range []struct {
		salt, hash, again, name, id string
	}{
		{e.ActorSalt, e.ActorHash, saltedHash(e.ActorSalt, e.Actor.Name, e.Address), e.Actor.Name + e.Address, e.Actor.ID},
		{e.ObjectSalt, e.ObjectHash, saltedHash(e.ObjectSalt, e.ObjectName), e.ObjectName, e.ObjectID},
	} {
		switch {
		case part.salt == "" && part.name == store.Pseudonym(part.id):
			v.needed[part.id], erased = name, true
		case part.salt == "" || part.hash != part.again:
			v.wrong("the name or the address in %s was changed", name)
		}
	}
	if erased {
		v.report.Erased++
	}
}

// ends checks what shows only at the end.
func (v *auditVerifier) ends() {
	if v.report.Entries > 0 {
		v.report.Head = fmt.Sprintf("%d:%s", v.last.Position, v.last.Link)
	}
	if v.first > 0 && v.first-1 != v.pruned {
		v.wrong("the trail begins with entry %d, and by its own words entries were removed up to %d", v.first, v.pruned)
	}
	if v.known.Position > v.last.Position {
		v.wrong("the trail ends with entry %d, and at the earlier verification it had %d: the others were cut off", v.last.Position, v.known.Position)
	}
	for id, entry := range v.needed {
		if !v.erased[id] {
			v.wrong("the name of %s is erased in %s, and no entry says that it was to be", id, entry)
		}
	}
}
