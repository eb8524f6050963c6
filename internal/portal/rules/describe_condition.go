package rules

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/switchboard-hq/terraform-provider-switchboard/internal/portal"
)

// landingPages lists the pages of each module.
func landingPages(s *Set) string {
	var modules []string
	for _, module := range slices.Sorted(maps.Keys(s.LandingPages)) {
		modules = append(modules, fmt.Sprintf("%s with the module `%s`", enumerate(quoted(s.LandingPages[module]), "or"), module))
	}
	return strings.Join(modules, ", ")
}

// needs are the conditions outside the object that a field, or some values of it, depend on.
func needs(p platformField) string {
	var statements []string
	for _, check := range p.object.Checks {
		if check.Field != p.path || check.Severity == SeverityWarning {
			continue
		}
		var needed []string
		for _, condition := range flat(check.Require) {
			switch {
			case condition.Ordered != "":
				needed = append(needed, fmt.Sprintf("the service `%s` ordered", condition.Ordered))
			case condition.Module != "":
				needed = append(needed, fmt.Sprintf("the module `%s`", condition.Module))
			case condition.Scope != "":
				needed = append(needed, fmt.Sprintf("a token with the scope `%s`", condition.Scope))
			}
		}
		if len(needed) > 0 {
			statements = append(statements, strings.TrimSpace(values(check)+" needs "+enumerate(needed, "or")))
		}
	}
	return strings.Join(statements, "; ")
}

// privileged says what of a field only a token with the scope admin may write.
func privileged(p platformField) string {
	const needed = " a token with the scope `admin`"
	switch {
	case len(p.set.Privileged) == 0:
		return ""
	case p.field.Source == SourcePermissions:
		return enumerate(quoted(p.set.Privileged), "and") + " are privileged and need" + needed
	case p.field.Source == SourcePermissionGroups:
		return "a group with a privileged permission needs" + needed
	case p.noun == portal.NounUser && slices.Contains(loginFields, p.path) && p.field.Immutable == "":
		return "another one for a user with a privileged permission needs" + needed
	default:
		return ""
	}
}

// values are those of its field that a rule is for; "" for all.
func values(check Check) string {
	var list []string
	for _, condition := range check.When {
		if condition.Field != check.Field {
			continue
		}
		if condition.Equals != nil {
			list = append(list, fmt.Sprintf("`%v`", condition.Equals))
		}
		for _, value := range condition.OneOf {
			list = append(list, fmt.Sprintf("`%v`", value))
		}
	}
	return enumerate(list, "or")
}

// flat lists conditions and their alternatives.
func flat(conditions []Condition) []Condition {
	var list []Condition
	for _, condition := range conditions {
		list = append(list, condition)
		list = append(list, flat(condition.Any)...)
	}
	return list
}

// recommended is what draws a warning.
func recommended(p platformField) string {
	for _, check := range p.object.Checks {
		if check.Field != p.path || check.Severity != SeverityWarning {
			continue
		}
		for _, condition := range check.Require {
			switch {
			case condition.Count != nil:
				return fmt.Sprintf("%d characters are recommended", *condition.Count)
			case condition.FreeMail != nil:
				return "a free-mail address draws a warning"
			}
		}
	}
	return ""
}

// arrows lists how a nested object may change; what changes to the same is said together.
func arrows(p platformField) string {
	var list []string
	for _, transition := range p.object.Changes {
		if transition.Field != p.path {
			continue
		}
		from := map[string][]string{}
		for _, state := range slices.Sorted(maps.Keys(transition.Arrows)) {
			if next := transition.Arrows[state]; len(next) > 0 {
				to := enumerate(quoted(next), "or")
				from[to] = append(from[to], state)
			}
		}
		for _, to := range slices.Sorted(maps.Keys(from)) {
			list = append(list, fmt.Sprintf("from %s to %s", enumerate(quoted(from[to]), "or"), to))
		}
	}
	if len(list) == 0 {
		return ""
	}
	return "changes only " + strings.Join(list, ", ")
}
