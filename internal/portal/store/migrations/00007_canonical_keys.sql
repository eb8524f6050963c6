-- Runs on SQLite and PostgreSQL alike. The program computes the keys of addresses and login names anew after it (canonicalKeys), which SQL cannot.

-- +goose Up

-- Whether another user had the same address or login name when keys became canonical: two people whose addresses had been told apart by their
-- spelling. Both keep it; the key of the second ends in U+0001 and its id.
ALTER TABLE users ADD COLUMN shares_key BOOLEAN NOT NULL DEFAULT FALSE;
CREATE INDEX users_sharing_keys ON users (organization_id, id) WHERE shares_key;

-- Mails may go to an address that the user does not have any more, and their kinds are the program's to name.
CREATE TABLE due_mails (
    organization_id TEXT NOT NULL,
    id              TEXT NOT NULL,
    user_id         TEXT NOT NULL,
    kind            TEXT NOT NULL,
    address         TEXT,               -- null: that of the user when the mail is sent
    created_at      TIMESTAMP NOT NULL,
    attempts        INTEGER NOT NULL DEFAULT 0,
    next_attempt_at TIMESTAMP NOT NULL, -- also the end of a lease: who sends it has until then
    last_error      TEXT NOT NULL DEFAULT '',
    PRIMARY KEY (organization_id, id),
    FOREIGN KEY (organization_id, user_id) REFERENCES users (organization_id, id) ON DELETE CASCADE
);
INSERT INTO due_mails (organization_id, id, user_id, kind, created_at, attempts, next_attempt_at, last_error)
    SELECT organization_id, id, user_id, kind, created_at, attempts, next_attempt_at, last_error FROM outbox;
DROP TABLE outbox;
ALTER TABLE due_mails RENAME TO outbox;
CREATE INDEX outbox_by_time ON outbox (next_attempt_at);
CREATE INDEX outbox_by_user ON outbox (organization_id, user_id);

-- When invitations that follow from a change of a user were queued, so that nobody's mailbox is filled by changing addresses.
CREATE TABLE invitations (
    organization_id TEXT NOT NULL,
    user_id         TEXT NOT NULL,
    id              TEXT NOT NULL, -- of the mail
    queued_at       TIMESTAMP NOT NULL,
    PRIMARY KEY (organization_id, user_id, id),
    FOREIGN KEY (organization_id, user_id) REFERENCES users (organization_id, id) ON DELETE CASCADE
);

-- The session that enrols a second factor, by its hash: as long as it does, the secret stays the same for it.
ALTER TABLE logins ADD COLUMN totp_session TEXT;
