-- Expands: guesses at the codes of an application are counted by each session for itself. Rows of `bucket` that counted them before
-- count no more, and a count of ten minutes begins anew.

-- The guesses at the codes of an application in one part of the time (postgres/row/guesses.rs). No two sessions count in one row, so
-- that checks of one application wait for no others.
CREATE TABLE guess_count (
    app           bigint  NOT NULL,   -- key
    part          bigint  NOT NULL,
    session       integer NOT NULL,   -- the id of the process that serves the session
    wrong_guesses bigint  NOT NULL,
    right_guesses bigint  NOT NULL,   -- those that used a code up
    PRIMARY KEY (app, part, session)
) WITH (fillfactor = 70);
