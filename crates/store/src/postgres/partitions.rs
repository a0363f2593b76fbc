//! The partitions of messages, attempts and events: a table a day, made a week ahead.

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use countersign_core::ports::StoreError;
use countersign_core::time::Timestamp;

use super::connect::{Database, Session, Work};
use super::words;

/// The milliseconds of a day.
const DAY: i64 = 86_400_000;

/// The number of days for which partitions are made ahead.
const AHEAD: i64 = 7;

/// Makes partitions before rows of their days come.
pub(crate) struct Partitions {
    database: Arc<Database>,
    session: Session,
    /// The days, counted from 1970, that have partitions.
    known: Mutex<BTreeSet<i64>>,
}

impl Partitions {
    pub(crate) fn of(database: &Arc<Database>) -> Arc<Self> {
        Arc::new(Self {
            database: Arc::clone(database),
            session: Session::new(database, Work::Reading),
            known: Mutex::default(),
        })
    }

    /// Makes sure that a row with an id of the time `at` has its partition. Those of the next week are made behind it, in the
    /// background.
    ///
    /// # Errors
    /// [`StoreError`] when the partition cannot be made.
    pub(crate) async fn make_for(self: &Arc<Self>, at: Timestamp) -> Result<(), StoreError> {
        let day = day_of(at);
        let (is_known, is_ahead) = {
            let known = self.known();
            (known.contains(&day), known.contains(&(day + AHEAD)))
        };
        if !is_known {
            self.make(day, day).await?;
        }
        if !is_ahead {
            // Only one task is started: the days are taken as made until it fails.
            self.known().insert(day + AHEAD);
            let this = Arc::clone(self);
            self.database.runtime().spawn(async move {
                if let Err(error) = this.make_week(at).await {
                    tracing::debug!(%error, "partitions of the next days could not be made yet");
                    this.known().remove(&(day + AHEAD));
                }
            });
        }
        Ok(())
    }

    /// Makes the partitions of the day of `at`, and of the week after it.
    ///
    /// # Errors
    /// [`StoreError`] when they cannot be made.
    pub(crate) async fn make_week(&self, at: Timestamp) -> Result<(), StoreError> {
        self.make(day_of(at), day_of(at) + AHEAD).await
    }

    async fn make(&self, first: i64, last: i64) -> Result<(), StoreError> {
        let session = self.session.get().await?;
        let make = "SELECT make_day(day) FROM generate_series($1::bigint, $2::bigint) AS day";
        let made = session.client.execute(make, &[&first, &last]).await;
        made.map_err(|error| words::unavailable(&error))?;
        self.known().extend(first..=last);
        Ok(())
    }

    fn known(&self) -> MutexGuard<'_, BTreeSet<i64>> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn day_of(at: Timestamp) -> i64 {
    at.as_millis().div_euclid(DAY)
}
