-- The sessions of the people who work with the console: the SHA-256 of the token, the id of the person, the time from which on the
-- row may go, and the rest sealed.
CREATE TABLE staff_session (
    id     BLOB    NOT NULL PRIMARY KEY,
    person TEXT    NOT NULL,
    ends   INTEGER NOT NULL,
    sealed BLOB    NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX staff_session_person ON staff_session (person);

-- The last step of codes of an authenticator app that each person has used.
CREATE TABLE staff_step (
    person TEXT    NOT NULL PRIMARY KEY,
    step   INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- Tries at signing in, and what else is counted of people: the key of what counts together, the time, the request, and the time
-- from which on the row may go.
CREATE TABLE staff_try (
    bucket  INTEGER NOT NULL,
    request BLOB    NOT NULL,
    at      INTEGER NOT NULL,
    ends    INTEGER NOT NULL,
    PRIMARY KEY (bucket, request)
) STRICT, WITHOUT ROWID;
