-- The release of the numbering plans by which every number on record was last read.
CREATE TABLE numbering_plan (
    only_row INTEGER NOT NULL PRIMARY KEY CHECK (only_row = 1),
    release  TEXT    NOT NULL
) STRICT;
