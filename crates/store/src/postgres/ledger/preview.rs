//! What limits count now, for those who only look. No row is locked.

use std::sync::Arc;

use countersign_core::limit::{LimitState, Rules};
use countersign_core::ports::StoreError;

use super::buckets;
use crate::counting::Counting as _;
use crate::hit::Touched;
use crate::postgres::PostgresStore;
use crate::postgres::batch::Place;
use crate::postgres::clock::time;
use crate::postgres::connect::Connected;
use crate::postgres::records::ask;
use crate::postgres::row::bucket::BucketRows;
use crate::postgres::words::Failure;
use crate::seal::Key;

const CLOCK: &str = "SELECT clock() AS now";
const BUCKETS: &str = "SELECT key, at, span, hits FROM bucket WHERE key = ANY ($1)";

pub(super) async fn preview(
    store: &PostgresStore,
    rules: &Rules,
) -> Result<Vec<LimitState>, StoreError> {
    let touched = &Touched::of(rules, &store.keyring.sealer());
    let read = |session: Arc<Connected>| async move { read(&session, rules, touched).await };
    store.reading.read(read).await
}

async fn read(
    session: &Connected,
    rules: &Rules,
    touched: &Touched,
) -> Result<Vec<LimitState>, Failure> {
    let keys = buckets(touched)
        .into_iter()
        .filter_map(|place| match place {
            Place::Bucket(key) => Some(key.column()),
            _ => None,
        });
    let keys: Vec<i64> = keys.collect();
    let mut rows = BucketRows::default();
    for row in ask(session, BUCKETS, &[&keys]).await? {
        let key = Key::of_column(row.try_get("key")?);
        let (at, span) = (time(&row, "at")?, row.try_get("span")?);
        let read = rows.read(key, at, span, row.try_get("hits")?);
        read.ok_or(Failure::Unreadable)?;
    }
    let clock = ask(session, CLOCK, &[]).await?;
    let now = time(clock.first().ok_or(Failure::Unreadable)?, "now")?;
    Ok(rows.preview(rules.set(), touched, now))
}
