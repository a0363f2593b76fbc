//! The keeper: a task that renews leases, and gives back what was not spent.
//!
//! A call reads the row of the bucket, without locking it, and then swaps it for the new one in one statement, which commits by
//! itself, if it is still what was read. What the row counts is judged by `countersign-core`, as everywhere. A row is the same
//! where its hits are the same, so it does not matter what happened to it in between.

use std::sync::{Arc, Weak};
use std::time::Duration;

use countersign_core::limit::Lease;
use tokio::sync::mpsc;
use tokio::task::JoinSet;
use tokio::time::{Instant, MissedTickBehavior};
use tokio_postgres::types::ToSql;

use super::{Call, Granted, Leases};
use crate::postgres::clock::time;
use crate::postgres::connect::{Database, Session, Work};
use crate::postgres::row::bucket::BucketRows;
use crate::postgres::steady::{Reading, Steady};
use crate::postgres::words::Failure;
use crate::seal::Key;

/// The time between two looks for leases that nobody renews.
const LOOK: Duration = Duration::from_millis(125);

/// The number of times that a row is read which others change meanwhile.
const TRIES: usize = 4;

const READ: &str = "
    SELECT now AS machine, ahead(clock_ahead, clock_since, now) AS ahead, clock_ahead, clock_since, at, span, hits
    FROM bucket, deployment, (SELECT machine_clock() AS now) AS machine
    WHERE key = $1";

const SWAP: &str =
    "UPDATE bucket SET span = greatest(span, $3), hits = $4 WHERE key = $1 AND hits = $2";

/// Starts the keeper. It ends with the leases.
pub(super) fn start(
    database: &Arc<Database>,
    steady: &Arc<Steady>,
    leases: &Arc<Leases>,
    due: mpsc::UnboundedReceiver<Key>,
) {
    let keeper = Keeper {
        session: Arc::new(Session::new(database, Work::Deciding)),
        steady: Arc::clone(steady),
        leases: Arc::downgrade(leases),
        calls: JoinSet::new(),
    };
    database.runtime().spawn(keeper.run(due));
}

struct Keeper {
    session: Arc<Session>,
    steady: Arc<Steady>,
    leases: Weak<Leases>,
    calls: JoinSet<()>,
}

impl Keeper {
    async fn run(mut self, mut due: mpsc::UnboundedReceiver<Key>) {
        let mut look = tokio::time::interval(LOOK);
        look.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            let buckets = tokio::select! {
                bucket = due.recv() => match bucket {
                    Some(bucket) => vec![bucket],
                    None => return,
                },
                Some(_) = self.calls.join_next() => continue,
                _ = look.tick() => self.leases.upgrade().map_or_else(Vec::new, |leases| leases.left_over()),
            };
            for bucket in buckets {
                let (session, leases) = (Arc::clone(&self.session), Weak::clone(&self.leases));
                let steady = Arc::clone(&self.steady);
                self.calls.spawn(async move {
                    if let Some(leases) = leases.upgrade() {
                        renew(&session, &steady, &leases, bucket).await;
                    }
                });
            }
        }
    }
}

/// Asks for the next lease of a bucket, and gives back what is left of those before.
async fn renew(session: &Session, steady: &Steady, leases: &Leases, bucket: Key) {
    let Some(mut call) = leases.call(bucket) else {
        return;
    };
    let granted = ask(session, steady, bucket, &mut call).await;
    let granted = granted.unwrap_or_else(|error| {
        let error = countersign_core::ports::StoreError::from(error);
        tracing::debug!(%error, "a lease could not be renewed");
        None
    });
    leases.called(bucket, call.rests, granted);
}

/// Asks for a lease. What may have been given back is no longer in `call` afterwards.
async fn ask(
    session: &Session,
    steady: &Steady,
    bucket: Key,
    call: &mut Call,
) -> Result<Option<Granted>, Failure> {
    let session = session.get().await.map_err(|_| Failure::Unreachable)?;
    let (read, swap) = (session.prepared(READ).await?, session.prepared(SWAP).await?);
    for _ in 0..TRIES {
        let (asked, asked_at) = (Instant::now(), steady.now());
        let key = bucket.column();
        let Some(row) = session.client.query_opt(&read, &[&key]).await? else {
            return Ok(None);
        };
        let (reading, at) = (Reading::of(&row)?, time(&row, "at")?);
        let now = reading.time();
        if steady.follow(asked_at, reading).is_err() {
            // The next batch puts the leap on record.
            return Ok(None);
        }
        let before: &[u8] = row.try_get("hits")?;
        let mut rows = BucketRows::default();
        let known = rows.read(bucket, at, row.try_get("span")?, before);
        known.ok_or(Failure::Unreadable)?;
        for Lease { units, end } in &call.rests {
            rows.give_back(bucket, *end, *units);
        }
        let lease = rows.lease(bucket, &call.terms, call.want, now);
        let Some(after) = rows.changed(now).pop() else {
            return Ok(None);
        };
        let rests = std::mem::take(&mut call.rests);
        let values: [&(dyn ToSql + Sync); 4] = [&key, &before, &after.span, &after.hits];
        if session.client.execute(&swap, &values).await? == 1 {
            return Ok(lease.map(|lease| Granted {
                bucket,
                lease,
                terms: call.terms.clone(),
                asked,
            }));
        }
        call.rests = rests;
    }
    Ok(None)
}
