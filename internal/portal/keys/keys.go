// Package keys holds what a portal encrypts with: secrets that it has to read again, and the seals of its audit
// trail. The keys are in a file of their own, apart from the database, so that a copy of the database alone tells
// no secret.
package keys

import (
	"crypto/cipher"
	"crypto/hkdf"
	"crypto/sha256"
	"encoding/base32"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"sync"
	"time"

	"golang.org/x/crypto/chacha20poly1305"
)

// secretBytes is how long a key is.
const secretBytes = 32

// idPrefix begins the id of every key.
const idPrefix = "key_"

// ErrNoKey says that the file has no key with this id.
var ErrNoKey = errors.New("the key file has no such key")

// Ring is the keys of one file, the oldest first. It is safe for concurrent use.
type Ring struct {
	path      string
	protected sync.Mutex
	keys      []key
}

// key is one key as the file has it.
type key struct {
	ID        string    `json:"id"` // follows from the secret, so that nobody takes one for another
	CreatedAt time.Time `json:"created_at"`
	Secret    []byte    `json:"secret"`
}

func newKey(random io.Reader, now time.Time) (key, error) {
	k := key{CreatedAt: now.UTC().Truncate(time.Second), Secret: make([]byte, secretBytes)}
	if _, err := io.ReadFull(random, k.Secret); err != nil {
		return key{}, fmt.Errorf("no randomness: %w", err)
	}
	var err error
	k.ID, err = idOf(k.Secret)
	return k, err
}

// idOf is the id of a key: 80 bits that follow from its secret and do not tell it.
func idOf(secret []byte) (string, error) {
	const idBytes = 10
	id, err := derive(secret, "id", idBytes)
	return idPrefix + strings.ToLower(base32.StdEncoding.EncodeToString(id)), err
}

// derive returns a key for one purpose (RFC 5869). The secret itself is used for nothing else.
func derive(secret []byte, purpose string, length int) ([]byte, error) {
	return hkdf.Key(sha256.New, secret, nil, "switchboard portal\x00"+purpose, length)
}

// Newest is the id of the key that was made last.
func (r *Ring) Newest() string {
	r.protected.Lock()
	defer r.protected.Unlock()
	return r.keys[len(r.keys)-1].ID
}

// Has reports whether the file has a key.
func (r *Ring) Has(id string) bool {
	_, err := r.secret(id)
	return err == nil
}

// secret returns a key. One that is not known may have been added since the file was read, so the file is read
// again.
func (r *Ring) secret(id string) ([]byte, error) {
	r.protected.Lock()
	defer r.protected.Unlock()
	find := func() []byte {
		if i := slices.IndexFunc(r.keys, func(k key) bool { return k.ID == id }); i >= 0 {
			return r.keys[i].Secret
		}
		return nil
	}
	if secret := find(); secret != nil {
		return secret, nil
	}
	now, err := readFile(r.path)
	if err != nil {
		return nil, errors.Join(fmt.Errorf("%w: %s", ErrNoKey, id), err)
	}
	r.keys = now
	if secret := find(); secret != nil {
		return secret, nil
	}
	return nil, fmt.Errorf("%w: %s", ErrNoKey, id)
}

// Encrypt encrypts a text with a key (XChaCha20-Poly1305). It can be decrypted only as what it was encrypted as:
// the owner says whose it is, from the general to the particular.
func (r *Ring) Encrypt(random io.Reader, keyID, text string, owner ...string) (string, error) {
	aead, err := r.aead(keyID)
	if err != nil {
		return "", err
	}
	nonce := make([]byte, aead.NonceSize(), aead.NonceSize()+len(text)+aead.Overhead())
	if _, err := io.ReadFull(random, nonce); err != nil {
		return "", fmt.Errorf("no randomness: %w", err)
	}
	sealed := aead.Seal(nonce, nonce, []byte(text), bound(owner))
	return keyID + "." + base64.RawURLEncoding.EncodeToString(sealed), nil
}

// Decrypt returns the text that Encrypt was given. ErrNoKey says that the file lacks the key that it was encrypted
// with.
func (r *Ring) Decrypt(encrypted string, owner ...string) (string, error) {
	aead, err := r.aead(KeyOf(encrypted))
	if err != nil {
		return "", err
	}
	_, encoded, _ := strings.Cut(encrypted, ".")
	sealed, err := base64.RawURLEncoding.DecodeString(encoded)
	if err != nil || len(sealed) < aead.NonceSize() {
		return "", errNotEncrypted
	}
	text, err := aead.Open(nil, sealed[:aead.NonceSize()], sealed[aead.NonceSize():], bound(owner))
	if err != nil {
		return "", errNotEncrypted
	}
	return string(text), nil
}

var errNotEncrypted = errors.New("what is stored was not encrypted by this portal, or for somebody else")

// KeyOf is the id of the key that a text was encrypted with; empty for a text that is not encrypted.
func KeyOf(encrypted string) string {
	id, _, found := strings.Cut(encrypted, ".")
	if !found || !strings.HasPrefix(id, idPrefix) {
		return ""
	}
	return id
}

// bound is an owner as associated data. No part of one contains U+0000.
func bound(owner []string) []byte { return []byte(strings.Join(owner, "\x00")) }

func (r *Ring) aead(keyID string) (cipher.AEAD, error) {
	secret, err := r.secret(keyID)
	if err != nil {
		return nil, err
	}
	encryption, err := derive(secret, "encryption", chacha20poly1305.KeySize)
	if err != nil {
		return nil, err
	}
	return chacha20poly1305.NewX(encryption)
}

// SealingKey is the key with which the audit trail of an organisation is sealed.
func (r *Ring) SealingKey(keyID, organizationID string) ([]byte, error) {
	secret, err := r.secret(keyID)
	if err != nil {
		return nil, err
	}
	return derive(secret, "audit\x00"+organizationID, sha256.Size)
}
