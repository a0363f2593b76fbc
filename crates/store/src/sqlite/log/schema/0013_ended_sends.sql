-- Hits of sends that a right guess ended, from events that the horizon has passed.
CREATE TABLE ended_sends (
    bucket INTEGER PRIMARY KEY,
    at INTEGER NOT NULL,
    until INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX ended_sends_by_until ON ended_sends (until);
