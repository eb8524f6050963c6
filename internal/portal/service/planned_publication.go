package service

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/switchboard-hq/terraform-provider-switchboard/internal/portal"
	"github.com/switchboard-hq/terraform-provider-switchboard/internal/portal/store"
)

const (
	publicationPrefix = "pub_"
	// maxPublicationLength in characters is beyond what any social platform takes.
	maxPublicationLength = 10_000
)

// ListPlannedPublications returns a page of what a user has planned to publish (EN-16).
func (s *Service) ListPlannedPublications(ctx context.Context, caller Caller, userID string, query ListQuery) (page portal.Page[portal.PlannedPublication], err error) {
	selection, err := selectPage(query, listing{prefix: publicationPrefix, title: "planned publication"})
	if err != nil {
		return page, err
	}
	var publications []portal.PlannedPublication
	err = s.store.Read(ctx, func(tx *store.Tx) error {
		if _, _, err := findPlanner(ctx, tx, caller, userID); err != nil {
			return err
		}
		publications, err = tx.PlannedPublications(ctx, caller.OrganizationID, userID, selection)
		return err
	})
	return pageOf(publications, selection, func(p portal.PlannedPublication) string { return p.ID }), err
}

// CreatePlannedPublication adds to what a user has planned. It is for the webcare side of the platform; the user's
// version stays.
func (s *Service) CreatePlannedPublication(ctx context.Context, caller Caller, userID string, publication portal.PlannedPublication) (portal.PlannedPublication, error) {
	id, err := s.newID(publicationPrefix)
	if err != nil {
		return portal.PlannedPublication{}, err
	}
	publication.ID, publication.PublishAt = id, publication.PublishAt.UTC()
	err = s.store.Write(ctx, caller.OrganizationID, func(tx *store.Tx) error {
		sc, planner, err := findPlanner(ctx, tx, caller, userID)
		if err != nil {
			return err
		}
		if !sc.set.Publications {
			return portal.NewError(portal.CodeInvalid, "the platform has no planned publications", portal.FieldError{
				Code: portal.CodeNotOnPlatform, Message: fmt.Sprintf("%s has no planned publications; leave this one out", sc.set.Platform),
			})
		}
		if err := s.checkPublication(publication); err != nil {
			return err
		}
		if err := tx.InsertPlannedPublication(ctx, caller.OrganizationID, userID, publication); err != nil {
			return err
		}
		return s.record(ctx, tx, caller, event{action: portal.ActionCreate, noun: auditPublication, id: id, name: planner.Name})
	})
	if err != nil {
		return portal.PlannedPublication{}, err
	}
	return publication, nil
}

// DeletePlannedPublication takes a publication off a user's plan, after it was placed or because it never should be.
func (s *Service) DeletePlannedPublication(ctx context.Context, caller Caller, userID, id string) error {
	return s.store.Write(ctx, caller.OrganizationID, func(tx *store.Tx) error {
		_, planner, err := findPlanner(ctx, tx, caller, userID)
		if err != nil {
			return err
		}
		err = tx.DeletePlannedPublication(ctx, caller.OrganizationID, userID, id)
		if errors.Is(err, store.ErrNotFound) {
			return portal.NewError(portal.CodeNotFound, fmt.Sprintf("the user %s has no planned publication with the id %q", userID, id))
		}
		if err != nil {
			return err
		}
		return s.record(ctx, tx, caller, event{action: portal.ActionDelete, noun: auditPublication, id: id, name: planner.Name})
	})
}

// findPlanner finds the user whose plan it is.
func findPlanner(ctx context.Context, tx *store.Tx, caller Caller, userID string) (scene, store.Holder, error) {
	sc, err := readScene(ctx, tx, caller)
	if err != nil {
		return sc, store.Holder{}, err
	}
	user, err := tx.UserByID(ctx, caller.OrganizationID, userID)
	return sc, user, notFound(err, portal.NounUser, userID)
}

func (s *Service) checkPublication(p portal.PlannedPublication) error {
	var fields []portal.FieldError
	switch n := utf8.RuneCountInString(p.Text); {
	case strings.TrimSpace(p.Text) == "":
		fields = append(fields, portal.FieldError{Field: "text", Code: portal.CodeRequired, Message: "there is nothing to publish; give the text"})
	case n > maxPublicationLength:
		message := fmt.Sprintf("the text has %d characters; at most %d are allowed", n, maxPublicationLength)
		fields = append(fields, portal.FieldError{Field: "text", Code: portal.CodeMalformed, Message: message})
	}
	switch {
	case p.PublishAt.IsZero():
		fields = append(fields, portal.FieldError{Field: "publish_at", Code: portal.CodeRequired, Message: "give the time at which to publish (RFC 3339)"})
	case !p.PublishAt.After(s.now()):
		message := fmt.Sprintf("%s is over; give a time in the future", p.PublishAt.Format(time.RFC3339))
		fields = append(fields, portal.FieldError{Field: "publish_at", Code: portal.CodeNotAllowed, Message: message})
	}
	if len(fields) > 0 {
		return portal.NewError(portal.CodeInvalid, "the publication cannot be planned", fields...)
	}
	return nil
}
