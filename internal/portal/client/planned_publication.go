package client

import (
	"context"
	"encoding/json"
	"net/http"

	"github.com/switchboard-hq/terraform-provider-switchboard/internal/portal"
)

// plannedPublications are those of one user.
func (c *Client) plannedPublications(userID string) (collection[portal.PlannedPublication], error) {
	path, err := c.users().objectPath(userID)
	return collection[portal.PlannedPublication]{
		client: c, title: "planned publication", path: path + "/planned-publications",
		id: func(publication portal.PlannedPublication) string { return publication.ID },
	}, err
}

// ListPlannedPublications returns what a user has planned to publish (EN-16), ordered by id. IsNotFound tells whether an error means
// that there is no such user.
func (c *Client) ListPlannedPublications(ctx context.Context, userID string) ([]portal.PlannedPublication, error) {
	publications, err := c.plannedPublications(userID)
	if err != nil {
		return nil, err
	}
	return publications.list(ctx, nil)
}

// CreatePlannedPublication plans a publication for a user. The same text may be meant to appear twice, so the request is not repeated: after
// a failure without an answer, list what is planned before trying again.
func (c *Client) CreatePlannedPublication(ctx context.Context, userID string, publication portal.PlannedPublication) (*portal.PlannedPublication, error) {
	publications, err := c.plannedPublications(userID)
	if err != nil {
		return nil, err
	}
	body, err := json.Marshal(publication)
	if err != nil {
		return nil, err
	}
	defer c.users().note(func(users *view) { users.changed(userID) }) // a user says how many are planned
	planned, _, err := publications.object(ctx, request{method: http.MethodPost, path: publications.path, body: body})
	return planned, err
}

// DeletePlannedPublication takes a publication off a user's plan. One that was gone before the first attempt is an error for which
// IsNotFound is true.
func (c *Client) DeletePlannedPublication(ctx context.Context, userID, id string) error {
	publications, err := c.plannedPublications(userID)
	if err != nil {
		return err
	}
	defer c.users().note(func(users *view) { users.changed(userID) })
	_, err = publications.delete(ctx, id, "", nil)
	return err
}
