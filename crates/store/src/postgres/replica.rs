//! A replica: a standby of the database, which answers those who only look.
//!
//! Its lag is measured by what this node writes itself: a sign of life that the replica shows is a moment of the database, and
//! everything before it has arrived. The lag is told as *at most* so much. Where it is more than the operator allows, or the
//! replica does not answer, the database itself is asked. Decisions never come here.

use std::sync::{Arc, Mutex, PoisonError, Weak};
use std::time::Duration;

use countersign_core::ports::StoreError;
use tokio::time::Instant;
use uuid::Uuid;

use super::connect::{Connected, Database, Session, Work};
use super::outage::Outage;
use super::records::ask;
use super::words::Failure;

/// The time between two measurements.
const PACE: Duration = Duration::from_millis(500);

/// The moment that a replica shows: the newest sign of life in it.
pub(super) const SEEN: &str = "
    SELECT coalesce((SELECT max(seen_at) FROM node), 0) AS now, dead_before, id,
           (SELECT max(number) FROM key_generation) AS generation
    FROM deployment";

const NOW: &str = "SELECT clock() AS now, id FROM deployment";

/// A standby of the database.
pub(super) struct Replica {
    session: Session,
    /// The greatest lag with which it is asked.
    most: Duration,
    measured: Mutex<Measured>,
}

/// A lag, and the moment from which on it grows until it is measured again.
struct Measured {
    lag: Duration,
    at: Instant,
}

impl Replica {
    /// Takes the replica at `replica` of `database`, and measures its lag from now on, until it is dropped.
    pub(super) fn watch(
        replica: &Arc<Database>,
        database: &Arc<Database>,
        most: Duration,
    ) -> Arc<Self> {
        let measured = Measured {
            lag: most,
            at: Instant::now(),
        };
        let this = Arc::new(Self {
            session: Session::new(replica, Work::Reading),
            most,
            measured: Mutex::new(measured),
        });
        let primary = Session::new(database, Work::Reading);
        let watching = watch(Arc::downgrade(&this), primary);
        database.runtime().spawn(watching);
        this
    }

    /// Returns the time by which the replica is behind the database at most.
    pub(super) fn lag(&self) -> Duration {
        let measured = self.measured.lock();
        let measured = measured.unwrap_or_else(PoisonError::into_inner);
        measured.lag.saturating_add(measured.at.elapsed())
    }

    /// Returns its session, where its lag is one that the operator allows.
    pub(super) fn session(&self) -> Option<&Session> {
        (self.lag() < self.most).then_some(&self.session)
    }

    /// Compares the replica with the database.
    async fn measure(&self, primary: &Session) -> Result<(), StoreError> {
        let of_replica = |session: Arc<Connected>| async move { moment(&session, SEEN).await };
        let (seen, replicated) = self.session.read(of_replica).await?;
        let asked = Instant::now();
        let of_primary = |session: Arc<Connected>| async move { moment(&session, NOW).await };
        let (now, id) = primary.read(of_primary).await?;
        if replicated != id {
            let words = "it is no replica of this database";
            return Err(StoreError::Unavailable(words.to_owned()));
        }
        let measured = Measured {
            lag: Duration::from_millis(now.saturating_sub(seen).max(0).unsigned_abs()),
            at: asked,
        };
        *self.measured.lock().unwrap_or_else(PoisonError::into_inner) = measured;
        Ok(())
    }
}

/// Returns a moment in milliseconds since 1970, and the id of the deployment.
async fn moment(session: &Connected, sql: &'static str) -> Result<(i64, Uuid), Failure> {
    let rows = ask(session, sql, &[]).await?;
    let row = rows.first().ok_or(Failure::Unreadable)?;
    Ok((row.try_get("now")?, row.try_get("id")?))
}

async fn watch(replica: Weak<Replica>, primary: Session) {
    let mut outage = Outage::default();
    while let Some(watched) = replica.upgrade() {
        match watched.measure(&primary).await {
            Ok(()) if outage.ended() => {
                tracing::info!("the replica is compared with the database again");
            }
            Ok(()) => {}
            Err(error) if outage.failed() => {
                tracing::warn!(%error, "the replica cannot be compared with the database, which is asked in its place");
            }
            Err(_) => {}
        }
        drop(watched);
        tokio::time::sleep(PACE).await;
    }
}
