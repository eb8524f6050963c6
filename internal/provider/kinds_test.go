package provider

import (
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema"

	"github.com/switchboard-hq/terraform-provider-switchboard/internal/portal"
	"github.com/switchboard-hq/terraform-provider-switchboard/internal/provider/field"
)

// filled returns a wire object in which every field that can be written has a value of its own.
func filled[T any]() T {
	var object T
	fillValue(reflect.ValueOf(&object).Elem(), "")
	return object
}

func fillValue(v reflect.Value, name string) {
	switch v.Kind() {
	case reflect.Pointer:
		v.Set(reflect.New(v.Type().Elem()))
		fillValue(v.Elem(), name)
	case reflect.Struct:
		for i := range v.NumField() {
			fillValue(v.Field(i), v.Type().Field(i).Name)
		}
	case reflect.Map:
		v.Set(reflect.ValueOf(map[string]string{"x": name}))
	case reflect.Slice:
		if v.Type().Elem().Kind() == reflect.String {
			v.Set(reflect.ValueOf([]string{name + " 1", name + " 2"}))
		}
	case reflect.String:
		v.SetString(name)
	case reflect.Bool:
		v.SetBool(true)
	case reflect.Int, reflect.Int64:
		v.SetInt(int64(len(name)))
	}
}

// roundTrip has a filled object of the portal go to state and back.
func roundTrip[T portal.Object](t *testing.T, k kind[T], left func(*T)) {
	t.Helper()
	object := filled[T]()
	left(&object)
	k.table = k.table.Managed()
	tree := k.table.Answered(&object, field.Tree{"voicemail": field.Tree{}}) // which is in state only where the configuration has it
	k.hooks.encoded(&object, nil, tree)
	if diff := cmp.Diff(object, k.decode(tree)); diff != "" {
		t.Errorf("a %s loses something on its way to state and back (-want +got):\n%s", k.noun(), diff)
	}
}

func TestKinds_keepEveryField(t *testing.T) {
	t.Parallel()
	roundTrip(t, userKind(), func(u *portal.User) {
		u.ManagedBy, u.CreatedAt, u.Untouched = "", "", false
		u.PasswordVersion, u.Voicemail.PINVersion = nil, nil
		u.ETag, u.Password, u.Voicemail.PIN, u.Webcare.Avatar, u.PlannedPublications, u.Permissions = "", nil, nil, nil, 0, nil
	})
	roundTrip(t, sipAccountKind(), func(a *portal.SIPAccount) {
		a.ManagedBy, a.CreatedAt, a.Untouched = "", "", false
		a.ETag, a.Password, a.PasswordVersion, a.UserID = "", nil, nil, ""
	})
	roundTrip(t, permissionGroupKind(), func(g *portal.PermissionGroup) {
		g.ManagedBy, g.CreatedAt, g.Untouched = "", "", false
		g.ETag, g.MemberCount = "", 0
	})
	roundTrip(t, userGroupKind(), func(g *portal.UserGroup) {
		*g = portal.UserGroup{ID: "ugr_1", Name: new("Position"), Subgroups: []portal.Subgroup{{ID: "sub_1", Name: "a"}, {ID: "sub_2", Name: "b"}}}
	})
}

func TestKinds_absentStaysAbsent(t *testing.T) {
	t.Parallel()
	user, k := portal.User{ID: "usr_1", Email: new("alice@example.com"), PermissionGroupIDs: []string{}}, userKind()
	tree := k.table.Answered(&user, nil)
	if tree["telephony"] != nil || tree["username"] != nil || tree["enabled"] != nil || tree["permission_group_ids"] == nil {
		t.Errorf("null must be what the platform does not have, and nothing else: %+v", tree)
	}
	if diff := cmp.Diff(user, k.decode(tree)); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	tree["telephony"], tree["first_name"] = field.Unknown{}, field.Unknown{}
	if got := k.decode(tree); got.Telephony != nil || got.FirstName != nil {
		t.Errorf("a request must leave out what is not known: %+v", got)
	}
}

// TestSchemas_sameNamesAsContract: a field error of the portal lands on its attribute because their names are the same.
func TestSchemas_sameNamesAsContract(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		table field.Table
		wire  reflect.Type
	}{
		"user":             {userTable(), reflect.TypeFor[portal.User]()},
		"sip_account":      {sipAccountTable(), reflect.TypeFor[portal.SIPAccount]()},
		"permission_group": {permissionGroupTable(), reflect.TypeFor[portal.PermissionGroup]()},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			want := wireNames("", test.wire)
			want = slices.DeleteFunc(want, func(n string) bool {
				return slices.Contains([]string{"etag", "managed_by", "created_at", "untouched", "pending", "user_id", "member_count", "planned_publications", "webcare.avatar"}, n) || name == "user" && n == "permissions"
			}) // for the provider alone
			got := attributeNames("", test.table.Attributes())
			got = slices.DeleteFunc(got, func(n string) bool {
				outer, _, _ := strings.Cut(n, ".")
				return test.table.IsSetting(n) || test.table.IsSetting(outer)
			})
			slices.Sort(want)
			slices.Sort(got)
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("contract and schema differ (-contract +schema):\n%s", diff)
			}
		})
	}
}

func wireNames(prefix string, t reflect.Type) []string {
	var names []string
	for f := range t.Fields() {
		name, _, _ := strings.Cut(f.Tag.Get("json"), ",")
		names = append(names, prefix+name)
		if f.Type.Kind() == reflect.Pointer && f.Type.Elem().Kind() == reflect.Struct {
			names = append(names, wireNames(prefix+name+".", f.Type.Elem())...)
		}
	}
	return names
}

func attributeNames(prefix string, attributes map[string]schema.Attribute) []string {
	var names []string
	for name, attribute := range attributes {
		names = append(names, prefix+strings.TrimSuffix(strings.Replace(name, "_wo_", "_", 1), "_wo"))
		if object, ok := attribute.(schema.SingleNestedAttribute); ok {
			names = append(names, attributeNames(prefix+name+".", object.Attributes)...)
		}
	}
	return names
}

func TestSchemas_everythingIsDescribed(t *testing.T) {
	t.Parallel()
	p := newWith(options{})()
	for _, newResource := range p.Resources(t.Context()) {
		var resp resource.SchemaResponse
		newResource().Schema(t.Context(), resource.SchemaRequest{}, &resp)
		if resp.Schema.MarkdownDescription == "" {
			t.Errorf("%T is not described", newResource())
		}
		described(t, "", resp.Schema.Attributes)
	}
}

func described(t *testing.T, prefix string, attributes map[string]schema.Attribute) {
	t.Helper()
	for name, attribute := range attributes {
		text := attribute.GetMarkdownDescription()
		if !strings.HasSuffix(text, ".") {
			t.Errorf("%s%s is described by %q, which is no sentence", prefix, name, text)
		}
		if object, ok := attribute.(schema.SingleNestedAttribute); ok {
			described(t, prefix+name+".", object.Attributes)
		}
	}
}
