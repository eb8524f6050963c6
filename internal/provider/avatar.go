package provider

import (
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"os"

	"github.com/hashicorp/terraform-plugin-framework/path"

	"github.com/switchboard-hq/terraform-provider-switchboard/internal/portal"
)

// avatar is a picture file as a configuration names it. The state keeps the digest of what the portal has, so that
// another picture under the same name is a change.
type avatar struct {
	content []byte // nothing for an empty name, which removes the picture
	sha256  string // hex; "" for none
}

// readAvatar reads the file, whose content is for the rule set to judge; nil if the configuration names none or does
// not know the name yet.
func readAvatar(file any) (*avatar, error) {
	name, known := file.(string)
	switch {
	case !known:
		return nil, nil
	case name == "":
		return &avatar{}, nil
	}
	info, err := os.Stat(name)
	if err != nil {
		return nil, fmt.Errorf("the picture cannot be read: %w", err)
	}
	if info.Size() > portal.MaxAvatarSize {
		return nil, fmt.Errorf("%s has %d bytes; a picture has at most %d, make it smaller", name, info.Size(), portal.MaxAvatarSize)
	}
	content, err := os.ReadFile(name)
	if err != nil {
		return nil, fmt.Errorf("the picture cannot be read: %w", err)
	}
	sum := sha256.Sum256(content)
	return &avatar{content: content, sha256: hex.EncodeToString(sum[:])}, nil
}

// request is the field of a request that sends the picture; nil if the portal has it already.
func (a *avatar) request(stored string) *string {
	if a == nil || a.sha256 == stored {
		return nil
	}
	return new(base64.StdEncoding.EncodeToString(a.content))
}

// configuredAvatar is the picture that the webcare attribute names; nil if it names none, or one that cannot be read,
// which is an error.
func configuredAvatar(o operation) *avatar {
	picture, err := readAvatar(o.config.Object("webcare")["avatar_file"])
	if err != nil {
		o.diags.AddAttributeError(path.Root("webcare").AtName("avatar_file"), summary(portal.CodeMalformed), portal.Ended(err.Error()))
		return nil
	}
	return picture
}
