//! Codes, and the wrong guesses about them.

use countersign_core::code::check::{CheckView, Checked, CodeCheck, Effect, HitChange};
use countersign_core::code::passcode::SealedPasscode;
use countersign_core::code::{Code, CodeState, check};
use countersign_core::id::MessageId;
use countersign_core::limit::guess_sources::SourceView;
use countersign_core::time::Timestamp;

use super::Live;
use crate::hit::{BucketKeys, LoggedHit};
use crate::seal::{Key, Keys};
use crate::sqlite::log::event::EventRow;
use crate::sqlite::memory::check_keys::{CheckKeys, SourceKeys};

impl Live {
    /// Judges `check` at `now`. Returns the finding and its effect, and applies nothing yet.
    pub(crate) fn check(
        &self,
        check: &CodeCheck,
        keys: &CheckKeys,
        now: Timestamp,
    ) -> (Checked, Option<Effect>) {
        let CheckKeys {
            scope,
            phone,
            touched,
            source,
            ..
        } = keys;
        let rules = check.source.as_ref().zip(source.as_ref());
        let view = CheckView {
            codes: &self.codes.of_all(scope),
            failures: self.failures.of(phone, &check.rules, touched, now),
            source: rules.map_or_else(SourceView::default, |(rules, keys)| {
                self.failures.of_source(rules, keys, now)
            }),
            now,
            dead_before: self.codes.dead_before(),
            counts_strangers: !self.failures.is_crowded(),
        };
        check::judge(check, &view)
    }

    /// Counts a code of an application that was used up at `now`, in memory alone: fewer of them make limits stricter.
    pub(crate) fn count_right(&mut self, keys: &SourceKeys, now: Timestamp) {
        self.failures.count_right(keys, now);
    }

    /// Applies an event: when it happens, and again at a start.
    pub(crate) fn apply(&mut self, event: &EventRow) {
        let older = event.older.iter().filter_map(|older| older.scope);
        for scope in event.scope.into_iter().chain(older) {
            self.codes.apply(scope, &event.effect);
        }
        if event.effect.hits() == HitChange::EndSends {
            event
                .hits
                .iter()
                .for_each(|hit| self.end_sends(hit.bucket, event.at));
        }
        self.failures.apply(event);
    }

    /// Returns whether consecutive wrong guesses are counted under this key of a number.
    pub(crate) fn counts_in_a_row(&self, phone: Key) -> bool {
        self.failures.in_a_row(phone) > 0
    }

    /// Returns whether a token use is remembered in `bucket` at `now`.
    pub(crate) fn token_is_used(&self, bucket: BucketKeys<'_>, now: Timestamp) -> bool {
        self.failures.has_hit(bucket, now)
    }

    /// Returns the state of the code of `message` at `now`, if it is still remembered.
    pub(crate) fn code_state(
        &self,
        scope: &Keys,
        message: MessageId,
        now: Timestamp,
    ) -> Option<CodeState> {
        self.codes.state(scope, message, now)
    }

    /// Returns the number of scopes with a code that is remembered.
    pub(crate) fn checkable_codes(&self) -> usize {
        self.codes.scopes()
    }

    /// Ends the codes of `scope`, as if there had been none.
    pub(crate) fn forget_codes(&mut self, scope: Key) {
        self.codes.forget(scope);
    }

    /// Returns whether any code is remembered.
    pub(crate) fn has_codes(&self) -> bool {
        !self.codes.is_empty()
    }

    /// Returns the moment before which every code is dead.
    pub(crate) fn dead_before(&self) -> Timestamp {
        self.codes.dead_before()
    }
}

/// Rebuilding at a start.
impl Live {
    /// Declares every code from before `moment` dead.
    pub(crate) fn kill_codes_before(&mut self, moment: Timestamp) {
        self.codes.kill_before(moment);
    }

    /// Adds a sent code.
    pub(crate) fn restore_code(
        &mut self,
        scope: Key,
        code: Code,
        sealed: Option<SealedPasscode>,
        now: Timestamp,
    ) {
        self.codes.add(scope, code, sealed);
        self.codes.mark_sent(scope, code.message, now);
    }

    /// Adds a hit of an event that the horizon has passed.
    pub(crate) fn restore_hit(&mut self, hit: &LoggedHit, at: Timestamp) {
        self.failures.add(hit, at);
    }

    /// Sets the consecutive wrong guesses about a number, counted from events that the horizon has passed.
    pub(crate) fn restore_in_a_row(&mut self, phone: Key, guesses: u32) {
        self.failures.set_in_a_row(phone, guesses);
    }
}
