-- Runs on SQLite and PostgreSQL alike.

-- +goose Up

-- What waits for another object to let go: a successor for a thing that one object has at a time, and a deletion for the last user of what it deletes.
-- A thing has one successor at most: that is the primary key. There is no reference to objects, as they are of several tables.
CREATE TABLE hand_overs (
    organization_id TEXT NOT NULL REFERENCES organizations (id) ON DELETE RESTRICT,
    kind            TEXT NOT NULL, -- of the thing, or of the deletion
    thing           TEXT NOT NULL, -- as it is compared; of a deletion, what is deleted
    id              TEXT NOT NULL,
    noun            TEXT NOT NULL, -- of the object that waits
    object_id       TEXT NOT NULL, -- that waits
    field           TEXT NOT NULL, -- dotted path of the field of the object that the thing is for; empty for a deletion
    value           TEXT NOT NULL, -- the thing as it was given; of a deletion, what people called the object
    managed_by      TEXT NOT NULL,
    since           TIMESTAMP NOT NULL,
    PRIMARY KEY (organization_id, kind, thing)
);

-- With what passed from one object to another: the one that had it.
ALTER TABLE audit ADD COLUMN from_id TEXT;

-- The version since which nothing but hand-overs changed an object; null if something else was last. Whoever manages the object may still refer to it.
ALTER TABLE users ADD COLUMN moved_since BIGINT;
ALTER TABLE sip_accounts ADD COLUMN moved_since BIGINT;
ALTER TABLE permission_groups ADD COLUMN moved_since BIGINT;
ALTER TABLE user_groups ADD COLUMN moved_since BIGINT;

-- Whether an object is gone as soon as nobody uses it any more. It is in no list, takes no new users, and has neither name nor extension.
ALTER TABLE sip_accounts ADD COLUMN leaving BOOLEAN NOT NULL DEFAULT FALSE;
ALTER TABLE permission_groups ADD COLUMN leaving BOOLEAN NOT NULL DEFAULT FALSE;
ALTER TABLE user_groups ADD COLUMN leaving BOOLEAN NOT NULL DEFAULT FALSE;
ALTER TABLE subgroups ADD COLUMN leaving BOOLEAN NOT NULL DEFAULT FALSE;

-- The account again where the platform lets it belong to one user only; null elsewhere.
ALTER TABLE user_sip_accounts ADD COLUMN sole_account_id TEXT;
UPDATE user_sip_accounts SET sole_account_id = sip_account_id
    WHERE organization_id IN (SELECT id FROM organizations WHERE platform = 'telecube')
    AND NOT EXISTS (SELECT 1 FROM user_sip_accounts o WHERE o.organization_id = user_sip_accounts.organization_id
        AND o.sip_account_id = user_sip_accounts.sip_account_id AND o.user_id <> user_sip_accounts.user_id);
CREATE UNIQUE INDEX user_sip_accounts_by_sole_account ON user_sip_accounts (organization_id, sole_account_id);
