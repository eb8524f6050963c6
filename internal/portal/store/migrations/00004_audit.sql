-- Runs on SQLite and PostgreSQL alike.

-- +goose Up

-- Who changed what, when. Rows are only ever added: each engine has triggers that keep it so, which are made apart because their SQL differs.
-- There is no reference to tokens and users, as what they did stays when they go.
CREATE TABLE audit (
    organization_id TEXT NOT NULL REFERENCES organizations (id) ON DELETE RESTRICT,
    id              TEXT NOT NULL, -- in the order of time
    at              TIMESTAMP NOT NULL,
    actor_kind      TEXT NOT NULL CHECK (actor_kind IN ('token', 'user', 'operator', 'portal')),
    actor_id        TEXT NOT NULL, -- empty for an operator
    actor_name      TEXT NOT NULL,
    action          TEXT NOT NULL,
    noun            TEXT NOT NULL,
    object_id       TEXT NOT NULL,
    object_name     TEXT NOT NULL,
    object_version  BIGINT,        -- that the change led to; null if it led to none
    fields          TEXT NOT NULL, -- JSON list of names, never of values
    request_id      TEXT NOT NULL,
    address         TEXT NOT NULL,
    PRIMARY KEY (organization_id, id)
);
CREATE INDEX audit_by_object ON audit (organization_id, object_id, id);

-- The user whose token it is. Without a reference: a token whose user is gone is over, and is still listed.
ALTER TABLE tokens ADD COLUMN user_id TEXT;
