//! Gives a vendor that fails a rest, and tries it with one message then.

use std::collections::VecDeque;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use countersign_core::send::outcome::Outcome;
use countersign_core::time::Timestamp;

/// How far back calls are looked at.
const WINDOW: Duration = Duration::from_secs(10);

/// With fewer calls in that time nothing is concluded.
const FEWEST: usize = 20;

/// How long the rest is.
const REST: Duration = Duration::from_secs(30);

/// A circuit breaker: closed while all is well; open, so that nothing is sent, once half of at least [`FEWEST`]
/// calls in [`WINDOW`] have failed; after [`REST`] half-open, for one message to try.
#[derive(Debug, Default)]
pub(crate) struct Breaker(Mutex<State>);

#[derive(Debug, Default)]
struct State {
    /// When calls ended, and whether they failed; no more than are looked at.
    calls: VecDeque<(Timestamp, bool)>,
    open_since: Option<Timestamp>,
    probe_since: Option<Timestamp>,
}

/// How a vendor does, for the operator's eyes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Health {
    /// Whether messages go there.
    pub circuit: Circuit,
    /// How many calls ended of late.
    pub calls: usize,
    /// How many of them failed.
    pub failed: usize,
    /// How many messages are on their way to it.
    pub in_flight: usize,
}

/// Whether messages go to a vendor.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Circuit {
    /// They do.
    Closed,
    /// They do not for now.
    Open,
    /// One may, to see how it fares.
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

/// How many calls are remembered at most: enough for the rate of any vendor, and little memory.
const REMEMBERED: usize = 4096;

impl Breaker {
    /// Whether a message may go at `now`. One that may while the circuit is half-open is the only one until it
    /// has [ended](Breaker::ended), or until it must have.
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

    /// Takes note of how a call ended at `now`. Whether that opened the circuit.
    pub(crate) fn ended(&self, outcome: &Outcome, now: Timestamp) -> bool {
        let failed = is_failure(outcome);
        let mut state = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if state.open_since.is_some() {
            // Calls of before the circuit opened may end now; they say nothing new.
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

    /// One that has just opened, at 0.
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
    fn half_of_twenty_calls_in_ten_seconds_open_it() {
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
    fn what_is_wrong_with_a_message_does_not_open_it() {
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
    fn one_message_tries_after_the_rest() {
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
    fn a_try_that_never_ends_is_not_waited_for_for_ever() {
        let breaker = opened();
        assert!(breaker.lets_through(at(30)));
        assert!(!breaker.lets_through(at(59)));
        assert!(breaker.lets_through(at(60)));
    }
}
