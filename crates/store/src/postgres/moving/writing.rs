//! Writing rows, a piece of one kind at a time.

use std::collections::BTreeSet;

use countersign_core::id::{MessageId, RequestId};
use countersign_core::time::Timestamp;
use tokio_postgres::Transaction;
use tokio_postgres::types::ToSql;

use super::{packed, statements};
use crate::moving::hex::Bytes;
use crate::moving::row::{Bucket, Codes, Row};
use crate::moving::{Kind, MoveError};
use crate::postgres::partitions::day_of;

/// Writes pieces.
#[derive(Default)]
pub(super) struct Writing {
    /// The days, counted from 1970, that have partitions.
    made: BTreeSet<i64>,
}

impl Writing {
    /// Writes rows of one kind; `at` is the time of the export.
    pub(super) async fn put(
        &mut self,
        change: &Transaction<'_>,
        kind: Kind,
        rows: &[Row],
        at: Timestamp,
    ) -> Result<(), MoveError> {
        match kind {
            Kind::Bucket => return put_buckets(change, rows, at).await,
            Kind::Number => return put_numbers(change, rows, at).await,
            Kind::Code => return put_codes(change, rows, at).await,
            Kind::Message | Kind::Event => self.make_days(change, rows).await?,
            _ => {}
        }
        let json = serde_json::to_string(rows)?;
        for insert in statements::writing(kind) {
            change.execute(*insert, &[&json]).await?;
        }
        Ok(())
    }

    /// Makes the partitions for these rows.
    async fn make_days(&mut self, change: &Transaction<'_>, rows: &[Row]) -> Result<(), MoveError> {
        let days: BTreeSet<_> = rows.iter().filter_map(day).collect();
        let missing: Vec<_> = days.difference(&self.made).copied().collect();
        if !missing.is_empty() {
            let make = "SELECT make_day(day) FROM unnest($1::bigint[]) AS day";
            change.execute(make, &[&missing]).await?;
            self.made.extend(missing);
        }
        Ok(())
    }
}

/// Returns the day in which the id of a row was made.
fn day(row: &Row) -> Option<i64> {
    let made_at = |id: &Bytes| Some(MessageId::from_bytes(id.array()?).made_at());
    match row {
        Row::Message(message) => made_at(&message.id).map(day_of),
        Row::Event(event) => {
            let id = RequestId::from_bytes(event.id.array()?);
            Some(day_of(id.made_at()))
        }
        _ => None,
    }
}

async fn put_buckets(
    change: &Transaction<'_>,
    rows: &[Row],
    at: Timestamp,
) -> Result<(), MoveError> {
    let buckets = rows.iter().filter_map(|row| match row {
        Row::Bucket(bucket) => Some(bucket),
        _ => None,
    });
    let buckets: Vec<&Bucket> = buckets.collect();
    let keys: Vec<_> = buckets.iter().map(|bucket| bucket.key).collect();
    let spans: Vec<_> = buckets.iter().map(|bucket| bucket.span).collect();
    let hits: Vec<_> = buckets.iter().map(|bucket| packed::hits(bucket)).collect();
    let values: [&(dyn ToSql + Sync); 4] = [&keys, &spans, &hits, &at.as_millis()];
    change.execute(statements::INTO_BUCKET, &values).await?;
    Ok(())
}

async fn put_numbers(
    change: &Transaction<'_>,
    rows: &[Row],
    at: Timestamp,
) -> Result<(), MoveError> {
    let numbers = rows.iter().filter_map(|row| match row {
        Row::Number(number) => Some((number.key, i32::try_from(number.in_a_row).ok()?)),
        _ => None,
    });
    let (keys, counts): (Vec<i64>, Vec<i32>) = numbers.unzip();
    let values: [&(dyn ToSql + Sync); 3] = [&keys, &counts, &at.as_millis()];
    change.execute(statements::INTO_NUMBER, &values).await?;
    Ok(())
}

async fn put_codes(change: &Transaction<'_>, rows: &[Row], at: Timestamp) -> Result<(), MoveError> {
    let scopes = rows.iter().filter_map(|row| match row {
        Row::Code(codes) => Some(codes),
        _ => None,
    });
    let scopes: Vec<&Codes> = scopes.collect();
    let keys: Vec<_> = scopes.iter().map(|codes| codes.scope).collect();
    let columns = scopes.iter().map(|codes| packed::column(codes));
    let columns = columns.collect::<Result<Vec<_>, _>>()?;
    let values: [&(dyn ToSql + Sync); 3] = [&keys, &columns, &at.as_millis()];
    change.execute(statements::INTO_CODE, &values).await?;
    Ok(())
}
