//! The codes that can be checked, by scope.

use std::borrow::Cow;
use std::collections::HashMap;

use countersign_core::code::check::Effect;
use countersign_core::code::passcode::SealedPasscode;
use countersign_core::code::{self, Code, CodeState, resend};
use countersign_core::id::MessageId;
use countersign_core::message::LiveCode;
use countersign_core::time::Timestamp;

use super::few::Few;
use super::shards::Shards;
use crate::seal::{Key, Keys};

/// A code, and its sealed form where it is to be sent again.
pub(crate) struct KeptCode {
    pub(crate) code: Code,
    pub(crate) sealed: Option<SealedPasscode>,
}

/// The codes of one store, by scope: application, channel and number.
#[derive(Debug, Default)]
pub(super) struct Codes {
    /// The codes of each scope in order of age, oldest first; hardly ever more than one.
    by_scope: Shards<Few<Code>>,
    /// The sealed form of the codes that are to be sent again.
    sealed: HashMap<MessageId, SealedPasscode>,
    /// Codes from before this moment are dead, since the clock was set back after it.
    dead_before: Timestamp,
}

impl Codes {
    /// Declares every code from before `moment` dead.
    pub(super) fn kill_before(&mut self, moment: Timestamp) {
        self.dead_before = moment;
    }

    /// Returns the moment before which every code is dead.
    pub(super) fn dead_before(&self) -> Timestamp {
        self.dead_before
    }

    /// Returns the number of scopes that have a code.
    pub(super) fn scopes(&self) -> usize {
        self.by_scope.len()
    }

    /// Returns whether no code is remembered.
    pub(super) fn is_empty(&self) -> bool {
        self.by_scope.is_empty()
    }

    /// Returns the codes of `scope` in order of age, oldest first.
    pub(super) fn of(&self, scope: Key) -> &[Code] {
        self.by_scope.get(scope).map_or(&[], Few::as_slice)
    }

    /// Returns the codes of a scope under all of its keys, in order of age, oldest first.
    pub(super) fn of_all(&self, scope: &Keys) -> Cow<'_, [Code]> {
        if scope.older.iter().all(|key| self.of(*key).is_empty()) {
            return Cow::Borrowed(self.of(scope.newest));
        }
        let mut codes: Vec<_> = scope.all().flat_map(|key| self.of(key)).copied().collect();
        codes.sort_by_key(Code::age);
        Cow::Owned(codes)
    }

    /// Adds a code to `scope`.
    pub(super) fn add(&mut self, scope: Key, code: Code, sealed: Option<SealedPasscode>) {
        if let Some(sealed) = sealed {
            self.sealed.insert(code.message, sealed);
        }
        if let Some(codes) = self.by_scope.get_or_insert_with(scope, Few::default) {
            codes.push(code);
            codes.as_mut_slice().sort_by_key(Code::age);
        }
    }

    /// Drops the codes of `scope`.
    pub(super) fn forget(&mut self, scope: Key) {
        for code in self
            .by_scope
            .remove(scope)
            .iter()
            .flat_map(|few| few.as_slice())
        {
            self.sealed.remove(&code.message);
        }
    }

    /// Drops the code of `message`.
    pub(super) fn remove(&mut self, scope: Key, message: MessageId) {
        self.retain(scope, |code| code.message != message);
    }

    /// Marks the code of `message` as sent. Of the codes that are replaced at `now`, drops those that no check tells from
    /// wrong guesses any more, and the sealed form of all.
    pub(super) fn mark_sent(&mut self, scope: Key, message: MessageId, now: Timestamp) {
        let Some(codes) = self.by_scope.get_mut(scope) else {
            return;
        };
        for code in codes.as_mut_slice() {
            code.sent |= code.message == message;
        }
        let (replaced, _) = resend::split(codes.as_slice(), now);
        let mut dropped = Vec::new();
        for (newer, code) in replaced.iter().rev().enumerate() {
            self.sealed.remove(&code.message);
            if resend::may_drop(code, newer, now) {
                dropped.push(code.message);
            }
        }
        if !dropped.is_empty() {
            codes.retain(|code| !dropped.contains(&code.message));
        }
    }

    /// Returns the newest live code of `scope`, if it is kept sealed to be sent again.
    pub(super) fn to_send_again(&self, scope: &Keys, now: Timestamp) -> Option<LiveCode> {
        let codes = self.of_all(scope);
        let code = resend::newest_live(&codes, now, self.dead_before)?;
        Some(LiveCode {
            message: code.message,
            sealed: self.sealed.get(&code.message)?.clone(),
            expires_at: code.expires_at(),
        })
    }

    /// Applies `effect` to the codes of `scope`.
    pub(super) fn apply(&mut self, scope: Key, effect: &Effect) {
        if effect.codes().is_empty() {
            return;
        }
        if let Some(codes) = self.by_scope.get_mut(scope) {
            let codes = codes.as_mut_slice().iter_mut();
            codes.for_each(|code| effect.on_code(code));
        }
    }

    /// Returns the state of the code of `message` at `now`, if it is still remembered.
    pub(super) fn state(
        &self,
        scope: &Keys,
        message: MessageId,
        now: Timestamp,
    ) -> Option<CodeState> {
        let codes = self.of_all(scope);
        let mut codes = resend::kept(&codes, now).iter();
        let code = codes.find(|code| code.message == message)?;
        Some(code.state(now, self.dead_before))
    }

    /// Drops the codes that are [forgotten](code::are_forgotten) at `now`, in a part of the scopes at a time.
    pub(super) fn sweep(&mut self, now: Timestamp) {
        let sealed = &mut self.sealed;
        self.by_scope.sweep(now, |_, codes| {
            let forgotten = code::are_forgotten(codes.as_slice(), now);
            if forgotten {
                for code in codes.as_slice() {
                    sealed.remove(&code.message);
                }
            }
            !forgotten
        });
    }

    /// Returns every code with its sealed form, by scope.
    pub(super) fn kept(&self) -> Vec<(Key, Vec<KeptCode>)> {
        let kept = |code: &Code| KeptCode {
            code: *code,
            sealed: self.sealed.get(&code.message).cloned(),
        };
        let scopes = self.by_scope.iter();
        let scopes = scopes.map(|(scope, codes)| (*scope, codes.as_slice().iter().map(kept)));
        scopes
            .map(|(scope, kept)| (scope, kept.collect()))
            .collect()
    }

    fn retain(&mut self, scope: Key, keep: impl Fn(&Code) -> bool) {
        let Some(codes) = self.by_scope.get_mut(scope) else {
            return;
        };
        for code in codes.as_slice().iter().filter(|code| !keep(code)) {
            self.sealed.remove(&code.message);
        }
        codes.retain(keep);
        if codes.as_slice().is_empty() {
            self.by_scope.remove(scope);
        }
    }

    /// Iterates over every code, in no particular order.
    #[cfg(test)]
    pub(super) fn iter(&self) -> impl Iterator<Item = &Code> {
        self.by_scope.iter().flat_map(|(_, codes)| codes.as_slice())
    }
}
