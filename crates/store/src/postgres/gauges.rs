//! What a node tells of the database to those who watch it, looked up now and then: nobody waits for it.

use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Weak};
use std::time::Duration;

use tokio::time::MissedTickBehavior;

use super::connect::{Database, Session, Work};
use super::words::Failure;

/// The time between two looks.
const LOOK: Duration = Duration::from_secs(60);

/// The longest life of a code, after which a scope without news has none: ten minutes in milliseconds. Codes that were used count
/// until then.
const LONGEST_LIFE: i64 = 600_000;

const ASK: &str = "
    SELECT pg_database_size(current_database()) AS size,
           (SELECT count(*) FROM code WHERE codes <> '' AND at > (SELECT clock()) - $1) AS live";

/// The figures of the last look.
#[derive(Debug, Default)]
pub(super) struct Gauges {
    live_codes: AtomicUsize,
    size: AtomicU64,
}

impl Gauges {
    /// Begins to look. It ends with the gauges.
    pub(super) fn start(database: &Arc<Database>) -> Arc<Self> {
        let gauges = Arc::new(Self::default());
        let session = Session::new(database, Work::Reading);
        let looking = look(session, Arc::downgrade(&gauges));
        database.runtime().spawn(looking);
        gauges
    }

    /// Returns the number of scopes with a code.
    pub(super) fn live_codes(&self) -> usize {
        self.live_codes.load(Ordering::Relaxed)
    }

    /// Returns the size of the database in bytes.
    pub(super) fn size(&self) -> u64 {
        self.size.load(Ordering::Relaxed)
    }
}

async fn look(session: Session, gauges: Weak<Gauges>) {
    let mut looks = tokio::time::interval(LOOK);
    looks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        looks.tick().await;
        let Some(gauges) = gauges.upgrade() else {
            return;
        };
        if let Err(error) = ask(&session, &gauges).await {
            let error = countersign_core::ports::StoreError::from(error);
            tracing::debug!(%error, "the size of the database could not be read");
        }
    }
}

async fn ask(session: &Session, gauges: &Gauges) -> Result<(), Failure> {
    let session = session.get().await.map_err(|_| Failure::Unreachable)?;
    let ask = session.prepared(ASK).await?;
    let row = session.client.query_one(&ask, &[&LONGEST_LIFE]).await?;
    let (size, live): (i64, i64) = (row.try_get("size")?, row.try_get("live")?);
    gauges.size.store(size.unsigned_abs(), Ordering::Relaxed);
    let live = usize::try_from(live).unwrap_or_default();
    gauges.live_codes.store(live, Ordering::Relaxed);
    Ok(())
}
