package store

import (
	"database/sql"
	"time"
)

// origin is who manages an object and since when it is there, as every kind of object has it in its row.
type origin struct {
	managedBy  sql.NullString
	createdAt  sql.NullTime
	movedSince sql.NullInt64 // the version since which nothing but hand-overs changed the object
}

// of returns the origin of an object of this version as the wire types have it.
func (o origin) of(version int64) (managedBy, createdAt string, untouched bool) {
	if o.createdAt.Valid {
		createdAt = o.createdAt.Time.UTC().Format(time.RFC3339)
	}
	return o.managedBy.String, createdAt, version == 1 || o.movedSince.Int64 == 1
}

// createdAt is the column of a time of the wire, null for none.
func createdAt(wire string) sql.NullTime {
	at, err := time.Parse(time.RFC3339, wire)
	return sql.NullTime{Time: at, Valid: err == nil}
}
