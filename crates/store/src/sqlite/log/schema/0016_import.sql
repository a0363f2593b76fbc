-- A database that a file of an export was brought into: its digest, the number of its rows that are here, and the time of the
-- export. Until `ended_at` is set, a start is refused. Messages before `own_from` were decided on elsewhere: what they count for is in
-- carried_send and carried_hit, and which of their codes can be checked is in carried_code.
CREATE TABLE import (
    only_row INTEGER NOT NULL PRIMARY KEY CHECK (only_row = 1),
    file     BLOB    NOT NULL,
    rows     INTEGER NOT NULL,
    at       INTEGER NOT NULL,
    own_from INTEGER NOT NULL,
    ended_at INTEGER
) STRICT;

CREATE TABLE carried_code (
    message    BLOB    NOT NULL PRIMARY KEY,
    tries_left INTEGER NOT NULL,
    used       INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
