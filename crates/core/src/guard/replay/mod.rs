//! A replay of the recorded history under draft rules: what each would have refused, and how many of those people were
//! real.
//!
//! Each rule is tried by itself, and a send that it refuses does not count under it. The record has no addresses of callers, so
//! a limit by them is not tried, nor is a limit on money in whose currency no send has a price.

mod draft_guard;
mod draft_limit;

use std::collections::{BTreeMap, HashMap, HashSet};

use super::GuardSettings;
use crate::application::AppId;
use crate::channel::Channel;
use crate::limit::{InvalidSendLimits, SendLimits};
use crate::phone::PhoneNumber;
use crate::price::{Amount, Currency, Price};
use crate::time::Timestamp;

use draft_guard::DraftGuard;
use draft_limit::DraftLimit;

/// A message on record that may have been sent.
#[derive(Debug, Clone)]
pub struct PastSend {
    /// The application that sent the code.
    pub app: AppId,
    /// The purpose of the code.
    pub channel: Channel,
    /// The number.
    pub phone: PhoneNumber,
    /// The time of the decision.
    pub at: Timestamp,
    /// What the message cost; `None` where it is not known.
    pub price: Option<Price>,
    /// The time at which the application's server used the code up.
    pub verified_at: Option<Timestamp>,
}

/// The outcome of a replay.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Replayed {
    /// The sends of the history.
    pub sends: u64,
    /// The sends that at least one rule would have refused.
    pub refused: u64,
    /// The outcome of each limit, in order, and then of the guard.
    pub rules: Vec<RuleOutcome>,
}

/// The outcome of one rule in a replay.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RuleOutcome {
    /// The name of the limit, or that under which the guard refuses.
    pub rule: String,
    /// Whether the record says enough to try the rule.
    pub is_tried: bool,
    /// The sends that the rule would have refused, or asked a challenge for.
    pub refused: u64,
    /// The different numbers of those sends.
    pub numbers: u64,
    /// How many of those numbers verified the code of that send or of a later one: people who were real.
    pub verified: u64,
    /// What those sends cost, where it is known, by currency.
    pub cost: Vec<Price>,
}

/// Replays `history` under each of `limits`, and under a guard of these settings that does not watch first.
///
/// # Errors
/// [`InvalidSendLimits`] where a limit cannot be judged by itself.
pub fn replay(
    history: &[PastSend],
    limits: &SendLimits,
    guard: GuardSettings,
) -> Result<Replayed, InvalidSendLimits> {
    let mut limits = DraftLimit::each_of(limits)?;
    let mut guard = DraftGuard::new(guard);
    let last_verified = last_verified(history);
    let mut refused = 0;
    for event in events(history) {
        match event {
            Event::Verified(send, at) => {
                limits.iter_mut().for_each(|limit| limit.verified(send, at));
                guard.verified(send);
            }
            Event::Sent(send) => {
                let last = last_verified.get(send.phone.e164());
                let is_real = last.is_some_and(|last| *last >= send.at);
                let by_limits = limits.iter_mut().map(|limit| limit.judge(send, is_real));
                // Every rule has to see the send.
                let by_limits = by_limits.filter(|refuses| *refuses).count() > 0;
                let by_guard = guard.judge(send, is_real);
                refused += u64::from(by_limits || by_guard);
            }
        }
    }
    let limits = limits.iter().map(DraftLimit::outcome);
    Ok(Replayed {
        sends: u64::try_from(history.len()).unwrap_or(u64::MAX),
        refused,
        rules: limits.chain(guard.outcomes()).collect(),
    })
}

/// Something that happened.
#[derive(Clone, Copy)]
enum Event<'a> {
    Sent(&'a PastSend),
    Verified(&'a PastSend, Timestamp),
}

impl Event<'_> {
    fn at(self) -> Timestamp {
        match self {
            Event::Sent(send) => send.at,
            Event::Verified(_, at) => at,
        }
    }
}

/// Returns sends and verified codes in order of time.
fn events(history: &[PastSend]) -> Vec<Event<'_>> {
    let mut events: Vec<_> = history.iter().map(Event::Sent).collect();
    for send in history {
        events.extend(send.verified_at.map(|at| Event::Verified(send, at)));
    }
    events.sort_by_key(|event| event.at());
    events
}

/// Returns when each number was last verified.
fn last_verified(history: &[PastSend]) -> HashMap<&str, Timestamp> {
    let mut last = HashMap::<_, Timestamp>::new();
    for send in history {
        if let Some(at) = send.verified_at {
            let known = last.entry(send.phone.e164()).or_default();
            *known = at.max(*known);
        }
    }
    last
}

/// The refusals of one rule.
#[derive(Debug, Default)]
struct Refusals {
    sends: u64,
    numbers: HashSet<String>,
    real: HashSet<String>,
    cost: BTreeMap<Currency, Amount>,
}

impl Refusals {
    fn add(&mut self, send: &PastSend, is_real: bool) {
        let number = || send.phone.e164().to_owned();
        self.sends += 1;
        if let Some(Price { amount, currency }) = send.price {
            let cost = self.cost.entry(currency).or_default();
            *cost = [*cost, amount].into_iter().sum();
        }
        self.numbers.insert(number());
        if is_real {
            self.real.insert(number());
        }
    }

    fn outcome(&self, rule: &str, is_tried: bool) -> RuleOutcome {
        let count = |numbers: &HashSet<String>| u64::try_from(numbers.len()).unwrap_or(u64::MAX);
        RuleOutcome {
            rule: rule.to_owned(),
            is_tried,
            refused: self.sends,
            numbers: count(&self.numbers),
            verified: count(&self.real),
            cost: self
                .cost
                .iter()
                .map(|(currency, amount)| Price {
                    amount: *amount,
                    currency: *currency,
                })
                .collect(),
        }
    }
}

#[cfg(test)]
mod tests;
