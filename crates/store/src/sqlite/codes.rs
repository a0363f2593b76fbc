//! Codes that can be checked, in memory.

use std::collections::HashMap;
use std::time::Duration;

use countersign_core::code::guess::Guess;
use countersign_core::code::passcode::{PasscodeMac, SealedPasscode};
use countersign_core::id::MessageId;
use countersign_core::message::{CodeState, LiveCode};
use countersign_core::policy;
use countersign_core::time::Timestamp;

use super::few::Few;
use super::shards::Shards;
use crate::seal::Key;

/// The codes of one store, by what they are good for: application, channel and number.
#[derive(Debug, Default)]
pub(super) struct Codes {
    /// In order of age, oldest first; hardly ever more than one.
    pub(super) by_scope: Shards<Few<Code>>,
    /// Those of them that are to be sent again.
    sealed: HashMap<MessageId, SealedPasscode>,
    /// Codes from before this moment are dead: the clock was set back after it.
    dead_before: Timestamp,
}

/// What is kept of a code, as small as may be.
#[derive(Debug, Clone, Copy)]
pub(super) struct Code {
    pub(super) message: MessageId,
    pub(super) mac: PasscodeMac,
    /// How long after its message was made it was decided on, and how long it lives from then on; in
    /// milliseconds.
    pub(super) decided_after: u32,
    pub(super) life: u32,
    pub(super) tries_left: u8,
    /// How many of the newest sent codes are good, seen from this one.
    pub(super) keeps: u8,
    /// Whether its message may have been sent; until then it is pending.
    pub(super) sent: bool,
    pub(super) used: bool,
}

/// What comparing a guess with the codes of a scope showed.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Compared {
    /// It is the first of these codes; all of them are done with once it is used.
    Right(Vec<MessageId>),
    /// It is none of these codes, which are alive.
    Wrong(Vec<MessageId>),
    /// It is a code that was used.
    Used,
    /// There was nothing to compare it with: what became of the newest code, if one is remembered.
    Nothing(Option<CodeState>),
}

impl Code {
    /// Those two, from two moments.
    pub(super) fn spans(message: MessageId, decided_at: Timestamp, ends: Timestamp) -> (u32, u32) {
        let millis = |span: Duration| u32::try_from(span.as_millis()).unwrap_or(u32::MAX);
        (
            millis(message.made_at().until(decided_at)),
            millis(decided_at.until(ends)),
        )
    }

    pub(super) fn decided_at(&self) -> Timestamp {
        let after = Duration::from_millis(self.decided_after.into());
        self.message.made_at().after(after)
    }

    pub(super) fn expires_at(&self) -> Timestamp {
        let life = Duration::from_millis(self.life.into());
        self.decided_at().after(life)
    }

    fn state(&self, now: Timestamp, dead_before: Timestamp) -> CodeState {
        let decided_at = self.decided_at();
        let born = decided_at <= now && decided_at >= dead_before;
        if self.used {
            CodeState::Used
        } else if self.tries_left == 0 {
            CodeState::Exhausted
        } else if !born || self.expires_at() <= now {
            CodeState::Expired
        } else if self.sent {
            CodeState::Live
        } else {
            CodeState::Pending
        }
    }

    fn age(&self) -> (Timestamp, MessageId) {
        (self.decided_at(), self.message)
    }

    fn forgotten_at(&self) -> Timestamp {
        self.expires_at().after(policy::REMEMBERED)
    }

    /// Whether its end is so long ago that it is as if it had never been. One that is pending may still end
    /// older ones.
    fn is_forgotten(&self, now: Timestamp) -> bool {
        self.sent && self.forgotten_at() <= now
    }
}

impl Codes {
    pub(super) fn kill_before(&mut self, moment: Timestamp) {
        self.dead_before = moment;
    }

    /// Whether any is remembered.
    pub(super) fn is_empty(&self) -> bool {
        self.by_scope.is_empty()
    }

    pub(super) fn admit(&mut self, scope: Key, code: Code, sealed: Option<SealedPasscode>) {
        if let Some(sealed) = sealed {
            self.sealed.insert(code.message, sealed);
        }
        if let Some(codes) = self.by_scope.get_or_insert_with(scope, Few::default) {
            codes.push(code);
            codes.as_mut_slice().sort_by_key(Code::age);
        }
    }

    /// Forgets the code of `message`: it never was.
    pub(super) fn drop_code(&mut self, scope: Key, message: MessageId) {
        self.retain(scope, |code| code.message != message);
    }

    /// The message may have been sent: older codes than it allows are dead.
    pub(super) fn sent(&mut self, scope: Key, message: MessageId) {
        let Some(codes) = self.by_scope.get_mut(scope) else {
            return;
        };
        let codes = codes.as_mut_slice();
        for code in codes.iter_mut().filter(|code| code.message == message) {
            code.sent = true;
        }
        // Each of them ends those before the newest that it keeps, in whichever order outcomes come. With the
        // oldest that is good and its likes goes whatever is older.
        let sent: Vec<_> = codes.iter().filter(|code| code.sent).collect();
        let oldest_good = (1..)
            .zip(&sent)
            .filter_map(|(count, code)| usize::checked_sub(count, code.keeps.into()))
            .max()
            .and_then(|n| sent.get(n).map(|code| code.age()));
        if let Some(oldest_good) = oldest_good {
            self.retain(scope, |code| code.age() >= oldest_good);
        }
    }

