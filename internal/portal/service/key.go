package service

import (
	"context"
	"errors"
	"fmt"
	"io/fs"

	"time"

	"github.com/switchboard-hq/terraform-provider-switchboard/internal/portal"
	"github.com/switchboard-hq/terraform-provider-switchboard/internal/portal/keys"
	"github.com/switchboard-hq/terraform-provider-switchboard/internal/portal/store"
)

// UseKeyFile gives the portal the keys of its database, before anything else is done with it. The first portal of a
// new database makes the file. From then on the database knows its key, and an error says why a file is not the one
// with that key. A service without keys, or one that goes on after such an error, does everything but enrol and
// check second factors.
func (s *Service) UseKeyFile(ctx context.Context, path string) error {
	ring, used, err := s.openKeys(ctx, path)
	if err != nil {
		return err
	}
	s.ring, s.sealing = ring, used.ID
	return s.eachOrganization(ctx, func(tx *store.Tx, id string) error {
		_, err := s.auditHead(ctx, tx, id)
		return err
	})
}

func (s *Service) openKeys(ctx context.Context, path string) (*keys.Ring, store.EncryptionKey, error) {
	used, err := s.encryptionKey(ctx)
	unused := errors.Is(err, store.ErrNotFound)
	if err != nil && !unused {
		return nil, used, err
	}
	ring, err := keys.Read(path)
	switch missing := errors.Is(err, fs.ErrNotExist); {
	case missing && unused:
		ring, err = keys.Make(path, s.random, s.now())
	case missing:
		err = fmt.Errorf("there is no key file %s, and this database needs its key %s, which it has used since %s; put the copy of the file there that you keep%s",
			path, used.ID, used.Since.Format(time.RFC3339), ifLost)
	}
	if err != nil {
		return nil, used, err
	}
	if unused {
		if used, err = s.claimKey(ctx, ring); err != nil {
			return nil, used, err
		}
	}
	if !ring.Has(used.ID) {
		return nil, used, fmt.Errorf("the key file %s has the key %s, and this database needs its key %s, which it has used since %s; "+
			"give all portals of the database the same file: the one of the portal that was the first%s", path, ring.Newest(), used.ID, used.Since.Format(time.RFC3339), ifLost)
	}
	return ring, used, nil
}

const ifLost = `. If it is lost, "portal key reset" says what can be done`

func (s *Service) encryptionKey(ctx context.Context) (used store.EncryptionKey, err error) {
	err = s.store.Read(ctx, func(tx *store.Tx) (err error) {
		used, err = tx.EncryptionKey(ctx)
		return err
	})
	return used, err
}

// claimKey makes the newest key of a file that of the database, and encrypts what an older version has left in
// clear: all of it, or nothing has happened. It returns the key that the database has then, which is another one if
// another portal was faster.
func (s *Service) claimKey(ctx context.Context, ring *keys.Ring) (used store.EncryptionKey, err error) {
	mine := store.EncryptionKey{ID: ring.Newest(), Since: s.now()}
	err = s.store.Write(ctx, "", func(tx *store.Tx) error {
		if used, err = tx.ClaimEncryptionKey(ctx, mine); err != nil || used.ID != mine.ID {
			return err
		}
		return s.reencrypt(ctx, tx, ring, "", mine.ID)
	})
	if err != nil {
		return used, err
	}
	return used, s.store.Purge(ctx)
}

// reencrypt encrypts what is not encrypted with a key yet, of an organisation or of all.
func (s *Service) reencrypt(ctx context.Context, tx *store.Tx, ring *keys.Ring, organizationID, keyID string) error {
	secrets, err := tx.TOTPSecrets(ctx, organizationID)
	if err != nil {
		return err
	}
	for _, secret := range secrets {
		owner := totpOwner(secret.OrganizationID, secret.UserID)
		text := secret.Stored
		switch keys.KeyOf(text) {
		case keyID:
			continue
		case "": // in clear
		default:
			if text, err = ring.Decrypt(text, owner...); err != nil {
				return fmt.Errorf("the second factor of %s in %s: %w", secret.UserID, secret.OrganizationID, err)
			}
		}
		if secret.Stored, err = ring.Encrypt(s.random, keyID, text, owner...); err != nil {
			return err
		}
		if err := tx.SetTOTPSecret(ctx, secret); err != nil {
			return err
		}
	}
	return nil
}

// totpOwner is what the secret of a second factor is bound to: it is worth nothing in the row of somebody else.
func totpOwner(organizationID, userID string) []string {
	return []string{"totp", organizationID, userID}
}

// encryptTOTP is the secret of a second factor as it is stored. The key is looked up in the transaction, so that
// nothing is encrypted with a key that a rotation is done with.
func (s *Service) encryptTOTP(ctx context.Context, tx *store.Tx, organizationID, userID, secret string) (string, error) {
	if s.ring == nil {
		return "", errNoKey
	}
	used, err := tx.EncryptionKey(ctx)
	if err != nil {
		return "", err
	}
	encrypted, err := s.ring.Encrypt(s.random, used.ID, secret, totpOwner(organizationID, userID)...)
	return encrypted, lacking(err)
}

