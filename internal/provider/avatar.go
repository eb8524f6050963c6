package provider

import (
	"context"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"os"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/switchboard-hq/terraform-provider-switchboard/internal/portal"
)

// avatar is a picture file as a configuration names it. The state keeps the digest of what the portal has, so that another picture under the same
// name is a change.
type avatar struct {
	content []byte // nothing for an empty name, which removes the picture
	sha256  string // hex; "" for none
}

// readAvatar reads the file, whose content is for the rule set to judge; nil if the configuration names none or does not know the name yet.
func readAvatar(file types.String) (*avatar, error) {
	switch {
	case file.IsNull() || file.IsUnknown():
		return nil, nil
	case file.ValueString() == "":
		return &avatar{}, nil
	}
	name := file.ValueString()
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

// configuredAvatar is the picture that the webcare attribute names; nil if it names none, or one that cannot be read, which is an error.
func configuredAvatar(ctx context.Context, webcare types.Object, diags *diag.Diagnostics) *avatar {
	picture, err := readAvatar(nested[webcareResourceModel](ctx, webcare, diags).AvatarFile)
	if err != nil {
		diags.AddAttributeError(path.Root("webcare").AtName("avatar_file"), summary(portal.CodeMalformed), ended(err.Error()))
		return nil
	}
	return picture
}

// addTo adds the picture to a request, unless the portal has it already, as the state says.
func (a *avatar) addTo(ctx context.Context, user *portal.User, state userResourceModel, diags *diag.Diagnostics) {
	if user.Webcare != nil {
		user.Webcare.Avatar = a.request(nested[webcareResourceModel](ctx, state.Webcare, diags).AvatarSHA256.ValueString())
	}
}
