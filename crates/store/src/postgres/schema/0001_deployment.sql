-- Expands: a first version takes nothing away.
--
-- Times are milliseconds since the Unix epoch, UTC. A key is 64 bits of a keyed pseudorandom function; its own key is
-- outside the database.

-- The clock that decides. Tests put another in its place.
CREATE FUNCTION clock() RETURNS bigint LANGUAGE sql VOLATILE AS
$$ SELECT floor(extract(epoch FROM clock_timestamp()) * 1000)::bigint $$;

-- The deployment whose database this is: its random id, the moment before which every code is dead, and the moment before
-- which no send is decided on.
CREATE TABLE deployment (
    only_row    boolean NOT NULL PRIMARY KEY DEFAULT true CHECK (only_row),
    id          uuid    NOT NULL DEFAULT gen_random_uuid(),
    dead_before bigint  NOT NULL DEFAULT 0,
    held_until  bigint  NOT NULL DEFAULT 0
);
INSERT INTO deployment DEFAULT VALUES;

-- The generations of keys that the database was written with, by fingerprint: the one with the highest number is in use.
-- `ended_at` is when nothing needed the generation any more.
CREATE TABLE key_generation (
    number      integer NOT NULL PRIMARY KEY,
    fingerprint bytea   NOT NULL,
    since       bigint  NOT NULL,
    ended_at    bigint
);

-- Check values of keys that the store itself does not use: a node with another key is refused.
CREATE TABLE key_check (
    name   text  NOT NULL PRIMARY KEY,
    digest bytea NOT NULL
);

-- Keys that the first generation made and that later ones must not change, sealed.
CREATE TABLE kept_key (
    name   text  NOT NULL PRIMARY KEY,
    sealed bytea NOT NULL
);
