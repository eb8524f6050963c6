package rules

import (
	"encoding/json"
	"fmt"
	"maps"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/switchboard-hq/terraform-provider-switchboard/internal/portal"
)

func TestGuard_checksNameFields(t *testing.T) {
	eachObject(t, func(t *testing.T, set *Set, noun portal.Noun, object *Object, wire map[string]reflect.StructField) {
		for _, check := range object.Checks {
			if !object.has(check.Field) {
				t.Errorf("%s: %q is not on the platform", check.ID, check.Field)
			}
			guardCheck(t, set, check, object, wire)
		}
		for _, check := range object.Deletion {
			if check.Field != "" {
				t.Errorf("%s: a deletion is of the whole object, not of %q", check.ID, check.Field)
			}
			guardCheck(t, set, check, object, wire)
		}
	})
}

var warningCodes = []portal.Code{
	CodeFreeMail, CodeNotRecommended, CodeAffectsMembers, CodeAllocated, CodeShownOnly, CodeNoLongerRings, CodeDiscardsWork,
}

// guardCheck checks that a rule can be evaluated, and what it says can be shown.
func guardCheck(t *testing.T, set *Set, check Check, object *Object, wire map[string]reflect.StructField) {
	t.Helper()
	if check.Message == "" || len(check.Require) == 0 || check.ID != "" && !requirementID.MatchString(check.ID) {
		t.Errorf("%s %s: says or requires nothing", check.ID, check.Field)
	}
	warning := check.Severity == SeverityWarning
	if !slices.Contains([]Severity{"", SeverityWarning}, check.Severity) || warning != slices.Contains(warningCodes, check.Code) {
		t.Errorf("%s %s: there is no severity %q, or a warning does not have a code of warnings (%q)", check.ID, check.Field, check.Severity, check.Code)
	}
	for _, match := range regexp.MustCompile(`\{([^}]*)\}`).FindAllStringSubmatch(check.Message, -1) {
		path, stored := strings.CutPrefix(match[1], "before.")
		field := object.Fields[path]
		shown := field != nil && !slices.Contains([]Format{FormatPassword, FormatPIN, FormatPicture}, field.Format)
		if _, known := wire[path]; !shown && (!stored || !known) && match[1] != "ordered" && match[1] != "offered" {
			t.Errorf("%s: %q in %q is no field to show", check.ID, match[1], check.Message)
		}
	}
	if strings.Count(check.Message, "{") != strings.Count(check.Message, "}") || strings.HasSuffix(check.Message, ".") {
		t.Errorf("%s: %q is ill-formed", check.ID, check.Message)
	}
	for _, condition := range slices.Concat(check.When, check.Require) {
		guardCondition(t, set, check.ID, condition, object, wire)
	}
}

func guardCondition(t *testing.T, set *Set, id string, c Condition, object *Object, wire map[string]reflect.StructField) {
	t.Helper()
	ofField := count(c.Equals != nil, c.OneOf != nil, c.Set != nil, c.Changed != nil, c.Count != nil, c.Among != nil, c.FreeMail != nil)
	others := count(c.AtLeast != nil, c.Ordered != "", c.Module != "", c.Scope != "", c.Discard != nil, c.Any != nil, c.Offered != nil)
	if ofField+others != 1 || (ofField == 1) != (c.Field != "") || (c.AtLeast != nil) != (c.Fields != nil) || c.Before && (c.Changed != nil || c.Field == "") {
		t.Errorf("%s: %+v does not say one thing", id, c)
	}
	if c.Ordered != "" && set.Services[c.Ordered] == "" || c.Module != "" && set.Modules[c.Module] == "" ||
		c.Scope != "" && !slices.Contains(portal.Scopes(), c.Scope) || c.FreeMail != nil && len(set.FreeMail) == 0 {
		t.Errorf("%s: %+v speaks of something that the platform does not have", id, c)
	}
	for _, alternative := range c.Any {
		guardCondition(t, set, id, alternative, object, wire)
	}
	for _, path := range slices.Concat([]string{c.Field}, c.Among, c.Fields, c.Offered) {
		if path == "" || object.Fields[path] != nil {
			continue
		}
		if of, ok := wire[path]; !ok || portal.Writable(of) || !c.Before {
			t.Errorf("%s: %s is no field of the platform, or of the wanted object while only the portal writes it", id, path)
		}
	}
	values := c.OneOf
	if c.Equals != nil {
		values = append(values, c.Equals)
	}
	for _, value := range values {
		text, err := json.Marshal(value)
		if err == nil {
			err = json.Unmarshal(text, reflect.New(wire[c.Field].Type).Interface())
		}
		if err != nil {
			t.Errorf("%s: %s never is %v: %v", id, c.Field, value, err)
		}
	}
}

