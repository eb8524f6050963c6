package service

import (
	"slices"

	"github.com/switchboard-hq/terraform-provider-switchboard/internal/portal"
	"github.com/switchboard-hq/terraform-provider-switchboard/internal/portal/store"
)

// singleField is where an object has the one thing of a kind.
func singleField(object any) **string {
	switch o := object.(type) {
	case *portal.User:
		if o.Telephony == nil {
			o.Telephony = &portal.Telephony{}
		}
		return &o.Telephony.Extension
	case *portal.SIPAccount:
		return &o.Extension
	case *portal.PermissionGroup:
		return &o.Name
	case *portal.UserGroup:
		return &o.Name
	default:
		return new(*string)
	}
}

// listField is where a user has the things of a kind.
func listField(object any, kind portal.HandOverKind) *[]string {
	user, ok := object.(*portal.User)
	if !ok {
		return new([]string)
	}
	if user.Telephony == nil {
		user.Telephony = &portal.Telephony{}
	}
	if kind == portal.HandOverNumber {
		return &user.Telephony.IncomingNumbers
	}
	return &user.Telephony.SIPAccountIDs
}

// overlay gives an object what it waits for.
func overlay(object any, waits []store.HandOver) {
	for _, h := range waits {
		if isSingle(h.Kind) {
			*singleField(object) = new(h.Value)
			continue
		}
		list := listField(object, h.Kind)
		*list = append(slices.Clone(*list), h.Value)
		slices.Sort(*list)
	}
}

// withhold takes from a wanted object what it has to wait for. It keeps what the stored one has, nil for a new
// object.
func withhold[T any](wanted, stored *T, waits []store.HandOver) {
	for _, h := range waits {
		if isSingle(h.Kind) {
			*singleField(wanted) = new(valueOf(*singleField(stored)))
			continue
		}
		list := listField(wanted, h.Kind)
		*list = slices.DeleteFunc(append([]string{}, *list...), func(value string) bool { return value == h.Value })
	}
}

// leftOut are those of the things that an object waits for of which a request says nothing.
func leftOut(request any, waits []store.HandOver) (kept []store.HandOver) {
	for _, h := range waits {
		user, isUser := request.(*portal.User)
		if isUser && user.Telephony == nil || isSingle(h.Kind) && *singleField(request) == nil ||
			!isSingle(h.Kind) && *listField(request, h.Kind) == nil {
			kept = append(kept, h)
		}
	}
	return kept
}
