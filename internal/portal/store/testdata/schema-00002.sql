PRAGMA foreign_keys=OFF;
BEGIN TRANSACTION;
CREATE TABLE goose_db_version (
		id INTEGER PRIMARY KEY AUTOINCREMENT,
		version_id INTEGER NOT NULL,
		is_applied INTEGER NOT NULL,
		tstamp TIMESTAMP DEFAULT (datetime('now'))
	);
INSERT INTO goose_db_version VALUES(1,0,1,'2026-11-25 13:35:05');
INSERT INTO goose_db_version VALUES(2,1,1,'2026-11-25 13:35:05');
INSERT INTO goose_db_version VALUES(3,2,1,'2026-11-25 13:35:05');
CREATE TABLE organizations (
    id         TEXT NOT NULL PRIMARY KEY,
    name       TEXT NOT NULL,
    platform   TEXT NOT NULL,
    sip_domain TEXT UNIQUE CHECK (sip_domain <> ''), -- digest realm: two organisations with one realm could use each other's accounts
    document   TEXT NOT NULL,                        -- JSON: what was ordered, numbers, sender names, PBXs, modules
    file_hash  TEXT NOT NULL
, main_number TEXT NOT NULL DEFAULT '');
INSERT INTO organizations VALUES('delfin','Delfin Sp. z o.o.','telecube','delfin.sip.example.com','{"id":"delfin","name":"Delfin Sp. z o.o.","platform":"telecube","sip_domain":"delfin.sip.example.com","ordered":["pbx"],"phone_numbers":["+48225550101","+48225550102"],"sender_names":["DELFIN"],"pbxs":[{"id":"warszawa","name":"Warszawa","reload_pending":false}],"modules":["contacts","calls"],"helpdesks":[],"social_accounts":[],"outgoing_number":"account","scopes":null}','5051d6527090faa8ea29062e9550de00faf54ed968027a8e949a595b1dbda495','');
INSERT INTO organizations VALUES('tulp','Tulp B.V.','maatwerk','tulp.sip.example.com','{"id":"tulp","name":"Tulp B.V.","platform":"maatwerk","sip_domain":"tulp.sip.example.com","ordered":["pbx"],"phone_numbers":["+31105550101","+31105550102"],"sender_names":["DELFIN"],"pbxs":[{"id":"warszawa","name":"Warszawa","reload_pending":false}],"modules":["contacts","calls"],"helpdesks":[],"social_accounts":[],"outgoing_number":"account","scopes":null}','e0c92672121bc0f16636223588a4dceb9707d00a26633f256bfebfcc1bcac9d3','');
INSERT INTO organizations VALUES('webzorg','Webzorg B.V.','engage',NULL,'{"id":"webzorg","name":"Webzorg B.V.","platform":"engage","sip_domain":"","ordered":[],"phone_numbers":[],"sender_names":[],"pbxs":[],"modules":["webcare","publishing","chat"],"helpdesks":[],"social_accounts":[{"id":"x_webzorg","platform":"x","name":"@webzorg"}],"outgoing_number":"account","scopes":null}','c53f035466e01f4d22c3f3fbc250f06f19ae02f7d7a173374ef4d25701491c8c','');
INSERT INTO organizations VALUES('hovor','Hovor s.r.o.','samoobsluha','hovor.sip.example.com','{"id":"hovor","name":"Hovor s.r.o.","platform":"samoobsluha","sip_domain":"hovor.sip.example.com","ordered":["pbx","helpdesk"],"phone_numbers":["+420225550101"],"sender_names":[],"pbxs":[{"id":"praha","name":"Praha","reload_pending":false}],"modules":[],"helpdesks":[{"id":"podpora","name":"Podpora"}],"social_accounts":[],"outgoing_number":"account","scopes":null}','97f23fd0fbf2f620fb7717e1829a32087c8298a5b5142a2eb5e380308f69c425','');
INSERT INTO organizations VALUES('vaxel-ab','Växel AB','vaxel','vaxel.sip.example.com','{"id":"vaxel-ab","name":"Växel AB","platform":"vaxel","sip_domain":"vaxel.sip.example.com","ordered":["pbx"],"phone_numbers":["+4685550101","+4685550102"],"sender_names":[],"pbxs":[{"id":"main","name":"Main","reload_pending":false}],"modules":[],"helpdesks":[],"social_accounts":[],"outgoing_number":"account","scopes":null}','8272199f03b537efe3accdd2c9245f081f6ed187d0e78224dc40d1feb53ce7df','+4685550102');
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
INSERT INTO tokens VALUES('delfin','tok_7kfa5dhm5uazk4huw5ckfcpbajsl2qkb','terraform','read write','7655eb90268356834a5d423b6ffa0f1f5468b3dba99345c9f584ee061f1ade1b','2026-11-25 13:35:05.19416084+00:00',NULL,'2026-11-25 13:35:05.215444306+00:00',NULL);
INSERT INTO tokens VALUES('delfin','tok_7ud3thlcwchmpxcp74yxe7neemufimqo','terraform','read','05d1dc90b1a5318f8c37329c9cef485b18a56874696c9860a16787f85eb375b3','2026-11-25 13:35:05.345670393+00:00',NULL,NULL,'2026-11-25 13:35:05.484736233+00:00');
INSERT INTO tokens VALUES('tulp','tok_vuo44hfqrsq2vnxocdr4fwgpuhonudcc','terraform','read write','f17ef06ea7269d01d1341d6902502fc4319750fff638c6d4c7c56d1dce656cc1','2026-11-25 13:35:05.540429411+00:00',NULL,'2026-11-25 13:35:05.55689943+00:00',NULL);
INSERT INTO tokens VALUES('webzorg','tok_frpqpkgrobq25w3qic3uouj27e7f3wgz','terraform','read write','dbcbeccebaa8bff9fa48dbc04d20ce1ab97c26c807607e08722ee0e29c5e9d67','2026-11-25 13:35:05.658420877+00:00',NULL,'2026-11-25 13:35:05.675167958+00:00',NULL);
INSERT INTO tokens VALUES('hovor','tok_blbxiqobwto5sasmmgxybupnxgfjakxd','terraform','read write','bc39a54e385ab4dd4a585286f90537eaba72d7b4c56133159fddf8d278f515a4','2026-11-25 13:35:05.780669533+00:00',NULL,'2026-11-25 13:35:05.798743391+00:00',NULL);
INSERT INTO tokens VALUES('vaxel-ab','tok_5hsz7cf3752oy43fp2nu24zozwvckmj6','terraform','read write','f0c825398b02242bc1958a0c79deb039cd45f53cbeb04928bad6f282b1c3066d','2026-11-25 13:35:05.882041488+00:00',NULL,'2026-11-25 13:35:05.899093622+00:00',NULL);
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
INSERT INTO permission_groups VALUES('delfin','grp_nnaoc5qssv4tvt2t2pwmhjp5nreyu4hj',1,'Administrator','administrator','Everything in the organisation.','["call_details.view","call_details.view_own","contacts.update","contacts.view","invoices.view","own_profile.update","recordings.listen","sip_accounts.manage","sms.send","users.manage"]',1);
INSERT INTO permission_groups VALUES('tulp','grp_g37vjp7yfuj3tu3rkds4a2oo57gibylr',1,'Account administrator','account administrator','See all data including invoices, change modules, switch some modules off.','["invoices.view","modules.switch_off","modules.update","organization.view"]',1);
INSERT INTO permission_groups VALUES('tulp','grp_43zrjc7vkh2fna4e4alnupylnv2vofsq',1,'Administrator','administrator','See all data of the organisation, change modules, switch modules on and off.','["modules.switch","modules.update","organization.view"]',1);
INSERT INTO permission_groups VALUES('tulp','grp_2yreclbpce3xn2c4hgwvlveblyrhrfys',1,'Call details','call details','Change the own destination, see all call details of the organisation.','["call_details.view","own_destination.update"]',1);
INSERT INTO permission_groups VALUES('tulp','grp_gsq2zngyh3mlzkp6gr3w6rabahjju6ew',1,'End user','end user','Change the own destination, see nothing else.','["own_destination.update"]',1);
INSERT INTO permission_groups VALUES('delfin','grp_bd3vdfwappdqtpf3jzhlmkwjabbxq4mi',1,'Agenci','agenci','','["users.manage"]',0);
INSERT INTO permission_groups VALUES('webzorg','grp_ydg77o36eu7qgl5mv46oz47l3fsghwdg',1,'Beheerder','beheerder','','["users.manage"]',0);
INSERT INTO permission_groups VALUES('hovor','grp_js7giymwl4cnt5iiyy4gfbnnnmql5pew',1,'Operátoři','operátoři','','["users.manage"]',0);
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
INSERT INTO sip_accounts VALUES('delfin','sip_g6tfjsa3rj64s4dbmtvujewknrdzfusw',1,'201','Recepcja','voip','+48225550101',0,1,'2a48dc41856220447f6180ca679a4768','0bf269284bb9e604289c7bdb5f4893f55a39e55cd2a52565c3eb8dbf39373792','65fe30dc7e62673634ba92e0f39d2f3b');
INSERT INTO sip_accounts VALUES('tulp','sip_5bw5pm3iz4ioxlnmplimd53afuibfxnf',1,'201','','app','',0,1,'389ede5cd5167e241ecb1d2144cc10a4','84db82a6f967ab473b05a8bf4649172eada2f17d56e790db131c1d0d8932b14b','1cc09c33a953ee893fc930853a41b950');
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
    settings                     TEXT NOT NULL, voicemail_pin_hash TEXT CHECK (voicemail_pin_hash LIKE '$argon2id$%'), helpdesk_id TEXT, -- JSON: the fields that nothing else refers to
    PRIMARY KEY (organization_id, id),
    UNIQUE (organization_id, username_key),
    UNIQUE (organization_id, email_key),
    FOREIGN KEY (organization_id, app_sip_account_id) REFERENCES sip_accounts (organization_id, id) ON DELETE RESTRICT,
    FOREIGN KEY (organization_id, click_to_dial_sip_account_id) REFERENCES sip_accounts (organization_id, id) ON DELETE RESTRICT
);
INSERT INTO users VALUES('delfin','usr_e6sansloxkrd6g7sstg3sw3hdepc2vov',2,NULL,NULL,'Jagoda@delfin.example.com','jagoda@delfin.example.com','Jagoda',NULL,'Nowak',NULL,1,'$argon2id$v=19$m=19456,t=2,p=1$SuJnG2acfukx4QYGJAcguA$+bwdWZrBudMZ00QslX0i9aOk2HNM0sdrOiBWPoVZIL8',NULL,NULL,NULL,'{"permission_group_ids":[],"telephony":{"sip_account_ids":[],"sip_assignment":"static","caller_ids":[],"sms_senders":[]},"directory":{"business_number":"","user_group_ids":[]},"permissions":["users.manage"]}',NULL,NULL);
INSERT INTO users VALUES('tulp','usr_p22wziiayt3k5mv2qgr35xohwn6sbbm2',1,NULL,NULL,'sanne@tulp.example.com','sanne@tulp.example.com','Sanne','','',NULL,1,'$argon2id$v=19$m=19456,t=2,p=1$rWQKpjFTZhQP4Tf0I+P5Rw$B4ZChl1p5ftGz2n4FWx9QECY+Dlv9fAX/A0kCIo80pk',NULL,'sip_5bw5pm3iz4ioxlnmplimd53afuibfxnf',NULL,'{"permission_group_ids":[],"telephony":{"extension":"","sip_account_ids":[],"app_sip_account_id":"","mobile_fallback_number":"+31612345678","forward_numbers":[],"available":false,"active_destination":"","caller_id":""},"click_to_dial":{"follow_availability":true,"sip_account_id":"","auto_answer":false},"locale":{"language":""},"security":{"two_factor_required":false}}',NULL,NULL);
INSERT INTO users VALUES('webzorg','usr_3dl6n2h6g467l37sonfgchmiczlv3fnv',1,'Daan','Daan','daan@webzorg.example.com','daan@webzorg.example.com','Daan',NULL,'Visser',NULL,1,'$argon2id$v=19$m=19456,t=2,p=1$XPc58CDIePHSXpBFSALSVA$mGGn0FDe+cqo69Eq1cobm6nEFavCE/7JQU9hxprUt9g',NULL,NULL,NULL,'{"permission_group_ids":[],"locale":{"language":""},"webcare":{"suffixes":{"x":"^DV"},"default_accounts":{},"mobile_number":"","notify_on_assignment":false,"notify_on_failed_publication":false,"mail_forwarding":"reply","landing_page":"","login_availability":"online","crm_user":""}}',NULL,NULL);
INSERT INTO users VALUES('hovor','usr_ebyf7jyvpbkno6ggeatxebf34lgcmrgi',1,NULL,NULL,'eva@hovor.example.com','eva@hovor.example.com','Eva',NULL,'Dvořáková','',1,'$argon2id$v=19$m=19456,t=2,p=1$RENU6cH38CFXzvzVKgnNxA$DqLwq2cx77rdqT4UIjhqYFjV4wShEM0e+iFmgVgqRLU','praha',NULL,NULL,'{"permission_group_ids":[],"telephony":{"extension":"","pbx_id":"","sip_account_ids":[]},"security":{"two_factor_required":false},"licence":{"product":"omnichannel","edition":"mini","helpdesk_id":"","call_control_api":false,"statutory_representative":false,"billed":true}}',NULL,'podpora');
INSERT INTO users VALUES('vaxel-ab','usr_wmf3dcogrrnog5v44rizdgn3ya7nmyax',1,NULL,NULL,'elsa@vaxel.example.com','elsa@vaxel.example.com','Elsa',NULL,'Åkesson','',1,'$argon2id$v=19$m=19456,t=2,p=1$pXydn0jCRt8rX19HHYJEIA$PyA6BLacQIIfGMeVHGVgNJFdhmGStU6AgzcDDctTqs8',NULL,NULL,NULL,'{"telephony":{"extension":"","sip_account_ids":[],"caller_id":"","hide_caller_id":false,"ring_seconds":30,"call_waiting":true,"busy_on_all_devices":false,"default_profile":"available","recording":"never","billing_number":""},"directory":{"hidden":false,"exchange_alias":""},"locale":{"country":"","time_zone":"","language":""},"security":{"skip_sso":false},"voicemail":{"enabled":true,"pin_set":false,"email":"elsa@vaxel.example.com","sms_number":""}}','$argon2id$v=19$m=19456,t=2,p=1$X+0aUkUgUK7c1TgsVhX1nQ$AnM7WvW0FHbLLd22In8GCiSqwvy5Di38Mqdl0Q/ex90',NULL);
CREATE TABLE user_permission_groups (
    organization_id     TEXT NOT NULL,
    user_id             TEXT NOT NULL,
    permission_group_id TEXT NOT NULL,
    PRIMARY KEY (organization_id, user_id, permission_group_id),
    FOREIGN KEY (organization_id, user_id) REFERENCES users (organization_id, id) ON DELETE CASCADE,
    FOREIGN KEY (organization_id, permission_group_id) REFERENCES permission_groups (organization_id, id) ON DELETE RESTRICT
);
INSERT INTO user_permission_groups VALUES('delfin','usr_e6sansloxkrd6g7sstg3sw3hdepc2vov','grp_bd3vdfwappdqtpf3jzhlmkwjabbxq4mi');
INSERT INTO user_permission_groups VALUES('tulp','usr_p22wziiayt3k5mv2qgr35xohwn6sbbm2','grp_43zrjc7vkh2fna4e4alnupylnv2vofsq');
INSERT INTO user_permission_groups VALUES('webzorg','usr_3dl6n2h6g467l37sonfgchmiczlv3fnv','grp_ydg77o36eu7qgl5mv46oz47l3fsghwdg');
INSERT INTO user_permission_groups VALUES('hovor','usr_ebyf7jyvpbkno6ggeatxebf34lgcmrgi','grp_js7giymwl4cnt5iiyy4gfbnnnmql5pew');
CREATE TABLE user_sip_accounts (
    organization_id TEXT NOT NULL,
    user_id         TEXT NOT NULL,
    sip_account_id  TEXT NOT NULL,
    PRIMARY KEY (organization_id, user_id, sip_account_id),
    FOREIGN KEY (organization_id, user_id) REFERENCES users (organization_id, id) ON DELETE CASCADE,
    FOREIGN KEY (organization_id, sip_account_id) REFERENCES sip_accounts (organization_id, id) ON DELETE RESTRICT
);
INSERT INTO user_sip_accounts VALUES('delfin','usr_e6sansloxkrd6g7sstg3sw3hdepc2vov','sip_g6tfjsa3rj64s4dbmtvujewknrdzfusw');
INSERT INTO user_sip_accounts VALUES('tulp','usr_p22wziiayt3k5mv2qgr35xohwn6sbbm2','sip_5bw5pm3iz4ioxlnmplimd53afuibfxnf');
CREATE TABLE user_numbers (
    organization_id TEXT NOT NULL,
    user_id         TEXT NOT NULL,
    field           TEXT NOT NULL, -- dotted path of the user's field
    number          TEXT NOT NULL CHECK (number NOT LIKE '%,%'), -- registrars read joined lists of numbers
    PRIMARY KEY (organization_id, user_id, field, number),
    FOREIGN KEY (organization_id, user_id) REFERENCES users (organization_id, id) ON DELETE CASCADE
);
INSERT INTO user_numbers VALUES('delfin','usr_e6sansloxkrd6g7sstg3sw3hdepc2vov','telephony.caller_ids','+48225550101');
INSERT INTO user_numbers VALUES('delfin','usr_e6sansloxkrd6g7sstg3sw3hdepc2vov','telephony.sms_senders','DELFIN');
INSERT INTO user_numbers VALUES('vaxel-ab','usr_wmf3dcogrrnog5v44rizdgn3ya7nmyax','telephony.caller_id','+4685550101');
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
INSERT INTO extensions VALUES('delfin','201',NULL,'sip_g6tfjsa3rj64s4dbmtvujewknrdzfusw');
INSERT INTO extensions VALUES('tulp','201',NULL,'sip_5bw5pm3iz4ioxlnmplimd53afuibfxnf');
INSERT INTO extensions VALUES('tulp','2001','usr_p22wziiayt3k5mv2qgr35xohwn6sbbm2',NULL);
INSERT INTO extensions VALUES('hovor','2901','usr_ebyf7jyvpbkno6ggeatxebf34lgcmrgi',NULL);
INSERT INTO extensions VALUES('vaxel-ab','0101','usr_wmf3dcogrrnog5v44rizdgn3ya7nmyax',NULL);
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
INSERT INTO idempotency_keys VALUES('delfin','tok_7kfa5dhm5uazk4huw5ckfcpbajsl2qkb','group-1','ea67bef6dd9e8356014d8c797186ffa322f0ce41815873703348a2cca21d1fc8','grp_bd3vdfwappdqtpf3jzhlmkwjabbxq4mi',1,'2026-11-25 13:35:05.216990134+00:00');
INSERT INTO idempotency_keys VALUES('delfin','tok_7kfa5dhm5uazk4huw5ckfcpbajsl2qkb','user-1','c5fceb436a76ff0ea5bbe1b65ac135283babaf1fcc07b64ecd61a22b7ef5a180','usr_e6sansloxkrd6g7sstg3sw3hdepc2vov',1,'2026-11-25 13:35:05.274690256+00:00');
CREATE TABLE platform_emails (
    platform        TEXT NOT NULL,
    email_key       TEXT NOT NULL, -- the address as it is compared
    organization_id TEXT NOT NULL,
    user_id         TEXT NOT NULL,
    PRIMARY KEY (platform, email_key),
    UNIQUE (organization_id, user_id),
    FOREIGN KEY (organization_id, user_id) REFERENCES users (organization_id, id) ON DELETE CASCADE
);
INSERT INTO platform_emails VALUES('maatwerk','sanne@tulp.example.com','tulp','usr_p22wziiayt3k5mv2qgr35xohwn6sbbm2');
CREATE TABLE user_groups (
    organization_id TEXT NOT NULL REFERENCES organizations (id) ON DELETE RESTRICT,
    id              TEXT NOT NULL,
    version         BIGINT NOT NULL,
    name            TEXT NOT NULL,
    name_key        TEXT NOT NULL, -- the name as it is compared
    PRIMARY KEY (organization_id, id),
    UNIQUE (organization_id, name_key)
);
INSERT INTO user_groups VALUES('delfin','ugr_jxlmwp3owfimho5neu7hmzc7ksvm35jc',1,'Stanowisko','stanowisko');
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
INSERT INTO subgroups VALUES('delfin','ugr_jxlmwp3owfimho5neu7hmzc7ksvm35jc','sub_4q7iez5kcpyakryijruxbcfsfdmbkcq6',0,'Handlowcy','handlowcy');
CREATE TABLE user_subgroups (
    organization_id TEXT NOT NULL,
    user_id         TEXT NOT NULL,
    user_group_id   TEXT NOT NULL,
    subgroup_id     TEXT NOT NULL,
    PRIMARY KEY (organization_id, user_id, user_group_id),
    FOREIGN KEY (organization_id, user_id) REFERENCES users (organization_id, id) ON DELETE CASCADE,
    FOREIGN KEY (organization_id, user_group_id, subgroup_id) REFERENCES subgroups (organization_id, user_group_id, id) ON DELETE RESTRICT
);
INSERT INTO user_subgroups VALUES('delfin','usr_e6sansloxkrd6g7sstg3sw3hdepc2vov','ugr_jxlmwp3owfimho5neu7hmzc7ksvm35jc','sub_4q7iez5kcpyakryijruxbcfsfdmbkcq6');
CREATE TABLE number_allocations (
    organization_id TEXT NOT NULL,
    number          TEXT NOT NULL CHECK (number NOT LIKE '%,%'), -- registrars read joined lists of numbers
    user_id         TEXT NOT NULL,
    PRIMARY KEY (organization_id, number),
    FOREIGN KEY (organization_id, user_id) REFERENCES users (organization_id, id) ON DELETE CASCADE
);
INSERT INTO number_allocations VALUES('vaxel-ab','+4685550101','usr_wmf3dcogrrnog5v44rizdgn3ya7nmyax');
CREATE TABLE pending_reloads (
    organization_id TEXT NOT NULL REFERENCES organizations (id) ON DELETE RESTRICT,
    pbx_id          TEXT NOT NULL,
    PRIMARY KEY (organization_id, pbx_id)
);
INSERT INTO pending_reloads VALUES('hovor','praha');
CREATE TABLE planned_publications (
    organization_id TEXT NOT NULL,
    id              TEXT NOT NULL,
    user_id         TEXT NOT NULL,
    body            TEXT NOT NULL,
    publish_at      TIMESTAMP NOT NULL,
    PRIMARY KEY (organization_id, id),
    FOREIGN KEY (organization_id, user_id) REFERENCES users (organization_id, id) ON DELETE RESTRICT
);
INSERT INTO planned_publications VALUES('webzorg','pub_t7gwo4354qcvdmqlw3eqo67oyq6hqen3','usr_3dl6n2h6g467l37sonfgchmiczlv3fnv','Prettige feestdagen!','2036-12-24 08:00:00+00:00');
CREATE TABLE avatars (
    organization_id TEXT NOT NULL,
    user_id         TEXT NOT NULL,
    media_type      TEXT NOT NULL CHECK (media_type IN ('image/png', 'image/jpeg')),
    sha256          TEXT NOT NULL CHECK (length(sha256) = 64), -- of the image, in hexadecimal
    image           BYTEA NOT NULL CHECK (length(image) BETWEEN 1 AND 1048576),
    PRIMARY KEY (organization_id, user_id),
    FOREIGN KEY (organization_id, user_id) REFERENCES users (organization_id, id) ON DELETE CASCADE
);
INSERT INTO avatars VALUES('webzorg','usr_3dl6n2h6g467l37sonfgchmiczlv3fnv','image/png','6b7fa434f92a8b80aab02d9bf1a12e49ffcae424e4013a1c4f68b67e3d2bbcd0',X'89504e470d0a1a0a0000000d49484452000000010000000108060000001f15c4890000000d4944415478da6364f8cf500f00038601805a347d6b0000000049454e44ae426082');
CREATE TABLE user_social_accounts (
    organization_id TEXT NOT NULL,
    user_id         TEXT NOT NULL,
    social_platform TEXT NOT NULL,
    account_id      TEXT NOT NULL, -- empty: the user chooses
    PRIMARY KEY (organization_id, user_id, social_platform),
    FOREIGN KEY (organization_id, user_id) REFERENCES users (organization_id, id) ON DELETE CASCADE
);
INSERT INTO user_social_accounts VALUES('webzorg','usr_3dl6n2h6g467l37sonfgchmiczlv3fnv','x','x_webzorg');
DELETE FROM sqlite_sequence;
INSERT INTO sqlite_sequence VALUES('goose_db_version',3);
CREATE INDEX tokens_by_organization ON tokens (organization_id, created_at);
CREATE INDEX users_by_pbx ON users (organization_id, pbx_id);
CREATE INDEX users_by_app_sip_account ON users (organization_id, app_sip_account_id);
CREATE INDEX users_by_click_to_dial_sip_account ON users (organization_id, click_to_dial_sip_account_id);
CREATE INDEX user_permission_groups_by_group ON user_permission_groups (organization_id, permission_group_id);
CREATE INDEX user_sip_accounts_by_account ON user_sip_accounts (organization_id, sip_account_id);
CREATE INDEX user_numbers_by_number ON user_numbers (organization_id, number);
CREATE INDEX idempotency_keys_by_age ON idempotency_keys (organization_id, created_at);
CREATE INDEX user_subgroups_by_subgroup ON user_subgroups (organization_id, subgroup_id);
CREATE INDEX number_allocations_by_user ON number_allocations (organization_id, user_id);
CREATE INDEX planned_publications_by_user ON planned_publications (organization_id, user_id, id);
CREATE INDEX user_social_accounts_by_account ON user_social_accounts (organization_id, account_id);
CREATE INDEX users_by_helpdesk ON users (organization_id, helpdesk_id);
COMMIT;
