package server

import (
	"context"
	"net/http"
	"net/url"
	"strings"

	"github.com/switchboard-hq/terraform-provider-switchboard/internal/portal"
	"github.com/switchboard-hq/terraform-provider-switchboard/internal/portal/service"
)

// collection is one kind of object: five routes that are the same for every kind.
type collection[T any] struct {
	noun    portal.Noun
	name    string                    // operation ids end in it
	path    string                    // of the list; a single object is below it
	keys    []string                  // by which a list can be filtered
	version func(T) (id, etag string) // what an answer's headers say of an object
	list    func(*service.Service, context.Context, service.Caller, service.ListQuery) (portal.Page[T], error)
	get     func(*service.Service, context.Context, service.Caller, string) (T, error)
	create  func(*service.Service, context.Context, service.Caller, T, string) (service.Created[T], error)
	replace func(*service.Service, context.Context, service.Caller, string, T, string) (T, error)
	remove  func(c *call, id, ifMatch string) error
	options []parameter // of a deletion
	maxBody int64       // of a request, in bytes; 0 is defaultMaxBody
}

// maxUserBody leaves room for a picture in base64, which is a third larger than the picture.
const maxUserBody = 2 * portal.MaxAvatarSize

func users() collection[portal.User] {
	return collection[portal.User]{
		noun: portal.NounUser, name: "User", path: "/v1/users", keys: []string{"email", "username", "extension", "status"},
		version: func(u portal.User) (string, string) { return u.ID, u.ETag },
		list:    (*service.Service).ListUsers, get: (*service.Service).GetUser, create: (*service.Service).CreateUser,
		replace: (*service.Service).ReplaceUser, remove: removeUser, options: []parameter{discardParameter, lastAdministratorParameter}, maxBody: maxUserBody,
	}
}

func permissionGroups() collection[portal.PermissionGroup] {
	return collection[portal.PermissionGroup]{
		noun: portal.NounPermissionGroup, name: "PermissionGroup", path: "/v1/permission-groups", keys: []string{"name"},
		version: func(g portal.PermissionGroup) (string, string) { return g.ID, g.ETag },
		list:    (*service.Service).ListPermissionGroups, get: (*service.Service).GetPermissionGroup, create: (*service.Service).CreatePermissionGroup,
		replace: (*service.Service).ReplacePermissionGroup, remove: plainly((*service.Service).DeletePermissionGroup),
	}
}

func sipAccounts() collection[portal.SIPAccount] {
	return collection[portal.SIPAccount]{
		noun: portal.NounSIPAccount, name: "SIPAccount", path: "/v1/sip-accounts", keys: []string{"extension"},
		version: func(a portal.SIPAccount) (string, string) { return a.ID, a.ETag },
		list:    (*service.Service).ListSIPAccounts, get: (*service.Service).GetSIPAccount, create: (*service.Service).CreateSIPAccount,
		replace: (*service.Service).ReplaceSIPAccount, remove: plainly((*service.Service).DeleteSIPAccount),
	}
}

func userGroups() collection[portal.UserGroup] {
	return collection[portal.UserGroup]{
		noun: portal.NounUserGroup, name: "UserGroup", path: "/v1/user-groups", keys: []string{"name"},
		version: func(g portal.UserGroup) (string, string) { return g.ID, g.ETag },
		list:    (*service.Service).ListUserGroups, get: (*service.Service).GetUserGroup, create: (*service.Service).CreateUserGroup,
		replace: (*service.Service).ReplaceUserGroup, remove: plainly((*service.Service).DeleteUserGroup),
	}
}

// plainly is a deletion of which there is nothing more to say.
func plainly(remove func(*service.Service, context.Context, service.Caller, string, string) error) func(*call, string, string) error {
	return func(c *call, id, ifMatch string) error { return remove(c.portal, c.Context(), c.caller, id, ifMatch) }
}

func removeUser(c *call, id, ifMatch string) error {
	discard, err := c.flag(discardParameter)
	if err != nil {
		return err
	}
	if c.caller.LastAdministrator, err = c.flag(lastAdministratorParameter); err != nil {
		return err
	}
	return c.portal.DeleteUser(c.Context(), c.caller, id, ifMatch, portal.Deletion{DiscardPlannedWork: discard})
}

// Codes of errors that come with a body, and with a write that an object can be in the way of.
var (
	bodyCodes  = []portal.Code{portal.CodeUnsupportedMedia, portal.CodeTooLarge, portal.CodeInvalid, portal.CodeConflict}
	writeCodes = append([]portal.Code{portal.CodeNotFound, portal.CodePreconditionFailed}, bodyCodes...)
)

