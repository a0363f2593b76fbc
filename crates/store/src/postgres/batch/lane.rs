//! A lane: one batch at a time over one session, in two round trips.

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use countersign_core::ports::StoreError;
use tokio::time::Instant;
use uuid::Uuid;

use super::place::Place;
use super::rule_sets::RuleSets;
use super::undone::Undone;
use super::writes::{self, Writes};
use super::{Queued, reads};
use crate::postgres::connect::{Connected, Database, Session, Work};
use crate::postgres::keys::Keyring;
use crate::postgres::lease::Leases;
use crate::postgres::mark::Marks;
use crate::postgres::partitions::Partitions;
use crate::postgres::row::guesses::{self, PART, PARTS};
use crate::postgres::steady::{self, Steady};
use crate::postgres::words::{self, Failure};

/// The time between two removals of old counts of guesses.
const SWEEPS: Duration = Duration::from_secs(60);

/// A session for batches.
pub(super) struct Lane {
    session: Session,
    partitions: Arc<Partitions>,
    leases: Arc<Leases>,
    keyring: Arc<Keyring>,
    steady: Arc<Steady>,
    /// The number of the lane, and the marks of all.
    number: usize,
    marks: Arc<Marks>,
    /// The rule sets of the messages that it has written.
    rule_sets: Mutex<RuleSets>,
    /// When old counts of guesses were removed last.
    swept: Mutex<Option<Instant>>,
    /// When the batch under way began.
    began: Mutex<Option<Instant>>,
}

impl Lane {
    pub(super) fn new(
        database: &Arc<Database>,
        partitions: &Arc<Partitions>,
        leases: &Arc<Leases>,
        keyring: &Arc<Keyring>,
        steady: &Arc<Steady>,
        (number, marks): (usize, &Arc<Marks>),
    ) -> Self {
        Self {
            session: Session::new(database, Work::Deciding),
            partitions: Arc::clone(partitions),
            leases: Arc::clone(leases),
            keyring: Arc::clone(keyring),
            steady: Arc::clone(steady),
            number,
            marks: Arc::clone(marks),
            rule_sets: Mutex::default(),
            swept: Mutex::new(None),
            began: Mutex::new(None),
        }
    }

    /// Opens the session, and prepares what every batch needs.
    pub(super) async fn open(&self) -> Result<(), StoreError> {
        let session = self.session.get().await?;
        let read = reads::prepare(&session).await;
        read.map_err(|error| words::unavailable(&error))
    }

    /// Returns how long the batch under way has taken.
    pub(super) fn under_way(&self) -> Option<Duration> {
        let began = self.began.lock().unwrap_or_else(PoisonError::into_inner);
        began.map(|began| began.elapsed())
    }

    fn note(&self, began: Option<Instant>) {
        *self.began.lock().unwrap_or_else(PoisonError::into_inner) = began;
    }

    /// Decides on these steps, which are about these rows, and tells their callers. Returns the steps that have to be decided on
    /// once more.
    pub(super) async fn commit(
        &self,
        mut batch: Vec<Queued>,
        places: &BTreeSet<Place>,
    ) -> Vec<Queued> {
        self.note(Some(Instant::now()));
        let mut committed = self.try_commit(&mut batch, places).await;
        if committed.as_ref().is_err_and(|undone| undone.is_overtaken) {
            committed = self.commit_once_made(&mut batch, places).await;
        }
        self.note(None);
        let again = tell(batch, committed);
        if self.is_to_sweep() {
            self.sweep().await;
        }
        again
    }

    /// Makes the rows that are missing, and then decides on the steps once more: no row is missing any more that somebody else
    /// may insert.
    async fn commit_once_made(
        &self,
        batch: &mut [Queued],
        places: &BTreeSet<Place>,
    ) -> Result<(), Undone> {
        let session = self.session.get().await;
        let session = session.map_err(Undone::before_it_began)?;
        let made = writes::make(&session, places).await;
        made.map_err(Undone::certainly)?;
        self.try_commit(batch, places).await
    }

    async fn try_commit(
        &self,
        batch: &mut [Queued],
        places: &BTreeSet<Place>,
    ) -> Result<(), Undone> {
        let days: BTreeSet<_> = batch.iter().filter_map(|each| each.step.day()).collect();
        for day in days {
            let made = self.partitions.make_for(day).await;
            made.map_err(Undone::before_it_began)?;
        }
        let session = self.session.get().await;
        let session = session.map_err(Undone::before_it_began)?;
        let mark = self.marks.next(self.number, &session).await;
        let mark = mark.map_err(Undone::certainly)?;
        let done = self.decide(&session, mark, batch, places).await;
        if let Err(Undone { leap, .. }) = &done {
            // The transaction may be open. Where the session is lost, so is the transaction.
            self.session.roll_back(&session).await;
            if let Some(leap) = leap {
                let held = steady::hold(&session, *leap).await;
                held.map_err(Undone::certainly)?;
            }
        }
        done
    }

