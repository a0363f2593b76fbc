-- Which database this is, and whether the mark outside of it (see ../../../mark) has ever named it.
CREATE TABLE identity (
    only_row INTEGER NOT NULL PRIMARY KEY CHECK (only_row = 1),
    id       BLOB    NOT NULL,
    marked   INTEGER NOT NULL
) STRICT;
INSERT INTO identity VALUES (1, randomblob(16), 0);

-- Each start that accepted a database that was put back: when, and what the mark said of it. Never updated, and never
-- deleted.
CREATE TABLE accepted_restore (
    at    INTEGER NOT NULL,
    found TEXT    NOT NULL
) STRICT;

-- The moment before which no send is decided on, since minutes taken before may not be on record.
ALTER TABLE mark ADD COLUMN held_until INTEGER NOT NULL DEFAULT 0;
