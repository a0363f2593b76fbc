-- Settings: everything that an operator has set up. `key` is a name or a scope; `value` is JSON; secrets are sealed,
-- each under its own row.
CREATE TABLE setting (
    kind   TEXT NOT NULL,   -- provider | route | template | access_key
    key    TEXT NOT NULL,
    value  TEXT NOT NULL,
    sealed BLOB,
    PRIMARY KEY (kind, key)
) STRICT, WITHOUT ROWID;

-- What vendors reported of messages: 16 times the message's seq, and its place among the reports. Reports come soon
-- after their message, so this table too grows at its end. One that says the same again is not kept.
CREATE TABLE receipt (
    id          INTEGER PRIMARY KEY,
    at          INTEGER NOT NULL,
    provider    TEXT    NOT NULL,
    status      TEXT    NOT NULL,   -- underway | delivered | failed
    vendor_code TEXT
) STRICT;
