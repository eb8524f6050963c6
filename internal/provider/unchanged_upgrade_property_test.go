package provider

import (
	"bytes"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	ctyjson "github.com/zclconf/go-cty/cty/json"

	"github.com/switchboard-hq/terraform-provider-switchboard/internal/portal/portaltest"
)

// TestUnchanged_upgradesAsTheFramework upgrades random states of every resource with the short way and without it, as
// Terraform keeps them and with something out of the ordinary in them. Every answer is the same, byte for byte, also
// every refusal.
func TestUnchanged_upgradesAsTheFramework(t *testing.T) {
	t.Parallel()
	const objects = 150
	r := newRandomPlans(t, portaltest.Start(t), 0)
	for _, typeName := range slices.Sorted(maps.Keys(r.schemas.ResourceSchemas)) { // in one order, so that it can be run again
		schema, plain := r.schemas.ResourceSchemas[typeName], 0
		for range objects {
			value, kind := inTerraform(t, r.object(schema.ValueType(), schema.Block.Attributes, ""))
			stored, err := ctyjson.Marshal(value, kind)
			if err != nil {
				t.Fatal(err)
			}
			req := &tfprotov6.UpgradeResourceStateRequest{TypeName: typeName, RawState: &tfprotov6.RawState{JSON: stored}}
			if r.IntN(3) > 0 {
				r.spoil(req)
			} else {
				plain++
			}
			r.compareUpgrade(req)
		}
		upgrades := 0
		for _, call := range r.way.types {
			if call == "upgrade "+typeName {
				upgrades++
			}
		}
		if most := objects - plain; upgrades > most || upgrades < most/4 {
			t.Errorf("of %d states of a %s, %d of them plain, %d went the long way, so this shows little", objects, typeName, plain, upgrades)
		}
	}
}

// What is written once in a while, and the framework has its own way with.
func TestUnchanged_upgradesAsTheFramework_oddities(t *testing.T) {
	t.Parallel()
	r := newRandomPlans(t, portaltest.Start(t), 0)
	for _, test := range []struct {
		typeName, stored string
		short            bool // whether it takes the short way
	}{
		{"switchboard_user", `{}`, true},
		{"switchboard_user", ` {"id" : "usr_1", "gone": {"a": [1.5, {}]}, "telephony": {"gone": true}} ` + "\n", true},
		{"switchboard_user", `{"id":"\u00e9\ud83d\ude00\ud83d \u0000\/"}`, true},
		{"switchboard_user", "{\"id\":\"\xff\"}", true},
		{"switchboard_user", `{"permission_group_ids":["b","a","b",null]}`, true},
		{"switchboard_user", `{"password_wo":"in a state after all"}`, true},
		{"switchboard_user", `{"id":"` + strings.Repeat("long ", 20000) + `"}`, true},
		{"switchboard_user", `{"password_wo_version":-0}`, true},
		{"switchboard_user", `{"password_wo_version":9223372036854775807}`, true},
		{"switchboard_user", `{"password_wo_version":-9223372036854775808}`, true},
		{"switchboard_user", `{"password_wo_version":9223372036854775808}`, false},
		{"switchboard_user", `{"password_wo_version":1.0}`, false},
		{"switchboard_user", `{"password_wo_version":1e3}`, false},
		{"switchboard_user", `{"password_wo_version":0.1}`, false},
		{"switchboard_user", `{"password_wo_version":"2"}`, false},
		{"switchboard_user", `{"password_wo_version":"0x10"}`, false},
		{"switchboard_user", `{"deletion_protection":"true"}`, false},
		{"switchboard_user", `{"deletion_protection":1}`, false},
		{"switchboard_user", `{"id":1}`, false},
		{"switchboard_user", `{"id":{}}`, false},
		{"switchboard_user", `{"id":[],"id":"usr_1"}`, false},
		{"switchboard_user", `{"id":"usr_1","id":"usr_2"}`, false},
		{"switchboard_user", `{"telephony":[]}`, false},
		{"switchboard_user", `{"permission_group_ids":{}}`, false},
		{"switchboard_user", `{"permission_group_ids":"grp_1"}`, false},
		{"switchboard_user", `{"id":"usr_1"} {}`, false},
		{"switchboard_user", `{"id":"usr_1"`, false},
		{"switchboard_user", `{"id":"usr_1",}`, false},
		{"switchboard_user", `[]`, false},
		{"switchboard_user", `null`, false},
		{"switchboard_user", ``, false},
		{"switchboard_pbx_reload", `{"triggers":{"":null}}`, true},
		{"switchboard_pbx_reload", `{"triggers":{"a":"1","a":"2"}}`, false},
		{"switchboard_pbx_reload", `{"triggers":[]}`, false},
		{"switchboard_nothing", `{}`, false},
	} {
		before := len(r.way.types)
		r.compareUpgrade(&tfprotov6.UpgradeResourceStateRequest{TypeName: test.typeName, RawState: &tfprotov6.RawState{JSON: []byte(test.stored)}})
		if short := len(r.way.types) == before; short != test.short {
			t.Errorf("%s %.60s took the short way: %t", test.typeName, test.stored, short)
		}
	}
	for _, req := range []*tfprotov6.UpgradeResourceStateRequest{
		{TypeName: "switchboard_user"},
		{TypeName: "switchboard_user", RawState: &tfprotov6.RawState{}},
		{TypeName: "switchboard_user", RawState: &tfprotov6.RawState{Flatmap: map[string]string{"id": "usr_1"}}},
		{TypeName: "switchboard_user", RawState: &tfprotov6.RawState{Flatmap: map[string]string{}, JSON: []byte(`{}`)}},
		{TypeName: "switchboard_user", Version: 1, RawState: &tfprotov6.RawState{JSON: []byte(`{}`)}},
		{TypeName: "switchboard_user", Version: -1, RawState: &tfprotov6.RawState{JSON: []byte(`{}`)}},
	} {
		before := len(r.way.types)
		r.compareUpgrade(req)
		if len(r.way.types) == before {
			t.Errorf("%+v took the short way", req)
		}
	}
}

