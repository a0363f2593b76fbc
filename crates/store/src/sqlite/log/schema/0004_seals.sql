-- The seals of settings bind the clear part of their row too. Version 1, of before, binds the row's kind and key only:
-- the first start of this release seals every secret anew (see log/setup/reseal.rs).
ALTER TABLE setup ADD COLUMN seals INTEGER NOT NULL DEFAULT 1;
