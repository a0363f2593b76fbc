//! Counts one message, as it is on record.

use std::time::Duration;

use countersign_core::channel::Channel;
use countersign_core::phone::Country;
use countersign_core::receipt::Delivery;
use countersign_core::receipt::about::{self, KeptReport};
use countersign_core::send::attempt::{self, Attempt};
use countersign_core::send::settle;
use countersign_core::tally::{Course, Kind};
use countersign_core::time::Timestamp;

use super::Counts;

/// The time after a message within which its code may be checked: its life, and the time of a slow request.
pub(crate) const CHECKED: Duration = Duration::from_secs(11 * 60);

/// Everything on record about one message that is counted.
#[derive(Debug)]
pub(crate) struct CountedMessage {
    pub(crate) app: String,
    pub(crate) channel: Channel,
    pub(crate) country: Option<Country>,
    pub(crate) decided_at: Timestamp,
    pub(crate) attempts: Vec<Attempt>,
    /// The reports that are kept with it, in the order in which they came, each with its time.
    pub(crate) reports: Vec<(Timestamp, KeptReport)>,
    /// When a right guess used the code up that the message brought first.
    pub(crate) used_at: Option<Timestamp>,
}

impl CountedMessage {
    /// Counts the message as it stands at `now`.
    pub(crate) fn count(self, now: Timestamp, counts: &mut Counts) {
        let decided_at = self.decided_at;
        let attempts = settle::known_attempts(self.attempts, decided_at, now);
        let reports = about::counted(self.reports, &attempts);
        let place = attempt::decisive(&attempts);
        let attempt = place.and_then(|place| attempts.into_iter().nth(place));
        let called = attempt
            .as_ref()
            .filter(|attempt| attempt.provider.is_some() && attempt.outcome.is_of_a_call());
        let vendor_took = called.map(|attempt| attempt.started_at.until(attempt.ended_at));
        let (provider, outcome) = attempt
            .map(|attempt| (attempt.provider, attempt.outcome))
            .unzip();
        let kind = Kind {
            app: self.app,
            channel: self.channel,
            country: self.country,
            provider: provider.flatten(),
        };
        counts.entry(kind).or_default().count(&Course {
            outcome,
            vendor_took,
            delivery: Delivery::of(reports.iter().map(|report| report.status)),
            verified_after: self.used_at.map(|at| decided_at.until(at)),
        });
    }
}
