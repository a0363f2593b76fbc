-- Expands: what nodes remember of a database is compared with it (postgres/mark.rs).

-- How many batches each lane of a node has committed since the node started.
CREATE TABLE mark (
    lane    uuid   NOT NULL PRIMARY KEY DEFAULT gen_random_uuid(),
    commits bigint NOT NULL DEFAULT 0
) WITH (fillfactor = 50);
