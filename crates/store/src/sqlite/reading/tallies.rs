//! Reads tallies: those of closed days from the log, and those of quarters of an hour from `lookup.db`.
//!
//! The log keeps the days, since their messages go. Everything in `lookup.db` is made from the log, and what was made of
//! messages that have gone is lost with the file: then only the days are left of it.
//!
//! `flow` holds the counts of a quarter of an hour by application and channel, `spread` by country and provider too: a
//! reading that asks for neither reads a fraction of the rows.

use std::collections::BTreeMap;

use countersign_core::channel::Channel;
use countersign_core::phone::Country;
use countersign_core::ports::tallies::{By, Row, Tallies, TallyQuery};
use countersign_core::tally::{Kind, Span, Tally};
use countersign_core::time::Timestamp;
use rusqlite::{Connection, OptionalExtension as _};

use crate::sqlite::log::counts;
use crate::sqlite::log::gone::Gone;

pub(crate) const SCHEMA: &str = "
    CREATE TABLE IF NOT EXISTS flow (
        at INTEGER NOT NULL, app TEXT NOT NULL, channel TEXT NOT NULL,
        counts BLOB NOT NULL,     -- see log/counts.rs
        PRIMARY KEY (at, app, channel)
    ) STRICT, WITHOUT ROWID;
    CREATE TABLE IF NOT EXISTS spread (
        at INTEGER NOT NULL, app TEXT NOT NULL, channel TEXT NOT NULL,
        country TEXT NOT NULL, provider TEXT NOT NULL,     -- empty: not known
        counts BLOB NOT NULL,
        PRIMARY KEY (at, app, channel, country, provider)
    ) STRICT, WITHOUT ROWID;
    CREATE TABLE IF NOT EXISTS counted (
        only INTEGER NOT NULL PRIMARY KEY CHECK (only = 1),
        counted_from INTEGER NOT NULL,
        closed_until INTEGER NOT NULL
    ) STRICT;";

/// A part of a range.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Part {
    /// Whole days whose counts are in the log.
    Days(Timestamp, Timestamp),
    /// Quarters in `lookup.db`.
    Quarters(Timestamp, Timestamp),
}

impl Part {
    fn range(self) -> (Timestamp, Timestamp) {
        match self {
            Part::Days(from, to) | Part::Quarters(from, to) => (from, to),
        }
    }
}

/// Reads the counts of `query`, on a `reader` that the index is attached to.
pub(crate) fn read(reader: &Connection, query: &TallyQuery) -> rusqlite::Result<Tallies> {
    let from = Span::Quarter.start(query.from);
    let to = Span::Quarter.next_start(query.to).max(from);
    let parts = parts(reader, query.by, from, to)?;
    let (mut total, mut rows) = (Tally::default(), BTreeMap::<Row, Tally>::new());
    for part in &parts {
        counts_of(reader, query, *part, |at, kind, tally| {
            total.add(&tally);
            rows.entry(query.by.row(at, &kind)).or_default().add(&tally);
        })?;
    }
    let (from, to) = match (parts.first(), parts.last()) {
        (Some(first), Some(last)) => (first.range().0, last.range().1),
        _ => (from, to),
    };
    Ok(Tallies {
        from,
        to,
        counted_from: counted_from(reader)?.map_or(Some(to), still_counting),
        total,
        rows: rows.into_iter().collect(),
    })
}

/// Divides a range of quarters into parts. A closed day is read as a whole where all of it is asked for and the hour does
/// not matter, or where its quarters are not kept any more. Closed days without a message cost nothing, however many of
/// them the range has.
fn parts(
    reader: &Connection,
    by: By,
    from: Timestamp,
    to: Timestamp,
) -> rusqlite::Result<Vec<Part>> {
    let closed = Gone::read(reader)?.days_until;
    let (mut parts, mut at) = (Vec::new(), from);
    for day in days_with_messages(reader, Span::Day.start(from), to.min(closed))? {
        let end = day.after(Span::Day.length());
        let start = day.max(from);
        let is_whole = start == day && end <= to && by != By::Hour;
        let is_kept_as_day = is_whole || !has_quarters(reader, day, end)?;
        let part = match is_kept_as_day {
            true => Part::Days(day, end),
            false => Part::Quarters(start, end.min(to)),
        };
        if at < part.range().0 {
            parts.push(Part::Quarters(at, part.range().0));
        }
        at = part.range().1;
        match (parts.last_mut(), part) {
            (Some(Part::Days(_, until)), Part::Days(_, end)) => *until = end,
            _ => parts.push(part),
        }
    }
    if at < to {
        parts.push(Part::Quarters(at, to));
    }
    Ok(parts)
}

