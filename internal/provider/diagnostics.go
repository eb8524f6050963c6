package provider

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"

	"github.com/switchboard-hq/terraform-provider-switchboard/internal/portal"
	"github.com/switchboard-hq/terraform-provider-switchboard/internal/portal/rules"
)

// addPortalError turns a failed call into diagnostics: one at every attribute that the portal names, or one that tells
// the whole story. Doing says what was being done to what, as in `creating the user "alice@example.com"`.
func addPortalError(diags *diag.Diagnostics, doing string, noun portal.Noun, err error) {
	failure, ok := errors.AsType[*portal.Error](err)
	if errors.Is(err, context.DeadlineExceeded) {
		diags.AddError("Out of time", fmt.Sprintf("While %s: %v.\n\nThe timeouts of the resource allow no more. What was asked for may have been done: apply again, "+
			"which does nothing twice, with more time if the portal needs it.", doing, err))
		return
	}
	if errors.Is(err, context.Canceled) {
		diags.AddError("Interrupted", fmt.Sprintf("Terraform was interrupted while %s. It may have been done: apply again, which does nothing twice.\n\n%v", doing, err))
		return
	}
	if !ok {
		diags.AddError("The portal cannot be reached", fmt.Sprintf("While %s: %v", doing, err))
		return
	}
	switch failure.Code {
	case portal.CodeUnauthorized:
		diags.AddError("The portal does not accept the token", fmt.Sprintf("While %s: %s\n\nThe token in the provider block or in SWITCHBOARD_TOKEN is unknown, revoked or expired. "+
			"Whoever runs the portal makes a new one with `terraform-provider-switchboard portal token create`.", doing, sentence(failure)))
		return
	case portal.CodeForbidden:
		diags.AddError("The token may not do this", fmt.Sprintf("While %s: %s", doing, sentence(failure)))
		return
	case portal.CodePreconditionFailed:
		diags.AddError("Changed in the portal since the plan", fmt.Sprintf("While %s: %s changed it after Terraform had read it, so nothing was written. "+
			"Run terraform plan again to see what is there now.", doing, whoChanged(failure)))
		return
	}
	if len(failure.Errors) == 0 {
		diags.AddError("The portal refused", fmt.Sprintf("While %s: %s", doing, sentence(failure)))
		return
	}
	for _, field := range failure.Errors {
		addFinding(diags, doing, noun, field)
	}
}

// whoChanged says who changed an object last, and when, as far as the portal knows.
func whoChanged(failure *portal.Error) string {
	if failure.ChangedBy == "" || failure.ChangedAt == nil {
		return "somebody"
	}
	return fmt.Sprintf("%s (%s)", failure.ChangedBy, failure.ChangedAt.UTC().Format(time.RFC3339))
}

// addDeleteError is addPortalError for a delete. The portal keeps what is in use by others than this configuration
// manages.
func addDeleteError(diags *diag.Diagnostics, doing string, noun portal.Noun, err error) {
	failure, ok := errors.AsType[*portal.Error](err)
	if !ok || !slices.ContainsFunc(failure.Errors, func(f portal.FieldError) bool { return f.Code == portal.CodeInUse }) {
		addPortalError(diags, doing, noun, err)
		return
	}
	for _, field := range failure.Errors {
		diags.AddError(summary(field.Code), fmt.Sprintf("While %s: %s\n\nThose who have this %s are not managed by this configuration. Take it away from them first.",
			doing, portal.Ended(field.Sentence()), noun.Title()))
	}
}

// addFinding shows one field error at its attribute. Doing is empty at a plan, where Terraform says of which resource
// it speaks.
func addFinding(diags *diag.Diagnostics, doing string, noun portal.Noun, field portal.FieldError) {
	detail := finding(field)
	switch {
	case doing != "" && field.Field == "":
		detail = fmt.Sprintf("While %s: %s", doing, detail)
	case doing != "":
		detail += fmt.Sprintf("\n\nThe portal said so while %s.", doing)
	}
	if field.Code == portal.CodeAlreadyExists && mayBeMeant(noun, field) {
		detail += "\n\n" + howToManage(noun, field.ExistingID)
	}
	if field.Field == "" {
		diags.AddError(summary(field.Code), detail)
		return
	}
	diags.AddAttributeError(attributePath(field.Field), summary(field.Code), detail)
}

