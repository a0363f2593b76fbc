-- The counts of the messages of closed days, UTC: messages go, their counts stay. Never updated, and never deleted.
CREATE TABLE tally_day (
    at       INTEGER NOT NULL,
    app      TEXT    NOT NULL,
    channel  TEXT    NOT NULL,
    country  TEXT    NOT NULL,   -- empty: not known
    provider TEXT    NOT NULL,   -- empty: none
    counts   BLOB    NOT NULL,   -- see tallies/counts.rs
    PRIMARY KEY (at, app, channel, country, provider)
) STRICT, WITHOUT ROWID;

-- What has gone: the rows before these are not there any more, and the numbers of them are not used again. Days before
-- `days_until` are in tally_day, and messages before `passcodes` have no sealed passcode any more.
CREATE TABLE gone (
    only_row   INTEGER NOT NULL PRIMARY KEY CHECK (only_row = 1),
    messages   INTEGER NOT NULL,
    events     INTEGER NOT NULL,
    days_until INTEGER NOT NULL,
    passcodes  INTEGER NOT NULL
) STRICT;
INSERT INTO gone VALUES (1, 0, 0, 0, 0);

-- The hits of messages that have gone and still count, like those in carried_hit.
CREATE TABLE carried_send (
    until   INTEGER NOT NULL,
    message INTEGER NOT NULL,
    bucket  INTEGER NOT NULL,
    at      INTEGER NOT NULL,
    weight  INTEGER NOT NULL,
    PRIMARY KEY (until, message, bucket)
) STRICT, WITHOUT ROWID;
