-- Runs on SQLite and PostgreSQL alike.

-- +goose Up

-- The name that a phone registers with, which the digests of its password hold (RFC 2617). It is given once and never changes. Accounts that are
-- older than the column registered with their extension and keep doing so; new ones get a name that is no extension. The organisation has a
-- SIP domain of its own, so what is unique in the organisation is unique in the domain.
ALTER TABLE sip_accounts ADD COLUMN sip_username TEXT CHECK (length(sip_username) BETWEEN 2 AND 64);
UPDATE sip_accounts SET sip_username = extension;
CREATE UNIQUE INDEX sip_accounts_by_username ON sip_accounts (organization_id, sip_username);
