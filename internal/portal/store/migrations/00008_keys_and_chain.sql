-- Runs on SQLite and PostgreSQL alike.

-- +goose Up

-- The key that secrets are encrypted with, by its id. The key itself is in a file apart from the database. There is one row, once a portal has had a key.
-- logins.totp_secret was in clear before; since then it is the id of a key, a dot, and what only that key decrypts.
CREATE TABLE encryption_key (
    singleton INTEGER NOT NULL PRIMARY KEY CHECK (singleton = 1),
    id        TEXT NOT NULL,
    since     TIMESTAMP NOT NULL
);

-- The chain of an organisation's entries. Each link is an HMAC over the entry and the link before. Names and addresses are in it by salted hashes only, so
-- that a person can be erased from an entry without breaking the chain. All of this is null in entries from before, until a portal adds them to the chain.
ALTER TABLE audit ADD COLUMN position BIGINT;  -- in the chain, from 1
ALTER TABLE audit ADD COLUMN previous TEXT;    -- link of the entry before, hexadecimal; empty for the first
ALTER TABLE audit ADD COLUMN link TEXT;        -- hexadecimal
ALTER TABLE audit ADD COLUMN key_id TEXT;      -- of the key; empty: by a portal without one, and then the link is a plain hash
ALTER TABLE audit ADD COLUMN actor_salt TEXT;  -- of the hash of actor_name and address, hexadecimal; empty: erased
ALTER TABLE audit ADD COLUMN actor_hash TEXT;  -- hexadecimal
ALTER TABLE audit ADD COLUMN object_salt TEXT; -- likewise, of object_name
ALTER TABLE audit ADD COLUMN object_hash TEXT;
CREATE UNIQUE INDEX audit_by_position ON audit (organization_id, position);
