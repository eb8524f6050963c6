package store

import "context"

// Avatar is the picture of a user (EN-04).
type Avatar struct {
	MediaType string // image/png or image/jpeg
	SHA256    string // of the image, in hexadecimal
	Image     []byte // at most 1 MiB
}

// PutAvatar gives a user a picture in place of the one that it had.
func (t *Tx) PutAvatar(ctx context.Context, organizationID, userID string, a Avatar) error {
	const query = `INSERT INTO avatars (organization_id, user_id, media_type, sha256, image) VALUES ($1, $2, $3, $4, $5)
		ON CONFLICT (organization_id, user_id) DO UPDATE SET media_type = excluded.media_type, sha256 = excluded.sha256, image = excluded.image`
	return t.change(ctx, query, organizationID, userID, a.MediaType, a.SHA256, a.Image)
}

// DeleteAvatar removes the picture of a user, if there is one.
func (t *Tx) DeleteAvatar(ctx context.Context, organizationID, userID string) error {
	_, err := t.exec(ctx, `DELETE FROM avatars WHERE organization_id = $1 AND user_id = $2`, organizationID, userID)
	return err
}
