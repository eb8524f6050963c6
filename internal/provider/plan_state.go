package provider

import (
	"cmp"
	"crypto/rand"
	"fmt"
	"slices"
	"strings"
	"sync"

	"github.com/hashicorp/terraform-plugin-framework/diag"

	"github.com/switchboard-hq/terraform-provider-switchboard/internal/portal"
	"github.com/switchboard-hq/terraform-provider-switchboard/internal/portal/rules"
)

// planState is what one run knows of who holds, wants and lets go of what. Terraform plans objects in no particular
// order and never says that a walk over them has ended, so everything is kept by object, is replaced when the object is
// planned again, and counts no longer once something was applied. Of two plans that contradict each other, the second
// one hears of it.
type planState struct {
	nonce       string // tells the marks of this process from others
	memberships memberships
	losses      losses

	mu      sync.Mutex
	stored  map[object]storedObject           // what Terraform has shown of its state
	shown   map[object]int                    // how often: twice at least, if two addresses hold one object
	plans   map[object]*objectPlan            // of objects that exist
	places  map[object]*objectPlan            // the creation that takes the place of an object
	wanted  map[thing]*objectPlan             // who wants what for itself alone
	users   map[object]map[*objectPlan]string // who refers to an object, and in which field
	endings map[object]*objectPlan            // by whose plan an object goes
	takenUp map[object]bool                   // what this process has adopted
	applied int                               // how many objects this process has begun to apply
	pending validations

	walk    int               // counts the walks over the state that this process has seen begin
	readIn  map[object]moment // when each object was read last
	renewed func()            // is called when a walk begins after another one, before anything is read in it

	mostDeletions *int64          // nil: no limit
	going         map[string]bool // users who lose their access by this run
	gone          map[string]bool // those of them who have lost it
	reported      string          // the user whose deletion has failed the plan; a plan that asks about this one again fails again
}

// object is an object of the portal, by its id.
type object struct {
	noun portal.Noun
	id   string
}

// thing is what one object can have alone: an address, a name, an extension, a SIP account.
type thing struct{ stock, key string }

// storedObject is an object of the state, with what guards its deletion.
type storedObject struct {
	ID                 string `json:"id"`
	Email              string `json:"email"`
	Username           string `json:"username"`
	Name               string `json:"name"`
	Extension          string `json:"extension"`
	DeletionProtection bool   `json:"deletion_protection"`
	OnDestroy          string `json:"on_destroy"`
	DiscardPlannedWork bool   `json:"discard_planned_work"`
	BuiltIn            bool   `json:"built_in"`
}

// stays reports whether the object leaves the state without leaving the portal.
func (o storedObject) stays() bool {
	return o.OnDestroy == onDestroyKeep || o.OnDestroy == onDestroyDisable
}

// title is what people call the object, with its id.
func (o storedObject) title() string {
	for _, name := range []string{o.Email, o.Username, o.Extension, o.Name} {
		if name != "" {
			return fmt.Sprintf("%q (%s)", name, o.ID)
		}
	}
	return o.ID
}

// objectPlan is what was planned last for one object, or for one that is to be created.
type objectPlan struct {
	noun    portal.Noun
	id      string // empty for a creation
	action  planAction
	wants   []thing
	uses    []use
	ends    []ending
	title   string
	place   object // whose place a creation takes; zero for none
	certain bool   // whether Terraform has said that the creation replaces the object there
	moment  moment
}

// planAction is what a plan does with an object.
type planAction int

const (
	keeps planAction = iota // as it is, or changed
	creates
	deletes
)

// moment tells plans of one walk from those of another. A second plan of the same object belongs to a later walk if
// something was applied between the two, or if the configuration was validated once more than it was planned (see
// validations).
type moment struct {
	walk      int
	applied   int
	described *validation
}

func newPlanState(mostDeletions *int64) *planState {
	return &planState{
		nonce:  rand.Text(),
		stored: map[object]storedObject{}, shown: map[object]int{}, plans: map[object]*objectPlan{}, places: map[object]*objectPlan{}, wanted: map[thing]*objectPlan{},
		users: map[object]map[*objectPlan]string{}, endings: map[object]*objectPlan{},
		takenUp: map[object]bool{}, readIn: map[object]moment{}, mostDeletions: mostDeletions, going: map[string]bool{}, gone: map[string]bool{},
	}
}

// current reports whether a moment may be in the walk that is under way.
func (s *planState) current(m moment) bool {
	return m.walk == s.walk && m.applied == s.applied && !m.described.pending()
}

// mark is what a planned object carries, so that the plan of its replacement is recognised.
func (s *planState) mark(id string) string { return s.nonce + " " + id }

// marked returns the id of the object that carries a mark of this process, empty for none.
func (s *planState) marked(mark string) string {
	nonce, id, _ := strings.Cut(mark, " ")
	if nonce != s.nonce {
		return ""
	}
	return id
}

// see notes an object of the state.
func (s *planState) see(noun portal.Noun, stored storedObject) {
	s.mu.Lock()
	defer s.mu.Unlock()
	o := object{noun, stored.ID}
	s.stored[o] = stored
	s.shown[o]++
}

