-- Expands: it adds the reports of vendors, and what records are found by.

-- The reports that are kept with a message, in the order in which they came. Partitioned like their messages.
CREATE TABLE receipt (
    message     uuid     NOT NULL,
    place       smallint NOT NULL,
    at          bigint   NOT NULL,
    provider    text     NOT NULL,
    status      text     NOT NULL,   -- underway | delivered | failed
    vendor_code text,
    claims      text,                -- the vendor's id, where that of the message itself was not on record
    PRIMARY KEY (message, place)
) PARTITION BY RANGE (message);

-- Checks are found by the number that they are about, and so is everything about a number that is to be erased.
CREATE INDEX code_event_number ON code_event (number, id) WHERE number IS NOT NULL;
DROP INDEX code_event_scope;

-- Times of decisions follow the order of a partition nearly: an index of its ranges is next to nothing.
CREATE INDEX message_decided ON message USING brin (decided_at);

-- As before, with the reports.
CREATE OR REPLACE FUNCTION make_day(day bigint) RETURNS void LANGUAGE plpgsql AS
$$
DECLARE
    parent text;
    name   text;
BEGIN
    PERFORM pg_advisory_xact_lock(109330362692709);
    FOREACH parent IN ARRAY ARRAY['message', 'attempt', 'receipt', 'code_event'] LOOP
        name := format('%s_%s', parent, day);
        CONTINUE WHEN to_regclass(name) IS NOT NULL;
        EXECUTE format('CREATE TABLE %I (LIKE %I INCLUDING DEFAULTS INCLUDING CONSTRAINTS) WITH (fillfactor = %s)',
                       name, parent, CASE parent WHEN 'message' THEN 85 ELSE 100 END);
        EXECUTE format('ALTER TABLE %I ATTACH PARTITION %I FOR VALUES FROM (%L) TO (%L)',
                       parent, name, first_id(day), first_id(day + 1));
    END LOOP;
END
$$;
SELECT make_day(replace(child.relname, 'message_', '')::bigint)
FROM pg_inherits JOIN pg_class AS child ON child.oid = inhrelid
WHERE inhparent = 'message'::regclass;
