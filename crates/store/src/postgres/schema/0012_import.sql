-- Expands: it adds how far an import has come.

-- A database that a file of an export was brought into: its digest, the number of its rows that are here, and the time of the
-- export. Until `ended_at` is set, a start is refused.
CREATE TABLE import (
    only_row boolean NOT NULL PRIMARY KEY DEFAULT true CHECK (only_row),
    file     bytea   NOT NULL,
    rows     bigint  NOT NULL,
    at       bigint  NOT NULL,
    ended_at bigint
);
