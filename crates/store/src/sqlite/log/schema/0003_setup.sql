-- The setup has one version, which each change counts up; a setting has the version of the change that last put it.
CREATE TABLE setup (
    only_row INTEGER NOT NULL PRIMARY KEY CHECK (only_row = 1),
    version  INTEGER NOT NULL
) STRICT;
INSERT INTO setup VALUES (1, 1);

ALTER TABLE setting ADD COLUMN version INTEGER NOT NULL DEFAULT 1;

-- Applications become settings of the kind `application`. `sealed` holds the HMAC-SHA-256 of the secret, keyed
-- outside the database.
INSERT INTO setting (kind, key, value, sealed, version)
SELECT 'application', id,
       json_object('name', name, 'origins', json(origins), 'web_host', web_host,
                   'android_app_hash', android_app_hash, 'created_at', created_at),
       secret_mac, 1
FROM application;
DROP TABLE application;
