-- Runs on SQLite and PostgreSQL alike.

-- +goose Up

-- Addresses that only one user of a whole platform may have (MW-02). Where two users had one before this table existed, the first keeps the claim.
CREATE TABLE platform_emails (
    platform        TEXT NOT NULL,
    email_key       TEXT NOT NULL, -- the address as it is compared
    organization_id TEXT NOT NULL,
    user_id         TEXT NOT NULL,
    PRIMARY KEY (platform, email_key),
    UNIQUE (organization_id, user_id),
    FOREIGN KEY (organization_id, user_id) REFERENCES users (organization_id, id) ON DELETE CASCADE
);
INSERT INTO platform_emails (platform, email_key, organization_id, user_id)
    SELECT o.platform, u.email_key, u.organization_id, u.id FROM users u JOIN organizations o ON o.id = u.organization_id
    WHERE o.platform = 'maatwerk' AND u.email_key IS NOT NULL ORDER BY u.organization_id, u.id
    ON CONFLICT DO NOTHING;

CREATE TABLE user_groups (
    organization_id TEXT NOT NULL REFERENCES organizations (id) ON DELETE RESTRICT,
    id              TEXT NOT NULL,
    version         BIGINT NOT NULL,
    name            TEXT NOT NULL,
    name_key        TEXT NOT NULL, -- the name as it is compared
    PRIMARY KEY (organization_id, id),
    UNIQUE (organization_id, name_key)
);

CREATE TABLE subgroups (
    organization_id TEXT NOT NULL,
    user_group_id   TEXT NOT NULL,
    id              TEXT NOT NULL,
    position        INTEGER NOT NULL, -- in the list of the group
    name            TEXT NOT NULL,
    name_key        TEXT NOT NULL,
    PRIMARY KEY (organization_id, id),
    UNIQUE (organization_id, user_group_id, id), -- for the references of members
    UNIQUE (organization_id, user_group_id, name_key),
    FOREIGN KEY (organization_id, user_group_id) REFERENCES user_groups (organization_id, id) ON DELETE CASCADE
);

-- A user is in one subgroup of each group at most (TC-10): that is the primary key.
CREATE TABLE user_subgroups (
    organization_id TEXT NOT NULL,
    user_id         TEXT NOT NULL,
    user_group_id   TEXT NOT NULL,
    subgroup_id     TEXT NOT NULL,
    PRIMARY KEY (organization_id, user_id, user_group_id),
    FOREIGN KEY (organization_id, user_id) REFERENCES users (organization_id, id) ON DELETE CASCADE,
    FOREIGN KEY (organization_id, user_group_id, subgroup_id) REFERENCES subgroups (organization_id, user_group_id, id) ON DELETE RESTRICT
);
CREATE INDEX user_subgroups_by_subgroup ON user_subgroups (organization_id, subgroup_id);

-- Incoming numbers: who is called under an owned number (VX-07). A number has one user at most.
CREATE TABLE number_allocations (
    organization_id TEXT NOT NULL,
    number          TEXT NOT NULL CHECK (number NOT LIKE '%,%'), -- registrars read joined lists of numbers
    user_id         TEXT NOT NULL,
    PRIMARY KEY (organization_id, number),
    FOREIGN KEY (organization_id, user_id) REFERENCES users (organization_id, id) ON DELETE CASCADE
);
CREATE INDEX number_allocations_by_user ON number_allocations (organization_id, user_id);

-- PBXs on which changed users do not work yet (SA-10).
CREATE TABLE pending_reloads (
    organization_id TEXT NOT NULL REFERENCES organizations (id) ON DELETE RESTRICT,
    pbx_id          TEXT NOT NULL,
    PRIMARY KEY (organization_id, pbx_id)
);

-- No deletion of a user takes them along silently (EN-16).
CREATE TABLE planned_publications (
    organization_id TEXT NOT NULL,
    id              TEXT NOT NULL,
    user_id         TEXT NOT NULL,
    body            TEXT NOT NULL,
    publish_at      TIMESTAMP NOT NULL,
    PRIMARY KEY (organization_id, id),
    FOREIGN KEY (organization_id, user_id) REFERENCES users (organization_id, id) ON DELETE RESTRICT
);
CREATE INDEX planned_publications_by_user ON planned_publications (organization_id, user_id, id);

CREATE TABLE avatars (
    organization_id TEXT NOT NULL,
    user_id         TEXT NOT NULL,
    media_type      TEXT NOT NULL CHECK (media_type IN ('image/png', 'image/jpeg')),
    sha256          TEXT NOT NULL CHECK (length(sha256) = 64), -- of the image, in hexadecimal
    image           BYTEA NOT NULL CHECK (length(image) BETWEEN 1 AND 1048576),
    PRIMARY KEY (organization_id, user_id),
    FOREIGN KEY (organization_id, user_id) REFERENCES users (organization_id, id) ON DELETE CASCADE
);

-- The account that a user answers from on a social platform (EN-08).
CREATE TABLE user_social_accounts (
    organization_id TEXT NOT NULL,
    user_id         TEXT NOT NULL,
    social_platform TEXT NOT NULL,
    account_id      TEXT NOT NULL, -- empty: the user chooses
    PRIMARY KEY (organization_id, user_id, social_platform),
    FOREIGN KEY (organization_id, user_id) REFERENCES users (organization_id, id) ON DELETE CASCADE
);
CREATE INDEX user_social_accounts_by_account ON user_social_accounts (organization_id, account_id);

ALTER TABLE users ADD COLUMN voicemail_pin_hash TEXT CHECK (voicemail_pin_hash LIKE '$argon2id$%');
ALTER TABLE users ADD COLUMN helpdesk_id TEXT;
CREATE INDEX users_by_helpdesk ON users (organization_id, helpdesk_id);

ALTER TABLE organizations ADD COLUMN main_number TEXT NOT NULL DEFAULT ''; -- one of the owned numbers, or empty
