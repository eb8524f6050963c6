-- Runs on SQLite and PostgreSQL alike.

-- +goose Up

-- Who manages an object, and since when it is there. Both are null for objects that are older than these columns.
ALTER TABLE permission_groups ADD COLUMN managed_by TEXT;
ALTER TABLE permission_groups ADD COLUMN created_at TIMESTAMP;
ALTER TABLE sip_accounts ADD COLUMN managed_by TEXT;
ALTER TABLE sip_accounts ADD COLUMN created_at TIMESTAMP;
ALTER TABLE user_groups ADD COLUMN managed_by TEXT;
ALTER TABLE user_groups ADD COLUMN created_at TIMESTAMP;
ALTER TABLE users ADD COLUMN managed_by TEXT;
ALTER TABLE users ADD COLUMN created_at TIMESTAMP;
