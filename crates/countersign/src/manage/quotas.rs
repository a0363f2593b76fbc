//! What the quotas count.
//!
//! A scrape of the metrics asks about every quota. The ledger is asked about [`Quota::AT_ONCE`] of them at a time, one question
//! after the other, so sends are decided in between: no question takes it for longer than judging a few sends does. The number of
//! questions follows from the setup alone, never from traffic: 1,000 applications with the limits that ship make
//! 32 of them for each scrape.

use countersign_core::limit::{Quota, QuotaUse};

use super::{Manage, ManageError};

impl Manage {
    /// Returns what each limit on all sends counts now, and each limit on the sends of an application for every application.
    ///
    /// # Errors
    /// [`ManageError::Unavailable`] when the store cannot count.
    pub async fn quotas(&self) -> Result<Vec<QuotaUse>, ManageError> {
        let setup = self.setup();
        let limits = self.parts.messenger.limits();
        let quotas = limits.quotas(setup.applications.keys());
        let mut used = Vec::with_capacity(quotas.len());
        for some in quotas.chunks(Quota::AT_ONCE) {
            let rules = Quota::rules(some).map_err(|_| ManageError::Internal)?;
            let states = self.parts.ledger.preview(rules).await?;
            used.extend(
                some.iter()
                    .zip(&states)
                    .map(|(quota, state)| quota.used(state)),
            );
        }
        Ok(used)
    }
}
