-- Runs on SQLite and PostgreSQL alike.

-- +goose Up

-- The version that the client gave with the secret that is stored. It is null for a secret that came without one, and for those that are older
-- than these columns.
ALTER TABLE sip_accounts ADD COLUMN password_version BIGINT;
ALTER TABLE users ADD COLUMN password_version BIGINT;
ALTER TABLE users ADD COLUMN voicemail_pin_version BIGINT;
