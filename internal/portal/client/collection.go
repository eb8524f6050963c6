package client

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"mime"
	"net/http"
	"net/url"
	"strconv"

	"github.com/switchboard-hq/terraform-provider-switchboard/internal/portal"
)

// Created is the answer to a create. Replayed says that an earlier attempt of the same create had made the object
// already and its answer was lost.
type Created[T any] struct {
	Object   T
	Replayed bool
}

// collection is the part of the API that every kind of object has.
type collection[T any] struct {
	client *Client
	title  string // in sentences
	path   string
	id     func(T) string
	view   *view // of the whole list; nil where there is none
}

// list returns every object that matches, page by page in the largest pages there are. An empty value in where filters
// nothing.
func (c collection[T]) list(ctx context.Context, where map[string]string) ([]T, error) {
	query := url.Values{"limit": {strconv.Itoa(portal.MaxPageSize)}}
	for field, value := range where {
		if value != "" {
			query.Set(field, value)
		}
	}
	if c.viewed() && len(query) == 1 {
		return c.all(ctx)
	}
	all := []T{}
	cursors := map[string]bool{}
	for {
		r := request{method: http.MethodGet, path: c.path, query: query}
		page, got, err := readPage[T](ctx, c.client, r)
		if err != nil {
			return nil, err
		}
		for _, object := range page.Items {
			if c.id(object) == "" {
				return nil, c.client.unexpected(r, got, fmt.Errorf("a %s in it has no id", c.title))
			}
		}
		all = append(all, page.Items...)
		if page.Next == "" {
			return all, nil
		}
		if cursors[page.Next] {
			return nil, c.client.unexpected(r, got, errors.New("its next page is one that came before, without end"))
		}
		cursors[page.Next] = true
		query.Set("after", page.Next)
	}
}

// readPage reads one page of a list.
func readPage[T any](ctx context.Context, client *Client, r request) (page portal.Page[T], got answer, err error) {
	if got, err = client.do(ctx, r); err != nil {
		return page, got, err
	}
	if err := json.Unmarshal(got.body, &page); err != nil {
		return page, got, client.unexpected(r, got, err)
	}
	// A page without items is no empty list: whoever took it for one would believe that everything is gone.
	if page.Items == nil {
		return page, got, client.unexpected(r, got, errors.New("it has no items"))
	}
	return page, got, nil
}

// viewed reports whether reads go through the view.
func (c collection[T]) viewed() bool { return c.view != nil && !c.client.singleReads }

// note tells the view of a write.
func (c collection[T]) note(write func(*view)) {
	if c.viewed() {
		write(c.view)
	}
}

func (c collection[T]) all(ctx context.Context) ([]T, error) {
	texts, err := c.view.all(ctx)
	if err != nil {
		return nil, err
	}
	objects := make([]T, len(texts))
	for i, text := range texts {
		if err := c.decode(text, &objects[i]); err != nil {
			return nil, err
		}
	}
	return objects, nil
}

func (c collection[T]) decode(text json.RawMessage, into *T) error {
	if err := json.Unmarshal(text, into); err != nil {
		return c.client.unexpected(request{method: http.MethodGet, path: c.path}, answer{status: http.StatusOK, body: text}, err)
	}
	return nil
}

func (c collection[T]) get(ctx context.Context, id string) (*T, error) {
	path, err := c.objectPath(id)
	if err != nil {
		return nil, err
	}
	if !c.viewed() {
		object, _, err := c.object(ctx, request{method: http.MethodGet, path: path})
		return object, err
	}
	text, err := c.view.get(ctx, id)
	if err != nil {
		return nil, err
	}
	object := new(T)
	return object, c.decode(text, object)
}

