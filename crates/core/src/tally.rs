//! Tallies: how many messages were sent, and what became of them. A tally holds counts alone: no number, no id, no code.
//!
//! Messages are counted by the quarter of an hour of their decision, which every time zone's hours and days consist of,
//! and whatever becomes of a message later counts in that quarter too. A quarter is open for [`OPEN`]: until then an
//! outcome, a report or a check that comes late is counted, and afterwards no more.

use std::time::Duration;

use crate::channel::Channel;
use crate::phone::Country;
use crate::receipt::Delivery;
use crate::send::outcome::{NotAccepted, Outcome, RefusalKind};
use crate::time::Timestamp;

/// The time for which a quarter, or a day, takes what comes late, counted from its end.
pub const OPEN: Duration = Duration::from_secs(48 * 3600);

/// The time for which quarters are kept, counted from the end of the day. Older tallies are by the day.
pub const QUARTERS_KEPT: Duration = Duration::from_secs(62 * 24 * 3600);

/// A span of time that is counted together.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Span {
    /// A quarter of an hour.
    Quarter,
    /// An hour, UTC.
    Hour,
    /// A day, UTC.
    Day,
}

impl Span {
    /// Returns the length of the span.
    #[must_use]
    pub const fn length(self) -> Duration {
        Duration::from_secs(match self {
            Span::Quarter => 15 * 60,
            Span::Hour => 3600,
            Span::Day => 24 * 3600,
        })
    }

    /// Returns the start of the span that `time` is in.
    ///
    /// ```
    /// # use countersign_core::{tally::Span, time::Timestamp};
    /// let time = Timestamp::parse("2026-11-21T20:14:59.999Z").unwrap();
    /// assert_eq!(Span::Quarter.start(time).to_string(), "2026-11-21T20:00:00.000Z");
    /// assert_eq!(Span::Day.start(time).to_string(), "2026-11-21T00:00:00.000Z");
    /// ```
    #[must_use]
    pub fn start(self, time: Timestamp) -> Timestamp {
        let length = i64::try_from(self.length().as_millis()).unwrap_or(i64::MAX);
        Timestamp::from_millis(time.as_millis().div_euclid(length).saturating_mul(length))
    }

    /// Returns the first start of a span at `time` or later.
    #[must_use]
    pub fn next_start(self, time: Timestamp) -> Timestamp {
        let start = self.start(time);
        if start == time {
            start
        } else {
            start.after(self.length())
        }
    }
}

/// The number of steps of a [`Histogram`].
pub const STEPS: usize = 12;

/// Counts by length of time: how many were at most as long as each bound, and longer than the one before. The last step
/// has no bound.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Histogram([u64; STEPS]);

impl Histogram {
    /// The bounds of the time from a decision to the right guess, in milliseconds.
    pub const TO_VERIFY: [u64; STEPS - 1] = [
        5_000, 10_000, 15_000, 20_000, 30_000, 45_000, 60_000, 90_000, 120_000, 180_000, 300_000,
    ];

    /// The bounds of the time that a vendor took over a message, in milliseconds.
    pub const OF_VENDOR: [u64; STEPS - 1] = [
        50, 100, 200, 300, 500, 750, 1_000, 1_500, 2_000, 3_000, 5_000,
    ];

    /// Returns the counts, shortest times first.
    #[must_use]
    pub const fn steps(&self) -> &[u64; STEPS] {
        &self.0
    }

    /// Returns the step that the median is in; `None` where nothing is counted.
    #[must_use]
    pub fn median(&self) -> Option<usize> {
        let all: u64 = self.0.iter().sum();
        let mut counted = 0;
        self.0.iter().position(|count| {
            counted += count;
            counted > 0 && 2 * counted >= all
        })
    }

    fn count(&mut self, bounds: [u64; STEPS - 1], time: Duration) {
        let millis = u64::try_from(time.as_millis()).unwrap_or(u64::MAX);
        let step = bounds.partition_point(|bound| *bound < millis);
        if let Some(count) = self.0.get_mut(step) {
            *count += 1;
        }
    }
}

/// What became of one message, as far as it is counted.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Course {
    /// The outcome of the message; `None` while it is under way.
    pub outcome: Option<Outcome>,
    /// The time that the vendor took whose answer decided the outcome; `None` where none was called.
    pub vendor_took: Option<Duration>,
    /// The state by the vendor's reports.
    pub delivery: Option<Delivery>,
    /// The time from the decision to the right guess that used the message's own code up. A message that brought an older
    /// code once more has none: the use counts with the message that brought the code first.
    pub verified_after: Option<Duration>,
}

/// The counts of messages.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Tally {
    /// Messages that were decided on and not refused. Each is accepted, unknown, not sent, or still under way.
    pub admitted: u64,
    /// Messages that a vendor took.
    pub accepted: u64,
    /// Messages that a vendor may have taken.
    pub unknown: u64,
    /// Messages that were certainly not sent, by the reason, in the order of [`RefusalKind::ALL`].
    pub not_sent: [u64; RefusalKind::ALL.len()],
    /// Messages that arrived, as their vendor reports.
    pub delivered: u64,
    /// Messages that did not arrive, as their vendor reports.
    pub failed: u64,
    /// Messages whose own code was used.
    pub verified: u64,
    /// The times to the right guess, by [`Histogram::TO_VERIFY`].
    pub to_verify: Histogram,
    /// The times that vendors took, by [`Histogram::OF_VENDOR`].
    pub of_vendor: Histogram,
}

