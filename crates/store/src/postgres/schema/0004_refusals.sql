-- Expands: it adds the record of refused sends.

-- The newest refused sends of all nodes.
CREATE TABLE refusal (
    id     uuid   NOT NULL PRIMARY KEY,   -- of the request, UUIDv7
    number bigint NOT NULL,               -- key of the number
    sealed bytea  NOT NULL
);
CREATE INDEX refusal_number ON refusal (number, id);

-- How many refused sends all nodes have dropped.
CREATE TABLE refusals_dropped (
    only_row boolean NOT NULL PRIMARY KEY DEFAULT true CHECK (only_row),
    count    bigint  NOT NULL DEFAULT 0
);
INSERT INTO refusals_dropped DEFAULT VALUES;

-- Adds refused sends that a node has held, counts those that it has `lost`, and keeps about the `kept` newest.
CREATE FUNCTION share_refusals(ids uuid[], numbers bigint[], bodies bytea[], lost bigint, kept bigint)
RETURNS void LANGUAGE sql AS
$$
    INSERT INTO refusal SELECT * FROM unnest(ids, numbers, bodies) ON CONFLICT DO NOTHING;
    WITH gone AS (
        DELETE FROM refusal WHERE id <= (SELECT id FROM refusal ORDER BY id DESC OFFSET kept LIMIT 1) RETURNING id
    )
    UPDATE refusals_dropped SET count = count + lost + (SELECT count(*) FROM gone);
$$;
