//! The circuit breaker of a vendor: it gives a failing vendor a rest, and then tries it with one message.
//!
//! Callers choose the numbers, and a vendor may refuse some numbers with the same answer as it refuses all of them when
//! it fails (HTTP 429, 503). So the calls of one [`Origin`] have one vote: failures of a few origins close the vendor for
//! nobody. A connection that fails has a vote of its own, since no number makes it fail.

use std::collections::VecDeque;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use countersign_core::send::outcome::{Outcome, RefusalKind};
use countersign_core::time::Timestamp;

use super::origin::{Origin, Votes};

/// The window in which calls are counted.
const WINDOW: Duration = Duration::from_secs(10);

/// The fewest calls in [`WINDOW`] that can open the circuit.
const FEWEST: usize = 20;

/// The fewest votes against a vendor that can open the circuit.
const SEVERAL: usize = 3;

/// How long the circuit stays open.
const REST: Duration = Duration::from_secs(30);

/// A circuit breaker. It is closed at first. It opens, so that nothing is sent, when at least [`FEWEST`] calls ended in
/// [`WINDOW`], and half of their votes, and at least [`SEVERAL`], are against the vendor. After [`REST`] it is half-open: one message goes through, and its outcome closes the
/// circuit or opens it again.
#[derive(Debug, Default)]
pub(crate) struct Breaker(Mutex<State>);

#[derive(Debug, Default)]
struct State {
    /// The calls in [`WINDOW`], in the order of their ends.
    calls: VecDeque<Call>,
    /// Their votes.
    votes: Votes,
    open_since: Option<Timestamp>,
    probe_since: Option<Timestamp>,
}

/// A call that ended.
#[derive(Debug)]
struct Call {
    at: Timestamp,
    failed: bool,
    /// The origin that votes; `None` for a call with a vote of its own.
    origin: Option<Origin>,
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
    /// The time until which no message goes to the vendor, while the circuit is open.
    pub rests_until: Option<Timestamp>,
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

    /// Counts a call of `origin` that ended at `now`, and returns whether it opened the circuit.
    pub(crate) fn ended(&self, outcome: &Outcome, origin: Origin, now: Timestamp) -> bool {
        let failed = is_failure(outcome);
        let mut state = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if state.open_since.is_some() {
            // A call that began before the circuit opened may end now. It says nothing new.
            if state.probe_since.take().is_some() {
                state.open_since = failed.then_some(now);
                state.calls.clear();
                state.votes = Votes::default();
            }
            return false;
        }
        let unreachable = outcome.is_refusal(RefusalKind::Unreachable);
        state.count(Call {
            at: now,
            failed,
            origin: (!unreachable).then_some(origin),
        });
        state.forget(now);
        let (against, all) = (state.votes.against(), state.votes.all());
        let opens = state.calls.len() >= FEWEST && against >= SEVERAL && 2 * against >= all;
        if opens {
            state.open_since = Some(now);
        }
        opens
    }

    /// Whether messages go to the vendor without more ado.
    pub(crate) fn is_closed(&self) -> bool {
        let state = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        state.open_since.is_none()
    }

    /// The health at `now`, with `in_flight` messages on their way.
    pub(crate) fn health(&self, now: Timestamp, in_flight: usize) -> Health {
        let mut state = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        state.forget(now);
        let rested = state.open_since.map(|since| since.after(REST));
        Health {
            circuit: match state.open_since {
                None => Circuit::Closed,
                Some(since) if since.after(REST) <= now => Circuit::HalfOpen,
                Some(_) => Circuit::Open,
            },
            calls: state.calls.len(),
            failed: state.calls.iter().filter(|call| call.failed).count(),
            in_flight,
            rests_until: rested.filter(|until| now < *until),
        }
    }
}

impl State {
    fn count(&mut self, call: Call) {
        self.votes.count(call.origin.as_ref(), call.failed);
        self.calls.push_back(call);
    }

    fn forget(&mut self, now: Timestamp) {
        let over = |call: &Call| call.at.after(WINDOW) <= now;
        while self.calls.len() > REMEMBERED || self.calls.front().is_some_and(over) {
            if let Some(call) = self.calls.pop_front() {
                self.votes.forget(call.origin.as_ref(), call.failed);
            }
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

    /// The `n`th origin.
    fn origin(n: i64) -> Origin {
        Origin::named("shop", &format!("+86138{n:04}"))
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
            assert_eq!(breaker.ended(&outcome, origin(n), at(0)), n == 19);
        }
        breaker
    }

    #[test]
    fn ten_failures_in_twenty_calls_within_ten_seconds_open_the_circuit() {
        let breaker = opened();
        assert!(!breaker.lets_through(at(0)));
        assert!(!breaker.lets_through(at(29)));
        let health = breaker.health(at(1), 0);
        assert_eq!(health.circuit, Circuit::Open);
        assert_eq!(health.rests_until, Some(at(30)));
        assert_eq!(breaker.health(at(30), 0).rests_until, None);

        let slow = Breaker::default();
        for n in 0..100 {
            slow.ended(&refused(RefusalKind::Transient), origin(n), at(n));
        }
        assert!(
            slow.lets_through(at(100)),
            "ten calls in ten seconds are too few"
        );
    }

    #[test]
    fn refusals_about_a_message_or_an_account_do_not_open_the_circuit() {
        let breaker = Breaker::default();
        for n in 0..100 {
            for kind in [
                RefusalKind::BadNumber,
                RefusalKind::RecipientLimited,
                RefusalKind::RouteUnavailable,
                RefusalKind::ContentRejected,
                RefusalKind::ConfigError,
            ] {
                breaker.ended(&refused(kind), origin(n), at(0));
            }
        }
        assert!(breaker.lets_through(at(0)));
    }

    #[test]
    fn a_half_open_circuit_lets_one_message_through() {
        let breaker = opened();
        assert!(breaker.lets_through(at(30)));
        assert!(!breaker.lets_through(at(30)), "only one");
        breaker.ended(&refused(RefusalKind::Unreachable), origin(0), at(31));
        assert!(!breaker.lets_through(at(60)), "another rest");
        assert!(breaker.lets_through(at(61)));
        breaker.ended(&accepted(), origin(0), at(61));
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

    #[test]
    fn refusals_of_one_origin_do_not_open_the_circuit_and_those_of_several_do() {
        let breaker = Breaker::default();
        let refused = refused(RefusalKind::Throttled);
        for n in 0..100 {
            assert!(!breaker.ended(&refused, origin(n % 2), at(0)), "{n}");
        }
        assert_eq!(breaker.health(at(0), 0).failed, 100);
        assert!(
            breaker.ended(&refused, origin(2), at(0)),
            "the third origin"
        );
    }

    #[test]
    fn origins_that_the_vendor_serves_outvote_those_that_it_refuses() {
        let breaker = Breaker::default();
        for n in 0..20 {
            breaker.ended(&accepted(), origin(n), at(0));
        }
        for n in 0..100 {
            let opened = breaker.ended(
                &refused(RefusalKind::Throttled),
                origin(100 + n % 10),
                at(1),
            );
            assert!(!opened, "{n}");
        }
        // The votes of calls that are out of the window no longer count.
        assert!(breaker.ended(&refused(RefusalKind::Throttled), origin(100), at(10)));
    }

    #[test]
    fn connections_that_fail_open_the_circuit_whatever_their_origin() {
        let breaker = Breaker::default();
        let opened = (0..20).map(|_| {
            let lost = refused(RefusalKind::Unreachable);
            breaker.ended(&lost, origin(0), at(0))
        });
        assert_eq!(opened.filter(|opened| *opened).count(), 1);
    }
}
