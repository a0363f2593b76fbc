-- The price that was reserved with a decision, and what the attempts cost that may have sent the message, in ten-thousandths
-- of the currency of its limits on money. A cost that is NULL is the reserved price.
ALTER TABLE message ADD COLUMN price INTEGER NOT NULL DEFAULT 0;
ALTER TABLE attempt ADD COLUMN cost INTEGER;
