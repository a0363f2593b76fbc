-- Each erasure of a number: the receipt that stays, without the number. Until it has come to its end, `phone` holds the
-- number, sealed under the request.
CREATE TABLE erasure (
    request  BLOB    NOT NULL PRIMARY KEY,   -- UUIDv7
    at       INTEGER NOT NULL,
    phone    BLOB    NOT NULL,
    ended_at INTEGER                         -- NULL: it goes on at the next start
) STRICT;
