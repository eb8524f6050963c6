-- Runs on SQLite and PostgreSQL alike.

-- +goose Up

-- How far a user has got with logging in. It is apart from the user, so that none of it is a change of what Terraform manages.
CREATE TABLE logins (
    organization_id   TEXT NOT NULL,
    user_id           TEXT NOT NULL,
    own_password      BOOLEAN NOT NULL,            -- chosen by the person, not given by somebody else (MW-16)
    failures          INTEGER NOT NULL DEFAULT 0,  -- failed log-ins in a row
    blocked_at        TIMESTAMP,                   -- EN-18
    invited_at        TIMESTAMP,
    last_login_at     TIMESTAMP,
    totp_secret       TEXT,                        -- base32 (RFC 4648); as secret as a password, and needed in clear to check a code (RFC 6238)
    totp_confirmed_at TIMESTAMP,                   -- null: being enrolled
    totp_last_step    BIGINT NOT NULL DEFAULT 0,   -- of the latest code that was taken: each is taken once
    PRIMARY KEY (organization_id, user_id),
    FOREIGN KEY (organization_id, user_id) REFERENCES users (organization_id, id) ON DELETE CASCADE
);
INSERT INTO logins (organization_id, user_id, own_password) SELECT organization_id, id, FALSE FROM users;

CREATE TABLE recovery_codes (
    organization_id TEXT NOT NULL,
    user_id         TEXT NOT NULL,
    code_sha256     TEXT NOT NULL CHECK (length(code_sha256) = 64), -- hexadecimal; the code is random, so a plain hash will do
    PRIMARY KEY (organization_id, user_id, code_sha256),
    FOREIGN KEY (organization_id, user_id) REFERENCES users (organization_id, id) ON DELETE CASCADE
);

-- Links by which a person chooses a password. One that was used, or replaced by a newer one, is deleted.
CREATE TABLE activations (
    organization_id TEXT NOT NULL,
    token_sha256    TEXT NOT NULL CHECK (length(token_sha256) = 64), -- hexadecimal; never the token
    user_id         TEXT NOT NULL,
    purpose         TEXT NOT NULL CHECK (purpose IN ('activation', 'reset')),
    expires_at      TIMESTAMP NOT NULL,
    PRIMARY KEY (organization_id, token_sha256),
    FOREIGN KEY (organization_id, user_id) REFERENCES users (organization_id, id) ON DELETE CASCADE
);
CREATE INDEX activations_by_user ON activations (organization_id, user_id);

-- Who is logged in: a user, or an administrator who showed a token.
CREATE TABLE sessions (
    secret_sha256   TEXT NOT NULL PRIMARY KEY CHECK (length(secret_sha256) = 64), -- hexadecimal; never the secret
    organization_id TEXT NOT NULL REFERENCES organizations (id) ON DELETE RESTRICT,
    user_id         TEXT,
    token_id        TEXT REFERENCES tokens (id) ON DELETE CASCADE,
    stage           TEXT NOT NULL,
    csrf            TEXT NOT NULL,
    last_seen_at    TIMESTAMP NOT NULL,
    expires_at      TIMESTAMP NOT NULL,
    CHECK ((user_id IS NULL) <> (token_id IS NULL)),
    FOREIGN KEY (organization_id, user_id) REFERENCES users (organization_id, id) ON DELETE CASCADE
);
CREATE INDEX sessions_by_user ON sessions (organization_id, user_id);
CREATE INDEX sessions_by_token ON sessions (token_id);
CREATE INDEX sessions_by_end ON sessions (expires_at);

-- Failed log-ins by account and by address, whether or not the account exists. The key is a hash: no address is kept.
CREATE TABLE login_throttle (
    organization_id TEXT NOT NULL REFERENCES organizations (id) ON DELETE RESTRICT,
    key_sha256      TEXT NOT NULL CHECK (length(key_sha256) = 64),
    failures        INTEGER NOT NULL,
    failed_at       TIMESTAMP NOT NULL,
    PRIMARY KEY (organization_id, key_sha256)
);
CREATE INDEX login_throttle_by_age ON login_throttle (organization_id, failed_at);

-- Mails that are due. There is no text and no link in it: those are made when a mail is sent.
CREATE TABLE outbox (
    organization_id TEXT NOT NULL,
    id              TEXT NOT NULL,
    user_id         TEXT NOT NULL,
    kind            TEXT NOT NULL CHECK (kind IN ('activation', 'account', 'reset')),
    created_at      TIMESTAMP NOT NULL,
    attempts        INTEGER NOT NULL DEFAULT 0,
    next_attempt_at TIMESTAMP NOT NULL, -- also the end of a lease: who sends it has until then
    last_error      TEXT NOT NULL DEFAULT '',
    PRIMARY KEY (organization_id, id),
    FOREIGN KEY (organization_id, user_id) REFERENCES users (organization_id, id) ON DELETE CASCADE
);
CREATE INDEX outbox_by_time ON outbox (next_attempt_at);
CREATE INDEX outbox_by_user ON outbox (organization_id, user_id);
