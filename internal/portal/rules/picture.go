package rules

import (
	"bytes"
	"encoding/base64"
	"errors"
	"fmt"
	"image"
	_ "image/jpeg" // the two formats of a picture
	_ "image/png"

	"github.com/switchboard-hq/terraform-provider-switchboard/internal/portal"
)

// parsePicture says what is wrong with a picture, a PNG or JPEG in base64 (RFC 4648, section 4). It reads no more of it
// than the header.
func parsePicture(text string) error {
	if base64.StdEncoding.DecodedLen(len(text)) > portal.MaxAvatarSize+2 { // the padding may stand for two bytes
		return errPictureSize
	}
	picture, err := base64.StdEncoding.Strict().DecodeString(text)
	if err != nil {
		return errors.New("write it in base64 (RFC 4648), as filebase64() of Terraform does")
	}
	if len(picture) > portal.MaxAvatarSize {
		return errPictureSize
	}
	header, format, err := image.DecodeConfig(bytes.NewReader(picture))
	if err != nil || format != "png" && format != "jpeg" {
		return errors.New("it is neither a PNG nor a JPEG; convert it to one of them")
	}
	if least, most := min(header.Width, header.Height), max(header.Width, header.Height); least < 1 || most > portal.MaxAvatarSide {
		return fmt.Errorf("it has %d by %d pixels; 1 to %d a side are allowed, scale it", header.Width, header.Height, portal.MaxAvatarSide)
	}
	return nil
}

var errPictureSize = fmt.Errorf("it is too large; at most %d bytes (1 MiB) are allowed, make it smaller", portal.MaxAvatarSize)
