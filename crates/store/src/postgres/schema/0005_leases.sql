-- Expands: a message says which of its hits were counted in leases.

-- NULL: none. The place of the bucket and the end of the lease, for each (postgres/row/message.rs).
ALTER TABLE message ADD COLUMN charges bytea;
