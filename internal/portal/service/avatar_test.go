package service

import (
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"image"
	"image/gif"
	"image/jpeg"
	"image/png"
	"io"
	"strings"
	"testing"

	"github.com/switchboard-hq/terraform-provider-switchboard/internal/portal"
)

// picture is an image in base64, and the digest of the image.
func picture(t *testing.T, width int, encode func(io.Writer, image.Image) error) (text, digest string) {
	t.Helper()
	var content bytes.Buffer
	if err := encode(&content, image.NewGray(image.Rect(0, 0, width, 1))); err != nil {
		t.Fatal(err)
	}
	sum := sha256.Sum256(content.Bytes())
	return base64.StdEncoding.EncodeToString(content.Bytes()), hex.EncodeToString(sum[:])
}

func asJPEG(w io.Writer, i image.Image) error { return jpeg.Encode(w, i, nil) }

func asGIF(w io.Writer, i image.Image) error { return gif.Encode(w, i, nil) }

func withAvatar(text string) portal.User { return portal.User{Webcare: &portal.Webcare{Avatar: &text}} }

func TestService_EN04_avatarIsStoredAndShownAsDigest(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	umbrella := f.on(umbrellaFile)
	first, firstDigest := picture(t, 8, png.Encode)
	second, secondDigest := picture(t, 9, asJPEG)
	role := f.groupIn(umbrella, "Agent")
	request := portal.User{
		Username: new("alice"), Email: new("alice@example.com"), FirstName: new("Alice"), LastName: new("Jansen"), PermissionGroupIDs: []string{role.ID},
		Webcare: &portal.Webcare{Avatar: &first, AvatarSHA256: "read-only"},
	}
	made, err := f.CreateUser(t.Context(), umbrella, request, "key")
	if err != nil {
		t.Fatal(err)
	}
	user := made.Object
	if user.Webcare.AvatarSHA256 != firstDigest || user.Webcare.Avatar != nil {
		t.Errorf("created %s, want the digest %s and no picture", marshal(t, user.Webcare), firstDigest)
	}
	if again, err := f.CreateUser(t.Context(), umbrella, request, "key"); err != nil || !again.Replayed || again.Object.ETag != user.ETag {
		t.Errorf("repeated: %s, %v", marshal(t, again), err)
	}
	request.Webcare = &portal.Webcare{Avatar: &second}
	_, err = f.CreateUser(t.Context(), umbrella, request, "key")
	wantError(t, err, portal.CodeInvalid, "", portal.CodeKeyReused)
	if same := f.replaceIn(umbrella, user.ID, withAvatar(first)); same.ETag != user.ETag {
		t.Error("the picture that is stored already makes a change")
	}
	kept := f.replaceIn(umbrella, user.ID, portal.User{FirstName: new("Alicia")})
	if kept.Webcare.AvatarSHA256 != firstDigest {
		t.Error("a change of the name took the picture")
	}
	changed := f.replaceIn(umbrella, user.ID, withAvatar(second))
	if changed.Webcare.AvatarSHA256 != secondDigest || changed.ETag == kept.ETag {
		t.Errorf("changed to %s", marshal(t, changed))
	}
	page, err := f.ListUsers(t.Context(), umbrella, ListQuery{})
	if err != nil || len(page.Items) != 1 || marshal(t, page.Items[0]) != marshal(t, changed) {
		t.Errorf("the list shows %s, %v", marshal(t, page), err)
	}
	removed := f.replaceIn(umbrella, user.ID, withAvatar(""))
	if removed.Webcare.AvatarSHA256 != "" || removed.ETag == changed.ETag {
		t.Errorf("without a picture: %s", marshal(t, removed))
	}
	if same := f.replaceIn(umbrella, user.ID, withAvatar("")); same.ETag != removed.ETag {
		t.Error("removing a picture that is not there makes a change")
	}
}

func TestService_EN04_avatarIsAPictureOfSomeSize(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	umbrella := f.on(umbrellaFile)
	user := f.umbrellaUser(umbrella, "alice")
	animation, _ := picture(t, 8, asGIF)
	wide, _ := picture(t, portal.MaxAvatarSide+1, png.Encode)
	good, _ := picture(t, portal.MaxAvatarSide, png.Encode)
	head, err := base64.StdEncoding.DecodeString(good)
	if err != nil {
		t.Fatal(err)
	}
	for name, text := range map[string]string{
		"no base64": "%%%", "no picture": base64.StdEncoding.EncodeToString([]byte("<svg/>")), "another kind of picture": animation, "too many pixels": wide,
		"too many bytes": base64.StdEncoding.EncodeToString(append(head, make([]byte, portal.MaxAvatarSize)...)),
	} {
		_, err := f.ReplaceUser(t.Context(), umbrella, user.ID, withAvatar(text), "")
		if err == nil {
			t.Errorf("%s was accepted", name)
			continue
		}
		wantError(t, err, portal.CodeInvalid, "webcare.avatar", portal.CodeMalformed)
		if got := portalError(t, err); len(got.Errors) != 1 || len(got.Errors[0].Message) > 200 || strings.Contains(got.Errors[0].Message, text) {
			t.Errorf("%s: %s", name, marshal(t, got))
		}
	}
	f.replaceIn(umbrella, user.ID, withAvatar(good))
	_, err = f.CreateUser(t.Context(), f.acme, withAvatar(good), "")
	wantError(t, err, portal.CodeInvalid, "webcare", portal.CodeNotOnPlatform)
}
