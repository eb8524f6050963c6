package service

import (
	"context"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"net/http"

	"github.com/switchboard-hq/terraform-provider-switchboard/internal/portal"
	"github.com/switchboard-hq/terraform-provider-switchboard/internal/portal/store"
)

// readAvatar decodes a picture of a request (EN-04), the zero value for none. What it is follows from its content;
// whether it may be is for the rules. What cannot be decoded has a hash all the same, so that the request is told from
// one that changes nothing.
func readAvatar(u portal.User) store.Avatar {
	if u.Webcare == nil || u.Webcare.Avatar == nil || *u.Webcare.Avatar == "" {
		return store.Avatar{}
	}
	image, err := base64.StdEncoding.Strict().DecodeString(*u.Webcare.Avatar)
	if err != nil {
		image = []byte(*u.Webcare.Avatar)
	}
	sum := sha256.Sum256(image)
	return store.Avatar{MediaType: http.DetectContentType(image), SHA256: hex.EncodeToString(sum[:]), Image: image}
}

// keepAvatar stores the picture of the request, if it is another one than before.
func (e *userEntity) keepAvatar(ctx context.Context, tx *store.Tx, sc scene, before, after portal.User) error {
	switch wanted := avatarSHA256(after); wanted {
	case avatarSHA256(before):
		return nil
	case "":
		return tx.DeleteAvatar(ctx, sc.organization.ID, after.ID)
	default:
		return tx.PutAvatar(ctx, sc.organization.ID, after.ID, e.avatar)
	}
}

func avatarSHA256(u portal.User) string {
	if u.Webcare == nil {
		return ""
	}
	return u.Webcare.AvatarSHA256
}