// decryptTOTP returns the secret of a second factor.
func (s *Service) decryptTOTP(organizationID string, l store.Login) (string, error) {
	if s.ring == nil {
		return "", errNoKey
	}
	secret, err := s.ring.Decrypt(l.TOTPSecret, totpOwner(organizationID, l.UserID)...)
	return secret, lacking(err)
}

// errNoKey tells a person that a key is missing, and not where it should be.
var errNoKey = portal.NewError(portal.CodeUnavailable, "no second factor can be used now: the portal has not the key that they are encrypted with; "+
	"its operator has to give it its key file")

func lacking(err error) error {
	if errors.Is(err, keys.ErrNoKey) {
		return errNoKey
	}
	return err
}

// RotateKey makes the newest key of a key file that of the database, and encrypts everything with it. Portals that
// run go on: they have the new key as soon as it is in their key file. Done again after an interruption, it does
// what is left.
func (s *Service) RotateKey(ctx context.Context) (old, now string, err error) {
	used, err := s.encryptionKey(ctx)
	if err != nil {
		return "", "", err
	}
	newest := store.EncryptionKey{ID: s.ring.Newest(), Since: s.now()}
	if newest.ID != used.ID {
		err := s.store.Write(ctx, "", func(tx *store.Tx) error { return tx.ReplaceEncryptionKey(ctx, newest) })
		if err != nil {
			return "", "", err
		}
	}
	err = s.eachOrganization(ctx, func(tx *store.Tx, id string) error { return s.reencrypt(ctx, tx, s.ring, id, newest.ID) })
	return used.ID, newest.ID, err
}

const allOrganizations = 1 << 30

// eachOrganization does something with every organisation, in a transaction each.
func (s *Service) eachOrganization(ctx context.Context, do func(tx *store.Tx, id string) error) error {
	var ids []string
	err := s.store.Read(ctx, func(tx *store.Tx) (err error) {
		ids, err = tx.OrganizationIDs(ctx, allOrganizations)
		return err
	})
	if err != nil {
		return err
	}
	for _, id := range ids {
		if err := s.store.Write(ctx, id, func(tx *store.Tx) error { return do(tx, id) }); err != nil {
			return err
		}
	}
	return nil
}

// ResetKey gives a database whose key is lost another one: the newest of the file at a path, which is made if there
// is none. Every second factor that nobody can decrypt then is removed, and people enrol new ones. It returns how
// many there were.
func (s *Service) ResetKey(ctx context.Context, path string) (removed int, err error) {
	used, err := s.encryptionKey(ctx)
	if errors.Is(err, store.ErrNotFound) {
		return 0, errors.New("this database has no key yet, so none is lost; the first start of a portal makes one")
	}
	if err != nil {
		return 0, err
	}
	ring, err := keys.Read(path)
	if errors.Is(err, fs.ErrNotExist) {
		ring, err = keys.Make(path, s.random, s.now())
	}
	if err != nil {
		return 0, err
	}
	if ring.Has(used.ID) {
		return 0, fmt.Errorf("the key file %s has the key %s of this database, so nothing is lost", path, used.ID)
	}
	s.ring, s.sealing = ring, ring.Newest()
	lost := map[string]int{} // a transaction may run twice
	err = s.eachOrganization(ctx, func(tx *store.Tx, id string) (err error) {
		lost[id], err = s.removeLost(ctx, tx, id)
		return err
	})
	if err != nil {
		return 0, err
	}
	for _, n := range lost {
		removed += n
	}
	return removed, s.store.Write(ctx, "", func(tx *store.Tx) error { // last, so that this can be done again after an interruption
		return tx.ReplaceEncryptionKey(ctx, store.EncryptionKey{ID: ring.Newest(), Since: s.now()})
	})
}

// removeLost removes the second factors of an organisation that no key decrypts.
func (s *Service) removeLost(ctx context.Context, tx *store.Tx, organizationID string) (removed int, err error) {
	secrets, err := tx.TOTPSecrets(ctx, organizationID)
	if err != nil {
		return 0, err
	}
	sc, err := readScene(ctx, tx, Caller{OrganizationID: organizationID})
	if err != nil {
		return 0, err
	}
	for _, secret := range secrets {
		if s.ring.Has(keys.KeyOf(secret.Stored)) {
			continue
		}
		a, err := readAccount(ctx, tx, sc, secret.UserID)
		if err != nil {
			return 0, err
		}
		if err := tx.RemoveSecondFactor(ctx, organizationID, secret.UserID); err != nil {
			return 0, err
		}
		made := accountEvent(portal.ActionRemoveFactor, a.user.User)
		if err := s.record(ctx, tx, s.operator(organizationID), made); err != nil {
			return 0, err
		}
		removed++
	}
	return removed, nil
}