func (o collection[T]) routes() []route {
	var object T
	title := o.noun.Title()
	single := o.path + "/{id}"
	return []route{
		{
			method: http.MethodGet, path: o.path, id: "list" + o.name + "s", scope: portal.ScopeRead,
			summary:    "The " + title + "s, in the order of their ids, byte by byte, page by page. Every item is complete.",
			parameters: o.listParameters(), response: portal.Page[T]{}, status: http.StatusOK, run: o.handleList,
		},
		{
			method: http.MethodPost, path: o.path, id: "create" + o.name, scope: portal.ScopeWrite,
			summary:    "Makes a " + title + ". What is left out gets the platform's default.",
			parameters: []parameter{idempotencyKeyParameter, managedByParameter, handOverParameter}, request: object, maxBody: o.maxBody, response: object, status: http.StatusCreated,
			headers: []header{etagHeader, locationHeader, replayedHeader, alsoChangedHeader}, codes: bodyCodes, run: o.handleCreate,
		},
		{
			method: http.MethodGet, path: single, id: "get" + o.name, scope: portal.ScopeRead,
			summary:    "One " + title + ".",
			parameters: []parameter{idParameter}, response: object, status: http.StatusOK,
			headers: []header{etagHeader}, codes: []portal.Code{portal.CodeNotFound}, run: o.handleGet,
		},
		{
			method: http.MethodPut, path: single, id: "replace" + o.name, scope: portal.ScopeWrite,
			summary:    "Replaces a " + title + ". A field that is left out keeps its value.",
			parameters: []parameter{idParameter, ifMatchParameter, managedByParameter, handOverParameter}, request: object, maxBody: o.maxBody, response: object, status: http.StatusOK,
			headers: []header{etagHeader, alsoChangedHeader}, codes: writeCodes, run: o.handleReplace,
		},
		{
			method: http.MethodDelete, path: single, id: "delete" + o.name, scope: portal.ScopeWrite,
			summary:    "Deletes a " + title + ".",
			parameters: append([]parameter{idParameter, ifMatchParameter, managerParameter, handOverParameter}, o.options...), status: http.StatusNoContent,
			waiting: portal.HandOver{}, headers: []header{alsoChangedHeader},
			codes: []portal.Code{portal.CodeNotFound, portal.CodePreconditionFailed, portal.CodeConflict}, run: o.handleDelete,
		},
	}
}

func (o collection[T]) listParameters() []parameter {
	parameters := []parameter{limitParameter, afterParameter, idsParameter, pageEndsParameter}
	for _, key := range o.keys {
		parameters = append(parameters, parameter{
			in: "query", name: key, description: "Only a " + o.noun.Title() + " with exactly this " + key + ".",
			schema: map[string]any{"type": "string", "minLength": 1},
		})
	}
	return parameters
}

func (o collection[T]) handleList(c *call) (any, error) {
	query, err := c.listQuery(o.keys)
	if err != nil {
		return nil, err
	}
	return o.list(c.portal, c.Context(), c.caller, query)
}

func (o collection[T]) handleGet(c *call) (any, error) {
	return o.single(c)(o.get(c.portal, c.Context(), c.caller, c.PathValue("id")))
}

func (o collection[T]) handleCreate(c *call) (any, error) {
	key, err := c.idempotencyKey()
	if err != nil {
		return nil, err
	}
	if c.caller.ManagedBy, err = c.managedBy(); err != nil {
		return nil, err
	}
	if err := c.readHandOver(); err != nil {
		return nil, err
	}
	object, err := decode[T](c)
	if err != nil {
		return nil, err
	}
	created, err := o.create(c.portal, c.Context(), c.caller, object, key)
	if err != nil {
		return nil, err
	}
	c.tellEffects()
	id, _ := o.version(created.Object)
	c.header.Set("Location", o.path+"/"+url.PathEscape(id))
	if created.Replayed {
		c.header.Set("Idempotency-Replayed", "true")
	}
	return o.single(c)(created.Object, nil)
}

func (o collection[T]) handleReplace(c *call) (_ any, err error) {
	if c.caller.ManagedBy, err = c.managedBy(); err != nil {
		return nil, err
	}
	if err := c.readHandOver(); err != nil {
		return nil, err
	}
	object, err := decode[T](c)
	if err != nil {
		return nil, err
	}
	replaced, err := o.replace(c.portal, c.Context(), c.caller, c.PathValue("id"), object, c.ifMatch())
	c.tellEffects()
	return o.single(c)(replaced, err)
}

func (o collection[T]) handleDelete(c *call) (any, error) {
	if err := c.readHandOver(); err != nil {
		return nil, err
	}
	if err := o.remove(c, c.PathValue("id"), c.ifMatch()); err != nil {
		return nil, err
	}
	c.tellEffects()
	return c.waits(nil), nil
}

// waits is the body of an answer: that of a deletion that waits, which is accepted and not done yet, or the one of what
// is done.
func (c *call) waits(done any) any {
	if c.caller.Effects.Waits == nil {
		return done
	}
	c.accepted = true
	return *c.caller.Effects.Waits
}

// single answers with one object and its ETag.
func (o collection[T]) single(c *call) func(T, error) (any, error) {
	return func(object T, err error) (any, error) {
		if err != nil {
			return nil, err
		}
		_, etag := o.version(object)
		c.header.Set("ETag", etag)
		return object, nil
	}
}

// ifMatch is the condition of a write (RFC 9110, section 13.1.1), as it was sent.
func (c *call) ifMatch() string { return strings.Join(c.Header.Values("If-Match"), ", ") }