func count(statements ...bool) (n int) {
	for _, made := range statements {
		if made {
			n++
		}
	}
	return n
}

// Arrows are between states that the rules of the fields allow.
func TestGuard_arrowsNameStates(t *testing.T) {
	eachObject(t, func(t *testing.T, set *Set, noun portal.Noun, object *Object, wire map[string]reflect.StructField) {
		for _, transition := range object.Changes {
			if !requirementID.MatchString(transition.ID) || !object.has(transition.Field) || len(transition.Fields) == 0 {
				t.Errorf("%s: %q is not on the platform", transition.ID, transition.Field)
			}
			for from, allowed := range transition.Arrows {
				for i, value := range strings.Fields(from) {
					if i >= len(transition.Fields) || !slices.Contains(object.Fields[transition.Fields[i]].OneOf, value) {
						t.Errorf("%s: %q is no state of %q", transition.ID, from, transition.Fields)
					}
				}
				for _, to := range allowed {
					if _, ok := transition.Arrows[to]; !ok || to == from {
						t.Errorf("%s: there is no arrow from %q to %q", transition.ID, from, to)
					}
				}
			}
			for _, path := range transition.Fields {
				for _, value := range object.Fields[path].OneOf {
					if !slices.ContainsFunc(slices.Collect(maps.Keys(transition.Arrows)), func(state string) bool { return slices.Contains(strings.Fields(state), value) }) {
						t.Errorf("%s: nothing is said about %q", transition.ID, value)
					}
				}
			}
		}
	})
}

func TestGuard_organization(t *testing.T) {
	t.Parallel()
	name := regexp.MustCompile(`^[a-z_]+$`)
	for _, platform := range portal.Platforms() {
		set, err := For(platform)
		if err != nil {
			t.Fatal(err)
		}
		for _, has := range []map[string]string{set.Services, set.Modules} {
			for what, is := range has {
				if !name.MatchString(what) || is == "" {
					t.Errorf("%s: %q is %q", platform, what, is)
				}
			}
		}
		var pages []string
		for module, of := range set.LandingPages {
			if set.Modules[module] == "" || len(of) == 0 {
				t.Errorf("%s: there is no module %q, or it has no pages", platform, module)
			}
			pages = append(pages, of...)
		}
		if slices.Sort(pages); len(slices.Compact(slices.Clone(pages))) != len(pages) {
			t.Errorf("%s: a page is of two modules: %q", platform, pages)
		}
		for i, domain := range set.FreeMail {
			if _, err := portal.ParseEmail("somebody@" + domain); err != nil || domain != strings.ToLower(domain) || slices.Contains(set.FreeMail[:i], domain) {
				t.Errorf("%s: %q is there twice, or no domain in lower case: %v", platform, domain, err)
			}
		}
		if user := set.Objects[portal.NounUser]; set.PBXReload && user.Fields["telephony.pbx_id"] == nil {
			t.Errorf("%s reloads PBXs and has none", platform)
		}
		uses := fmt.Sprint(usesOf(set))
		if landing := strings.Contains(uses, string(SourceLandingPages)); landing != (len(set.LandingPages) > 0) {
			t.Errorf("%s has landing pages that nobody can have, or the reverse", platform)
		}
	}
}

// usesOf lists the sources that fields of the platform draw from.
func usesOf(set *Set) []Source {
	var used []Source
	for _, object := range set.Objects {
		for _, field := range object.Fields {
			used = append(used, field.Source)
		}
	}
	return used
}
