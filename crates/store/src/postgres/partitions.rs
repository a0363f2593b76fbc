//! The partitions of messages, attempts and events: a table a day, made a week ahead.

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use countersign_core::ports::StoreError;
use countersign_core::time::Timestamp;
use tokio_postgres::{Client, Error};

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
    days: Mutex<Days>,
}

/// Days, counted from 1970.
#[derive(Default)]
struct Days {
    /// Those that have partitions.
    made: BTreeSet<i64>,
    /// Those up to which partitions were asked for in the background.
    asked: BTreeSet<i64>,
}

impl Partitions {
    pub(crate) fn of(database: &Arc<Database>) -> Arc<Self> {
        Arc::new(Self {
            database: Arc::clone(database),
            session: Session::new(database, Work::Reading),
            days: Mutex::default(),
        })
    }

    /// Makes sure that a row with an id of the time `at` has its partition. Those of the next week are made behind it, in the
    /// background.
    ///
    /// # Errors
    /// [`StoreError`] when the partition cannot be made.
    pub(crate) async fn make_for(self: &Arc<Self>, at: Timestamp) -> Result<(), StoreError> {
        let day = day_of(at);
        let (is_made, is_asked) = {
            let mut days = self.days();
            (days.made.contains(&day), !days.asked.insert(day + AHEAD))
        };
        if !is_made {
            self.make(day, day).await?;
        }
        if !is_asked {
            let this = Arc::clone(self);
            self.database.runtime().spawn(async move {
                if let Err(error) = this.make_week(at).await {
                    tracing::debug!(%error, "partitions of the next days could not be made yet");
                    this.days().asked.remove(&(day + AHEAD));
                }
            });
        }
        Ok(())
    }

    /// Makes the partitions of the day of `at`, and of the week after it, over a session of a start: it waits where another node
    /// is just making some, or lets some go.
    ///
    /// # Errors
    /// Those of the database.
    pub(crate) async fn make_first(&self, client: &Client, at: Timestamp) -> Result<(), Error> {
        self.make_over(client, day_of(at), day_of(at) + AHEAD).await
    }

    async fn make_week(&self, at: Timestamp) -> Result<(), StoreError> {
        self.make(day_of(at), day_of(at) + AHEAD).await
    }

    async fn make(&self, first: i64, last: i64) -> Result<(), StoreError> {
        let session = self.session.get().await?;
        let made = self.make_over(&session.client, first, last).await;
        made.map_err(|error| words::unavailable(&error))
    }

    async fn make_over(&self, client: &Client, first: i64, last: i64) -> Result<(), Error> {
        let make = "SELECT make_day(day) FROM generate_series($1::bigint, $2::bigint) AS day";
        client.execute(make, &[&first, &last]).await?;
        self.days().made.extend(first..=last);
        Ok(())
    }

    fn days(&self) -> MutexGuard<'_, Days> {
        self.days.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Returns the day of a time, counted from 1970.
pub(crate) fn day_of(at: Timestamp) -> i64 {
    at.as_millis().div_euclid(DAY)
}
