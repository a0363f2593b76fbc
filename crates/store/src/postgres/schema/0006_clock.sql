-- Expands: the time of the deployment may differ from that of the database's machine (postgres/steady.rs).

-- By how much the machine's clock was ahead of the deployment's time, in milliseconds, when it showed `clock_since`.
ALTER TABLE deployment ADD COLUMN clock_ahead bigint NOT NULL DEFAULT 0,
                       ADD COLUMN clock_since bigint NOT NULL DEFAULT 0;

-- The clock of the machine. Tests put another in its place.
CREATE FUNCTION machine_clock() RETURNS bigint LANGUAGE sql VOLATILE AS
$$ SELECT floor(extract(epoch FROM clock_timestamp()) * 1000)::bigint $$;

-- Returns by how much a machine's clock that shows `now` is ahead. The difference gets less by one thousandth of the time that
-- passes.
CREATE FUNCTION ahead(clock_ahead bigint, clock_since bigint, now bigint) RETURNS bigint LANGUAGE sql IMMUTABLE AS
$$ SELECT CASE WHEN clock_ahead < 0 THEN least(0, clock_ahead + greatest(0, now - clock_since) / 1000)
               ELSE greatest(0, clock_ahead - greatest(0, now - clock_since) / 1000) END $$;

-- The clock that decides.
CREATE OR REPLACE FUNCTION clock() RETURNS bigint LANGUAGE sql VOLATILE AS
$$ SELECT now - ahead(clock_ahead, clock_since, now) FROM deployment, (SELECT machine_clock() AS now) AS machine $$;