// inState returns an object if Terraform has shown it as one of this state.
func (s *planState) inState(o object) (storedObject, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	stored, seen := s.stored[o]
	return stored, seen
}

// read notes that an object is read, which happens once in a walk. A process that lives for several walks begins anew
// with each: what it has read of the portal is not believed any longer, and the deletions of the apply before do not
// count for the next one.
func (s *planState) read(o object) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if last, before := s.readIn[o]; before {
		if plan := s.plans[o]; plan != nil {
			last.described = plan.moment.described
		}
		s.renewAfter(last)
	}
	s.readIn[o] = s.now(nil)
}

// now is the moment of a plan.
func (s *planState) now(described *validation) moment { return moment{s.walk, s.applied, described} }

// renewAfter begins a walk, if what was done before for the same object shows that the one under way is another and it
// has not begun yet.
func (s *planState) renewAfter(last moment) {
	if last.walk != s.walk || s.current(last) {
		return
	}
	s.walk++
	for id := range s.gone {
		delete(s.going, id)
	}
	s.gone, s.reported = map[string]bool{}, ""
	s.losses.forget()
	if s.renewed != nil {
		s.renewed()
	}
}

// apply notes that an object is about to be applied.
func (s *planState) apply() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.applied++
}

// adopted notes that a creation is about to take over an object.
func (s *planState) adopted(o object) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.takenUp[o] = true
}

// keepsAdopted refuses to delete what the same apply has taken over under another address.
func (s *planState) keepsAdopted(o object, diags *diag.Diagnostics) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.takenUp[o] {
		addMoved(diags, o.noun, s.title(o))
	}
}

// ended forgets an object that is no more.
func (s *planState) ended(o object) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.release(s.plans[o])
	delete(s.plans, o)
	delete(s.places, o)
	delete(s.stored, o)
	delete(s.readIn, o)
	if o.noun == portal.NounUser && s.going[o.id] {
		s.gone[o.id] = true
	}
}

// title is what people call an object, with its id.
func (s *planState) title(o object) string {
	if stored, seen := s.stored[o]; seen {
		return stored.title()
	}
	return o.id
}

// release lets go of what a plan wanted.
func (s *planState) release(plan *objectPlan) {
	if plan == nil {
		return
	}
	for _, what := range plan.wants {
		if s.wanted[what] == plan {
			delete(s.wanted, what)
		}
	}
	for _, u := range plan.uses {
		delete(s.users[u.object], plan)
	}
	for _, e := range plan.ends {
		if s.endings[e.object] == plan {
			delete(s.endings, e.object)
		}
	}
	if s.places[plan.place] == plan {
		delete(s.places, plan.place)
	}
}

// refer notes to which objects a plan refers and which go by it, and refuses what goes and is still referred to.
func (s *planState) refer(plan *objectPlan, uses []use, ends []ending, diags *diag.Diagnostics) {
	plan.uses, plan.ends = uses, ends
	for _, u := range uses {
		if s.users[u.object] == nil {
			s.users[u.object] = map[*objectPlan]string{}
		}
		s.users[u.object][plan] = u.field
		if by := s.endings[u.object]; by != nil && s.current(by.moment) {
			i := slices.IndexFunc(by.ends, func(e ending) bool { return e.object == u.object })
			addStillUsed(diags, by.ends[i].title, plan.title, u.field, true)
		}
	}
	for _, e := range ends {
		s.endings[e.object] = plan
		for user, field := range s.users[e.object] {
			if s.current(user.moment) {
				addStillUsed(diags, e.title, user.title, field, false)
			}
		}
	}
}

// footprint is what a planned object is to have: for itself alone, and together with others. Ends are what goes by its
// plan.
type footprint struct {
	title  string // what people call the object
	claims []rules.Claim
	uses   []use
	ends   []ending
}

// keep notes that an object stays, as it is or changed, and refuses what contradicts that.
func (s *planState) keep(o object, wanted footprint, described *validation, diags *diag.Diagnostics) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if last := s.plans[o]; last != nil {
		if s.current(last.moment) && s.shown[o] > 1 {
			addManagedTwice(diags, o.noun, s.title(o))
			return
		}
		s.renewAfter(last.moment)
		s.release(last)
	}
	plan := &objectPlan{noun: o.noun, id: o.id, action: keeps, moment: s.now(described), title: wanted.title}
	delete(s.going, o.id)
	if s.reported == o.id {
		s.reported = ""
	}
	s.plans[o] = plan
	if creation := s.places[o]; creation != nil && s.current(creation.moment) && !creation.certain {
		addPlaceTaken(diags, creation, o.noun, s.title(o), wants(wanted.claims, creation.wants))
		return
	}
	s.claim(plan, wanted.claims, diags)
	s.refer(plan, wanted.uses, wanted.ends, diags)
}

// wants reports whether one of the claims is one of the things.
func wants(claims []rules.Claim, things []thing) bool {
	for _, claim := range claims {
		for _, what := range things {
			if what == (thing{claim.Stock, claim.Key}) {
				return true
			}
		}
	}
	return false
}

