package provider

import (
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/switchboard-hq/terraform-provider-switchboard/internal/portal"
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
		v.Set(reflect.ValueOf([]string{name + " 1", name + " 2"}))
	case reflect.String:
		v.SetString(name)
	case reflect.Bool:
		v.SetBool(true)
	case reflect.Int, reflect.Int64:
		v.SetInt(int64(len(name)))
	}
}

func TestModels_keepEveryField(t *testing.T) {
	t.Parallel()
	ctx := t.Context()
	var diags diag.Diagnostics

	user := filled[portal.User]()
	user.ManagedBy, user.CreatedAt, user.Untouched = "", "", false
	user.PasswordVersion, user.Voicemail.PINVersion = nil, nil
	user.ETag, user.Password, user.Voicemail.PIN, user.Webcare.Avatar, user.PlannedPublications, user.Permissions = "", nil, nil, nil, 0, nil
	// The voicemail attribute is in state only where the configuration has it.
	configured := userResourceModel{}
	configured.Voicemail = nestedValue(ctx, &voicemailResourceModel{}, &diags)
	if diff := cmp.Diff(user, configured.answered(ctx, user, &diags).request(ctx, &diags)); diff != "" {
		t.Errorf("a user loses something on its way to state and back (-want +got):\n%s", diff)
	}
	account := filled[portal.SIPAccount]()
	account.ManagedBy, account.CreatedAt, account.Untouched = "", "", false
	account.ETag, account.Password, account.PasswordVersion, account.UserID = "", nil, nil, ""
	got := sipAccountModel{}.answered(account)
	if got.SIPUsername.ValueString() != account.SIPUsername || got.SIPDomain.ValueString() != account.SIPDomain {
		t.Errorf("a SIP account loses its address: %v@%v", got.SIPUsername, got.SIPDomain)
	}
	account.SIPUsername, account.SIPDomain = "", ""
	if diff := cmp.Diff(account, got.request()); diff != "" {
		t.Errorf("a SIP account loses something on its way to state and back (-want +got):\n%s", diff)
	}
	group := filled[portal.PermissionGroup]()
	group.ManagedBy, group.CreatedAt, group.Untouched = "", "", false
	group.ETag, group.MemberCount = "", 0
	if diff := cmp.Diff(group, newPermissionGroupModel(group).request()); diff != "" {
		t.Errorf("a permission group loses something on its way to state and back (-want +got):\n%s", diff)
	}
	if diags.HasError() {
		t.Error(diags)
	}
}

func TestModels_absentStaysAbsent(t *testing.T) {
	t.Parallel()
	ctx := t.Context()
	var diags diag.Diagnostics
	user := portal.User{ID: "usr_1", Email: new("alice@example.com"), PermissionGroupIDs: []string{}}
	model := userResourceModel{}.answered(ctx, user, &diags)
	if !model.Telephony.IsNull() || !model.Username.IsNull() || !model.Enabled.IsNull() || model.PermissionGroupIDs.IsNull() {
		t.Errorf("null must be what the platform does not have, and nothing else: %+v", model)
	}
	if diff := cmp.Diff(user, model.request(ctx, &diags)); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	model.Telephony = types.ObjectUnknown(attributeTypes[telephonyModel]())
	model.FirstName = types.StringUnknown()
	if got := model.request(ctx, &diags); got.Telephony != nil || got.FirstName != nil {
		t.Errorf("a request must leave out what is not known: %+v", got)
	}
	if diags.HasError() {
		t.Error(diags)
	}
}

// TestSchemas_sameNamesAsContract: a field error of the portal lands on its attribute because their names are the same.
func TestSchemas_sameNamesAsContract(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		schema schema.Schema
		wire   reflect.Type
	}{
		"user":             {userSchema(), reflect.TypeFor[portal.User]()},
		"sip_account":      {sipAccountSchema(), reflect.TypeFor[portal.SIPAccount]()},
		"permission_group": {permissionGroupSchema(), reflect.TypeFor[portal.PermissionGroup]()},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			want := wireNames("", test.wire)
			want = slices.DeleteFunc(want, func(n string) bool {
				return slices.Contains([]string{"etag", "managed_by", "created_at", "untouched", "user_id", "member_count", "planned_publications", "webcare.avatar"}, n) || name == "user" && n == "permissions"
			}) // for the provider alone
			got := attributeNames("", test.schema.Attributes)
			got = slices.DeleteFunc(got, func(n string) bool {
				return n == "webcare.avatar_file" || isConfigurationOnly(n)
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
