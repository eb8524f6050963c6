-- Runs on SQLite and PostgreSQL alike. Every key starts with the organisation, so that no row can refer to one of another organisation.

-- +goose Up

CREATE TABLE organizations (
    id         TEXT NOT NULL PRIMARY KEY,
    name       TEXT NOT NULL,
    platform   TEXT NOT NULL,
    sip_domain TEXT UNIQUE CHECK (sip_domain <> ''), -- digest realm: two organisations with one realm could use each other's accounts
    document   TEXT NOT NULL,                        -- JSON: what was ordered, numbers, sender names, PBXs, modules
    file_hash  TEXT NOT NULL
);

CREATE TABLE tokens (
    organization_id TEXT NOT NULL REFERENCES organizations (id) ON DELETE RESTRICT,
    id              TEXT NOT NULL PRIMARY KEY,
    name            TEXT NOT NULL,
    scopes          TEXT NOT NULL,                                                 -- separated by spaces
    secret_sha256   TEXT NOT NULL UNIQUE CHECK (length(secret_sha256) = 64),       -- hexadecimal; never the secret
    created_at      TIMESTAMP NOT NULL,
    expires_at      TIMESTAMP,
    last_used_at    TIMESTAMP,
    revoked_at      TIMESTAMP
);
CREATE INDEX tokens_by_organization ON tokens (organization_id, created_at);

CREATE TABLE permission_groups (
    organization_id TEXT NOT NULL REFERENCES organizations (id) ON DELETE RESTRICT,
    id              TEXT NOT NULL,
    version         BIGINT NOT NULL,
    name            TEXT NOT NULL,
    name_key        TEXT NOT NULL,       -- the name as it is compared
    description     TEXT,
    permissions     TEXT NOT NULL,       -- JSON list, or null
    built_in        BOOLEAN NOT NULL,
    PRIMARY KEY (organization_id, id),
    UNIQUE (organization_id, name_key)
);

CREATE TABLE sip_accounts (
    organization_id TEXT NOT NULL REFERENCES organizations (id) ON DELETE RESTRICT,
    id              TEXT NOT NULL,
    version         BIGINT NOT NULL,
    extension       TEXT NOT NULL CHECK (length(extension) BETWEEN 2 AND 8),
    name            TEXT,
    type            TEXT,
    caller_id       TEXT CHECK (caller_id NOT LIKE '%,%'), -- registrars read joined lists of numbers
    hide_caller_id  BOOLEAN,
    enabled         BOOLEAN,
    -- Digests of the password (RFC 8760), as secret as the password itself. A registrar crashes on one that is missing or too long.
    ha1_md5         TEXT NOT NULL CHECK (length(ha1_md5) = 32),
    ha1_sha256      TEXT NOT NULL CHECK (length(ha1_sha256) = 64),
    ha1b_md5        TEXT NOT NULL CHECK (length(ha1b_md5) = 32),
    PRIMARY KEY (organization_id, id),
    UNIQUE (organization_id, extension)
);

CREATE TABLE users (
    organization_id              TEXT NOT NULL REFERENCES organizations (id) ON DELETE RESTRICT,
    id                           TEXT NOT NULL,
    version                      BIGINT NOT NULL,
    username                     TEXT,
    username_key                 TEXT, -- the username, or null for none
    email                        TEXT,
    email_key                    TEXT, -- the address as it is compared, or null for none
    first_name                   TEXT,
    middle_name                  TEXT,
    last_name                    TEXT,
    description                  TEXT,
    enabled                      BOOLEAN,
    password_hash                TEXT NOT NULL CHECK (password_hash LIKE '$argon2id$%'),
    pbx_id                       TEXT,
    app_sip_account_id           TEXT,
    click_to_dial_sip_account_id TEXT,
    settings                     TEXT NOT NULL, -- JSON: the fields that nothing else refers to
    PRIMARY KEY (organization_id, id),
    UNIQUE (organization_id, username_key),
    UNIQUE (organization_id, email_key),
    FOREIGN KEY (organization_id, app_sip_account_id) REFERENCES sip_accounts (organization_id, id) ON DELETE RESTRICT,
    FOREIGN KEY (organization_id, click_to_dial_sip_account_id) REFERENCES sip_accounts (organization_id, id) ON DELETE RESTRICT
);
CREATE INDEX users_by_pbx ON users (organization_id, pbx_id);
CREATE INDEX users_by_app_sip_account ON users (organization_id, app_sip_account_id);
CREATE INDEX users_by_click_to_dial_sip_account ON users (organization_id, click_to_dial_sip_account_id);

