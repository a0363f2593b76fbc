-- Expands: it adds the tables of the ledger.
--
-- Rows of `bucket`, `number` and `code` are locked, read, judged by a node and written back whole, so none of them has an
-- index but its key: an update stays within its page. `at` is the time of the newest event about the row.

-- The hits of a bucket that still count, packed (postgres/row/bucket.rs). `span` is the longest window in which they do.
CREATE TABLE bucket (
    key  bigint NOT NULL PRIMARY KEY,
    at   bigint NOT NULL DEFAULT 0,
    span bigint NOT NULL DEFAULT 0,
    hits bytea  NOT NULL DEFAULT ''
) WITH (fillfactor = 70);

-- The wrong guesses in a row about a number that were compared with a code.
CREATE TABLE number (
    key      bigint  NOT NULL PRIMARY KEY,
    at       bigint  NOT NULL DEFAULT 0,
    in_a_row integer NOT NULL DEFAULT 0
) WITH (fillfactor = 70);

-- The codes of a scope (application, channel and number) that can be checked, packed (postgres/row/code.rs).
CREATE TABLE code (
    key   bigint NOT NULL PRIMARY KEY,
    at    bigint NOT NULL DEFAULT 0,
    codes bytea  NOT NULL DEFAULT ''
) WITH (fillfactor = 70);

-- Written by whoever asks whether the database can make anything durable.
CREATE TABLE probe (
    only_row boolean NOT NULL PRIMARY KEY CHECK (only_row),
    at       bigint  NOT NULL
);

-- The limits that messages were judged by: JSON. `id` is the beginning of their SHA-256, so that every node finds the same.
CREATE TABLE rule_set (
    id     bigint NOT NULL PRIMARY KEY,
    limits text   NOT NULL
);

-- One row for each admitted message, written before any provider hears of it. Partitioned by the day in which its id was
-- made: an id tells its partition, and a day goes as one table.
CREATE TABLE message (
    id          uuid     NOT NULL PRIMARY KEY,   -- UUIDv7
    request_id  uuid     NOT NULL,               -- UUIDv7
    decided_at  bigint   NOT NULL,
    app         text     NOT NULL,
    channel     text     NOT NULL,
    phone       bytea    NOT NULL,               -- sealed
    number      bigint   NOT NULL,               -- key of the number
    scope       bigint   NOT NULL,               -- key of application, channel and number
    code_mac    bytea    NOT NULL,               -- keyed, bound to app, channel, phone and message; empty with code_of
    code_ends   bigint   NOT NULL,
    code_tries  smallint NOT NULL,
    code_keeps  smallint NOT NULL,
    code_of     uuid,                            -- the message whose code this one brings once more
    rule_set    bigint   NOT NULL,
    buckets     bytea    NOT NULL,               -- the keys of its buckets, in the order of the rule set
    refusals    bytea,                           -- limits that said no and did not refuse
    price       bigint   NOT NULL,               -- what limits on money reserved
    settled_at  bigint,                          -- NULL: no outcome is on record
    gave_back   boolean  NOT NULL DEFAULT false,
    cost        bigint                           -- what it cost; NULL: the reserved price
) PARTITION BY RANGE (id);
CREATE INDEX message_number ON message (number, id);
CREATE INDEX message_request ON message (request_id);

-- The attempts at providers, in order. Partitioned like their messages.
CREATE TABLE attempt (
    message             uuid     NOT NULL,
    place               smallint NOT NULL,
    provider            text,
    started_at          bigint   NOT NULL,
    ended_at            bigint   NOT NULL,
    outcome             text     NOT NULL,   -- accepted | not_accepted | unknown
    kind                text,                -- of a refusal
    detail              text,                -- the vendor's code, or why nobody knows
    provider_message_id text,
    PRIMARY KEY (message, place)
) PARTITION BY RANGE (message);

-- What happened to codes after they were sent. Partitioned by the day in which the id of its request was made.
CREATE TABLE code_event (
    id       uuid   NOT NULL PRIMARY KEY,   -- of the request, UUIDv7
    at       bigint NOT NULL,
    kind     text   NOT NULL,               -- wrong | right | unlocked | token_used
    caller   text,                          -- who checked: public | application
    number   bigint,                        -- key
    scope    bigint,                        -- key
    messages uuid[] NOT NULL,               -- the codes a wrong guess was compared with, or a right one used up
    sealed   bytea                          -- of an unlock: the number, and why
) PARTITION BY RANGE (id);
CREATE INDEX code_event_scope ON code_event (scope, id) WHERE scope IS NOT NULL;
CREATE INDEX code_event_unlocked ON code_event (id) WHERE kind = 'unlocked';

