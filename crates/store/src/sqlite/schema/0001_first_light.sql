-- Times are milliseconds since the Unix epoch, UTC. Message ids are UUIDv7: their order is the order
-- of time, so every table here grows at its end and needs no second index.

-- Tells the keys this database was written with from any others.
CREATE TABLE key_fingerprint (
    only   INTEGER NOT NULL PRIMARY KEY CHECK (only = 1),
    digest BLOB    NOT NULL
) STRICT;

CREATE TABLE application (
    id         TEXT    NOT NULL PRIMARY KEY,
    name       TEXT    NOT NULL,
    secret_mac BLOB    NOT NULL,   -- HMAC-SHA-256 of the secret, keyed outside the database
    created_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- One row per admitted message, written before any provider hears of it. Never updated.
CREATE TABLE message (
    id              BLOB    NOT NULL PRIMARY KEY,
    request_id      BLOB    NOT NULL,
    app             TEXT    NOT NULL,
    channel         TEXT    NOT NULL,
    phone           BLOB    NOT NULL,   -- sealed
    phone_digest    BLOB    NOT NULL,   -- keyed
    code_mac        BLOB    NOT NULL,   -- keyed, bound to app, channel, phone and message
    code_expires_at INTEGER NOT NULL,
    decided_at      INTEGER NOT NULL,
    verdicts        TEXT    NOT NULL,   -- JSON: what each rule said
    hits            BLOB    NOT NULL    -- what the message counts for in the limits, see hits.rs
) STRICT, WITHOUT ROWID;

-- One row per call to a provider. The row with `settles` ends its message; a message without one
-- is pending, which counts as sent.
CREATE TABLE attempt (
    message             BLOB    NOT NULL,
    n                   INTEGER NOT NULL,   -- 0, 1, ... in order
    provider            TEXT,               -- NULL: the process died first
    started_at          INTEGER NOT NULL,
    ended_at            INTEGER NOT NULL,
    outcome             TEXT    NOT NULL,   -- accepted | not_accepted | unknown
    kind                TEXT,               -- of a refusal
    detail              TEXT,               -- the vendor's code, or why nobody knows
    provider_message_id TEXT,
    settles             INTEGER NOT NULL,
    give_back           BLOB,               -- the hit of the minute given back, see hits.rs
    PRIMARY KEY (message, n)
) STRICT, WITHOUT ROWID;

-- Hits whose window is longer than the part of the log that a start reads again. They are carried
-- here before the replay horizon passes their message. Led by the end of the window, so that what is
-- over is one range at the front.
CREATE TABLE carried_hit (
    until   INTEGER NOT NULL,
    message BLOB    NOT NULL,
    bucket  BLOB    NOT NULL,
    at      INTEGER NOT NULL,
    weight  INTEGER NOT NULL,
    PRIMARY KEY (until, message, bucket)
) STRICT, WITHOUT ROWID;

-- Messages before this id need not be read at start.
CREATE TABLE replay_horizon (
    only    INTEGER NOT NULL PRIMARY KEY CHECK (only = 1),
    message BLOB    NOT NULL
) STRICT;
INSERT INTO replay_horizon VALUES (1, x'00000000000000000000000000000000');
