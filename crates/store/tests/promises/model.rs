//! A model of a store's promises, as simple as possible: one list of everything that ever happened, from which
//! every answer is computed anew. `schedules.rs` compares the store with it.

use countersign_core::code::CodeState;
use countersign_core::code::check::{Caller, Checked};
use countersign_core::policy;
use countersign_core::time::Timestamp;

/// Milliseconds on the store's clock.
pub(crate) type Millis = i64;

const MINUTE: Millis = 60_000;
const HOUR: Millis = 60 * MINUTE;

/// The time that a sender has to record an outcome.
const DUE: Millis = 21_000;

/// A scope: application, channel, number.
pub(crate) type Scope = (usize, usize, usize);

#[derive(Debug)]
pub(crate) struct Message {
    pub(crate) scope: Scope,
    pub(crate) at: Millis,
    pub(crate) ends: Millis,
    pub(crate) tries: usize,
    pub(crate) keeps: usize,
    pub(crate) reuse: bool,
    /// The message whose code this message brings: itself, or an older one.
    pub(crate) code_of: usize,
    /// Whether the message may have been sent, as its sender said; `None` until then.
    pub(crate) sent: Option<bool>,
}

#[derive(Debug)]
pub(crate) struct Hit {
    pub(crate) limit: Limit,
    pub(crate) at: Millis,
    /// The message whose failure gives this hit back.
    pub(crate) refundable_by: Option<usize>,
}

/// At most `max` hits within `window`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Limit {
    pub(crate) bucket: String,
    pub(crate) window: Millis,
    pub(crate) max: usize,
}

/// A check that counted. `codes` were live or pending then.
#[derive(Debug)]
pub(crate) struct Check {
    phone: usize,
    pub(crate) at: Millis,
    right: bool,
    codes: Vec<usize>,
}

#[derive(Debug, Default)]
pub(crate) struct Model {
    pub(crate) now: Millis,
    pub(crate) dead_before: Millis,
    pub(crate) messages: Vec<Message>,
    pub(crate) hits: Vec<Hit>,
    pub(crate) checks: Vec<Check>,
    /// A number, and the number of checks made before it was unlocked.
    pub(crate) unlocks: Vec<(usize, usize)>,
}

impl Model {
    /// Returns the first moment at which one more hit fits, if that is not now.
    pub(crate) fn refused_until(&self, limit: &Limit) -> Option<Millis> {
        let hits = self.hits.iter().filter(|hit| hit.limit == *limit);
        self.full_until(hits.map(|hit| hit.at), limit.window, limit.max)
    }

    fn full_until(
        &self,
        hits: impl Iterator<Item = Millis>,
        window: Millis,
        max: usize,
    ) -> Option<Millis> {
        let ends: Vec<_> = hits.map(|at| at + window).collect();
        let room_at = |then: Millis| ends.iter().filter(|end| **end > then).count() < max;
        let moments = std::iter::once(self.now).chain(ends.iter().copied());
        let first = moments.filter(|then| *then >= self.now && room_at(*then));
        first.min().filter(|first| *first > self.now)
    }

    /// Returns the codes of `scope` that no newer one has replaced, without those that were certainly not sent.
    fn codes(&self, scope: Scope) -> Vec<usize> {
        let codes = (0..self.messages.len()).filter(|n| self.messages[*n].scope == scope);
        codes
            .filter(|n| self.messages[*n].code_of == *n && self.sent(*n) != Some(false))
            .filter(|n| !self.replaced(*n))
            .collect()
    }

    /// Returns whether newer messages that may have been sent replace `code`: one of them and those between
    /// reach its `keeps`.
    fn replaced(&self, code: usize) -> bool {
        let newer = |n: &usize| {
            let message = &self.messages[*n];
            message.scope == self.messages[code].scope
                && message.code_of == *n
                && self.sent(*n) == Some(true)
        };
        let newer: Vec<_> = (code + 1..self.messages.len()).filter(newer).collect();
        let mut counted = newer.iter().enumerate();
        counted.any(|(between, n)| between + 1 >= self.messages[*n].keeps)
    }

    /// Returns the number of newer codes of the same scope.
    fn newer(&self, code: usize) -> usize {
        let scope = self.messages[code].scope;
        let newer = (code + 1..self.messages.len()).filter(|n| self.messages[*n].code_of == *n);
        newer.filter(|n| self.messages[*n].scope == scope).count()
    }

    /// Returns whether a check tells the code from a wrong one since a newer one replaced it.
    fn is_told_as_replaced(&self, scope: Scope, code: usize) -> bool {
        let message = &self.messages[code];
        message.scope == scope
            && self.sent(code) != Some(false)
            && self.replaced(code)
            && message.at >= self.dead_before
            && message.ends > self.now
    }

    /// Returns whether a message may have been sent; `None` while its sender may still record it. After that it
    /// counts as sent.
    pub(crate) fn sent(&self, message: usize) -> Option<bool> {
        let Message { sent, at, .. } = self.messages[message];
        sent.or((self.now > at + DUE).then_some(true))
    }

    fn wrong(&self, code: usize) -> usize {
        let checks = self.checks.iter().filter(|check| !check.right);
        checks.filter(|check| check.codes.contains(&code)).count()
    }

    /// Returns the state of the code of a message.
    pub(crate) fn state(&self, message: usize) -> CodeState {
        let (code_of, sent) = (self.messages[message].code_of, self.sent(message));
        let code = &self.messages[code_of];
        let used = |check: &Check| check.right && check.codes.contains(&code_of);
        if sent == Some(false) {
            CodeState::Void
        } else if self.checks.iter().any(used) {
            CodeState::Used
        } else if self.wrong(code_of) >= code.tries {
            CodeState::Exhausted
        } else if code.at < self.dead_before || code.ends <= self.now {
            CodeState::Expired
        } else if self.replaced(code_of) {
            sent.map_or(CodeState::Pending, |_| CodeState::Replaced)
        } else {
            self.sent(code_of)
                .map_or(CodeState::Pending, |_| CodeState::Live)
        }
    }

