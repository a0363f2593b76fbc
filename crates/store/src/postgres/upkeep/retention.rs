//! Lets go what is older than the retention: the table of a day at a time, once the day is counted.
//!
//! A table is detached while others read and write its parent, and then dropped. Where somebody reads the parent for long, the
//! step gives up after a fifth of a second, and another one goes on. Messages go before their attempts and reports, so that no
//! message is ever shown without those.

use std::collections::BTreeMap;
use std::time::Duration;

use countersign_core::tally::Span;
use countersign_core::time::Timestamp;

use super::Place;
use super::tables::Progress;
use crate::postgres::records::ask;
use crate::postgres::words::Failure;

/// A message whose id was made before midnight may be decided on a moment later: it goes with the table that it is in.
const MIDNIGHT: Duration = Duration::from_secs(60);

/// The parents of the tables of days.
const PARENTS: [&str; 4] = [MESSAGES, "attempt", "receipt", EVENTS];
const MESSAGES: &str = "message";
const EVENTS: &str = "code_event";

const TABLES: &str = "
    SELECT parent.relname::text AS parent, child.relname::text AS name, inhdetachpending AS is_leaving
    FROM pg_inherits JOIN pg_class AS parent ON parent.oid = inhparent JOIN pg_class AS child ON child.oid = inhrelid
    WHERE parent.relnamespace = current_schema()::regnamespace AND parent.relkind = 'p'";

/// Tables that were detached, and not yet dropped.
const DETACHED: &str = "
    SELECT relname::text AS name FROM pg_class
    WHERE relnamespace = current_schema()::regnamespace AND relkind = 'r' AND NOT relispartition
          AND relname ~ '^(message|attempt|receipt|code_event)_[0-9]+$'";

/// The table of a day.
#[derive(Debug, Clone)]
struct DayTable {
    name: String,
    /// Whether a step has begun to detach it.
    is_leaving: bool,
}

/// The tables of days, by parent and day.
type DayTables = BTreeMap<(String, Timestamp), DayTable>;

/// Lets the table of one day go, if one is due. Returns whether there was work.
pub(super) async fn step(place: &Place<'_>) -> Result<bool, Failure> {
    if let Some(row) = ask(place.session, DETACHED, &[]).await?.first() {
        drop_table(place, row.try_get("name")?).await?;
        return Ok(true);
    }
    let Some(retention) = place.retention else {
        return Ok(false);
    };
    let counted = Progress::read(place.session).await?.days_until;
    let messages_until = retention.messages_from(place.now).min(counted);
    // The checks of messages that are still to be counted stay.
    let events_until = retention.events_from(place.now).min(counted);
    let tables = tables(place).await?;
    for ((parent, day), table) in &tables {
        let end = day.after(Span::Day.length());
        let is_due = match parent.as_str() {
            EVENTS => end <= events_until,
            MESSAGES => {
                end <= messages_until && is_over(place, table, messages_until, counted).await?
            }
            // With their messages, or after them.
            _ => end <= messages_until && !tables.contains_key(&(MESSAGES.to_owned(), *day)),
        };
        if table.is_leaving || is_due {
            detach(place, parent, table).await?;
            return Ok(true);
        }
    }
    Ok(false)
}

async fn tables(place: &Place<'_>) -> Result<DayTables, Failure> {
    let mut tables = DayTables::new();
    for row in ask(place.session, TABLES, &[]).await? {
        let parent: String = row.try_get("parent")?;
        let name: String = row.try_get("name")?;
        let is_known = PARENTS.contains(&parent.as_str());
        let day = name
            .strip_prefix(&parent)
            .and_then(|rest| rest.strip_prefix('_'));
        let Some(day) = day.and_then(|day| day.parse().ok()).filter(|_| is_known) else {
            continue;
        };
        let table = DayTable {
            is_leaving: row.try_get("is_leaving")?,
            name,
        };
        tables.insert((parent, start_of(day)), table);
    }
    Ok(tables)
}

/// Returns the start of a day that is counted from 1970.
fn start_of(day: u32) -> Timestamp {
    Timestamp::default().after(Span::Day.length().saturating_mul(day))
}

/// Returns whether every message of a table was decided on before `until`, or a moment after it, and is counted.
async fn is_over(
    place: &Place<'_>,
    table: &DayTable,
    until: Timestamp,
    counted: Timestamp,
) -> Result<bool, Failure> {
    let until = until.after(MIDNIGHT).min(counted).as_millis();
    let later = format!(
        "SELECT EXISTS (SELECT FROM {} WHERE decided_at >= $1)",
        table.name
    );
    let row = place.session.client.query_one(&later, &[&until]).await?;
    let has_later: bool = row.try_get(0)?;
    Ok(!has_later)
}

/// Takes a table out of its parent, and drops it.
async fn detach(place: &Place<'_>, parent: &str, table: &DayTable) -> Result<(), Failure> {
    let (name, client) = (&table.name, &place.session.client);
    let how = match table.is_leaving {
        true => "FINALIZE",
        false => "CONCURRENTLY",
    };
    let detach = format!("ALTER TABLE {parent} DETACH PARTITION {name} {how}");
    client.batch_execute(&detach).await?;
    drop_table(place, name).await
}

async fn drop_table(place: &Place<'_>, name: &str) -> Result<(), Failure> {
    let drop = format!("DROP TABLE IF EXISTS {name}");
    Ok(place.session.client.batch_execute(&drop).await?)
}