// claim notes what a plan wants for itself alone, and refuses what another object of the configuration wants too.
func (s *planState) claim(plan *objectPlan, claims []rules.Claim, diags *diag.Diagnostics) {
	for _, claim := range claims {
		what := thing{claim.Stock, claim.Key}
		other := s.wanted[what]
		if other != nil && other.id == "" {
			s.renewAfter(other.moment)
		}
		makesRoom := other != nil && other.id != "" && object{other.noun, other.id} == plan.place
		if other != nil && !makesRoom && s.current(other.moment) {
			addClaimedTwice(diags, plan, other, s.title(object{other.noun, other.id}), claim)
			continue
		}
		s.wanted[what] = plan
		plan.wants = append(plan.wants, what)
	}
}

// delete notes that an object is to go, and refuses it where the same object stays under another address, or is created
// there.
func (s *planState) delete(o object, ends []ending, diags *diag.Diagnostics) {
	s.mu.Lock()
	defer s.mu.Unlock()
	last := s.plans[o]
	if last != nil && last.action == keeps && s.current(last.moment) && s.shown[o] > 1 {
		addManagedTwice(diags, o.noun, s.title(o))
		return
	}
	plan := &objectPlan{noun: o.noun, id: o.id, action: deletes, moment: s.now(nil)}
	if creation := s.places[o]; creation != nil && s.current(creation.moment) && !creation.certain {
		addMoved(diags, o.noun, s.title(o))
		return
	}
	s.release(last)
	s.plans[o] = plan
	s.refer(plan, nil, ends, diags)
}

// stays notes that an object leaves the state and stays in the portal with what it has, and refuses what contradicts
// that.
func (s *planState) stays(o object, kept footprint, diags *diag.Diagnostics) {
	s.mu.Lock()
	defer s.mu.Unlock()
	plan := s.plans[o]
	if plan == nil || plan.action != deletes {
		return // the plan was refused
	}
	plan.title = kept.title
	s.claim(plan, kept.claims, diags)
	s.refer(plan, kept.uses, plan.ends, diags)
}

// verdict is what the plan of a creation says of an object that has what identifies the new one.
type verdict int

const (
	foreign     verdict = iota // not in this state, as far as it was seen
	replaced                   // in this state: the creation takes its place
	conflicting                // in this state, and deleted or kept by the same plan
)

// judge says what becomes of an object of which a creation wants the address, name or extension that identifies it.
func (s *planState) judge(o object, claim rules.Claim, diags *diag.Diagnostics) verdict {
	s.mu.Lock()
	defer s.mu.Unlock()
	if _, seen := s.stored[o]; !seen {
		return foreign
	}
	plan := s.plans[o]
	switch {
	case plan == nil || !s.current(plan.moment):
		return replaced // a tainted object is planned as a creation only; whatever else is planned for it later is refused then
	case plan.action == deletes:
		addMoved(diags, o.noun, s.title(o))
	default:
		creation := &objectPlan{noun: o.noun, wants: []thing{{claim.Stock, claim.Key}}}
		addPlaceTaken(diags, creation, o.noun, s.title(o), s.wanted[thing{claim.Stock, claim.Key}] == plan)
	}
	return conflicting
}

// create notes a creation, which may take the place of an object that is there.
func (s *planState) create(noun portal.Noun, wanted footprint, place object, certain bool, described *validation, diags *diag.Diagnostics) {
	s.mu.Lock()
	defer s.mu.Unlock()
	plan := &objectPlan{noun: noun, action: creates, place: place, certain: certain, moment: s.now(described), title: wanted.title}
	if place.id != "" {
		if last := s.plans[place]; last != nil && last.action == keeps {
			s.release(last)
		}
		s.places[place] = plan
	}
	s.claim(plan, wanted.claims, diags)
	s.refer(plan, wanted.uses, nil, diags)
}

// claimToo notes what an object wants besides, that was planned just before. A creation is known by something that it
// wants already.
func (s *planState) claimToo(o object, known thing, claims []rules.Claim, diags *diag.Diagnostics) {
	s.mu.Lock()
	defer s.mu.Unlock()
	plan := s.plans[o]
	if o.id == "" {
		plan = s.wanted[known]
	}
	if plan != nil {
		s.claim(plan, claims, diags)
	}
}

// keepsNow reports whether the plan that is under way keeps an object.
func (s *planState) keepsNow(o object) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	plan := s.plans[o]
	return plan != nil && plan.action == keeps && s.current(plan.moment)
}

// countDeletion counts a user who loses access, once, and reports whether max_user_deletions allows it.
func (s *planState) countDeletion(id string) bool {
	if s.mostDeletions == nil {
		return true
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.going[id] = true
	return int64(len(s.going)) <= *s.mostDeletions
}

// tooManyReported reports whether the error about another user has failed the plan already, so that it has one error
// for all who are too many. An apply refuses each of them.
func (s *planState) tooManyReported(id string) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.reported = cmp.Or(s.reported, id)
	return s.reported != id
}