CREATE TABLE user_permission_groups (
    organization_id     TEXT NOT NULL,
    user_id             TEXT NOT NULL,
    permission_group_id TEXT NOT NULL,
    PRIMARY KEY (organization_id, user_id, permission_group_id),
    FOREIGN KEY (organization_id, user_id) REFERENCES users (organization_id, id) ON DELETE CASCADE,
    FOREIGN KEY (organization_id, permission_group_id) REFERENCES permission_groups (organization_id, id) ON DELETE RESTRICT
);
CREATE INDEX user_permission_groups_by_group ON user_permission_groups (organization_id, permission_group_id);

-- Whether an account may belong to one user only is a rule of the platform, so no index says it.
CREATE TABLE user_sip_accounts (
    organization_id TEXT NOT NULL,
    user_id         TEXT NOT NULL,
    sip_account_id  TEXT NOT NULL,
    PRIMARY KEY (organization_id, user_id, sip_account_id),
    FOREIGN KEY (organization_id, user_id) REFERENCES users (organization_id, id) ON DELETE CASCADE,
    FOREIGN KEY (organization_id, sip_account_id) REFERENCES sip_accounts (organization_id, id) ON DELETE RESTRICT
);
CREATE INDEX user_sip_accounts_by_account ON user_sip_accounts (organization_id, sip_account_id);

-- What a user shows to those who are called: owned numbers and sender names.
CREATE TABLE user_numbers (
    organization_id TEXT NOT NULL,
    user_id         TEXT NOT NULL,
    field           TEXT NOT NULL, -- dotted path of the user's field
    number          TEXT NOT NULL CHECK (number NOT LIKE '%,%'), -- registrars read joined lists of numbers
    PRIMARY KEY (organization_id, user_id, field, number),
    FOREIGN KEY (organization_id, user_id) REFERENCES users (organization_id, id) ON DELETE CASCADE
);
CREATE INDEX user_numbers_by_number ON user_numbers (organization_id, number);

-- Extensions are unique over users and SIP accounts (ALL-02).
CREATE TABLE extensions (
    organization_id TEXT NOT NULL,
    extension       TEXT NOT NULL CHECK (length(extension) BETWEEN 2 AND 8),
    user_id         TEXT,
    sip_account_id  TEXT,
    PRIMARY KEY (organization_id, extension),
    UNIQUE (organization_id, user_id),
    UNIQUE (organization_id, sip_account_id),
    CHECK ((user_id IS NULL) <> (sip_account_id IS NULL)),
    FOREIGN KEY (organization_id, user_id) REFERENCES users (organization_id, id) ON DELETE CASCADE,
    FOREIGN KEY (organization_id, sip_account_id) REFERENCES sip_accounts (organization_id, id) ON DELETE CASCADE
);

CREATE TABLE idempotency_keys (
    organization_id TEXT NOT NULL REFERENCES organizations (id) ON DELETE RESTRICT,
    token_id        TEXT NOT NULL, -- not always one of the table tokens: an embedded portal has none
    request_key     TEXT NOT NULL,
    fingerprint     TEXT NOT NULL CHECK (length(fingerprint) = 64),
    object_id       TEXT NOT NULL,
    object_version  BIGINT NOT NULL,
    created_at      TIMESTAMP NOT NULL,
    PRIMARY KEY (organization_id, token_id, request_key)
);
CREATE INDEX idempotency_keys_by_age ON idempotency_keys (organization_id, created_at);
