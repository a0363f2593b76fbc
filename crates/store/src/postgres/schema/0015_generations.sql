-- Expands: the keys of a deployment change while its nodes run. Nodes of the release before go on until that happens.

-- The keys that a node has, by fingerprint and check value, whether the database is written with them or not. NULL: a node of the
-- release before, which cannot change them.
ALTER TABLE node ADD COLUMN keys bytea[];

-- How far the work after a change of keys has come: of each kind of rows, the first that was not looked at yet. A kind without a
-- row here is sealed with the newest keys.
CREATE TABLE reseal (
    kind text NOT NULL PRIMARY KEY,   -- setting | kept_key | refusal | message | unlock
    next uuid NOT NULL
);

-- Keeps the generation of keys from changing until the transaction ends: whoever begins another one waits for that.
CREATE FUNCTION hold_generation() RETURNS void LANGUAGE sql VOLATILE AS
$$ SELECT pg_advisory_xact_lock_shared(109330362692712) $$;

-- Returns the generation that is written with, which stays so until the transaction ends.
CREATE FUNCTION held_generation() RETURNS integer LANGUAGE plpgsql VOLATILE AS
$$
BEGIN
    PERFORM hold_generation();
    RETURN (SELECT max(number) FROM key_generation);
END
$$;

-- Holds the generation of keys, and makes and locks the rows that a batch is about, as `lock_rows` did. Nodes of this release lock
-- calls and the head of the audit record by it, and other rows as they read them.
CREATE FUNCTION lock_places(
    calls bytea[], messages uuid[], numbers bigint[], scopes bigint[], buckets bigint[], audited boolean
) RETURNS void LANGUAGE plpgsql AS
$$
BEGIN
    PERFORM hold_generation();
    IF cardinality(calls) > 0 THEN
        INSERT INTO keyed_call AS held (id) SELECT unnest(calls)
            ON CONFLICT (id) DO UPDATE SET id = held.id WHERE false;
    END IF;
    IF cardinality(messages) > 0 THEN
        PERFORM FROM message WHERE id = ANY (messages) ORDER BY id FOR UPDATE;
    END IF;
    IF cardinality(numbers) > 0 THEN
        INSERT INTO number AS held (key) SELECT unnest(numbers)
            ON CONFLICT (key) DO UPDATE SET key = held.key WHERE false;
    END IF;
    IF cardinality(scopes) > 0 THEN
        INSERT INTO code AS held (key) SELECT unnest(scopes)
            ON CONFLICT (key) DO UPDATE SET key = held.key WHERE false;
    END IF;
    IF cardinality(buckets) > 0 THEN
        INSERT INTO bucket AS held (key) SELECT unnest(buckets)
            ON CONFLICT (key) DO UPDATE SET key = held.key WHERE false;
    END IF;
    IF audited THEN
        INSERT INTO audit_head AS held VALUES (true, 0, '')
            ON CONFLICT (only_row) DO UPDATE SET seq = held.seq WHERE false;
    END IF;
END
$$;

-- Nodes of the release before lock by this one. Once keys have changed, a node that stood still meanwhile decides on nothing more.
CREATE OR REPLACE FUNCTION lock_rows(
    calls bytea[], messages uuid[], numbers bigint[], scopes bigint[], buckets bigint[], audited boolean
) RETURNS void LANGUAGE plpgsql AS
$$
BEGIN
    PERFORM lock_places(calls, messages, numbers, scopes, buckets, audited);
    IF EXISTS (SELECT FROM version WHERE oldest >= 15) THEN
        RAISE EXCEPTION 'the keys of the deployment have changed, of which this release knows nothing';
    END IF;
END
$$;
