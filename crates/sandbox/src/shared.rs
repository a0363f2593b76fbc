//! The state that all requests share.

use jiff::Timestamp;
use tokio::sync::watch;

use crate::clock::Clock;
use crate::faults::Faults;
use crate::inbox::Inbox;
use crate::recent::Recent;
use crate::reports::Reports;
use crate::tally::Tally;

/// The state that all requests share.
pub(crate) struct Shared {
    pub(crate) clock: Clock,
    pub(crate) minute_rule: bool,
    pub(crate) inbox: Inbox,
    pub(crate) faults: Faults,
    pub(crate) tally: Tally,
    pub(crate) reports: Reports,
    /// The nonces of Alibaba Cloud that were used.
    pub(crate) nonces: Recent,
    /// The numbers that had a message of Alibaba Cloud within the minute.
    pub(crate) minutes: Recent,
    /// The ids of webhooks, each with the id of the message that it led to.
    pub(crate) webhooks: Recent,
    pub(crate) stopping: watch::Receiver<bool>,
}

impl Shared {
    /// The time.
    pub(crate) fn now(&self) -> Timestamp {
        Timestamp::try_from((self.clock)()).unwrap_or(Timestamp::UNIX_EPOCH)
    }

    /// Waits until the sandbox stops.
    pub(crate) async fn stopped(&self) {
        // An error means that the sender is gone, and the sandbox about to end.
        let _ = self.stopping.clone().wait_for(|stopping| *stopping).await;
    }
}
