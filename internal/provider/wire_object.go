package provider

import (
	"bytes"
	"context"

	"github.com/hashicorp/terraform-plugin-framework/resource/schema"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/defaults"
	"github.com/vmihailenco/msgpack/v5"
	"github.com/vmihailenco/msgpack/v5/msgpcode"
)

// wireObject is an object as Terraform sends it, MessagePack, with its attributes still encoded. Everything in it is known.
type wireObject map[string]msgpack.RawMessage

// readWireObject takes an object apart. It reports false for what is no object, is null, or has anything in it that is not known.
func readWireObject(encoded []byte) (wireObject, bool) {
	d := msgpack.NewDecoder(bytes.NewReader(encoded))
	n, err := d.DecodeMapLen()
	if err != nil || n < 0 {
		return nil, false
	}
	object := make(wireObject, n)
	for range n {
		name, err := d.DecodeString()
		if err != nil {
			return nil, false
		}
		if object[name], err = d.DecodeRaw(); err != nil {
			return nil, false
		}
	}
	for _, value := range object {
		if !isKnown(value) {
			return nil, false
		}
	}
	return object, true
}

// isKnown reports whether nothing in a value is unknown. Terraform sends what is unknown as an extension of MessagePack, and sends nothing else as one.
func isKnown(encoded []byte) bool {
	return knownNext(msgpack.NewDecoder(bytes.NewReader(encoded)))
}

func knownNext(d *msgpack.Decoder) bool {
	code, err := d.PeekCode()
	if err != nil || msgpcode.IsExt(code) {
		return false
	}
	values := 0
	switch {
	case msgpcode.IsFixedMap(code), code == msgpcode.Map16, code == msgpcode.Map32:
		values, err = d.DecodeMapLen()
		values *= 2
	case msgpcode.IsFixedArray(code), code == msgpcode.Array16, code == msgpcode.Array32:
		values, err = d.DecodeArrayLen()
	default:
		return d.Skip() == nil
	}
	for range values {
		if !knownNext(d) {
			return false
		}
	}
	return err == nil
}

// isNull reports whether an attribute is null or not there.
func (o wireObject) isNull(name string) bool {
	return len(o[name]) == 0 || o[name][0] == msgpcode.Nil
}

// object is a nested object, of nothing if it is null.
func (o wireObject) object(name string) (wireObject, bool) {
	if o.isNull(name) {
		return nil, true
	}
	return readWireObject(o[name])
}

// readWire reads what Terraform sends into a value of the portal: what both of them know has one name.
func readWire(encoded []byte, value any) bool {
	d := msgpack.NewDecoder(bytes.NewReader(encoded))
	d.SetCustomStructTag("json")
	return d.Decode(value) == nil
}

// wireDefaults are the defaults of a resource's attributes, as a wireTree has them. All are of attributes outside of objects, and bools or texts: a test says so.
func wireDefaults(attributes map[string]schema.Attribute) map[string]any {
	ctx := context.Background()
	values := map[string]any{}
	for name, attribute := range attributes {
		switch a := attribute.(type) {
		case schema.BoolAttribute:
			if a.Default != nil {
				var resp defaults.BoolResponse
				a.Default.DefaultBool(ctx, defaults.BoolRequest{}, &resp)
				values[name] = resp.PlanValue.ValueBool()
			}
		case schema.StringAttribute:
			if a.Default != nil {
				var resp defaults.StringResponse
				a.Default.DefaultString(ctx, defaults.StringRequest{}, &resp)
				values[name] = resp.PlanValue.ValueString()
			}
		}
	}
	return values
}
