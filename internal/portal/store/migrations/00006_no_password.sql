-- Runs on SQLite and PostgreSQL alike.

-- +goose Up

-- A user without a password has none: null. Before, such a user had a generated one that nobody knew. SQLite cannot take NOT NULL from a column, so the
-- column is made anew.
ALTER TABLE users ADD COLUMN login_password_hash TEXT CHECK (login_password_hash LIKE '$argon2id$%');
UPDATE users SET login_password_hash = password_hash;
ALTER TABLE users DROP COLUMN password_hash;
ALTER TABLE users RENAME COLUMN login_password_hash TO password_hash;
