//! Reads tallies: those of closed days from the log, and those of quarters of an hour from `lookup.db`.
//!
//! The log keeps the days, since their messages go. Everything in `lookup.db` is made from the log, and what was made of
//! messages that have gone is lost with the file: then only the days are left of it.
//!
//! `flow` holds the counts of a quarter of an hour by application and channel, `spread` by country and provider too: a
//! reading that asks for neither reads a fraction of the rows.

use countersign_core::ports::tallies::{Tallies, TallyQuery};
use countersign_core::tally::{Kind, Span};
use countersign_core::time::Timestamp;
use rusqlite::{Connection, OptionalExtension as _};

use crate::sqlite::log::gone::Gone;
use crate::tallies::reading::{self, Part, Sum};
use crate::tallies::{Counts, counts, kind_of_columns};

pub(crate) const SCHEMA: &str = "
    CREATE TABLE IF NOT EXISTS flow (
        at INTEGER NOT NULL, app TEXT NOT NULL, channel TEXT NOT NULL,
        counts BLOB NOT NULL,     -- see tallies/counts.rs
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

/// Reads the counts of `query`, on a `reader` that the index is attached to.
pub(crate) fn read(reader: &Connection, query: &TallyQuery) -> rusqlite::Result<Tallies> {
    let (from, to) = reading::range(query);
    let closed = Gone::read(reader)?.days_until;
    let days = days_with_messages(reader, Span::Day.start(from), to.min(closed))?;
    let has_quarters = |day| has_quarters(reader, day);
    let parts = reading::parts(query.by, (from, to), days, has_quarters)?;
    let mut sum = Sum::of(query);
    for part in &parts {
        counts_of(reader, query, *part, &mut sum)?;
    }
    let counted_from = counted_from(reader)?.map_or(Some(to), still_counting);
    Ok(sum.over(&parts, counted_from))
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
fn has_quarters(reader: &Connection, day: Timestamp) -> rusqlite::Result<bool> {
    let end = day.after(Span::Day.length());
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

/// Adds the counts of `part` that `query` asks for to `sum`.
fn counts_of(
    reader: &Connection,
    query: &TallyQuery,
    part: Part,
    sum: &mut Sum<'_>,
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
        if let Some(kind) = kind(row)? {
            let tally = counts::decode(row.get_ref("counts")?.as_blob()?);
            sum.add(Timestamp::from_millis(row.get("at")?), &kind, &tally);
        }
    }
    Ok(())
}

/// Reads the kind of messages that a row counts.
fn kind(row: &rusqlite::Row<'_>) -> rusqlite::Result<Option<Kind>> {
    Ok(kind_of_columns(
        row.get_ref("app")?.as_str()?,
        row.get_ref("channel")?.as_str()?,
        row.get_ref("country")?.as_str()?,
        row.get_ref("provider")?.as_str()?,
    ))
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
pub(crate) fn spread_at(index: &Connection, at: Timestamp) -> rusqlite::Result<Counts> {
    spread_between(index, at, at.after(Span::Quarter.length()))
}

/// Returns the counts of all quarters from `from` to before `to` together, in the file `index`.
pub(crate) fn spread_between(
    index: &Connection,
    from: Timestamp,
    to: Timestamp,
) -> rusqlite::Result<Counts> {
    let mut select = index.prepare_cached(
        "SELECT app, channel, country, provider, counts FROM spread WHERE at >= ? AND at < ?",
    )?;
    let mut rows = select.query([from.as_millis(), to.as_millis()])?;
    let mut found = Counts::new();
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
