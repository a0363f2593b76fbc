-- Calls with an idempotency key that were decided on, until the key is over. Led by that time, so that what is over is one
-- range at the front. Each is in the commit of its message, or of what its guess changed.
CREATE TABLE keyed_call (
    ends    INTEGER NOT NULL,
    id      BLOB    NOT NULL,   -- keyed MAC of application, endpoint and idempotency key
    body    BLOB    NOT NULL,   -- keyed MAC of the body
    phone   INTEGER NOT NULL,   -- key of the number
    message BLOB,               -- the message of a send
    finding BLOB,               -- sealed: what a check found
    answer  BLOB,               -- sealed: what the caller was told; NULL until that is on record
    PRIMARY KEY (ends, id)
) STRICT, WITHOUT ROWID;
CREATE UNIQUE INDEX keyed_call_id ON keyed_call (id);