/// Returns the starts of the closed days from `from` to before `until` that have a message.
fn days_with_messages(
    reader: &Connection,
    from: Timestamp,
    until: Timestamp,
) -> rusqlite::Result<Vec<Timestamp>> {
    let sql = "SELECT DISTINCT at FROM tally_day WHERE at >= ? AND at < ? ORDER BY at";
    let mut select = reader.prepare_cached(sql)?;
    let days = select.query_map([from.as_millis(), until.as_millis()], |row| row.get(0))?;
    days.map(|day| day.map(Timestamp::from_millis)).collect()
}

/// Returns whether the quarters of a closed day are all kept.
fn has_quarters(reader: &Connection, day: Timestamp, end: Timestamp) -> rusqlite::Result<bool> {
    let admitted = |table: &str| -> rusqlite::Result<u64> {
        let sql = format!("SELECT counts FROM {table} WHERE at >= ? AND at < ?");
        let mut select = reader.prepare_cached(&sql)?;
        let mut rows = select.query([day.as_millis(), end.as_millis()])?;
        let mut sum = 0;
        while let Some(row) = rows.next()? {
            sum += counts::decode(row.get_ref(0)?.as_blob()?).admitted;
        }
        Ok(sum)
    };
    Ok(admitted("lookup.flow")? == admitted("tally_day")?)
}

/// Calls `take` with each kind of message that `query` asks for, of each span of `part`.
fn counts_of(
    reader: &Connection,
    query: &TallyQuery,
    part: Part,
    mut take: impl FnMut(Timestamp, Kind, Tally),
) -> rusqlite::Result<()> {
    let table = match part {
        Part::Days(..) => "tally_day",
        Part::Quarters(..) if query.is_of_spread() => "lookup.spread",
        Part::Quarters(..) => {
            "(SELECT at, app, channel, counts, '' AS country, '' AS provider FROM lookup.flow)"
        }
    };
    let mut select = reader.prepare_cached(&format!(
        "SELECT at, app, channel, counts, country, provider FROM {table} WHERE at >= ? AND at < ?"
    ))?;
    let (from, to) = part.range();
    let mut rows = select.query([from.as_millis(), to.as_millis()])?;
    while let Some(row) = rows.next()? {
        let Some(kind) = kind(row)?.filter(|kind| query.matches(kind)) else {
            continue;
        };
        let tally = counts::decode(row.get_ref("counts")?.as_blob()?);
        take(Timestamp::from_millis(row.get("at")?), kind, tally);
    }
    Ok(())
}

/// Reads the kind of messages that a row counts.
fn kind(row: &rusqlite::Row<'_>) -> rusqlite::Result<Option<Kind>> {
    let Some(channel) = Channel::parse(row.get_ref("channel")?.as_str()?) else {
        return Ok(None);
    };
    let provider: String = row.get("provider")?;
    Ok(Some(Kind {
        app: row.get("app")?,
        channel,
        country: Country::parse(row.get_ref("country")?.as_str()?),
        provider: (!provider.is_empty()).then_some(provider),
    }))
}

/// Returns the time from which on messages are counted; `None` in a file that knows nothing yet.
fn counted_from(reader: &Connection) -> rusqlite::Result<Option<i64>> {
    reader
        .prepare_cached("SELECT counted_from FROM lookup.counted")?
        .query_row([], |row| row.get(0))
        .optional()
}

fn still_counting(from: i64) -> Option<Timestamp> {
    (from > 0).then(|| Timestamp::from_millis(from))
}

/// Returns the counts of the quarter `at` in the file `index`.
pub(crate) fn spread_at(
    index: &Connection,
    at: Timestamp,
) -> rusqlite::Result<BTreeMap<Kind, Tally>> {
    spread_between(index, at, at.after(Span::Quarter.length()))
}

/// Returns the counts of all quarters from `from` to before `to` together, in the file `index`.
pub(crate) fn spread_between(
    index: &Connection,
    from: Timestamp,
    to: Timestamp,
) -> rusqlite::Result<BTreeMap<Kind, Tally>> {
    let mut select = index.prepare_cached(
        "SELECT app, channel, country, provider, counts FROM spread WHERE at >= ? AND at < ?",
    )?;
    let mut rows = select.query([from.as_millis(), to.as_millis()])?;
    let mut found = BTreeMap::<Kind, Tally>::new();
    while let Some(row) = rows.next()? {
        if let Some(kind) = kind(row)? {
            let tally = counts::decode(row.get_ref("counts")?.as_blob()?);
            found.entry(kind).or_default().add(&tally);
        }
    }
    Ok(found)
}

/// Drops the quarters before `time`.
pub(crate) fn drop_quarters_before(index: &Connection, time: Timestamp) -> rusqlite::Result<()> {
    for sql in [
        "DELETE FROM flow WHERE at < ?",
        "DELETE FROM spread WHERE at < ?",
    ] {
        index.prepare_cached(sql)?.execute([time.as_millis()])?;
    }
    Ok(())
}
