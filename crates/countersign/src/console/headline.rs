//! The one sentence that says what became of a message, for somebody who reads it aloud to the person that waits for a code.

use std::time::Duration;

use countersign_core::code::CodeState;
use countersign_core::message::Timeline;
use countersign_core::receipt::Delivery;
use countersign_core::send::attempt;
use countersign_core::send::outcome::Outcome;
use countersign_core::time::Timestamp;

/// The time after which a number may get another code.
const MINUTE: Duration = Duration::from_secs(60);

/// What became of a message, most telling first.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Headline {
    /// No outcome yet.
    Sending,
    /// Nothing was sent. The minute may have been given back.
    NotSent { gave_back: bool },
    /// The right code was entered so long after the decision.
    Verified { delivered: bool, after: Duration },
    /// So many wrong guesses killed the code. Its minute is over after so long.
    Exhausted { wrong: usize, wait: Duration },
    /// The vendor's reports say that it did not arrive, for this reason.
    NotDelivered { vendor_code: Option<String> },
    /// It arrived this long ago. `live`: its code is still good.
    Delivered { ago: Duration, live: bool },
    /// No usable answer of this provider.
    Unknown { provider: Option<String> },
    /// The provider took it this long ago, and has not reported. `live`: its code is still good.
    NoReceipt {
        provider: String,
        ago: Duration,
        live: bool,
    },
}

/// What the list and the pill say of a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum State {
    Sending,
    NoReceipt,
    Delivered,
    NotDelivered,
    NotSent,
    Unknown,
    Verified,
}

impl Headline {
    /// What became of the message of `timeline`, as it is known at `now`.
    pub(super) fn of(timeline: &Timeline, now: Timestamp) -> Self {
        let receipts = &timeline.receipts;
        let delivery = Delivery::of(receipts.iter().map(|receipt| receipt.status));
        let report = receipts
            .iter()
            .find(|receipt| Some(receipt.status) == delivery);
        let is_live = timeline.code == CodeState::Live;
        let right = timeline.checks.iter().find(|check| check.right);
        if let (CodeState::Used, Some(right)) = (timeline.code, right) {
            return Headline::Verified {
                delivered: delivery == Some(Delivery::Delivered),
                after: timeline.decided_at.until(right.at),
            };
        }
        let decisive = attempt::decisive(&timeline.attempts);
        let Some(attempt) = decisive.and_then(|place| timeline.attempts.get(place)) else {
            return Headline::Sending;
        };
        match (&attempt.outcome, delivery, report) {
            (Outcome::NotAccepted(_), ..) => Headline::NotSent {
                gave_back: timeline.gave_back,
            },
            _ if timeline.code == CodeState::Exhausted => Headline::Exhausted {
                wrong: timeline.checks.iter().filter(|check| !check.right).count(),
                wait: now.until(timeline.decided_at.after(MINUTE)),
            },
            (_, Some(Delivery::Failed), Some(report)) => Headline::NotDelivered {
                vendor_code: report.vendor_code.clone(),
            },
            (_, Some(Delivery::Delivered), Some(report)) => Headline::Delivered {
                ago: report.at.until(now),
                live: is_live,
            },
            (Outcome::Unknown { .. }, ..) => Headline::Unknown {
                provider: attempt.provider.clone(),
            },
            (Outcome::Accepted { .. }, ..) => Headline::NoReceipt {
                provider: attempt.provider.clone().unwrap_or_default(),
                ago: attempt.ended_at.until(now),
                live: is_live,
            },
        }
    }

    /// The state that the list shows.
    pub(super) const fn state(&self) -> State {
        match self {
            Headline::Sending => State::Sending,
            Headline::NotSent { .. } => State::NotSent,
            Headline::Verified { .. } => State::Verified,
            Headline::NotDelivered { .. } => State::NotDelivered,
            Headline::Delivered { .. } => State::Delivered,
            Headline::Unknown { .. } => State::Unknown,
            Headline::NoReceipt { .. } | Headline::Exhausted { .. } => State::NoReceipt,
        }
    }
}
