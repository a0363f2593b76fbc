//! Makes the index of times for the days that are older than it, the newest first, while others send and read.
//!
//! The index of a day is made concurrently, which takes no lock that a send waits for, and becomes a part of that of all days. One that
//! an interruption left half made is dropped and made anew. When the last day has it, that of all days is whole, and pages go by it.

use super::Place;
use crate::postgres::connect::Work;
use crate::postgres::records::ask;
use crate::postgres::words::Failure;

const IS_WHOLE: &str =
    "SELECT indisvalid FROM pg_index WHERE indexrelid = 'message_time'::regclass";

/// The newest day without the index, and whether what there is of it is whole.
const MISSING: &str = "
    SELECT day.relname::text AS name, own.indisvalid AS is_whole
    FROM pg_inherits JOIN pg_class AS day ON day.oid = inhrelid
         LEFT JOIN pg_index AS own ON own.indexrelid = to_regclass(day.relname || '_time')
    WHERE inhparent = 'message'::regclass AND NOT inhdetachpending AND NOT EXISTS (
        SELECT FROM pg_index JOIN pg_inherits AS part ON part.inhrelid = indexrelid
        WHERE indrelid = day.oid AND part.inhparent = 'message_time'::regclass)
    ORDER BY length(day.relname) DESC, day.relname DESC LIMIT 1";

/// Waits for whoever has begun before, and holds nobody up meanwhile.
const PATIENT: &str = "SET lock_timeout = 0; SET statement_timeout = 0";

/// Makes the index of times.
#[derive(Default)]
pub(super) struct Indexing {
    is_whole: bool,
}

impl Indexing {
    /// Brings one day a step further. Returns whether there was work.
    pub(super) async fn step(&mut self, place: &Place<'_>) -> Result<bool, Failure> {
        if self.is_whole {
            return Ok(false);
        }
        let whole = ask(place.session, IS_WHOLE, &[]).await?;
        let whole = whole.first().map(|row| row.try_get(0)).transpose()?;
        self.is_whole = whole.unwrap_or(false);
        if self.is_whole {
            return Ok(false);
        }
        let missing = ask(place.session, MISSING, &[]).await?;
        let Some(day) = missing.first() else {
            return Ok(false);
        };
        let name: &str = day.try_get("name")?;
        let client = &place.session.client;
        match day.try_get("is_whole")? {
            Some(true) => {
                let join = format!("ALTER INDEX message_time ATTACH PARTITION {name}_time");
                client.batch_execute(&join).await?;
            }
            Some(false) => {
                let drop = format!("DROP INDEX CONCURRENTLY {name}_time");
                client.batch_execute(&drop).await?;
            }
            None => make(place, name).await?,
        }
        Ok(true)
    }
}

async fn make(place: &Place<'_>, day: &str) -> Result<(), Failure> {
    let client = &place.session.client;
    client.batch_execute(PATIENT).await?;
    let make = format!(
        "CREATE INDEX CONCURRENTLY {day}_time ON {day} (decided_at, id) WHERE number > '-9223372036854775808'::bigint"
    );
    let made = client.batch_execute(&make).await;
    client.batch_execute(&Work::Upkeep.time_limits()).await?;
    Ok(made?)
}
