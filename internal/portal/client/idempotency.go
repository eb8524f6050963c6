package client

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
)

// idempotencyKey derives the key of a create from what is created, so that a run which was killed before it saw the answer sends the
// same key when it is run again, and the portal returns the object that it made then. Secrets are left out: they must not leave in a
// hash, and a generated password differs from run to run. The fields are in the order of their names, not of the Go struct, so that
// the key outlives a release.
func idempotencyKey(method, path string, bare any) (string, error) {
	text, err := json.Marshal(bare)
	if err != nil {
		return "", err
	}
	var fields any
	if err := json.Unmarshal(text, &fields); err != nil {
		return "", err
	}
	canonical, err := json.Marshal(fields)
	if err != nil {
		return "", err
	}
	sum := sha256.New()
	for _, part := range []string{method, "\n", path, "\n", string(canonical)} {
		_, _ = sum.Write([]byte(part)) // a hash never fails to write
	}
	return hex.EncodeToString(sum.Sum(nil)), nil
}
