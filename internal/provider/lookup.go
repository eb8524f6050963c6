package provider

import (
	"context"
	"fmt"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework/diag"

	"github.com/switchboard-hq/terraform-provider-switchboard/internal/portal"
	"github.com/switchboard-hq/terraform-provider-switchboard/internal/portal/client"
)

// Looking objects up by what people know them by (ALL-04).

// idPrefixes are how the ids of each kind of objects begin.
var idPrefixes = map[portal.Noun]string{
	portal.NounUser: "usr_", portal.NounPermissionGroup: "grp_", portal.NounSIPAccount: "sip_", portal.NounUserGroup: "ugr_",
}

// isOf reports whether an id is that of an object of this kind: an extension may be taken by one of another kind (ALL-02).
func isOf(noun portal.Noun, id string) bool { return strings.HasPrefix(id, idPrefixes[noun]) }

// findUser finds a user by id, e-mail address or username.
func (a *access) findUser(ctx context.Context, key string) (*portal.User, error) {
	if isOf(portal.NounUser, key) {
		if user, err := a.client.GetUser(ctx, key); !client.IsNotFound(err) {
			return user, err
		}
	}
	if strings.Contains(key, "@") {
		found, err := a.view.users.named(ctx, a.view, "email", key, true)
		if err != nil || found != nil {
			return found, err
		}
	}
	found, err := a.view.users.named(ctx, a.view, "username", key, true)
	return only(found, err, portal.NounUser, key)
}

// findPermissionGroup finds a group by id or name.
func (a *access) findPermissionGroup(ctx context.Context, key string) (*portal.PermissionGroup, error) {
	if isOf(portal.NounPermissionGroup, key) {
		if group, err := a.client.GetPermissionGroup(ctx, key); !client.IsNotFound(err) {
			return group, err
		}
	}
	found, err := a.view.groups.named(ctx, a.view, "name", key, true)
	return only(found, err, portal.NounPermissionGroup, key)
}

// findUserGroup finds a group by id or name.
func (a *access) findUserGroup(ctx context.Context, key string) (*portal.UserGroup, error) {
	if isOf(portal.NounUserGroup, key) {
		if group, err := a.client.GetUserGroup(ctx, key); !client.IsNotFound(err) {
			return group, err
		}
	}
	found, err := a.view.userGroups.named(ctx, a.view, "name", key, true)
	return only(found, err, portal.NounUserGroup, key)
}

// findSIPAccount finds an account by id or extension.
func (a *access) findSIPAccount(ctx context.Context, key string) (*portal.SIPAccount, error) {
	if isOf(portal.NounSIPAccount, key) {
		if account, err := a.client.GetSIPAccount(ctx, key); !client.IsNotFound(err) {
			return account, err
		}
	}
	found, err := a.view.accounts.named(ctx, a.view, "extension", key, true)
	return only(found, err, portal.NounSIPAccount, key)
}

// only returns what was found, or says that there is no such object. Natural keys are unique, so there is never more than one.
func only[T any](found *T, err error, noun portal.Noun, key string) (*T, error) {
	if err == nil && found == nil {
		by := map[portal.Noun]string{
			portal.NounUser:            "id, e-mail address or username",
			portal.NounPermissionGroup: "id or name",
			portal.NounSIPAccount:      "id or extension",
			portal.NounUserGroup:       "id or name",
		}
		err = portal.NewError(portal.CodeNotFound, fmt.Sprintf("the organisation has no %s with the %s %q", noun.Title(), by[noun], key))
	}
	return found, err
}

// warnGone says that an object was deleted outside Terraform, so that its planned creation is no riddle.
func warnGone(diags *diag.Diagnostics, noun portal.Noun, name string) {
	diags.AddWarning("Deleted outside Terraform",
		fmt.Sprintf("The %s %s is in the state but no longer in the portal, so it leaves the state. If the configuration still has it, it is created anew.", noun.Title(), name))
}
