-- The generations of keys that the database was written with, by fingerprint. Row 1 is the first, the one with the highest
-- number is in use. `ended_at` is when nothing needed the generation any more.
CREATE TABLE key_generation (
    number      INTEGER NOT NULL PRIMARY KEY,
    fingerprint BLOB    NOT NULL,
    since       INTEGER NOT NULL,
    ended_at    INTEGER
) STRICT;
INSERT INTO key_generation SELECT 1, digest, 0, NULL FROM key_fingerprint;

-- The kinds of rows of which some may be sealed with older keys, and the first that was not looked at yet.
CREATE TABLE reseal (
    kind TEXT    NOT NULL PRIMARY KEY,   -- message | unlock
    next INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- Keys that the first generation made and that later ones must not change, sealed.
CREATE TABLE kept_key (
    name   TEXT NOT NULL PRIMARY KEY,
    sealed BLOB NOT NULL
) STRICT, WITHOUT ROWID;

-- The keys of number and scope under the generations before, where such were needed when the event happened.
ALTER TABLE code_event ADD COLUMN older BLOB;
