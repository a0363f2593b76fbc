-- Expands: it adds the tallies, and the erasures.

-- The counts of the messages of closed days, UTC: messages go, their counts stay. Never updated, and never deleted.
CREATE TABLE tally_day (
    at       bigint NOT NULL,
    app      text   NOT NULL,
    channel  text   NOT NULL,
    country  text   NOT NULL,   -- empty: not known
    provider text   NOT NULL,   -- empty: none
    counts   bytea  NOT NULL,   -- see tallies/counts.rs
    PRIMARY KEY (at, app, channel, country, provider)
);

-- The counts of quarters of an hour, and those of each application and channel together: a reading that asks for neither
-- countries nor providers reads a fraction of the rows.
CREATE TABLE tally_spread (LIKE tally_day INCLUDING ALL);
CREATE TABLE tally_flow (
    at      bigint NOT NULL,
    app     text   NOT NULL,
    channel text   NOT NULL,
    counts  bytea  NOT NULL,
    PRIMARY KEY (at, app, channel)
);

-- How far the counting has come: quarters before `closed_until` are counted for the last time, days before `days_until` are in
-- tally_day, and quarters before `quarters_from` have gone.
CREATE TABLE tallied (
    only_row      boolean NOT NULL PRIMARY KEY DEFAULT true CHECK (only_row),
    closed_until  bigint  NOT NULL DEFAULT 0,
    days_until    bigint  NOT NULL DEFAULT 0,
    quarters_from bigint  NOT NULL DEFAULT 0
);
INSERT INTO tallied DEFAULT VALUES;

-- The uses of codes in a quarter are found by their time.
CREATE INDEX code_event_at ON code_event USING brin (at);

-- Each erasure of a number: the receipt that stays, without the number. Until it has come to its end, `phone` holds the number,
-- sealed under the request.
CREATE TABLE erasure (
    request  uuid   NOT NULL PRIMARY KEY,
    at       bigint NOT NULL,
    phone    bytea  NOT NULL,
    ended_at bigint                       -- NULL: another node, or the next start, goes on with it
);
