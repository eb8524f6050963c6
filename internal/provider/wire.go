package provider

import (
	"context"
	"reflect"

	"github.com/hashicorp/terraform-plugin-framework/attr"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/types"
	"github.com/hashicorp/terraform-plugin-framework/types/basetypes"

	"github.com/switchboard-hq/terraform-provider-switchboard/internal/portal"
)

// Values of the framework and of the wire say "absent" differently: null and unknown there, nil here. A request leaves out what is not
// known; what the platform does not have is nil in an answer and null in state.

func textPointer(v types.String) *string {
	if v.IsNull() || v.IsUnknown() {
		return nil
	}
	return new(v.ValueString())
}

// noneAsNull is the value of a text that only the portal writes, and whose empty form says that there is none.
func noneAsNull(text string) types.String {
	if text == "" {
		return types.StringNull()
	}
	return types.StringValue(text)
}

func boolPointer(v types.Bool) *bool {
	if v.IsNull() || v.IsUnknown() {
		return nil
	}
	return new(v.ValueBool())
}

func int64Pointer(v types.Int64) *int64 {
	if v.IsNull() || v.IsUnknown() {
		return nil
	}
	return new(v.ValueInt64())
}

func secretPointer(v types.String) *portal.Secret {
	if v.IsNull() || v.IsUnknown() {
		return nil
	}
	return new(portal.Secret(v.ValueString()))
}

// versionedSecret is a secret as a request gives it, with the version that the portal keeps beside it.
func versionedSecret(secret types.String, version types.Int64) (*portal.Secret, *int64) {
	given := secretPointer(secret)
	if given == nil {
		return nil, nil
	}
	return given, int64Pointer(version)
}

// settledVersion is the version of a secret after an apply: that of the portal if the configuration gives none.
func settledVersion(v types.Int64, answer *int64) types.Int64 {
	if v.IsUnknown() {
		return types.Int64PointerValue(answer)
	}
	return v
}

// readVersion is the version of a secret after a read. The portal says which one it has, so that the restore of a backup is a difference; of a secret
// that came without a version it says nothing, and the state keeps its own.
func readVersion(v types.Int64, answer *int64) types.Int64 {
	if answer == nil {
		return v
	}
	return types.Int64Value(*answer)
}

// settledText is a text after an apply that only the configuration gives.
func settledText(v types.String) types.String {
	if v.IsUnknown() {
		return types.StringNull()
	}
	return v
}

// texts returns the known elements of a set; nil if the set itself is null or unknown.
func texts(v types.Set) []string {
	if v.IsNull() || v.IsUnknown() {
		return nil
	}
	values := make([]string, 0, len(v.Elements()))
	for _, element := range v.Elements() {
		if text, ok := element.(types.String); ok && !text.IsNull() && !text.IsUnknown() {
			values = append(values, text.ValueString())
		}
	}
	return values
}

// textSet is null for nil and a set, even of nothing, for everything else.
func textSet(values []string) types.Set {
	if values == nil {
		return types.SetNull(types.StringType)
	}
	elements := make([]attr.Value, 0, len(values))
	for _, value := range values {
		elements = append(elements, types.StringValue(value))
	}
	return types.SetValueMust(types.StringType, elements)
}

// textMap returns the values of a map, those that are not known yet as empty; nil if the map itself is null or unknown.
func textMap(v types.Map) map[string]string {
	if v.IsNull() || v.IsUnknown() {
		return nil
	}
	values := make(map[string]string, len(v.Elements()))
	for key, element := range v.Elements() {
		if text, ok := element.(types.String); ok && !text.IsNull() {
			values[key] = text.ValueString()
		}
	}
	return values
}

// textMapValue is null for nil and a map, even of nothing, for everything else.
func textMapValue(values map[string]string) types.Map {
	if values == nil {
		return types.MapNull(types.StringType)
	}
	elements := make(map[string]attr.Value, len(values))
	for key, value := range values {
		elements[key] = types.StringValue(value)
	}
	return types.MapValueMust(types.StringType, elements)
}

// nested returns the model T of a nested attribute, all null if the attribute is null or unknown.
func nested[T any](ctx context.Context, object types.Object, diags *diag.Diagnostics) T {
	var model T
	if !object.IsNull() && !object.IsUnknown() {
		diags.Append(object.As(ctx, &model, basetypes.ObjectAsOptions{})...)
	}
	return model
}

// nestedValue returns the value of a nested attribute with the model T: null for a nil model.
func nestedValue[T any](ctx context.Context, model *T, diags *diag.Diagnostics) types.Object {
	attributes := attributeTypes[T]()
	if model == nil {
		return types.ObjectNull(attributes)
	}
	object, d := types.ObjectValueFrom(ctx, attributes, model)
	diags.Append(d...)
	return object
}

// attributeTypes are the types of the attributes that T is the model of. Nested models hold no further objects.
func attributeTypes[T any]() map[string]attr.Type {
	attributes := map[string]attr.Type{}
	for _, field := range reflect.VisibleFields(reflect.TypeFor[T]()) {
		name := field.Tag.Get("tfsdk")
		switch field.Type {
		case reflect.TypeFor[types.String]():
			attributes[name] = types.StringType
		case reflect.TypeFor[types.Bool]():
			attributes[name] = types.BoolType
		case reflect.TypeFor[types.Int64]():
			attributes[name] = types.Int64Type
		case reflect.TypeFor[types.Set]():
			attributes[name] = types.SetType{ElemType: types.StringType}
		case reflect.TypeFor[types.Map]():
			attributes[name] = types.MapType{ElemType: types.StringType}
		}
	}
	return attributes
}
