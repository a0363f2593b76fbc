-- The audit record: one act a row, chained (countersign_core::audit::chain). `text` is what `hash` is the SHA-256 of, and
-- names the hash of the row before. It holds no secret and no whole number, so that it can be shown and exported. Without a
-- row id, each byte of a row is part of its values: a changed one shows.
CREATE TABLE audit (
    seq  INTEGER NOT NULL PRIMARY KEY,
    text TEXT    NOT NULL,
    hash BLOB    NOT NULL
) STRICT, WITHOUT ROWID;

-- Only ever appended to. An INSERT OR REPLACE is no next row either.
CREATE TRIGGER audit_is_not_changed BEFORE UPDATE ON audit
BEGIN SELECT RAISE(ABORT, 'the audit record is only appended to'); END;
CREATE TRIGGER audit_is_not_deleted BEFORE DELETE ON audit
BEGIN SELECT RAISE(ABORT, 'the audit record is only appended to'); END;
CREATE TRIGGER audit_has_no_gap BEFORE INSERT ON audit
WHEN NEW.seq <> (SELECT coalesce(max(seq), 0) + 1 FROM audit)
BEGIN SELECT RAISE(ABORT, 'the audit record is only appended to'); END;
