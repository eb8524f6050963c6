package service

import (
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"image"
	"image/jpeg"
	"image/png"

	"github.com/switchboard-hq/terraform-provider-switchboard/internal/portal"
	"github.com/switchboard-hq/terraform-provider-switchboard/internal/portal/rules"
	"github.com/switchboard-hq/terraform-provider-switchboard/internal/portal/store"
)

// Limits of a picture (EN-04).
const (
	maxAvatarBytes = 1 << 20
	maxAvatarSide  = 4096 // pixels
)

// avatar is a picture as a request gives it. Mistake says what is wrong with it; then only its hash is set.
type avatar struct {
	store.Avatar
	mistake string
}

// readAvatar decodes a picture. What it is follows from its content, whatever its name said.
func readAvatar(text string) avatar {
	if len(text) > base64.StdEncoding.EncodedLen(maxAvatarBytes) {
		return badAvatar([]byte(text), fmt.Sprintf("the picture has more than %d bytes; make it smaller", maxAvatarBytes))
	}
	content, err := base64.StdEncoding.DecodeString(text)
	if err != nil {
		return badAvatar([]byte(text), "not base64 (RFC 4648, section 4); give the content of a PNG or JPEG file in base64")
	}
	if len(content) > maxAvatarBytes {
		return badAvatar(content, fmt.Sprintf("the picture has %d bytes; at most %d are allowed, make it smaller", len(content), maxAvatarBytes))
	}
	picture := avatar{Avatar: store.Avatar{Image: content, SHA256: hash(content), MediaType: "image/png"}}
	config, err := png.DecodeConfig(bytes.NewReader(content))
	if err != nil {
		picture.MediaType = "image/jpeg"
		config, err = jpeg.DecodeConfig(bytes.NewReader(content))
	}
	if err != nil {
		return badAvatar(content, "neither a PNG nor a JPEG picture; give one of these")
	}
	return picture.fitting(config)
}

func (a avatar) fitting(config image.Config) avatar {
	if config.Width > maxAvatarSide || config.Height > maxAvatarSide || config.Width < 1 || config.Height < 1 {
		return badAvatar(a.Image, fmt.Sprintf("the picture has %d by %d pixels; at most %d a side are allowed, make it smaller", config.Width, config.Height, maxAvatarSide))
	}
	return a
}

// badAvatar has a hash all the same, so that the request is told from one that changes nothing.
func badAvatar(content []byte, mistake string) avatar {
	return avatar{Avatar: store.Avatar{SHA256: hash(content)}, mistake: mistake}
}

func hash(content []byte) string {
	sum := sha256.Sum256(content)
	return hex.EncodeToString(sum[:])
}

func (a avatar) findings() []rules.Finding {
	if a.mistake == "" {
		return nil
	}
	return []rules.Finding{{Field: "webcare.avatar", Severity: rules.SeverityError, Code: portal.CodeMalformed, ID: "EN-04", Message: a.mistake}}
}