impl Tally {
    /// Counts a message.
    pub fn count(&mut self, course: &Course) {
        self.admitted += 1;
        match &course.outcome {
            None => {}
            Some(Outcome::Accepted { .. }) => self.accepted += 1,
            Some(Outcome::Unknown { .. }) => self.unknown += 1,
            Some(Outcome::NotAccepted(NotAccepted { kind, .. })) => {
                let kinds = RefusalKind::ALL.iter().zip(&mut self.not_sent);
                for (_, count) in kinds.filter(|(known, _)| *known == kind) {
                    *count += 1;
                }
            }
        }
        match course.delivery {
            Some(Delivery::Delivered) => self.delivered += 1,
            Some(Delivery::Failed) => self.failed += 1,
            Some(Delivery::Underway) | None => {}
        }
        if let Some(time) = course.vendor_took {
            self.of_vendor.count(Histogram::OF_VENDOR, time);
        }
        if let Some(time) = course.verified_after {
            self.verified += 1;
            self.to_verify.count(Histogram::TO_VERIFY, time);
        }
    }

    /// Adds the counts of `other`.
    pub fn add(&mut self, other: &Tally) {
        let mut other = *other;
        for (count, more) in self.cells().zip(other.cells()) {
            *count = count.saturating_add(*more);
        }
    }

    /// Returns every count, in an order that later releases keep: a new count comes last.
    #[must_use]
    pub fn to_counts(&self) -> Vec<u64> {
        let mut counts = *self;
        counts.cells().map(|count| *count).collect()
    }

    /// Takes what [`Tally::to_counts`] returned, of this release or an earlier one.
    #[must_use]
    pub fn of_counts(counts: impl IntoIterator<Item = u64>) -> Self {
        let mut tally = Self::default();
        for (cell, count) in tally.cells().zip(counts) {
            *cell = count;
        }
        tally
    }

    fn cells(&mut self) -> impl Iterator<Item = &mut u64> {
        [
            &mut self.admitted,
            &mut self.accepted,
            &mut self.unknown,
            &mut self.delivered,
            &mut self.failed,
            &mut self.verified,
        ]
        .into_iter()
        .chain(&mut self.to_verify.0)
        .chain(&mut self.of_vendor.0)
        .chain(&mut self.not_sent)
    }
}

/// What the messages of a tally have in common, beside the span of time.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Kind {
    /// The application, by its id.
    pub app: String,
    /// The purpose of the codes.
    pub channel: Channel,
    /// The country of the numbers; `None` where it is not known any more.
    pub country: Option<Country>,
    /// The provider whose answer decided the outcome; `None` where no attempt names one.
    pub provider: Option<String>,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn course(outcome: Outcome) -> Course {
        Course {
            outcome: Some(outcome),
            ..Course::default()
        }
    }

    #[test]
    fn a_message_counts_once_as_admitted_and_once_by_its_outcome() {
        let mut tally = Tally::default();
        tally.count(&Course::default());
        tally.count(&course(Outcome::Accepted {
            provider_message_id: None,
        }));
        tally.count(&course(Outcome::Unknown {
            cause: "silence".to_owned(),
        }));
        tally.count(&course(Outcome::not_accepted(RefusalKind::BadNumber)));
        assert_eq!((tally.admitted, tally.accepted, tally.unknown), (4, 1, 1));
        assert_eq!(tally.not_sent.iter().sum::<u64>(), 1);
        assert_eq!(tally.not_sent[1], 1, "bad_number");
    }

    #[test]
    fn a_time_counts_in_the_step_of_the_first_bound_that_it_does_not_exceed() {
        let mut tally = Tally::default();
        for millis in [0, 5_000, 5_001, 300_000, 300_001] {
            tally.count(&Course {
                verified_after: Some(Duration::from_millis(millis)),
                ..Course::default()
            });
        }
        assert_eq!(tally.verified, 5);
        assert_eq!(
            tally.to_verify.steps(),
            &[2, 1, 0, 0, 0, 0, 0, 0, 0, 0, 1, 1]
        );
    }

    #[test]
    fn the_median_is_in_the_step_up_to_which_half_of_the_times_are() {
        let mut times = Histogram::default();
        assert_eq!(times.median(), None);
        for (millis, step) in [
            (9_000, 1),
            (90_000, 1),
            (90_000, 7),
            (400_000, 7),
            (400_000, 7),
        ] {
            times.count(Histogram::TO_VERIFY, Duration::from_millis(millis));
            assert_eq!(times.median(), Some(step), "{times:?}");
        }
        times.count(Histogram::TO_VERIFY, Duration::from_millis(400_000));
        times.count(Histogram::TO_VERIFY, Duration::from_millis(400_000));
        assert_eq!(times.median(), Some(STEPS - 1));
    }

    #[test]
    fn counts_are_kept_in_an_order_that_later_releases_keep() {
        let names = RefusalKind::ALL.map(RefusalKind::as_str);
        assert_eq!(
            names.join(" "),
            "unreachable bad_number recipient_limited route_unavailable throttled config_error content_rejected \
             transient no_template same_content circuit_open busy too_late other",
            "a new reason comes last, since tallies on record name reasons by their places"
        );
        let mut tally = Tally::default();
        for (cell, count) in tally.cells().zip(1..) {
            *cell = count;
        }
        let counts = tally.to_counts();
        assert_eq!(counts, (1..=44).collect::<Vec<u64>>());
        assert_eq!(Tally::of_counts(counts.iter().copied()), tally);
        let mut twice = tally;
        twice.add(&tally);
        assert_eq!(twice.admitted, 2 * tally.admitted);
        assert_eq!(twice.not_sent[13], 2 * tally.not_sent[13]);
    }
}
