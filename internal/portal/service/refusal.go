package service

import (
	"errors"
	"fmt"
	"strings"

	"github.com/switchboard-hq/terraform-provider-switchboard/internal/portal"
	"github.com/switchboard-hq/terraform-provider-switchboard/internal/portal/rules"
	"github.com/switchboard-hq/terraform-provider-switchboard/internal/portal/store"
)

// refuse turns findings into the answer to a write that they stop, or nil. What another object already has is a
// conflict, as another request may have come first; anything else is a mistake in this one.
func refuse(noun portal.Noun, findings []rules.Finding) error {
	code := portal.CodeInvalid
	var fields []portal.FieldError
	for _, f := range findings {
		if f.Severity != rules.SeverityError {
			continue
		}
		if f.Code == portal.CodeAlreadyExists || f.Code == portal.CodeLeaving || f.Code == portal.CodeWaited {
			code = portal.CodeConflict
		}
		fields = append(fields, f.FieldError())
	}
	switch {
	case len(fields) == 0:
		return nil
	case code == portal.CodeConflict:
		return portal.NewError(code, fmt.Sprintf("another object already has what this %s asks for", noun.Title()), fields...)
	default:
		return portal.NewError(code, fmt.Sprintf("the %s does not follow the rules of the platform", noun.Title()), fields...)
	}
}

// refuseDeletion turns findings into the answer to a deletion that they stop, or nil.
func refuseDeletion(noun portal.Noun, findings []rules.Finding) error {
	var fields []portal.FieldError
	for _, f := range findings {
		if f.Severity == rules.SeverityError {
			fields = append(fields, f.FieldError())
		}
	}
	if len(fields) == 0 {
		return nil
	}
	return portal.NewError(portal.CodeConflict, fmt.Sprintf("the %s cannot be deleted", noun.Title()), fields...)
}

// notFound names what a look-up did not find; other errors stay as they are.
func notFound(err error, noun portal.Noun, id string) error {
	if errors.Is(err, store.ErrNotFound) {
		return portal.NewError(portal.CodeNotFound, fmt.Sprintf("there is no %s with the id %q", noun.Title(), id))
	}
	return err
}

// brokenKey tells what a unique index or a reference refused in the words of the rules. The rules look first, so this
// is what remains: another instance of the portal was faster, or a rule set does not ask for what holds on every
// platform (ALL-02).
func brokenKey(err error, noun portal.Noun) error {
	if duplicate, ok := errors.AsType[*store.DuplicateError](err); ok {
		return refuse(noun, []rules.Finding{{
			Field: fieldOf(noun, duplicate.Key), Severity: rules.SeverityError, Code: portal.CodeAlreadyExists,
			Message: "another object has this value; choose another",
		}})
	}
	if errors.Is(err, store.ErrMissingReference) {
		return refuse(noun, []rules.Finding{{
			Severity: rules.SeverityError, Code: portal.CodeMissing,
			Message: "it refers to an object that does not exist; use the ids of existing permission groups, SIP accounts and subgroups",
		}})
	}
	return err
}

// fieldOf is the field of an object that a key is of.
func fieldOf(noun portal.Noun, key store.Key) string {
	switch key {
	case store.KeyUserEmail, store.KeyPlatformEmail:
		return "email"
	case store.KeyUserUsername:
		return "username"
	case store.KeyPermissionGroupName, store.KeyUserGroupName:
		return "name"
	case store.KeySubgroupName:
		return "subgroups"
	case store.KeyUserGroupOfUser:
		return "directory.user_group_ids"
	case store.KeySoleSIPAccount:
		return "telephony.sip_account_ids"
	case store.KeyAllocatedNumber:
		return "telephony.incoming_numbers"
	case store.KeySIPAccountExtension:
		return "extension"
	case store.KeyExtension:
		if noun == portal.NounUser {
			return "telephony.extension"
		}
		return "extension"
	default:
		return ""
	}
}

// mostNames is how many objects a message names before it only counts them.
const mostNames = 5

// names lists holders for a message.
func names(holders []store.Holder) string {
	list := make([]string, 0, mostNames)
	for _, holder := range holders[:min(len(holders), mostNames)] {
		list = append(list, holder.Name)
	}
	text := strings.Join(list, ", ")
	if more := len(holders) - mostNames; more > 0 {
		text += fmt.Sprintf(" and %d more", more)
	}
	return text
}

// count says how many there are of something.
func count(n int, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return fmt.Sprintf("%d %ss", n, noun)
}