-- Calls with an idempotency key. A row whose `ends` is past is free. One is made by whoever locks it first, and is written in
-- the commit of what was decided.
CREATE TABLE keyed_call (
    id      bytea  NOT NULL PRIMARY KEY,   -- keyed MAC of application, endpoint and idempotency key
    ends    bigint NOT NULL DEFAULT 0,
    body    bytea  NOT NULL DEFAULT '',    -- keyed MAC of the body
    number  bigint,                        -- key of the number
    message uuid,                          -- the message of a send
    finding bytea,                         -- sealed: what a check found
    answer  bytea                          -- sealed: what the caller was told; NULL until that is on record
);

-- The audit record: one act a row, chained. `text` is what `hash` is the SHA-256 of, and names the hash of the row before.
CREATE TABLE audit (
    seq  bigint NOT NULL PRIMARY KEY,
    text text   NOT NULL,
    hash bytea  NOT NULL
);

-- The newest entry of the audit record: locked by whoever appends the next.
CREATE TABLE audit_head (
    only_row boolean NOT NULL PRIMARY KEY DEFAULT true CHECK (only_row),
    seq      bigint  NOT NULL,
    hash     bytea   NOT NULL
);

CREATE FUNCTION audit_is_only_appended_to() RETURNS trigger LANGUAGE plpgsql AS
$$ BEGIN RAISE EXCEPTION 'the audit record is only appended to'; END $$;
CREATE TRIGGER audit_is_not_changed BEFORE UPDATE OR DELETE OR TRUNCATE ON audit
    FOR EACH STATEMENT EXECUTE FUNCTION audit_is_only_appended_to();

-- Makes and locks the rows that a batch is about, always in this order, each kind in the order of its keys: two batches never
-- wait for each other in a circle. The callers sort. What the rows hold is read by a later statement, which sees what was
-- committed while this one waited.
CREATE FUNCTION lock_rows(
    calls bytea[], messages uuid[], numbers bigint[], scopes bigint[], buckets bigint[], audited boolean
) RETURNS void LANGUAGE plpgsql AS
$$
BEGIN
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

-- Refuses what comes after `until`: a batch that was held up on its way must not be recorded later than it was judged for.
CREATE FUNCTION in_time(until bigint) RETURNS void LANGUAGE plpgsql AS
$$
BEGIN
    IF clock() > until THEN
        RAISE EXCEPTION 'the batch came too late' USING ERRCODE = '40001';
    END IF;
END
$$;

-- Makes the partitions of a day, counted from 1970, where they are not there yet. A partition is attached, so that nobody
-- who reads or writes waits.
CREATE FUNCTION make_day(day bigint) RETURNS void LANGUAGE plpgsql AS
$$
DECLARE
    parent text;
    name   text;
BEGIN
    PERFORM pg_advisory_xact_lock(109330362692709);
    FOREACH parent IN ARRAY ARRAY['message', 'attempt', 'code_event'] LOOP
        name := format('%s_%s', parent, day);
        CONTINUE WHEN to_regclass(name) IS NOT NULL;
        EXECUTE format('CREATE TABLE %I (LIKE %I INCLUDING DEFAULTS INCLUDING CONSTRAINTS) WITH (fillfactor = %s)',
                       name, parent, CASE parent WHEN 'message' THEN 85 ELSE 100 END);
        EXECUTE format('ALTER TABLE %I ATTACH PARTITION %I FOR VALUES FROM (%L) TO (%L)',
                       parent, name, first_id(day), first_id(day + 1));
    END LOOP;
END
$$;

-- Returns the smallest id that could be made in a day: its first 48 bits are the milliseconds.
CREATE FUNCTION first_id(day bigint) RETURNS uuid LANGUAGE sql IMMUTABLE AS
$$ SELECT (lpad(to_hex(day * 86400000), 12, '0') || repeat('0', 20))::uuid $$;