func (c collection[T]) create(ctx context.Context, object T) (Created[T], error) {
	body, secrets, err := encode(object)
	if err != nil {
		return Created[T]{}, err
	}
	made, got, err := c.object(ctx, request{
		method: http.MethodPost, path: c.path, idempotencyKey: newIdempotencyKey(), managedBy: c.client.manager(), handsOver: true,
		body: body, secrets: secrets,
	})
	if err != nil {
		if !isRefusal(err) {
			c.note((*view).reset) // there may be an object whose id nobody knows
		}
		c.client.noteOthers(got, err)
		return Created[T]{}, err
	}
	c.client.noteOthers(got, nil)
	c.note(func(v *view) { v.written(c.id(*made), got.body) })
	return Created[T]{Object: *made, Replayed: got.header.Get("Idempotency-Replayed") == "true"}, nil
}

func (c collection[T]) replace(ctx context.Context, id string, object T, etag string) (*T, error) {
	path, err := c.objectPath(id)
	if err != nil {
		return nil, err
	}
	body, secrets, err := encode(object)
	if err != nil {
		return nil, err
	}
	stored, got, err := c.object(ctx, request{
		method: http.MethodPut, path: path, ifMatch: etag, managedBy: c.client.manager(), handsOver: true, body: body, secrets: secrets,
	})
	if err != nil {
		c.client.noteOthers(got, err)
		c.note(func(v *view) { v.changed(id) }) // perhaps; and if the portal refuses, somebody else may have changed it
		return nil, err
	}
	c.client.noteOthers(got, nil)
	c.note(func(v *view) { v.written(id, got.body) })
	return stored, nil
}

// delete removes one object, and returns what the deletion waits for, if it does. query is what the caller allows to go
// with it; nil is nothing.
func (c collection[T]) delete(ctx context.Context, id, etag string, query url.Values) (*portal.HandOver, error) {
	path, err := c.objectPath(id)
	if err != nil {
		return nil, err
	}
	r := request{method: http.MethodDelete, path: path, query: query, ifMatch: etag, handsOver: true}
	got, err := c.client.do(ctx, r)
	c.client.noteOthers(got, err)
	if err == nil || IsNotFound(err) {
		c.note(func(v *view) { v.removed(id) })
	} else {
		c.note(func(v *view) { v.changed(id) })
	}
	if IsNotFound(err) && got.attempts > 1 {
		return nil, nil // an earlier attempt removed it and its answer was lost
	}
	if err != nil || got.status != http.StatusAccepted {
		return nil, err
	}
	waits := new(portal.HandOver)
	if err := json.Unmarshal(got.body, waits); err != nil {
		return nil, c.client.unexpected(r, got, err)
	}
	return waits, nil
}

// object sends a request whose answer is one object. With an error, the answer has no more than the attempts.
func (c collection[T]) object(ctx context.Context, r request) (*T, answer, error) {
	got, err := c.client.do(ctx, r)
	if err != nil {
		return nil, got, err
	}
	object := new(T)
	if err := json.Unmarshal(got.body, object); err != nil {
		return nil, answer{}, c.client.unexpected(r, got, err)
	}
	if c.id(*object) == "" {
		return nil, answer{}, c.client.unexpected(r, got, fmt.Errorf("the %s in it has no id", c.title))
	}
	return object, got, nil
}

// objectPath is the path of an object, of which an id of any form is one segment. It refuses the ids that would make
// it the path of something else; as no object can have one of these, IsNotFound of the error is true.
func (c collection[T]) objectPath(id string) (string, error) {
	if id == "" || id == "." || id == ".." {
		return "", portal.NewError(portal.CodeNotFound, fmt.Sprintf("%q is not the id of a %s", id, c.title))
	}
	return c.path + "/" + url.PathEscape(id), nil
}

// encode returns the object as JSON, and its secrets.
func encode[T any](object T) ([]byte, secrets, error) {
	body, err := json.Marshal(object)
	return body, secretsOf(object), err
}

// unexpected is the error for a 2xx answer that is not what the Portal API says.
func (c *Client) unexpected(r request, got answer, cause error) error {
	current := &call{request: r, client: c}
	mediaType, _, _ := mime.ParseMediaType(got.header.Get("Content-Type")) // empty if there is none or it is malformed
	return fmt.Errorf("%s: the answer (%d, content type %q) is not what a portal gives: %w; %s; check that the endpoint is the portal's address",
		current, got.status, mediaType, cause, current.excerpt(mediaType, got.body))
}
