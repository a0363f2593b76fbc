//! The marks of the log: the latest time, the settled messages, and the dead codes.

use countersign_core::time::Timestamp;
use rusqlite::Connection;

/// Records the time `now`. A start that finds a later time on record knows that the clock was set back.
pub(crate) fn set_time(log: &Connection, now: Timestamp) -> rusqlite::Result<()> {
    log.prepare_cached("UPDATE mark SET high_water = max(high_water, ?)")?
        .execute([now.as_millis()])?;
    Ok(())
}

/// Records that every message before `seq` has its outcome on record.
pub(crate) fn set_settled_until(log: &Connection, seq: i64) -> rusqlite::Result<()> {
    log.prepare_cached("UPDATE mark SET settled_until = max(settled_until, ?)")?
        .execute([seq])?;
    Ok(())
}

/// Returns the first message that may have no outcome on record yet. Every earlier one has had its outcome on
/// record for a minute at least.
pub(crate) fn settled_until(log: &Connection) -> rusqlite::Result<i64> {
    log.query_row("SELECT settled_until FROM mark", [], |row| row.get(0))
}

/// Records that every code from before `moment` is dead.
pub(crate) fn set_dead_before(log: &Connection, moment: Timestamp) -> rusqlite::Result<()> {
    log.execute("UPDATE mark SET dead_before = ?", [moment.as_millis()])?;
    Ok(())
}

/// Returns the moment before which every code is dead.
pub(crate) fn dead_before(log: &Connection) -> rusqlite::Result<Timestamp> {
    let millis = log.query_row("SELECT dead_before FROM mark", [], |row| row.get(0))?;
    Ok(Timestamp::from_millis(millis))
}

/// Returns the latest time on record.
pub(crate) fn high_water(log: &Connection) -> rusqlite::Result<Timestamp> {
    // The rows of messages and events are in the order of time, those of attempts nearly.
    let newest = "SELECT max(at) FROM (
        SELECT * FROM (SELECT decided_at AS at FROM message ORDER BY seq DESC LIMIT 1)
        UNION ALL
        SELECT * FROM (SELECT ended_at AS at FROM attempt ORDER BY id DESC LIMIT 1000)
        UNION ALL
        SELECT * FROM (SELECT at FROM code_event ORDER BY seq DESC LIMIT 1)
        UNION ALL
        SELECT high_water AS at FROM mark
        UNION ALL
        SELECT value ->> 'created_at' AS at FROM setting WHERE json_valid(value))";
    let millis: Option<i64> = log.query_row(newest, [], |row| row.get(0))?;
    Ok(Timestamp::from_millis(millis.unwrap_or_default()))
}