// A map of several elements is written in the order of their keys, of which the framework makes any order: what it says
// is the same.
func TestUnchanged_upgradesAsTheFramework_maps(t *testing.T) {
	t.Parallel()
	r := newRandomPlans(t, portaltest.Start(t), 0)
	req := &tfprotov6.UpgradeResourceStateRequest{
		TypeName: "switchboard_pbx_reload", RawState: &tfprotov6.RawState{JSON: []byte(`{"triggers":{"c":"3","a":"1","b":null,"A":"","é":"5"}}`)},
	}
	var said [][]byte
	for _, server := range []tfprotov6.ProviderServer{r.long, r.short} {
		resp, err := server.UpgradeResourceState(t.Context(), req)
		if err != nil {
			t.Fatal(err)
		}
		value, err := resp.UpgradedState.Unmarshal(r.schemas.ResourceSchemas[req.TypeName].ValueType())
		if err != nil {
			t.Fatal(err)
		}
		said = append(said, r.encode(value).MsgPack)
	}
	if !bytes.Equal(said[0], said[1]) || len(r.way.types) > 0 {
		t.Errorf("the framework says %q, the short way, asking %v, says %q", said[0], r.way.types, said[1])
	}
}

func (r *randomPlans) compareUpgrade(req *tfprotov6.UpgradeResourceStateRequest) {
	r.t.Helper()
	var answers []map[string]any
	for _, server := range []tfprotov6.ProviderServer{r.long, r.short} {
		resp, err := server.UpgradeResourceState(r.t.Context(), req)
		if err != nil {
			r.t.Fatal(err)
		}
		answer := map[string]any{"state": resp.UpgradedState, "said": resp.Diagnostics == nil}
		for i, d := range resp.Diagnostics {
			answer[fmt.Sprintf("diagnostic %d", i)] = []string{d.Severity.String(), d.Summary, d.Detail, d.Attribute.String()}
		}
		answers = append(answers, answer)
	}
	if difference := cmp.Diff(answers[0], answers[1]); difference != "" {
		r.t.Errorf("%s is upgraded otherwise (-framework +short way):\n%s\nrequest %+v\nstate %.2000s", req.TypeName, difference, req, req.RawState.JSON)
	}
}

var storedValue = regexp.MustCompile(`:(null|true|false|-?[0-9]+|"[^"\\]*"|\[[^][]*\])`)

// spoil has something out of the ordinary in a request, or what only looks like it. It makes no map of several
// elements: see the test of maps.
func (r *randomPlans) spoil(req *tfprotov6.UpgradeResourceStateRequest) {
	stored := req.RawState.JSON
	odd := []string{
		`null`, `true`, `"true"`, `"1"`, `7`, `-1`, `0.5`, `1e2`, `"text"`, `""`, `[]`, `["a","a"]`, `[null]`, `[1]`, `{}`, `{"key":"value"}`, `{"id":1}`,
		`null,"gone":{"id":[1,{"a":null}]}`, `null,"key":null`, ` "a\u0062c" `, ``,
	}[r.IntN(21)]
	switch values := storedValue.FindAllSubmatchIndex(stored, -1); r.IntN(10) {
	case 0: // cut short
		req.RawState.JSON = stored[:r.IntN(len(stored))]
	case 1:
		req.RawState.JSON = slices.Concat(stored, []byte(odd))
	case 2:
		req.Version = 1
	default:
		at := values[r.IntN(len(values))]
		req.RawState.JSON = slices.Concat(stored[:at[2]], []byte(odd), stored[at[3]:])
	}
}
