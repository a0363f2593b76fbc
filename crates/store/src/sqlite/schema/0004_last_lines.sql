-- Who may read the codes of an application from its messages: the host of web pages, and the hash of an
-- Android app. NULL: nobody.
ALTER TABLE application ADD COLUMN web_host         TEXT;
ALTER TABLE application ADD COLUMN android_app_hash TEXT;
