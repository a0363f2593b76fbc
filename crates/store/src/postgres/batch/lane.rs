//! A lane: one batch at a time over one session, in two round trips.

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use countersign_core::ports::StoreError;
use tokio::time::Instant;

use super::place::Place;
use super::step::Step;
use super::{reads, writes};
use crate::postgres::connect::{Connected, Database, Session, Work};
use crate::postgres::partitions::Partitions;
use crate::postgres::words::{self, Failure};

/// A session for batches.
pub(super) struct Lane {
    session: Session,
    partitions: Arc<Partitions>,
    /// When the batch under way began.
    began: Mutex<Option<Instant>>,
}

impl Lane {
    pub(super) fn new(database: &Arc<Database>, partitions: &Arc<Partitions>) -> Self {
        Self {
            session: Session::new(database, Work::Deciding),
            partitions: Arc::clone(partitions),
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

    /// Decides on these steps, which are about these rows, and tells their callers.
    pub(super) async fn commit(&self, mut steps: Vec<Box<dyn Step>>, places: &BTreeSet<Place>) {
        self.note(Some(Instant::now()));
        let committed = self.try_commit(&mut steps, places).await;
        self.note(None);
        for step in steps {
            step.answer(committed.clone());
        }
    }

    async fn try_commit(
        &self,
        steps: &mut [Box<dyn Step>],
        places: &BTreeSet<Place>,
    ) -> Result<(), StoreError> {
        let days: BTreeSet<_> = steps.iter().filter_map(|step| step.day()).collect();
        for day in days {
            self.partitions.make_for(day).await?;
        }
        let session = self.session.get().await?;
        let done = decide(&session, steps, places).await;
        if done.is_err() {
            // The transaction may be open. Where the session is lost, so is the transaction.
            let _ = session.client.batch_execute("ROLLBACK").await;
        }
        done.map_err(StoreError::from)
    }
}

/// Locks and reads the rows, lets each step judge, and writes and commits what came of it.
async fn decide(
    session: &Connected,
    steps: &mut [Box<dyn Step>],
    places: &BTreeSet<Place>,
) -> Result<(), Failure> {
    let mut rows = reads::lock_and_read(session, places).await?;
    for step in steps {
        step.judge(&mut rows);
    }
    match rows.is_kept {
        true => writes::write_and_commit(session, rows).await,
        false => Ok(session.client.batch_execute("ROLLBACK").await?),
    }
}
