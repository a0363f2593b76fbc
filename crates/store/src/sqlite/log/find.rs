//! Finds rows of the log. Row numbers follow the order of time, so a binary search finds a moment.

use std::ops::Range;
use std::time::Duration;

use countersign_core::id::{MessageId, RequestId};
use countersign_core::time::Timestamp;
use rusqlite::{Connection, OptionalExtension as _, params};

use super::gone::Gone;
use super::imported;

/// The tables of the log whose row numbers follow time.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Table {
    Message,
    Event,
}

impl Table {
    fn newest(self) -> &'static str {
        match self {
            Table::Message => "SELECT max(seq) FROM message",
            Table::Event => "SELECT max(seq) FROM code_event",
        }
    }

    fn next(self) -> &'static str {
        match self {
            Table::Message => {
                "SELECT seq, decided_at FROM message WHERE seq >= ? ORDER BY seq LIMIT 1"
            }
            Table::Event => "SELECT seq, at FROM code_event WHERE seq >= ? ORDER BY seq LIMIT 1",
        }
    }
}

/// Returns the number after that of the newest row there ever was.
pub(crate) fn end(log: &Connection, table: Table) -> rusqlite::Result<i64> {
    Ok(range(log, table)?.end)
}

/// Returns the numbers of the rows that have not [gone](Gone).
fn range(log: &Connection, table: Table) -> rusqlite::Result<Range<i64>> {
    let first = Gone::read(log)?.first(table);
    let newest: Option<i64> = log
        .prepare_cached(table.newest())?
        .query_row([], |row| row.get(0))?;
    Ok(first..newest.map_or(0, |newest| newest + 1).max(first))
}

/// Returns the number of the first row of `time` or later; [`end`] if there is none.
pub(crate) fn first_at(log: &Connection, table: Table, time: Timestamp) -> rusqlite::Result<i64> {
    let Range {
        start: mut from,
        end: mut to,
    } = range(log, table)?;
    let mut next = log.prepare_cached(table.next())?;
    while from < to {
        let middle = from + (to - from) / 2;
        let (seq, at): (i64, i64) =
            next.query_row([middle], |row| Ok((row.get(0)?, row.get(1)?)))?;
        if at < time.as_millis() {
            from = seq + 1;
        } else {
            to = middle;
        }
    }
    Ok(to)
}

/// Selects the rows from `from` up to `to`, without `to`.
pub(crate) fn between(
    log: &Connection,
    table: Table,
    from: Timestamp,
    to: Timestamp,
) -> rusqlite::Result<Range<i64>> {
    Ok(first_at(log, table, from)?..first_at(log, table, to)?)
}

/// The longest time from the making of a request id to its record. The body of a request may take ten seconds.
const REQUEST: Duration = Duration::from_secs(30);

/// The longest time from the making of a message id to its decision. It exceeds the bound of every release so
/// far, so rows of older releases are found as well.
const MESSAGE: Duration = Duration::from_secs(5);

/// The time by which the clock of a node that made an id may have differed from that of the deployment that decided, among rows
/// of an import.
const APART: Duration = Duration::from_secs(600);

/// Returns the number of a message.
pub(crate) fn message(log: &Connection, id: MessageId) -> rusqlite::Result<Option<i64>> {
    let made = id.made_at();
    let rows = between(log, Table::Message, made, made.after(MESSAGE))?;
    let select = "SELECT seq FROM message WHERE seq >= ? AND seq < ? AND id = ? LIMIT 1";
    row(log, select, rows, made, id.as_bytes())
}

/// Returns the number of the message with an id that was made at `made`, if it is among these rows, or those that were imported.
fn row(
    log: &Connection,
    select: &str,
    rows: Range<i64>,
    made: Timestamp,
    id: &[u8; 16],
) -> rusqlite::Result<Option<i64>> {
    let mut select = log.prepare_cached(select)?;
    let mut find = |rows: Range<i64>| {
        let found = select.query_row(params![rows.start, rows.end, id], |row| row.get(0));
        found.optional()
    };
    let (found, own_from) = (find(rows)?, imported::own_from(log)?);
    if found.is_some() || own_from == 0 {
        return Ok(found);
    }
    let rows = between(log, Table::Message, made.before(APART), made.after(APART))?;
    find(rows.start..rows.end.min(own_from))
}

/// Returns the number of the message that a request led to.
pub(crate) fn message_of_request(log: &Connection, id: RequestId) -> rusqlite::Result<Option<i64>> {
    let made = id.made_at();
    let rows = between(log, Table::Message, made, made.after(REQUEST))?;
    let select = "SELECT seq FROM message WHERE seq >= ? AND seq < ? AND request_id = ? LIMIT 1";
    row(log, select, rows, made, id.as_bytes())
}

/// Returns the number of the unlock that a request made. If the request made none, returns the first event of
/// its moment.
pub(crate) fn unlock(log: &Connection, id: RequestId) -> rusqlite::Result<i64> {
    let made = id.made_at();
    let rows = between(log, Table::Event, made, made.after(REQUEST))?;
    let found = log
        .prepare_cached(
            "SELECT seq FROM code_event
             WHERE kind = 'unlocked' AND seq >= ? AND seq < ? AND id = ? LIMIT 1",
        )?
        .query_row(params![rows.start, rows.end, id.as_bytes()], |row| {
            row.get(0)
        })
        .optional()?;
    Ok(found.unwrap_or(rows.start))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_row_of_a_moment_is_found_despite_missing_rows() {
        let mut log = Connection::open_in_memory().unwrap();
        super::super::schema::migrations()
            .to_latest(&mut log)
            .unwrap();
        let first =
            |log: &Connection, at| first_at(log, Table::Event, Timestamp::from_millis(at)).unwrap();
        assert_eq!(first(&log, 5), 0);
        for (seq, at) in [(3, 10), (4, 10), (9, 20), (10, 30)] {
            log.execute(
                "INSERT INTO code_event VALUES (?, x'', ?, 'token_used', NULL, NULL, NULL, NULL, x'', NULL, NULL)",
                [seq, at],
            )
            .unwrap();
        }
        for (at, seqs) in [
            (5, 0..=3),
            (10, 0..=3),
            (11, 5..=9),
            (20, 5..=9),
            (30, 10..=10),
            (31, 11..=11),
        ] {
            let found = first(&log, at);
            assert!(seqs.contains(&found), "{at}: {found}");
        }
    }
}