// addWarning shows a warning at its attribute.
func addWarning(diags *diag.Diagnostics, warning rules.Finding) {
	diags.AddAttributeWarning(attributePath(warning.Field), summary(warning.Code), finding(warning.FieldError()))
}

// finding is what a field error says, as a sentence that names the attribute first.
func finding(field portal.FieldError) string {
	return portal.Ended(attributeName(field.Field) + strings.TrimPrefix(field.Sentence(), field.Field))
}

// about is a text that names the attribute it is about first.
func about(attribute, text string) string {
	return portal.FieldError{Field: attribute, Message: text}.Sentence()
}

// mayBeMeant reports whether a value that another object has says that the other one may be the very object that is
// wanted: a name that people know it by, and not merely something that belongs to one object alone, such as the
// extension of a user.
func mayBeMeant(noun portal.Noun, field portal.FieldError) bool {
	if field.ExistingID == "" || field.ExistingNoun != "" && field.ExistingNoun != noun {
		return false
	}
	switch field.Field {
	case "email", "username", "name":
		return true
	default:
		return noun == portal.NounSIPAccount && field.Field == "extension" && field.ExistingNoun == noun
	}
}

// howToManage says how an object that exists becomes that of a resource.
func howToManage(noun portal.Noun, id string) string {
	return fmt.Sprintf("If this %s is the one that is meant, give a new resource adopt_existing = true, or import it:\n\n%s", noun.Title(), importBlockOf(noun, id))
}

// attributePath is the attribute of a field: the same name, but that a secret is given through its write-only twin, and
// a picture as a file.
func attributePath(field string) path.Path {
	names := strings.Split(attributeName(field), ".")
	p := path.Root(names[0])
	for _, name := range names[1:] {
		p = p.AtName(name)
	}
	return p
}

// attributeName is attributePath as people write it.
func attributeName(field string) string {
	switch field[strings.LastIndexByte(field, '.')+1:] {
	case "password", "pin":
		return field + "_wo"
	case "password_version", "pin_version":
		return strings.TrimSuffix(field, "_version") + "_wo_version"
	case "avatar":
		return field + "_file"
	default:
		return field
	}
}

// summary is the matter of an error or a warning, by its code.
func summary(code portal.Code) string {
	switch code {
	case rules.CodeFreeMail:
		return "Free-mail address"
	case rules.CodeNotRecommended:
		return "Not as the platform recommends"
	case rules.CodeAffectsMembers:
		return "Members are affected"
	case rules.CodeAllocated:
		return "Number gets allocated"
	case rules.CodeShownOnly:
		return "Number is only shown"
	case rules.CodeNoLongerRings:
		return "Number no longer rings here"
	case rules.CodeDiscardsWork:
		return "Planned work is discarded"
	case portal.CodeAlreadyExists:
		return "Already exists"
	case portal.CodeInUse:
		return "In use"
	case portal.CodeMissing:
		return "Does not exist"
	case portal.CodeNotOnPlatform:
		return "Not on this platform"
	case portal.CodeNotOwned:
		return "Not owned by the organisation"
	case portal.CodeRequired:
		return "Required"
	case portal.CodeUnchangeable:
		return "Cannot change"
	case portal.CodeLastAdmin:
		return "Last administrator"
	case portal.CodeOwnAccess:
		return "Own access"
	case portal.CodeNeedsAdmin:
		return "Needs the scope admin"
	case portal.CodeWeakPassword:
		return "Password refused"
	case portal.CodeMalformed:
		return "Malformed"
	default:
		return "Not allowed"
	}
}

func sentence(failure *portal.Error) string {
	text := failure.Detail
	if text == "" {
		text = failure.Title
	}
	text = fmt.Sprintf("%s (%d)", text, failure.Status)
	if failure.RequestID != "" {
		text += fmt.Sprintf(", request %s", failure.RequestID)
	}
	return text
}
