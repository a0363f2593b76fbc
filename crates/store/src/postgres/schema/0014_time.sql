-- Expands: it adds the index by which a page of messages before a moment is found.

-- The ids of messages follow the clocks of nodes, and pages follow the times of decisions. An erased message is on no page. Days
-- that are made from now on have the index. Upkeep makes that of each older day beside whoever sends, and then it is whole.
CREATE INDEX IF NOT EXISTS message_time ON ONLY message (decided_at, id) WHERE number > '-9223372036854775808'::bigint;
