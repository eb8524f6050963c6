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

// Created is the answer to a create. Replayed says that an earlier request with the same content had made the object already: its
// answer was lost, or the run was killed before it saved it.
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
}

// list returns every object that matches, page by page in the largest pages there are. An empty value in where filters nothing.
func (c collection[T]) list(ctx context.Context, where map[string]string) ([]T, error) {
	query := url.Values{"limit": {strconv.Itoa(portal.MaxPageSize)}}
	for field, value := range where {
		if value != "" {
			query.Set(field, value)
		}
	}
	all := []T{}
	cursors := map[string]bool{}
	for {
		r := request{method: http.MethodGet, path: c.path, query: query}
		got, err := c.client.do(ctx, r)
		if err != nil {
			return nil, err
		}
		var page portal.Page[T]
		if err := json.Unmarshal(got.body, &page); err != nil {
			return nil, c.client.unexpected(r, got, err)
		}
		// A page without items is no empty list: whoever took it for one would believe that everything is gone.
		if page.Items == nil {
			return nil, c.client.unexpected(r, got, errors.New("it has no items"))
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

func (c collection[T]) get(ctx context.Context, id string) (*T, error) {
	path, err := c.objectPath(id)
	if err != nil {
		return nil, err
	}
	object, _, err := c.object(ctx, request{method: http.MethodGet, path: path})
	return object, err
}

func (c collection[T]) create(ctx context.Context, object T) (Created[T], error) {
	body, bare, secrets, err := encode(object)
	if err != nil {
		return Created[T]{}, err
	}
	key, err := idempotencyKey(http.MethodPost, c.path, bare)
	if err != nil {
		return Created[T]{}, err
	}
	made, got, err := c.object(ctx, request{method: http.MethodPost, path: c.path, idempotencyKey: key, body: body, secrets: secrets})
	if err != nil {
		return Created[T]{}, err
	}
	return Created[T]{Object: *made, Replayed: got.header.Get("Idempotency-Replayed") == "true"}, nil
}

func (c collection[T]) replace(ctx context.Context, id string, object T, etag string) (*T, error) {
	path, err := c.objectPath(id)
	if err != nil {
		return nil, err
	}
	body, _, secrets, err := encode(object)
	if err != nil {
		return nil, err
	}
	stored, _, err := c.object(ctx, request{method: http.MethodPut, path: path, ifMatch: etag, body: body, secrets: secrets})
	return stored, err
}

// delete removes one object. query is what the caller allows to go with it; nil is nothing.
func (c collection[T]) delete(ctx context.Context, id, etag string, query url.Values) error {
	path, err := c.objectPath(id)
	if err != nil {
		return err
	}
	got, err := c.client.do(ctx, request{method: http.MethodDelete, path: path, query: query, ifMatch: etag})
	if IsNotFound(err) && got.attempts > 1 {
		return nil // an earlier attempt removed it and its answer was lost
	}
	return err
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

// objectPath refuses what would be the path of something else.
func (c collection[T]) objectPath(id string) (string, error) {
	if id == "" || id == "." || id == ".." {
		return "", fmt.Errorf("%q is not the id of a %s", id, c.title)
	}
	return c.path + "/" + url.PathEscape(id), nil
}

// encode returns the object as JSON, the object without its secrets, and the secrets.
func encode[T any](object T) ([]byte, T, secrets, error) {
	bare, hidden := splitSecrets(object)
	body, err := json.Marshal(object)
	return body, bare, hidden, err
}

// unexpected is the error for a 2xx answer that is not what the Portal API says.
func (c *Client) unexpected(r request, got answer, cause error) error {
	current := &call{request: r, client: c}
	mediaType, _, _ := mime.ParseMediaType(got.header.Get("Content-Type")) // empty if there is none or it is malformed
	return fmt.Errorf("%s: the answer (%d, content type %q) is not what a portal gives: %w; %s; check that the endpoint is the portal's address",
		current, got.status, mediaType, cause, current.excerpt(mediaType, got.body))
}
