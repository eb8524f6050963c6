PRAGMA foreign_keys=OFF;
BEGIN TRANSACTION;
CREATE TABLE goose_db_version (
		id INTEGER PRIMARY KEY AUTOINCREMENT,
		version_id INTEGER NOT NULL,
		is_applied INTEGER NOT NULL,
		tstamp TIMESTAMP DEFAULT (datetime('now'))
	);
INSERT INTO goose_db_version VALUES(1,0,1,'2026-11-25 13:35:04');
INSERT INTO goose_db_version VALUES(2,1,1,'2026-11-25 13:35:04');
CREATE TABLE organizations (
    id         TEXT NOT NULL PRIMARY KEY,
    name       TEXT NOT NULL,
    platform   TEXT NOT NULL,
    sip_domain TEXT UNIQUE CHECK (sip_domain <> ''), -- digest realm: two organisations with one realm could use each other's accounts
    document   TEXT NOT NULL,                        -- JSON: what was ordered, numbers, sender names, PBXs, modules
    file_hash  TEXT NOT NULL
);
INSERT INTO organizations VALUES('delfin','Delfin Sp. z o.o.','telecube','delfin.sip.example.com','{"id":"delfin","name":"Delfin Sp. z o.o.","platform":"telecube","sip_domain":"delfin.sip.example.com","ordered":["pbx"],"phone_numbers":["+48225550101","+48225550102"],"sender_names":["DELFIN"],"pbxs":[{"id":"warszawa","name":"Warszawa","reload_pending":false}],"modules":["contacts","calls"],"helpdesks":null,"social_accounts":null,"outgoing_number":"","scopes":null}','5051d6527090faa8ea29062e9550de00faf54ed968027a8e949a595b1dbda495');
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
INSERT INTO tokens VALUES('delfin','tok_tchxrx2oiu4yojxrwi3nx47of2haqjvs','terraform','read write','923d7d53ea665fe92a1dc5da7ef87cf7aab2dc98fd7eccf646959c747e5af976','2026-11-25 13:35:04.650742417+00:00',NULL,'2026-11-25 13:35:04.66822084+00:00',NULL);
INSERT INTO tokens VALUES('delfin','tok_lvgjea47p6x2cyik3skrsnjtgq5b6u2l','terraform','read','b4fb543951fc64c18dbeaadc4ffdbba2d71d176a7b318adabaed8835b3498325','2026-11-25 13:35:04.785933687+00:00',NULL,NULL,'2026-11-25 13:35:04.916371068+00:00');
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
INSERT INTO permission_groups VALUES('delfin','grp_kvf34zwf5t4eyym6n2lhb2p3x6zmedqr',1,'Administrator','administrator','Everything in the organisation.','["call_details.view","call_details.view_own","contacts.update","contacts.view","invoices.view","own_profile.update","recordings.listen","sip_accounts.manage","sms.send","users.manage"]',1);
INSERT INTO permission_groups VALUES('delfin','grp_4obmrqinkizdhyyw63vzi2twrt7ib2ru',1,'Agenci','agenci','','["users.manage"]',0);
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
INSERT INTO sip_accounts VALUES('delfin','sip_xigvti33lvnxeajfjfjcjxrfw2toeghh',1,'201','Recepcja','voip','+48225550101',0,1,'2a48dc41856220447f6180ca679a4768','0bf269284bb9e604289c7bdb5f4893f55a39e55cd2a52565c3eb8dbf39373792','65fe30dc7e62673634ba92e0f39d2f3b');
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
INSERT INTO users VALUES('delfin','usr_mrn4pdqcd6tmy73ii4sazrrlyrr6ugwd',2,NULL,NULL,'Jagoda@delfin.example.com','jagoda@delfin.example.com','Jagoda',NULL,'Nowak',NULL,1,'$argon2id$v=19$m=19456,t=2,p=1$f87kC5+IGcSXhjMH3KbdlQ$gWzDRn5P7bR6sNMpMEOVXS65iqEirLks4onLp4LP3N0',NULL,NULL,NULL,'{"permission_group_ids":[],"telephony":{"sip_account_ids":[],"sip_assignment":"static","caller_ids":[],"sms_senders":[]},"directory":{"business_number":""}}');
CREATE TABLE user_permission_groups (
    organization_id     TEXT NOT NULL,
    user_id             TEXT NOT NULL,
    permission_group_id TEXT NOT NULL,
    PRIMARY KEY (organization_id, user_id, permission_group_id),
    FOREIGN KEY (organization_id, user_id) REFERENCES users (organization_id, id) ON DELETE CASCADE,
    FOREIGN KEY (organization_id, permission_group_id) REFERENCES permission_groups (organization_id, id) ON DELETE RESTRICT
);
INSERT INTO user_permission_groups VALUES('delfin','usr_mrn4pdqcd6tmy73ii4sazrrlyrr6ugwd','grp_4obmrqinkizdhyyw63vzi2twrt7ib2ru');
CREATE TABLE user_sip_accounts (
    organization_id TEXT NOT NULL,
    user_id         TEXT NOT NULL,
    sip_account_id  TEXT NOT NULL,
    PRIMARY KEY (organization_id, user_id, sip_account_id),
    FOREIGN KEY (organization_id, user_id) REFERENCES users (organization_id, id) ON DELETE CASCADE,
    FOREIGN KEY (organization_id, sip_account_id) REFERENCES sip_accounts (organization_id, id) ON DELETE RESTRICT
);
INSERT INTO user_sip_accounts VALUES('delfin','usr_mrn4pdqcd6tmy73ii4sazrrlyrr6ugwd','sip_xigvti33lvnxeajfjfjcjxrfw2toeghh');
CREATE TABLE user_numbers (
    organization_id TEXT NOT NULL,
    user_id         TEXT NOT NULL,
    field           TEXT NOT NULL, -- dotted path of the user's field
    number          TEXT NOT NULL CHECK (number NOT LIKE '%,%'), -- registrars read joined lists of numbers
    PRIMARY KEY (organization_id, user_id, field, number),
    FOREIGN KEY (organization_id, user_id) REFERENCES users (organization_id, id) ON DELETE CASCADE
);
INSERT INTO user_numbers VALUES('delfin','usr_mrn4pdqcd6tmy73ii4sazrrlyrr6ugwd','telephony.caller_ids','+48225550101');
INSERT INTO user_numbers VALUES('delfin','usr_mrn4pdqcd6tmy73ii4sazrrlyrr6ugwd','telephony.sms_senders','DELFIN');
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
INSERT INTO extensions VALUES('delfin','201',NULL,'sip_xigvti33lvnxeajfjfjcjxrfw2toeghh');
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
INSERT INTO idempotency_keys VALUES('delfin','tok_tchxrx2oiu4yojxrwi3nx47of2haqjvs','group-1','ea67bef6dd9e8356014d8c797186ffa322f0ce41815873703348a2cca21d1fc8','grp_4obmrqinkizdhyyw63vzi2twrt7ib2ru',1,'2026-11-25 13:35:04.669501835+00:00');
INSERT INTO idempotency_keys VALUES('delfin','tok_tchxrx2oiu4yojxrwi3nx47of2haqjvs','user-1','0e91c28979712434f4ffc856bf9281e6ae5c72da7e0262b544c048108fba8a3e','usr_mrn4pdqcd6tmy73ii4sazrrlyrr6ugwd',1,'2026-11-25 13:35:04.723643019+00:00');
DELETE FROM sqlite_sequence;
INSERT INTO sqlite_sequence VALUES('goose_db_version',2);
CREATE INDEX tokens_by_organization ON tokens (organization_id, created_at);
CREATE INDEX users_by_pbx ON users (organization_id, pbx_id);
CREATE INDEX users_by_app_sip_account ON users (organization_id, app_sip_account_id);
CREATE INDEX users_by_click_to_dial_sip_account ON users (organization_id, click_to_dial_sip_account_id);
CREATE INDEX user_permission_groups_by_group ON user_permission_groups (organization_id, permission_group_id);
CREATE INDEX user_sip_accounts_by_account ON user_sip_accounts (organization_id, sip_account_id);
CREATE INDEX user_numbers_by_number ON user_numbers (organization_id, number);
CREATE INDEX idempotency_keys_by_age ON idempotency_keys (organization_id, created_at);
COMMIT;
