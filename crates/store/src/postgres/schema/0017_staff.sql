-- Expands: people who work with the console sign in.

-- The sessions of these people: the SHA-256 of the token, the id of the person, the time from which on the row may go, and the rest
-- sealed.
CREATE TABLE staff_session (
    id     bytea  NOT NULL PRIMARY KEY,
    person text   NOT NULL,
    ends   bigint NOT NULL,
    sealed bytea  NOT NULL
);
CREATE INDEX staff_session_person ON staff_session (person);

-- The last step of codes of an authenticator app that each person has used.
CREATE TABLE staff_step (
    person text   NOT NULL PRIMARY KEY,
    step   bigint NOT NULL
);

-- Tries at signing in, and what else is counted of people: the key of what counts together, the time, the request, and the time
-- from which on the row may go.
CREATE TABLE staff_try (
    bucket  bigint NOT NULL,
    request uuid   NOT NULL,
    at      bigint NOT NULL,
    ends    bigint NOT NULL,
    PRIMARY KEY (bucket, request)
);
