//! Upkeep: the work of low priority. Of all nodes one does it at a time, the one that holds an advisory lock; when that node
//! ends, another goes on.
//!
//! | room | what is in it |
//! |---|---|
//! | [`tallying`] | keeps the tallies up to date with the messages on record |
//! | [`recount`] | counts the messages of a quarter of an hour |
//! | [`tables`] | the tables of counts |
//! | [`indexing`] | makes an index of days that are older than it |
//! | [`retention`] | lets days go that are older than the retention, a table at a time |
//! | [`reseal`] | seals anew what older keys sealed, and ends generations of keys that nothing needs |
//! | [`sweep`] | removes rows of buckets, numbers, codes and calls that count no more |
//!
//! Nothing waits for it.

mod indexing;
mod recount;
mod reseal;
mod retention;
mod sweep;
pub(super) mod tables;
mod tallying;

use std::sync::{Arc, OnceLock};
use std::time::Duration;

use countersign_core::ports::StoreError;
use countersign_core::retention::Retention;
use countersign_core::time::Timestamp;
use tokio::task::JoinHandle;
use tokio::time::Instant;

use super::clock::time;
use super::connect::{Connected, Database, Session, Work};
use super::erase;
use super::keys::Keyring;
use super::outage::Outage;
use super::records::ask;
use super::words::Failure;
use crate::seal::Sealer;
use indexing::Indexing;
use sweep::Sweep;
use tallying::Tallying;

/// The time between two looks for work.
const PAUSE: Duration = Duration::from_secs(1);

/// The time between two looks for erasures that were interrupted.
const RESUMED: Duration = Duration::from_secs(600);

/// The rest after a failure.
const AFTER_FAILURE: Duration = Duration::from_secs(5);

/// The advisory lock of the node that does the work.
const UPKEEP: i64 = 0x636f_756e_7465_7275;

/// The task of low priority. It runs for as long as this value lives.
pub(crate) struct Upkeep(JoinHandle<()>);

impl Upkeep {
    /// Starts the task. Nothing is let go before `retention` is set.
    pub(crate) fn start(
        database: &Arc<Database>,
        keyring: &Arc<Keyring>,
        retention: &Arc<OnceLock<Retention>>,
    ) -> Self {
        let worker = Worker {
            session: Session::new(database, Work::Upkeep),
            keyring: Arc::clone(keyring),
            retention: Arc::clone(retention),
        };
        Self(database.runtime().spawn(worker.run()))
    }
}

impl Drop for Upkeep {
    fn drop(&mut self) {
        // A transaction that is open is rolled back: its session goes with the task.
        self.0.abort();
    }
}

struct Worker {
    session: Session,
    keyring: Arc<Keyring>,
    retention: Arc<OnceLock<Retention>>,
}

impl Worker {
    async fn run(self) {
        let mut outage = Outage::default();
        loop {
            match self.hold().await {
                Ok(Some(session)) => self.work(&session, &mut outage).await,
                Ok(None) => over(&mut outage),
                Err(error) => fails(&mut outage, error),
            }
            tokio::time::sleep(PAUSE).await;
        }
    }

    /// Returns the session of upkeep, if no other node does the work.
    async fn hold(&self) -> Result<Option<Arc<Connected>>, Failure> {
        let session = self.session.get().await;
        let session = session.map_err(|_| Failure::Unreachable)?;
        let held = ask(&session, "SELECT pg_try_advisory_lock($1)", &[&UPKEEP]).await?;
        let is_held = held.first().map(|row| row.try_get(0)).transpose()?;
        Ok(is_held.unwrap_or(false).then_some(session))
    }

    /// Works until the session is lost, and the lock with it.
    async fn work(&self, session: &Connected, outage: &mut Outage) {
        let mut chores = Chores::default();
        while !session.client.is_closed() {
            let begun = Instant::now();
            let done = self.step(session, &mut chores).await;
            let rest = match done {
                Ok(pace) => {
                    over(outage);
                    pace.map_or(PAUSE, |pace| pace.rest(begun.elapsed()))
                }
                Err(error) => {
                    let _ = session.client.batch_execute("ROLLBACK").await;
                    fails(outage, error);
                    AFTER_FAILURE
                }
            };
            tokio::time::sleep(rest).await;
        }
    }

    async fn step(
        &self,
        session: &Connected,
        chores: &mut Chores,
    ) -> Result<Option<Pace>, Failure> {
        let sealer = self.keyring.current(session).await?;
        if chores.resumed.is_none_or(|at| at.elapsed() > RESUMED) {
            erase::resume(session, &self.keyring).await?;
            chores.resumed = Some(Instant::now());
        }
        let place = Place {
            session,
            sealer: &sealer,
            keyring: &self.keyring,
            retention: self.retention.get().copied(),
            now: now(session).await?,
        };
        chores.step(&place).await
    }
}

/// Tells an outage of upkeep, once.
fn fails(outage: &mut Outage, error: Failure) {
    if outage.failed() {
        let error = StoreError::from(error);
        tracing::warn!(%error, "upkeep of the database does not go on: messages are not counted, and old ones stay");
    }
}

fn over(outage: &mut Outage) {
    if outage.ended() {
        tracing::info!("upkeep of the database goes on");
    }
}

/// The part of the time that work takes while there is some.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Pace {
    /// One half: what little there is of it ends soon.
    Swift,
    /// A tenth, since it reads or writes much.
    Gentle,
}

impl Pace {
    /// Returns the rest after work that took so long.
    fn rest(self, took: Duration) -> Duration {
        took.saturating_mul(match self {
            Pace::Swift => 1,
            Pace::Gentle => 10,
        })
    }
}

/// What upkeep works on.
struct Place<'a> {
    session: &'a Connected,
    sealer: &'a Sealer,
    keyring: &'a Keyring,
    retention: Option<Retention>,
    /// The time by the clock of the database.
    now: Timestamp,
}

/// The kinds of work, which have their turns one after the other.
#[derive(Default)]
struct Chores {
    /// When erasures that were interrupted came to their end last.
    resumed: Option<Instant>,
    /// Whose turn it is.
    turn: usize,
    tallying: Tallying,
    indexing: Indexing,
    sweep: Sweep,
}

impl Chores {
    /// The number of kinds.
    const KINDS: usize = 4;

    /// Does one piece of work. Returns its pace if there was any.
    async fn step(&mut self, place: &Place<'_>) -> Result<Option<Pace>, Failure> {
        for _ in 0..Self::KINDS {
            let turn = self.turn;
            self.turn = (turn + 1) % Self::KINDS;
            let (worked, pace) = match turn {
                0 => (self.tallying.step(place).await?, Pace::Gentle),
                // No day goes before the index is whole: it becomes so with the last day that gets its part.
                1 => (
                    self.indexing.step(place).await? || retention::step(place).await?,
                    Pace::Swift,
                ),
                2 => (reseal::step(place).await?, Pace::Swift),
                _ => (self.sweep.step(place).await?, Pace::Gentle),
            };
            if worked {
                return Ok(Some(pace));
            }
        }
        Ok(None)
    }
}

/// Returns the time by the clock of the database.
async fn now(session: &Connected) -> Result<Timestamp, Failure> {
    let rows = ask(session, "SELECT clock() AS now", &[]).await?;
    let row = rows.first().ok_or(Failure::Unreadable)?;
    Ok(time(row, "now")?)
}
