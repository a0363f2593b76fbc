-- Expands: it adds the nodes.

-- The processes that use the database, a row each. `seen_at` is the last sign of life.
CREATE TABLE node (
    id         uuid   NOT NULL PRIMARY KEY,
    version    text   NOT NULL,
    started_at bigint NOT NULL,
    seen_at    bigint NOT NULL
);
