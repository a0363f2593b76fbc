-- Expands: it adds the setup.

-- The setup has one version, which each change counts up; a setting has the version of the change that last put it.
CREATE TABLE setup (
    only_row boolean NOT NULL PRIMARY KEY DEFAULT true CHECK (only_row),
    version  bigint  NOT NULL
);
INSERT INTO setup VALUES (true, 1);

-- Everything that an operator sets up: a setting a row. `value` is readable JSON. `sealed` holds the secrets, and of an
-- application the keyed MACs of its secrets.
CREATE TABLE setting (
    kind    text   NOT NULL,
    key     text   NOT NULL,
    value   text   NOT NULL,
    sealed  bytea,
    version bigint NOT NULL,
    PRIMARY KEY (kind, key)
);