    /// The newest live code of `scope` that is kept to be sent again.
    pub(super) fn again(&self, scope: Key, now: Timestamp) -> Option<LiveCode> {
        let codes = self.by_scope.get(scope)?.as_slice();
        let code = codes
            .iter()
            .rfind(|code| code.state(now, self.dead_before) == CodeState::Live)?;
        Some(LiveCode {
            message: code.message,
            sealed: self.sealed.get(&code.message)?.clone(),
            expires_at: code.expires_at(),
        })
    }

    /// Compares `guess` with the codes of `scope`, also with those that are dead: the work is the same.
    /// Changes nothing.
    pub(super) fn compare(&self, scope: Key, guess: &Guess, now: Timestamp) -> Compared {
        let codes = self.by_scope.get(scope).map_or(&[][..], Few::as_slice);
        let forgotten = codes.iter().all(|code| code.is_forgotten(now));
        let codes = if forgotten { &[][..] } else { codes };
        if codes.is_empty() {
            idle(guess);
        }
        let (mut alive, mut right, mut used) = (Vec::new(), None, false);
        for code in codes {
            let is_it = guess.is(code.message, &code.mac);
            match code.state(now, self.dead_before) {
                CodeState::Live | CodeState::Pending => {
                    alive.push(code.message);
                    right = if is_it { Some(code.message) } else { right };
                }
                CodeState::Used => used |= is_it,
                _ => {}
            }
        }
        match right {
            Some(right) => {
                let others = alive.into_iter().filter(|message| *message != right);
                Compared::Right(std::iter::once(right).chain(others).collect())
            }
            None if used => Compared::Used,
            None if alive.is_empty() => {
                let newest = codes.last();
                Compared::Nothing(newest.map(|code| code.state(now, self.dead_before)))
            }
            None => Compared::Wrong(alive),
        }
    }

    /// Counts a wrong guess against the codes of these messages; how many more the newest survives.
    pub(super) fn count(&mut self, scope: Key, messages: &[MessageId]) -> u8 {
        let mut left = 0;
        for code in self.of(scope, messages) {
            code.tries_left = code.tries_left.saturating_sub(1);
            left = code.tries_left;
        }
        left
    }

    /// Takes [`Codes::count`] back.
    pub(super) fn uncount(&mut self, scope: Key, messages: &[MessageId]) {
        for code in self.of(scope, messages) {
            code.tries_left = code.tries_left.saturating_add(1);
        }
    }

    /// Uses up the codes of these messages, or takes that back.
    pub(super) fn set_used(&mut self, scope: Key, messages: &[MessageId], used: bool) {
        for code in self.of(scope, messages) {
            code.used = used;
        }
    }

    /// The state of a code at `now`, where it is still here.
    pub(super) fn state(
        &self,
        scope: Key,
        message: MessageId,
        now: Timestamp,
    ) -> Option<CodeState> {
        let codes = self.by_scope.get(scope)?.as_slice();
        let code = codes.iter().find(|code| code.message == message)?;
        Some(code.state(now, self.dead_before))
    }

    /// Forgets the codes whose end is so long ago that nobody asks any more. One that is pending may still end
    /// older ones, and what is newer than one that is good says which are the newest: those stay.
    pub(super) fn forget_past(&mut self, now: Timestamp) {
        let sealed = &mut self.sealed;
        self.by_scope.sweep(now, |_, codes| {
            let end = codes.as_slice().iter().map(Code::forgotten_at).max();
            if end.is_some_and(|end| end <= now) {
                let mut over = true;
                retain(codes, sealed, |code| {
                    over = over && code.is_forgotten(now);
                    !over
                });
            }
            !codes.as_slice().is_empty()
        });
    }

    fn of<'a>(
        &'a mut self,
        scope: Key,
        messages: &'a [MessageId],
    ) -> impl Iterator<Item = &'a mut Code> {
        let codes = self.by_scope.get_mut(scope);
        let codes = codes.map_or(&mut [][..], Few::as_mut_slice).iter_mut();
        codes.filter(|code| messages.contains(&code.message))
    }

    fn retain(&mut self, scope: Key, keep: impl FnMut(&Code) -> bool) {
        if let Some(codes) = self.by_scope.get_mut(scope) {
            retain(codes, &mut self.sealed, keep);
            if codes.as_slice().is_empty() {
                self.by_scope.remove(scope);
            }
        }
    }
}

fn retain(
    codes: &mut Few<Code>,
    sealed: &mut HashMap<MessageId, SealedPasscode>,
    mut keep: impl FnMut(&Code) -> bool,
) {
    codes.retain(|code| {
        let keeps = keep(code);
        if !keeps {
            sealed.remove(&code.message);
        }
        keeps
    });
}

/// The work of one comparison.
pub(super) fn idle(guess: &Guess) {
    std::hint::black_box(guess.is(MessageId::first_at(Timestamp::default()), &[0; 16]));
}
