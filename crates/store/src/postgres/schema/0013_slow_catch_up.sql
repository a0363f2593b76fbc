-- Expands: a deployment whose time is behind its machine's catches up so slowly that no window ends early.

-- The old function says what is left of a leap, and the new one goes on from there: by itself it would take the time back.
UPDATE deployment SET clock_ahead = ahead(clock_ahead, clock_since, now), clock_since = now
FROM (SELECT machine_clock() AS now) AS machine;

-- Returns by how much a machine's clock that shows `now` is ahead. Where it is behind, the difference gets less by a thousandth of
-- the time that passes, and windows last that much longer. Where it is ahead, they would end early: by a hundred-thousandth, which
-- is less than a millisecond in a minute.
CREATE OR REPLACE FUNCTION ahead(clock_ahead bigint, clock_since bigint, now bigint) RETURNS bigint LANGUAGE sql IMMUTABLE AS
$$ SELECT CASE WHEN clock_ahead < 0 THEN least(0, clock_ahead + greatest(0, now - clock_since) / 1000)
               ELSE greatest(0, clock_ahead - greatest(0, now - clock_since) / 100000) END $$;
