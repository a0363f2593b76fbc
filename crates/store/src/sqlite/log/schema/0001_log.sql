-- Times are milliseconds since the Unix epoch, UTC. `seq` counts the rows of a table in the order of what they
-- record, which is the order of time too; so every table grows at its end, and there is no second index: what is
-- looked for by number is found through lookup.db (lookup.rs), which is made from this.
--
-- A key is 64 bits of a keyed pseudorandom function; its own key is outside the database.

-- Tells the keys this database was written with from any others.
CREATE TABLE key_fingerprint (
    only   INTEGER NOT NULL PRIMARY KEY CHECK (only = 1),
    digest BLOB    NOT NULL
) STRICT;

CREATE TABLE application (
    id               TEXT    NOT NULL PRIMARY KEY,
    name             TEXT    NOT NULL,
    secret_mac       BLOB    NOT NULL,   -- HMAC-SHA-256 of the secret, keyed outside the database
    created_at       INTEGER NOT NULL,
    origins          TEXT    NOT NULL,   -- the web origins that may call as it: a JSON list of texts
    web_host         TEXT,               -- who may read its codes from messages: the host of web pages
    android_app_hash TEXT                -- and an Android app; NULL: nobody
) STRICT, WITHOUT ROWID;

-- What messages were judged by: JSON, see log/rule_set.rs. Never updated.
CREATE TABLE rule_set (
    id     INTEGER PRIMARY KEY,
    limits TEXT    NOT NULL
) STRICT;

-- One row per admitted message, written before any provider hears of it. It goes as its retention asks (log/pruning.rs),
-- its sealed passcode before.
CREATE TABLE message (
    seq         INTEGER PRIMARY KEY,
    id          BLOB    NOT NULL,   -- UUIDv7
    request_id  BLOB    NOT NULL,   -- UUIDv7
    decided_at  INTEGER NOT NULL,
    app         TEXT    NOT NULL,
    channel     TEXT    NOT NULL,
    phone       BLOB    NOT NULL,   -- sealed
    phone_key   INTEGER NOT NULL,
    scope       INTEGER NOT NULL,   -- key of application, channel and number
    code_mac    BLOB    NOT NULL,   -- keyed, bound to app, channel, phone and message; empty with code_of
    code_ends   INTEGER NOT NULL,
    code_tries  INTEGER NOT NULL,
    code_keeps  INTEGER NOT NULL,
    code_sealed BLOB,               -- where an application sends the same code again
    code_of     BLOB,               -- the message whose code this one brings once more
    rule_set    INTEGER NOT NULL,
    buckets     BLOB    NOT NULL,   -- the keys of its buckets, in the order of the rule set
    refusals    BLOB                -- limits that said no and did not refuse, see log/rule_set.rs
) STRICT;

-- One row per attempt at a provider: 16 times its message's seq, and its place among the attempts. The row with
-- `settles` says what became of the message; one without is pending, which counts as sent.
CREATE TABLE attempt (
    id                  INTEGER PRIMARY KEY,
    provider            TEXT,               -- NULL: the process died first
    started_at          INTEGER NOT NULL,
    ended_at            INTEGER NOT NULL,
    outcome             TEXT    NOT NULL,   -- accepted | not_accepted | unknown
    kind                TEXT,               -- of a refusal
    detail              TEXT,               -- the vendor's code, or why nobody knows
    provider_message_id TEXT,
    settles             INTEGER NOT NULL,
    give_back           BLOB                -- the hits of the minute given back, see log/hit.rs
) STRICT;

-- What happened to codes after they were sent. It goes as its retention asks.
CREATE TABLE code_event (
    seq      INTEGER PRIMARY KEY,
    id       BLOB    NOT NULL,   -- of the request, UUIDv7
    at       INTEGER NOT NULL,
    kind     TEXT    NOT NULL,   -- wrong | right | unlocked | token_used
    door     TEXT,               -- who checked: public | application
    phone    INTEGER,            -- key
    scope    INTEGER,            -- key of application, channel and number
    messages BLOB,               -- ids: the codes a wrong guess was compared with, or a right one used up
    hits     BLOB    NOT NULL,   -- what it counts for in the limits, see log/hit.rs; of an unlock, what it emptied
    sealed   BLOB                -- of an unlock: the number, and why
) STRICT;
CREATE INDEX unlocked ON code_event (seq) WHERE kind = 'unlocked';

-- Wrong guesses in a row that were compared, by number, of the events that the horizon has passed.
CREATE TABLE wrong_in_a_row (
    phone   INTEGER NOT NULL PRIMARY KEY,
    guesses INTEGER NOT NULL
) STRICT;

-- The hits of those events that still count. Led by the end of the window, so that what is over is one range
-- at the front.
CREATE TABLE carried_hit (
    until  INTEGER NOT NULL,
    event  INTEGER NOT NULL,
    bucket INTEGER NOT NULL,
    at     INTEGER NOT NULL,
    weight INTEGER NOT NULL,
    PRIMARY KEY (until, event, bucket)
) STRICT, WITHOUT ROWID;

-- Events before this one need not be read at start.
CREATE TABLE event_horizon (
    only INTEGER NOT NULL PRIMARY KEY CHECK (only = 1),
    seq  INTEGER NOT NULL
) STRICT;
INSERT INTO event_horizon VALUES (1, 0);

-- The latest time that is known to have been, and the moment before which every code is dead because the
-- clock was set back after it; and the message before which every one has its outcome on record.
CREATE TABLE mark (
    only          INTEGER NOT NULL PRIMARY KEY CHECK (only = 1),
    high_water    INTEGER NOT NULL,
    dead_before   INTEGER NOT NULL,
    settled_until INTEGER NOT NULL
) STRICT;
INSERT INTO mark VALUES (1, 0, 0, 0);
