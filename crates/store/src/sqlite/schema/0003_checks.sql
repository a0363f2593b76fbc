-- The rules of a code, as they were when it was decided on.
ALTER TABLE message ADD COLUMN code_tries INTEGER NOT NULL DEFAULT 5;
ALTER TABLE message ADD COLUMN code_keeps INTEGER NOT NULL DEFAULT 1;
-- Where an application sends the same code again: the code, sealed under a key outside the database; and
-- the message whose code this one brought once more.
ALTER TABLE message ADD COLUMN code_sealed BLOB;
ALTER TABLE message ADD COLUMN code_of BLOB;

-- What happened to codes after they were sent. Never updated, and deleted only where the caller had given up
-- before it was told; the id is that of the request, a UUIDv7, so this table too grows at its end.
CREATE TABLE code_event (
    id       BLOB    NOT NULL PRIMARY KEY,
    at       INTEGER NOT NULL,
    kind     TEXT    NOT NULL,   -- wrong | right | unlocked | token_used
    door     TEXT,               -- who checked: public | application
    phone    BLOB,               -- keyed digest
    messages BLOB,               -- ids: the codes a wrong guess was compared with, or a right one used up
    hits     BLOB    NOT NULL,   -- what it counts for in the limits; of an unlock, the buckets it emptied
    sealed   BLOB                -- of an unlock: the number, and why
) STRICT, WITHOUT ROWID;
CREATE INDEX unlocked ON code_event (id) WHERE kind = 'unlocked';

-- Wrong guesses in a row that were compared, by number, of the events that the replay horizon has passed.
CREATE TABLE wrong_in_a_row (
    phone   BLOB    NOT NULL PRIMARY KEY,
    guesses INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- Events before this id need not be read at start.
ALTER TABLE replay_horizon ADD COLUMN event BLOB NOT NULL DEFAULT x'00000000000000000000000000000000';

-- The latest time that is known to have been, and the moment before which every code is dead because the
-- clock was set back after it.
CREATE TABLE clock_mark (
    only        INTEGER NOT NULL PRIMARY KEY CHECK (only = 1),
    high_water  INTEGER NOT NULL,
    dead_before INTEGER NOT NULL
) STRICT;
INSERT INTO clock_mark VALUES (1, 0, 0);