    /// Returns the live code of `scope` that is to be sent again.
    pub(crate) fn again(&self, scope: Scope) -> Option<usize> {
        let mut codes = self.codes(scope).into_iter();
        let newest = codes.rfind(|n| self.state(*n) == CodeState::Live)?;
        self.messages[newest].reuse.then_some(newest)
    }

    /// Returns the time for which `caller` is locked out of guesses about `phone`; `Some(None)` has no end in
    /// time.
    fn locked(&self, phone: usize, caller: Caller) -> Option<Option<Millis>> {
        let (hour, day, row) = match caller {
            Caller::Public => (10, 20, 80),
            Caller::Application => (15, 30, 100),
        };
        let unlocked = self.unlocks.iter().rfind(|unlock| unlock.0 == phone);
        let since = unlocked.map_or(0, |unlock| unlock.1);
        let checks = self.checks[since..].iter();
        let checks: Vec<_> = checks.filter(|check| check.phone == phone).collect();
        let compared = checks.iter().rev();
        let compared = compared.filter(|check| check.right || !check.codes.is_empty());
        if compared.take_while(|check| !check.right).count() >= row {
            return Some(None);
        }
        let wrong = || checks.iter().filter(|check| !check.right).map(|c| c.at);
        let hour = self.full_until(wrong(), HOUR, hour);
        let day = self.full_until(wrong(), 24 * HOUR, day);
        Some(Some(hour.max(day)? - self.now))
    }

    /// Returns every finding that a check may have, each with the check that counts then.
    pub(crate) fn check(
        &self,
        scope: Scope,
        caller: Caller,
        guess: Option<usize>,
    ) -> Vec<(ModelAnswer, Option<Check>)> {
        if let Some(wait) = self.locked(scope.2, caller) {
            return vec![(ModelAnswer::Locked(wait), None)];
        }
        let codes = self.codes(scope);
        let alive = |n: &usize| matches!(self.state(*n), CodeState::Live | CodeState::Pending);
        let alive: Vec<_> = codes.iter().copied().filter(alive).collect();
        let wrong = |codes| Check {
            phone: scope.2,
            at: self.now,
            right: false,
            codes,
        };
        let asked = guess;
        let guess = guess.filter(|guess| codes.contains(guess));
        if let Some(guess) = guess.filter(|guess| alive.contains(guess)) {
            let used = Check {
                right: true,
                ..wrong(alive)
            };
            let leaves = (caller == Caller::Application).then_some(used);
            return vec![(ModelAnswer::Right(guess), leaves)];
        }
        let newest = codes.last().map(|newest| self.state(*newest));
        let said = match (alive.last(), newest) {
            (Some(&newest), _) => {
                ModelAnswer::Wrong(self.messages[newest].tries - self.wrong(newest) - 1)
            }
            (None, Some(CodeState::Exhausted)) => ModelAnswer::Exhausted,
            (None, Some(CodeState::Expired)) => ModelAnswer::Expired,
            _ => ModelAnswer::NotSent,
        };
        let told = match asked.filter(|guess| self.is_told_as_replaced(scope, *guess)) {
            Some(_) => ModelAnswer::Replaced(match said {
                ModelAnswer::Wrong(tries_left) => tries_left,
                _ => 0,
            }),
            None => said,
        };
        // A store may forget codes a minute after their end.
        let over = |n: &usize| self.messages[*n].ends + MINUTE <= self.now;
        let mut may_say = Vec::new();
        let used = guess.filter(|guess| self.state(*guess) == CodeState::Used);
        if used.is_some() {
            may_say.push((ModelAnswer::Used, None));
        }
        if used.is_none_or(|used| over(&used)) {
            // A store need not remember more than the newest replaced codes.
            if asked.is_some_and(|asked| self.newer(asked) > policy::REPLACED) {
                may_say.push((said, Some(wrong(alive.clone()))));
            }
            may_say.push((told, Some(wrong(alive))));
        }
        if codes.iter().all(over) {
            may_say.push((ModelAnswer::NotSent, Some(wrong(vec![]))));
        }
        may_say
    }
}

/// A [`Checked`] that names a message by its number in the model.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum ModelAnswer {
    Right(usize),
    Wrong(usize),
    Replaced(usize),
    Exhausted,
    Expired,
    Used,
    NotSent,
    Locked(Option<Millis>),
}

impl ModelAnswer {
    pub(crate) fn of(found: &Checked, number_of: impl Fn(&Checked) -> usize) -> Self {
        match found {
            Checked::Malformed | Checked::Refused(_) => {
                unreachable!("every guess of the schedules has the length of a code")
            }
            Checked::Right { .. } => ModelAnswer::Right(number_of(found)),
            Checked::Wrong { tries_left } => ModelAnswer::Wrong(usize::from(*tries_left)),
            Checked::Replaced { tries_left } => ModelAnswer::Replaced(usize::from(*tries_left)),
            Checked::Exhausted => ModelAnswer::Exhausted,
            Checked::Expired => ModelAnswer::Expired,
            Checked::Used => ModelAnswer::Used,
            Checked::NotSent => ModelAnswer::NotSent,
            Checked::Locked { wait } => {
                ModelAnswer::Locked(wait.map(|wait| i64::try_from(wait.as_millis()).unwrap()))
            }
        }
    }
}

pub(crate) fn at(millis: Millis) -> Timestamp {
    Timestamp::from_millis(millis)
}
