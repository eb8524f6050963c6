package client

import "crypto/rand"

// newIdempotencyKey returns a random key for one create. It is kept over the retries of this create, so that a lost
// answer makes no second object. A later create of the same content has another key: it must not be answered with an
// object that is there already.
func newIdempotencyKey() string { return rand.Text() }
