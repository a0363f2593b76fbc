-- Check values of the keys beside the database that the store itself does not use: a start with another key is refused.
CREATE TABLE key_check (
    name   TEXT NOT NULL PRIMARY KEY,
    digest BLOB NOT NULL
) STRICT, WITHOUT ROWID;
