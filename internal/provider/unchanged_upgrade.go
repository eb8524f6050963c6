package provider

import (
	"bytes"
	"context"

	"github.com/hashicorp/terraform-plugin-framework/resource/schema"
	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/vmihailenco/msgpack/v5"
)

// storedState is how the framework reads the state of a resource where Terraform keeps it. Its write is nil where the
// framework is left to it.
type storedState struct {
	version int64
	write   wireWriter
}

func storedStates(schemas map[string]schema.Schema) map[string]storedState {
	states := make(map[string]storedState, len(schemas))
	for typeName, s := range schemas {
		if len(s.Blocks) == 0 { // the framework turns lists and sets of blocks from null into none
			states[typeName] = storedState{version: s.Version, write: wireWriterOf(s.Type().TerraformType(context.Background()))}
		}
	}
	return states
}

// UpgradeResourceState implements tfprotov6.ResourceServer. Terraform has every object of every run upgraded, nearly
// always from the version that it has already.
func (s *shortWay) UpgradeResourceState(ctx context.Context, req *tfprotov6.UpgradeResourceStateRequest) (*tfprotov6.UpgradeResourceStateResponse, error) {
	encoded, ok := s.stored[req.TypeName].upgraded(req)
	if !ok {
		return s.frameworkServer.UpgradeResourceState(ctx, req)
	}
	return &tfprotov6.UpgradeResourceStateResponse{UpgradedState: &tfprotov6.DynamicValue{MsgPack: encoded}}, nil
}

// upgraded is the state of a request as the framework sends it on. It reports false for another version, and for what
// is not as a provider of this version wrote it.
func (k storedState) upgraded(req *tfprotov6.UpgradeResourceStateRequest) ([]byte, bool) {
	if k.write == nil || req.Version != k.version || req.RawState == nil || req.RawState.Flatmap != nil {
		return nil, false
	}
	state, ok := readStoredObject(req.RawState.JSON)
	if !ok {
		return nil, false
	}
	var encoded bytes.Buffer
	encoded.Grow(len(req.RawState.JSON))
	ok = k.write(msgpack.NewEncoder(&encoded), state)
	return encoded.Bytes(), ok
}