    /// Locks and reads the rows, lets each step judge, and writes and commits what came of it. A step that is not judged by this
    /// transaction has no answer afterwards, whatever a transaction of before made of it.
    async fn decide(
        &self,
        session: &Arc<Connected>,
        (lane, commits): (Uuid, i64),
        batch: &mut [Queued],
        places: &BTreeSet<Place>,
    ) -> Result<(), Undone> {
        batch.iter_mut().for_each(|queued| queued.step.forget());
        let (begun, asked) = (Instant::now(), self.steady.now());
        let guesses: BTreeSet<_> = batch.iter().flat_map(|each| each.step.guesses()).collect();
        let rows = reads::lock_and_read(session, places, &guesses).await;
        let mut rows = rows.map_err(Undone::certainly)?;
        let followed = self.steady.follow(asked, rows.reading);
        followed.map_err(Undone::by_leap)?;
        if rows.generation != self.keyring.generation() {
            // No step is judged, so each is decided on once more, with the keys that are in use now.
            let ended = session.client.batch_execute("ROLLBACK").await;
            ended.map_err(Undone::certainly)?;
            let followed = self.keyring.follow(&session.client).await;
            return followed.map_err(|failure| Undone::before_it_began(failure.into()));
        }
        for queued in batch {
            queued.step.judge(&mut rows);
        }
        if !rows.is_kept {
            let ended = session.client.batch_execute("ROLLBACK").await;
            return ended.map_err(Undone::certainly);
        }
        let now = rows.reading.time();
        let leases = self.leases.grant_in(&mut rows.buckets, now, begun);
        rows.mark = Some((lane, commits));
        let writes = {
            let mut rule_sets = self.rule_sets();
            rule_sets.over(session);
            Writes::of(rows, &mut rule_sets)
        };
        writes::write_and_commit(session, writes).await?;
        self.rule_sets().committed();
        self.marks.committed(self.number, commits).await;
        self.leases.granted(leases);
        Ok(())
    }

    fn rule_sets(&self) -> MutexGuard<'_, RuleSets> {
        self.rule_sets
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }

    /// Returns whether it is time to sweep, once each time.
    fn is_to_sweep(&self) -> bool {
        let mut swept = self.swept.lock().unwrap_or_else(PoisonError::into_inner);
        let is_due = swept.is_none_or(|swept| swept.elapsed() >= SWEEPS);
        if is_due {
            *swept = Some(Instant::now());
        }
        is_due
    }

    /// Removes counts of guesses that count no more.
    async fn sweep(&self) {
        let swept: Result<u64, Failure> = async {
            let session = self.session.get().await.map_err(|_| Failure::Unreachable)?;
            let sweep = session.prepared(guesses::SWEEP).await?;
            Ok(session.client.execute(&sweep, &[&PART, &PARTS]).await?)
        }
        .await;
        if let Err(error) = swept {
            let error = StoreError::from(error);
            tracing::debug!(%error, "old counts of guesses could not be removed yet");
        }
    }
}

/// Tells the callers what came of a batch. Returns the steps that have to be decided on once more.
fn tell(batch: Vec<Queued>, committed: Result<(), Undone>) -> Vec<Queued> {
    match committed {
        Ok(()) => {
            let (judged, outdated) = batch.into_iter().partition(|each| each.step.is_judged());
            answer(judged, &Ok(()));
            again(outdated, false)
        }
        Err(Undone {
            error, may_repeat, ..
        }) => {
            let may_repeat = |each: &Queued| may_repeat && !each.is_repeated;
            let (repeated, failed) = batch.into_iter().partition(may_repeat);
            answer(failed, &Err(error));
            again(repeated, true)
        }
    }
}

fn answer(batch: Vec<Queued>, committed: &Result<(), StoreError>) {
    for queued in batch {
        queued.step.answer(committed.clone());
    }
}

/// Prepares steps to be decided on once more.
fn again(batch: Vec<Queued>, is_repeated: bool) -> Vec<Queued> {
    let again = batch.into_iter().map(|mut queued| Queued {
        places: queued.step.repeat(),
        step: queued.step,
        is_repeated,
    });
    again.collect()
}
