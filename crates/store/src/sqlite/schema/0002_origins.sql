-- The web origins that may call as an application: a JSON list of texts.
ALTER TABLE application ADD COLUMN origins TEXT NOT NULL DEFAULT '[]';
