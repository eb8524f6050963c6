package provider

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"sync"

	"github.com/hashicorp/terraform-plugin-framework/diag"

	"github.com/switchboard-hq/terraform-provider-switchboard/internal/portal"
	"github.com/switchboard-hq/terraform-provider-switchboard/internal/portal/rules"
)

// numberMoves are what the users of one run do with numbers that ring at somebody, as far as they have been planned.
// Terraform writes in no order, so a user that shows a number without saying at whom it rings must not meet one that
// gives it up: the order would decide.
type numberMoves struct {
	mu    sync.Mutex
	of    map[string]numberPlan
	shows map[string]map[string]bool // number → users
	frees map[string]map[string]bool
}

// numberPlan is what one user does.
type numberPlan struct {
	shows string   // the number that it comes to show, of somebody else; empty for none
	frees []string // those that no longer ring at it
}

// note records what a planned user does, in place of what was planned for it before, and returns the other users that
// it does not go together with.
func (m *numberMoves) note(user string, plan numberPlan) (giving, showing map[string][]string) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.of == nil {
		m.of, m.shows, m.frees = map[string]numberPlan{}, map[string]map[string]bool{}, map[string]map[string]bool{}
	}
	before := m.of[user]
	delete(m.shows[before.shows], user)
	for _, number := range before.frees {
		delete(m.frees[number], user)
	}
	m.of[user] = plan
	giving, showing = map[string][]string{}, map[string][]string{}
	if plan.shows != "" {
		mark(m.shows, plan.shows, user)
		for other := range m.frees[plan.shows] {
			giving[plan.shows] = append(giving[plan.shows], other)
		}
	}
	for _, number := range plan.frees {
		mark(m.frees, number, user)
		for other := range m.shows[number] {
			showing[number] = append(showing[number], other)
		}
	}
	return giving, showing
}

// forget has the plans of the walk before count no longer.
func (m *numberMoves) forget() {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.of = nil
}

func mark(users map[string]map[string]bool, number, user string) {
	if users[number] == nil {
		users[number] = map[string]bool{}
	}
	users[number][user] = true
}

// planNumbers has the numbers that a user shows and is called under agree with those of the other users of the run.
// given says that the configuration has incoming_numbers, and partial that some of them are not known yet.
func (v *view) planNumbers(ctx context.Context, before, after *portal.User, given, partial bool, diags *diag.Diagnostics) {
	if after.Telephony == nil {
		return
	}
	var plan numberPlan
	if !partial { // otherwise a number that seems to go may be one of those that are not known yet
		plan.frees = lost(before, after)
	}
	if number := callerID(after); !given && number != "" && number != callerID(before) {
		organization, _, err := v.rules(ctx)
		var inventory rules.Inventory
		if err == nil {
			inventory.Organization = organization
			err = v.noteNumbers(ctx, *after, &inventory)
		}
		if err != nil {
			return // the check before has said so
		}
		switch holder := inventory.Numbers[number].Holder.ID; {
		case inventory.Free(number):
			claim := rules.Claim{Field: "telephony.caller_id", Stock: string(rules.SourceOwnedNumbers), Key: number}
			known := thing{stockEmail, portal.EmailKey(valueOf(after.Email))}
			v.state.claimToo(object{portal.NounUser, after.ID}, known, []rules.Claim{claim}, diags)
		case holder != "" && holder != after.ID:
			plan.shows = number
		}
	}
	giving, showing := v.numberMoves.note(valueOf(after.Email), plan)
	for number, others := range giving {
		diags.AddAttributeError(attributePath("telephony.caller_id"), "Not clear at whom a number rings", fmt.Sprintf(
			"telephony.caller_id is %s, which this run takes from the incoming numbers of %s. Whether it then rings at this user would depend on the order in which "+
				"Terraform writes. Set telephony.incoming_numbers of this user: with %[1]s to have it ring here, without it to have it shown only.", number, strings.Join(others, ", ")))
	}
	v.refuseShown(showing, attributePath("telephony.incoming_numbers").String(), diags)
}

// planFreedNumbers tells which numbers ring at nobody once a user is deleted.
func (v *view) planFreedNumbers(name, user string, numbers []string, diags *diag.Diagnostics) {
	if len(numbers) == 0 {
		return
	}
	_, showing := v.numberMoves.note(user, numberPlan{frees: numbers})
	diags.AddWarning("Incoming numbers become free", fmt.Sprintf("The user %s goes, and with it its incoming numbers: %s.", name, strings.Join(numbers, ", ")))
	v.refuseShown(showing, "the user "+name, diags)
}

func (v *view) refuseShown(showing map[string][]string, where string, diags *diag.Diagnostics) {
	for number, others := range showing {
		slices.Sort(others)
		diags.AddError("Not clear at whom a number rings", fmt.Sprintf(
			"%s gives up %s, which %s is to show as telephony.caller_id. Whether it then rings there would depend on the order in which Terraform writes. "+
				"Set telephony.incoming_numbers there: with %[2]s to have it ring there, without it to have it shown only.", where, number, strings.Join(others, ", ")))
	}
}

// lost are the numbers that a user had and is to have no longer.
func lost(before, after *portal.User) []string {
	if before == nil || before.Telephony == nil || after.Telephony.IncomingNumbers == nil {
		return nil
	}
	return slices.DeleteFunc(slices.Clone(before.Telephony.IncomingNumbers), func(number string) bool {
		return slices.Contains(after.Telephony.IncomingNumbers, number)
	})
}

// noteNumbers looks up at whom the numbers ring that a planned user shows or is called under.
func (v *view) noteNumbers(ctx context.Context, user portal.User, inventory *rules.Inventory) error {
	if user.Telephony == nil {
		return nil
	}
	wanted := append(slices.Clone(user.Telephony.IncomingNumbers), callerID(&user))
	if wanted = slices.DeleteFunc(wanted, func(number string) bool { return number == "" }); len(wanted) == 0 {
		return nil
	}
	listed, err := v.phoneNumbers(ctx)
	if err != nil {
		return err
	}
	organization, _, err := v.rules(ctx)
	if err != nil {
		return err
	}
	inventory.Numbers = map[string]rules.Number{}
	for _, number := range wanted {
		known := listed[number]
		if known.Holder.ID != "" && known.Holder.ID != user.ID {
			holder, err := v.client.GetUser(ctx, known.Holder.ID)
			if ignoreNotFound(err) != nil {
				return err
			}
			switch {
			case holder == nil: // deleted by this run, and the number is free
				known.Holder = rules.Holder{}
			case isOurs(holder.Meta(), v.manager(organization)) && slices.Contains(user.Telephony.IncomingNumbers, number):
				known.Holder = rules.Holder{} // it passes; one that is only shown stays where it rings
			default:
				known.Holder.Name = valueOf(holder.Email)
			}
		}
		inventory.Numbers[number] = known
	}
	return nil
}
