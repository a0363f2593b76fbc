//! Reads tallies, from `lookup.db`.
//!
//! `flow` holds the counts of a quarter of an hour by application and channel, `spread` by country and provider too: a
//! reading that asks for neither reads a fraction of the rows.

use std::collections::BTreeMap;

use countersign_core::channel::Channel;
use countersign_core::phone::Country;
use countersign_core::ports::tallies::{Row, Tallies, TallyQuery};
use countersign_core::tally::{Kind, Span, Tally};
use countersign_core::time::Timestamp;
use rusqlite::{Connection, OptionalExtension as _};

use crate::sqlite::log::counts;

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

/// Reads the counts of `query`, on a `reader` that the index is attached to.
pub(crate) fn read(reader: &Connection, query: &TallyQuery) -> rusqlite::Result<Tallies> {
    let (from, to) = (
        Span::Quarter.start(query.from),
        Span::Quarter.next_start(query.to),
    );
    let (mut total, mut rows) = (Tally::default(), BTreeMap::<Row, Tally>::new());
    quarters(reader, query, (from, to), |at, kind, tally| {
        total.add(&tally);
        rows.entry(query.by.row(at, &kind)).or_default().add(&tally);
    })?;
    Ok(Tallies {
        from,
        to,
        counted_from: counted_from(reader)?.map_or(Some(to), still_counting),
        total,
        rows: rows.into_iter().collect(),
    })
}

/// Calls `take` with each kind of message of each quarter that `query` asks for.
fn quarters(
    reader: &Connection,
    query: &TallyQuery,
    (from, to): (Timestamp, Timestamp),
    mut take: impl FnMut(Timestamp, Kind, Tally),
) -> rusqlite::Result<()> {
    let mut select = reader.prepare_cached(match query.is_of_spread() {
        true => "SELECT at, app, channel, counts, country, provider FROM lookup.spread WHERE at >= ? AND at < ?",
        false => "SELECT at, app, channel, counts, '' AS country, '' AS provider FROM lookup.flow WHERE at >= ? AND at < ?",
    })?;
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
    let mut select = index.prepare_cached(
        "SELECT app, channel, country, provider, counts FROM spread WHERE at = ?",
    )?;
    let mut rows = select.query([at.as_millis()])?;
    let mut found = BTreeMap::new();
    while let Some(row) = rows.next()? {
        if let Some(kind) = kind(row)? {
            found.insert(kind, counts::decode(row.get_ref("counts")?.as_blob()?));
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
