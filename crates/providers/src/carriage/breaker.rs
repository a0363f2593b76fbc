//! The circuit breaker of a vendor: it gives a failing vendor a rest, and then tries it with one message.

use std::collections::VecDeque;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use countersign_core::send::outcome::Outcome;
use countersign_core::time::Timestamp;

/// The window in which calls are counted.
const WINDOW: Duration = Duration::from_secs(10);

/// The fewest calls in [`WINDOW`] that can open the circuit.
const FEWEST: usize = 20;

/// How long the circuit stays open.
const REST: Duration = Duration::from_secs(30);

/// A circuit breaker. It is closed at first. It opens, so that nothing is sent, when half of at least [`FEWEST`] calls
/// in [`WINDOW`] have failed. After [`REST`] it is half-open: one message goes through, and its outcome closes the
/// circuit or opens it again.
#[derive(Debug, Default)]
pub(crate) struct Breaker(Mutex<State>);

#[derive(Debug, Default)]
struct State {
    /// The calls in [`WINDOW`]: when each ended, and whether it failed.
    calls: VecDeque<(Timestamp, bool)>,
    open_since: Option<Timestamp>,
    probe_since: Option<Timestamp>,
}

/// The health of a vendor, as operators see it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Health {
    /// Whether messages go to the vendor.
    pub circuit: Circuit,
    /// How many calls ended within the window.
    pub calls: usize,
    /// How many of them failed.
    pub failed: usize,
    /// How many messages are on their way to the vendor.
    pub in_flight: usize,
}

/// Whether messages go to a vendor.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Circuit {
    /// All messages do.
    Closed,
    /// No message does.
    Open,
    /// One message may, as a probe.
    HalfOpen,
}

impl Circuit {
    /// The name in the operator's view.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Circuit::Closed => "closed",
            Circuit::Open => "open",
            Circuit::HalfOpen => "half_open",
        }
    }
}

/// The most calls that are remembered: enough for the rate of any vendor, and little memory.
const REMEMBERED: usize = 4096;

impl Breaker {
    /// Whether a message may go at `now`. While the circuit is half-open it lets one message through, and no other until
    /// that message has [ended](Breaker::ended) or [`REST`] is over.
    pub(crate) fn lets_through(&self, now: Timestamp) -> bool {
        let mut state = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let Some(since) = state.open_since else {
            return true;
        };
        let rested = since.after(REST) <= now;
        let alone = state
            .probe_since
            .is_none_or(|since| since.after(REST) <= now);
        if rested && alone {
            state.probe_since = Some(now);
        }
        rested && alone
    }

    /// Counts a call that ended at `now`, and returns whether it opened the circuit.
    pub(crate) fn ended(&self, outcome: &Outcome, now: Timestamp) -> bool {
        let failed = is_failure(outcome);
        let mut state = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if state.open_since.is_some() {
            // A call that began before the circuit opened may end now. It says nothing new.
            if state.probe_since.take().is_some() {
                state.open_since = failed.then_some(now);
                state.calls.clear();
            }
            return false;
        }
        state.calls.push_back((now, failed));
        state.forget(now);
        let failures = state.calls.iter().filter(|(_, failed)| *failed).count();
        let opens = state.calls.len() >= FEWEST && 2 * failures >= state.calls.len();
        if opens {
            state.open_since = Some(now);
        }
        opens
    }

    /// The health at `now`, with `in_flight` messages on their way.
    pub(crate) fn health(&self, now: Timestamp, in_flight: usize) -> Health {
        let mut state = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        state.forget(now);
        Health {
            circuit: match state.open_since {
                None => Circuit::Closed,
                Some(since) if since.after(REST) <= now => Circuit::HalfOpen,
                Some(_) => Circuit::Open,
            },
            calls: state.calls.len(),
            failed: state.calls.iter().filter(|(_, failed)| *failed).count(),
            in_flight,
        }
    }
}

impl State {
    fn forget(&mut self, now: Timestamp) {
        let over = |(at, _): &(Timestamp, bool)| at.after(WINDOW) <= now;
        while self.calls.len() > REMEMBERED || self.calls.front().is_some_and(over) {
            self.calls.pop_front();
        }
    }
}

/// Whether an outcome speaks against the vendor, and not only against the message.
fn is_failure(outcome: &Outcome) -> bool {
    match outcome {
        Outcome::Accepted { .. } => false,
        Outcome::Unknown { .. } => true,
        Outcome::NotAccepted(why) => why.kind.is_of_the_vendor(),
    }
}

#[cfg(test)]
mod tests {
    use countersign_core::send::outcome::RefusalKind;

    use super::*;

    fn at(seconds: i64) -> Timestamp {
        Timestamp::from_millis(seconds * 1000)
    }

    fn accepted() -> Outcome {
        Outcome::Accepted {
            provider_message_id: None,
        }
    }

    fn refused(kind: RefusalKind) -> Outcome {
        Outcome::not_accepted(kind)
    }

    /// A breaker that opened at 0.
    fn opened() -> Breaker {
        let breaker = Breaker::default();
        for n in 0..20 {
            assert!(breaker.lets_through(at(0)), "{n}");
            let outcome = if n % 2 == 0 {
                accepted()
            } else {
                refused(RefusalKind::Unreachable)
            };
            assert_eq!(breaker.ended(&outcome, at(0)), n == 19);
        }
        breaker
    }

    #[test]
    fn ten_failures_in_twenty_calls_within_ten_seconds_open_the_circuit() {
        let breaker = opened();
        assert!(!breaker.lets_through(at(0)));
        assert!(!breaker.lets_through(at(29)));
        assert_eq!(breaker.health(at(1), 0).circuit, Circuit::Open);

        let slow = Breaker::default();
        for n in 0..100 {
            slow.ended(&refused(RefusalKind::Transient), at(n));
        }
        assert!(
            slow.lets_through(at(100)),
            "ten calls in ten seconds are too few"
        );
    }

    #[test]
    fn refusals_about_a_message_or_an_account_do_not_open_the_circuit() {
        let breaker = Breaker::default();
        for _ in 0..100 {
            for kind in [
                RefusalKind::BadNumber,
                RefusalKind::RecipientLimited,
                RefusalKind::RouteUnavailable,
                RefusalKind::ContentRejected,
                RefusalKind::ConfigError,
            ] {
                breaker.ended(&refused(kind), at(0));
            }
        }
        assert!(breaker.lets_through(at(0)));
    }

    #[test]
    fn a_half_open_circuit_lets_one_message_through() {
        let breaker = opened();
        assert!(breaker.lets_through(at(30)));
        assert!(!breaker.lets_through(at(30)), "only one");
        breaker.ended(&refused(RefusalKind::Unreachable), at(31));
        assert!(!breaker.lets_through(at(60)), "another rest");
        assert!(breaker.lets_through(at(61)));
        breaker.ended(&accepted(), at(61));
        assert!((0..50).all(|_| breaker.lets_through(at(61))));
        assert_eq!(breaker.health(at(61), 3).circuit, Circuit::Closed);
    }

    #[test]
    fn a_probe_that_never_ends_is_followed_by_another_after_the_rest() {
        let breaker = opened();
        assert!(breaker.lets_through(at(30)));
        assert!(!breaker.lets_through(at(59)));
        assert!(breaker.lets_through(at(60)));
    }
}
