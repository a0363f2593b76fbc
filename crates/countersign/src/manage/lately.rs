//! What is read of the whole deployment for everybody who opens the overview, kept for a moment.

use std::sync::Arc;
use std::time::Duration;

use countersign_core::attention;
use countersign_core::limit::QuotaUse;
use countersign_core::ports::tallies::{By, Tallies, TallyQuery};
use countersign_core::staff::Applications;
use countersign_core::time::Timestamp;

use super::{Manage, ManageError};

const DAY: Duration = Duration::from_secs(24 * 3_600);

/// The time for which a reading is kept: the quotas of many applications are many questions to the store.
const KEPT: Duration = Duration::from_secs(30);

/// A reading of the whole deployment.
#[derive(Debug)]
pub struct Lately {
    at: Timestamp,
    /// The messages of the seven days before the last day, by country.
    pub week_before: Tallies,
    /// The messages of the hour that vendors have [had time to report on](attention::reported_hour), by provider.
    pub reported_hour: Tallies,
    /// What each quota counts.
    pub quotas: Vec<QuotaUse>,
}

impl Manage {
    /// Returns a reading that is half a minute old at most.
    ///
    /// # Errors
    /// [`ManageError::Unavailable`].
    pub async fn lately(&self) -> Result<Arc<Lately>, ManageError> {
        let now = self.now();
        let mut kept = self.lately.lock().await;
        if let Some(kept) = &*kept
            && (kept.at..kept.at.after(KEPT)).contains(&now)
        {
            return Ok(Arc::clone(kept));
        }
        let day = now.before(DAY);
        let hour = attention::reported_hour(now);
        let lately = Lately {
            at: now,
            week_before: self.of_all((day.before(DAY * 7), day), By::Country).await?,
            reported_hour: self.of_all(hour, By::Provider).await?,
            quotas: self.quotas().await?,
        };
        Ok(Arc::clone(kept.insert(Arc::new(lately))))
    }

    /// Returns the counts of all messages of a range of time.
    pub(super) async fn of_all(
        &self,
        (from, to): (Timestamp, Timestamp),
        by: By,
    ) -> Result<Tallies, ManageError> {
        let query = TallyQuery::of((from, to), by, Applications::default());
        self.tallies(query).await
    }
}
