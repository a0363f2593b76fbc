//! The tables of counts: of quarters of an hour, of closed days, and how far the counting has come.

use countersign_core::tally::{Kind, Span, Tally};
use countersign_core::time::Timestamp;
use tokio_postgres::types::ToSql;
use tokio_postgres::{Error, Row};

use crate::postgres::clock::time;
use crate::postgres::connect::Connected;
use crate::postgres::records::ask;
use crate::postgres::words::Failure;
use crate::tallies::{Counts, by_channel, columns_of_kind, counts, kind_of_columns};

/// How far the counting has come.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Progress {
    /// Quarters before this time are closed.
    pub(crate) closed_until: Timestamp,
    /// The counts of days before this time are on record.
    pub(crate) days_until: Timestamp,
    /// Quarters before this time have gone.
    pub(crate) quarters_from: Timestamp,
}

impl Progress {
    pub(crate) async fn read(session: &Connected) -> Result<Self, Failure> {
        let select = "SELECT closed_until, days_until, quarters_from FROM tallied";
        let rows = ask(session, select, &[]).await?;
        let row = rows.first().ok_or(Failure::Unreadable)?;
        Ok(Self {
            closed_until: time(row, "closed_until")?,
            days_until: time(row, "days_until")?,
            quarters_from: time(row, "quarters_from")?,
        })
    }

    /// Notes that quarters before `time` are closed.
    pub(super) async fn close_until(session: &Connected, time: Timestamp) -> Result<(), Error> {
        let note = "UPDATE tallied SET closed_until = $1";
        execute(session, note, time).await
    }
}

/// Reads the kind of messages that a row counts; `None` for one that this release does not know.
pub(crate) fn kind_of_row(row: &Row) -> Result<Option<Kind>, Error> {
    Ok(kind_of_columns(
        row.try_get("app")?,
        row.try_get("channel")?,
        row.try_get("country")?,
        row.try_get("provider")?,
    ))
}

/// Reads the counts in a row.
pub(crate) fn tally_of_row(row: &Row) -> Result<Tally, Error> {
    row.try_get("counts").map(counts::decode)
}

/// Returns the counts of all quarters from `from` to before `to` together.
pub(super) async fn between(
    session: &Connected,
    from: Timestamp,
    to: Timestamp,
) -> Result<Counts, Error> {
    let select = "SELECT app, channel, country, provider, counts FROM tally_spread WHERE at >= $1 AND at < $2";
    let mut counts = Counts::new();
    for row in ask(session, select, &[&from.as_millis(), &to.as_millis()]).await? {
        if let Some(kind) = kind_of_row(&row)? {
            counts.entry(kind).or_default().add(&tally_of_row(&row)?);
        }
    }
    Ok(counts)
}

/// Returns the first quarter from `from` to before `to` that has counts.
pub(super) async fn first_between(
    session: &Connected,
    from: Timestamp,
    to: Timestamp,
) -> Result<Option<Timestamp>, Error> {
    let select = "SELECT min(at) FROM tally_spread WHERE at >= $1 AND at < $2";
    let rows = ask(session, select, &[&from.as_millis(), &to.as_millis()]).await?;
    let first = rows.first().map(|row| row.try_get(0)).transpose()?;
    Ok(first.flatten().map(Timestamp::from_millis))
}

/// Puts the counts of a quarter in place of those before, unless they are the same.
pub(super) async fn replace(
    session: &Connected,
    quarter: Timestamp,
    counts: &Counts,
) -> Result<(), Error> {
    let end = quarter.after(Span::Quarter.length());
    if between(session, quarter, end).await? == *counts {
        return Ok(());
    }
    session.client.batch_execute("BEGIN").await?;
    execute(session, "DELETE FROM tally_spread WHERE at = $1", quarter).await?;
    execute(session, "DELETE FROM tally_flow WHERE at = $1", quarter).await?;
    insert(session, SPREAD, quarter, counts).await?;
    let (mut apps, mut channels, mut packed) = (Vec::new(), Vec::new(), Vec::new());
    for ((app, channel), tally) in by_channel(counts) {
        apps.push(app);
        channels.push(channel.as_str());
        packed.push(counts::encode(&tally));
    }
    let values: [&(dyn ToSql + Sync); 4] = [&quarter.as_millis(), &apps, &channels, &packed];
    ask(session, FLOW, &values).await?;
    session.client.batch_execute("COMMIT").await
}

const FLOW: &str = "
    INSERT INTO tally_flow SELECT $1::bigint, * FROM unnest($2::text[], $3::text[], $4::bytea[])";

const SPREAD: &str = "
    INSERT INTO tally_spread
    SELECT $1::bigint, * FROM unnest($2::text[], $3::text[], $4::text[], $5::text[], $6::bytea[])";

const DAY: &str = "
    INSERT INTO tally_day
    SELECT $1::bigint, * FROM unnest($2::text[], $3::text[], $4::text[], $5::text[], $6::bytea[])";

async fn insert(
    session: &Connected,
    sql: &'static str,
    at: Timestamp,
    counts: &Counts,
) -> Result<(), Error> {
    let (mut apps, mut channels, mut countries) = (Vec::new(), Vec::new(), Vec::new());
    let (mut providers, mut packed) = (Vec::new(), Vec::new());
    for (kind, tally) in counts {
        let (country, provider) = columns_of_kind(kind);
        apps.push(kind.app.as_str());
        channels.push(kind.channel.as_str());
        countries.push(country);
        providers.push(provider);
        packed.push(counts::encode(tally));
    }
    let values: [&(dyn ToSql + Sync); 6] = [
        &at.as_millis(),
        &apps,
        &channels,
        &countries,
        &providers,
        &packed,
    ];
    ask(session, sql, &values).await.map(drop)
}

/// Puts the counts of the day that starts at `day` on record. Days before it without messages have none.
pub(super) async fn put_day(
    session: &Connected,
    day: Timestamp,
    counts: &Counts,
) -> Result<(), Error> {
    session.client.batch_execute("BEGIN").await?;
    insert(session, DAY, day, counts).await?;
    put_days_until(session, day.after(Span::Day.length())).await?;
    session.client.batch_execute("COMMIT").await
}

/// Notes that the counts of days before `time` are on record.
pub(super) async fn put_days_until(session: &Connected, time: Timestamp) -> Result<(), Error> {
    execute(session, "UPDATE tallied SET days_until = $1", time).await
}

/// Lets the quarters before `time` go.
pub(super) async fn drop_quarters_before(
    session: &Connected,
    time: Timestamp,
) -> Result<(), Error> {
    session.client.batch_execute("BEGIN").await?;
    execute(session, "UPDATE tallied SET quarters_from = $1", time).await?;
    execute(session, "DELETE FROM tally_spread WHERE at < $1", time).await?;
    execute(session, "DELETE FROM tally_flow WHERE at < $1", time).await?;
    session.client.batch_execute("COMMIT").await
}

async fn execute(session: &Connected, sql: &'static str, time: Timestamp) -> Result<(), Error> {
    let statement = session.prepared(sql).await?;
    let time = time.as_millis();
    session.client.execute(&statement, &[&time]).await.map(drop)
}
