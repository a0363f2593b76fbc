//! The live state: everything that decisions and checks read, behind one lock. No I/O: the log makes it
//! durable.

use std::collections::HashMap;
use std::sync::Arc;

use countersign_core::code::check::{CheckView, Checked, CodeCheck, Effect, HitChange};
use countersign_core::code::passcode::SealedPasscode;
use countersign_core::code::{Code, CodeState, check};
use countersign_core::id::MessageId;
use countersign_core::limit::guess_sources::SourceView;
use countersign_core::limit::{LimitState, RuleSet, Rules};
use countersign_core::message::{Decision, LiveCode};
use countersign_core::send::attempt::Attempt;
use countersign_core::send::settle::{self, GiveBack};
use countersign_core::time::Timestamp;

use super::buckets::Buckets;
use super::codes::Codes;
use super::failures::FailureCounts;
use crate::counting::Counting as _;
use crate::hit::{BucketKeys, LoggedHit, Touched};
use crate::seal::{Key, Keys};
use crate::sqlite::log::attempt::SettlementRow;
use crate::sqlite::log::event::EventRow;
use crate::sqlite::log::message::Admission;

/// The live state of one store.
#[derive(Debug, Default)]
pub(crate) struct Live {
    /// The number of the newest generation of keys. A decision whose keys were computed with another one is not made.
    generation: u32,
    /// Hits of sends that still count.
    sends: Buckets,
    /// Messages without an outcome yet.
    pending: HashMap<MessageId, Pending>,
    codes: Codes,
    failures: FailureCounts,
    /// Vendors' reports that came before the vendor's own answer.
    /// The numbers of the newest rows of the log.
    newest_message: i64,
    newest_event: i64,
}

/// The keys of everything that a check looks at.
#[derive(Debug)]
pub(crate) struct CheckKeys {
    pub(crate) scope: Keys,
    pub(crate) phone: Keys,
    /// The buckets of wrong guesses.
    pub(crate) touched: Touched,
    /// The hits of sends that a right guess ends, under the keys of every generation.
    pub(crate) ends: Arc<[LoggedHit]>,
    /// The buckets of where the guess comes from.
    pub(crate) source: Option<SourceKeys>,
}

/// The buckets of where a guess comes from.
#[derive(Debug)]
pub(crate) struct SourceKeys {
    pub(crate) address: Option<Touched>,
    pub(crate) wrong: Touched,
    pub(crate) right: Touched,
}

impl CheckKeys {
    /// Returns the hits of a wrong guess: about the number, and of where it comes from.
    pub(crate) fn wrong_hits(&self) -> Arc<[LoggedHit]> {
        let Some(source) = &self.source else {
            return Arc::clone(&self.touched.hits);
        };
        let address = source.address.iter().flat_map(|touched| &*touched.hits);
        let hits = self.touched.hits.iter().chain(address);
        hits.chain(&*source.wrong.hits).copied().collect()
    }
}

#[derive(Debug)]
struct Pending {
    seq: i64,
    decided_at: Timestamp,
    scope: Key,
    hits: Arc<[LoggedHit]>,
}

/// A message without an outcome yet.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Unsettled {
    pub(crate) message: MessageId,
    /// Its row in the log.
    pub(crate) seq: i64,
    pub(crate) decided_at: Timestamp,
}

/// Sends.
impl Live {
    /// Returns the limits that refuse an event in these buckets at `now`, by their places, and until when.
    pub(crate) fn judge_send(
        &self,
        limits: &RuleSet,
        touched: &Touched,
        now: Timestamp,
    ) -> Vec<(usize, Timestamp)> {
        self.sends.judge_all(limits, touched, now)
    }

    /// Judges an event like [`Live::judge_send`], in the first `most` of its buckets alone.
    pub(crate) fn judge_first(
        &self,
        limits: &RuleSet,
        touched: &Touched,
        most: usize,
        now: Timestamp,
    ) -> Vec<(usize, Timestamp)> {
        self.sends.judge_first(limits, touched, most, now)
    }

    /// Returns `decision` on an event in these buckets, with the weight that the limit which refused has counted.
    pub(crate) fn counted(&self, decision: Decision, touched: &Touched) -> Decision {
        let Some((place, limit, _)) = decision.refused_by() else {
            return decision;
        };
        let placed = decision.limits.limits().get(place);
        let keys = placed.and_then(|placed| touched.bucket(placed.bucket));
        let counted = keys.map_or(0, |keys| self.sends.count(limit, keys, decision.at));
        Decision {
            counted,
            ..decision
        }
    }

    /// Returns what each limit counts for an event in these buckets at `now`, and until when it would refuse the event.
    pub(crate) fn preview(
        &self,
        limits: &RuleSet,
        touched: &Touched,
        now: Timestamp,
    ) -> Vec<LimitState> {
        self.sends.preview(limits, touched, now)
    }

    /// Returns the live code that a message of `scope` brings once more, if one is kept sealed.
    pub(crate) fn code_to_send_again(&self, scope: &Keys, now: Timestamp) -> Option<LiveCode> {
        self.codes.to_send_again(scope, now)
    }

    /// Admits a message: its hits count from now on, and its code is pending.
    pub(crate) fn admit(&mut self, admission: Admission) {
        self.sends.add_all(&admission.hits, admission.decided_at);
        if let Some(code) = admission.code {
            self.codes.add(admission.scope, code, admission.sealed);
        }
        let pending = Pending {
            seq: admission.seq,
            decided_at: admission.decided_at,
            scope: admission.scope,
            hits: admission.hits,
        };
        self.pending.insert(admission.message, pending);
    }

    /// Rolls [`Live::admit`] back, since the message was not recorded. Nothing was sent for it.
    pub(crate) fn roll_back(&mut self, message: MessageId) {
        if let Some(pending) = self.pending.remove(&message) {
            self.sends
                .remove_all(pending.hits.iter(), pending.decided_at);
            self.codes.remove(pending.scope, message);
        }
    }

    /// Lets a message that may have been sent weigh `cost` in place of its reserved price, where limits count money.
    pub(crate) fn cost(&mut self, message: MessageId, cost: u64) {
        let Some(pending) = self.pending.get(&message) else {
            return;
        };
        for hit in pending.hits.iter().filter(|hit| hit.money) {
            self.sends.remove(hit, pending.decided_at);
            let paid = LoggedHit {
                weight: cost,
                ..*hit
            };
            self.sends.add(&paid, pending.decided_at);
        }
    }

    /// Ends the wait for the outcome of a message that may have been sent: its code is live, and ends older ones.
    pub(crate) fn sent(&mut self, message: MessageId, now: Timestamp) {
        if let Some(pending) = self.pending.remove(&message) {
            self.codes.mark_sent(pending.scope, message, now);
        }
    }

    /// Ends the wait for the outcome of a message that was certainly not sent: its code is void, older codes
    /// stay as they are, and its hits are given back as `give_back` says.
    pub(crate) fn not_sent(&mut self, message: MessageId, give_back: GiveBack) {
        if let Some(pending) = self.pending.remove(&message) {
            self.codes.remove(pending.scope, message);
            let hits = pending.hits.iter();
            // A message that was not sent costs nothing, whatever becomes of its minute.
            let taken = hits.filter(|hit| hit.money || give_back.takes(hit.refundable));
            self.sends.remove_all(taken, pending.decided_at);
        }
    }

    /// Returns whether the rules allow one more give-back at `now`.
    pub(crate) fn allows_give_back(
        &self,
        give_back: &Rules,
        touched: &Touched,
        now: Timestamp,
    ) -> bool {
        self.sends
            .judge_all(give_back.set(), touched, now)
            .is_empty()
    }

    /// Counts the hits of a send that was decided on at `at`.
    pub(crate) fn restore_send_hits(&mut self, hits: &[LoggedHit], at: Timestamp) {
        self.sends.add_all(hits, at);
    }

    /// Ends the hits of sends in `bucket` up to `at`.
    pub(crate) fn end_sends(&mut self, bucket: Key, at: Timestamp) {
        self.sends.clear_until(bucket, at);
    }

    /// Counts a hit of a send or of a give-back.
    pub(crate) fn add_send_hit(&mut self, hit: &LoggedHit, at: Timestamp) {
        self.sends.add(hit, at);
    }

    /// Returns `message`, if it has no outcome yet.
    pub(crate) fn pending(&self, message: MessageId) -> Option<Unsettled> {
        self.pending
            .get(&message)
            .map(|pending| pending.of(message))
    }

    /// Returns the number of messages without an outcome.
    pub(crate) fn pending_messages(&self) -> usize {
        self.pending.len()
    }

    /// Returns whether any message has no outcome yet.
    pub(crate) fn has_pending(&self) -> bool {
        !self.pending.is_empty()
    }

    /// Returns the row of the oldest message without an outcome; without such a message, that of the next
    /// message.
    pub(crate) fn oldest_pending(&self) -> i64 {
        let pending = self.pending.values().map(|pending| pending.seq);
        pending.min().unwrap_or(self.newest_message + 1)
    }

    /// Returns the messages whose outcome is overdue at `now`.
    pub(crate) fn overdue(&self, now: Timestamp) -> Vec<Unsettled> {
        let pending = self.pending.iter();
        pending
            .map(|(message, pending)| pending.of(*message))
            .filter(|message| message.is_overdue(now))
            .collect()
    }
}

impl Pending {
    fn of(&self, message: MessageId) -> Unsettled {
        Unsettled {
            message,
            seq: self.seq,
            decided_at: self.decided_at,
        }
    }
}

impl Unsettled {
    /// Returns whether the outcome is overdue at `now`.
    pub(crate) fn is_overdue(&self, now: Timestamp) -> bool {
        settle::is_overdue(self.decided_at, now)
    }

    /// Makes the settlement of an overdue message: its outcome is unknown.
    pub(crate) fn as_unknown(&self) -> SettlementRow {
        let unknown = Attempt::overdue(self.decided_at);
        SettlementRow::without_give_back(self.seq, vec![unknown])
    }
}

/// Codes and guesses.
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

/// Keys.
impl Live {
    /// Returns the number of the newest generation.
    pub(crate) fn generation(&self) -> u32 {
        self.generation
    }

    /// Makes `generation` the newest. What is kept under older keys stays there.
    pub(crate) fn begin_generation(&mut self, generation: u32) {
        self.generation = generation;
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

    /// Sets the newest rows of the log. New rows get the numbers after them.
    pub(crate) fn number_after(&mut self, message: i64, event: i64) {
        (self.newest_message, self.newest_event) = (message, event);
    }
}

/// Housekeeping.
impl Live {
    /// Returns the number of the next message in the log.
    pub(crate) fn next_message(&mut self) -> i64 {
        self.newest_message += 1;
        self.newest_message
    }

    /// Returns the number of the next event in the log.
    pub(crate) fn next_event(&mut self) -> i64 {
        self.newest_event += 1;
        self.newest_event
    }

    /// Drops a part of everything that has ended at `now`. A pending message stays until it is settled.
    pub(crate) fn sweep(&mut self, now: Timestamp) {
        self.sends.sweep(now);
        self.failures.sweep(now);
        self.codes.sweep(now);
    }

    /// Returns everything known of numbers and codes at `now`, in an order that can be compared.
    #[cfg(test)]
    pub(crate) fn picture(&self, now: Timestamp) -> Picture {
        let guesses = self.failures.counting(now);
        let buckets = self.sends.counting(now).into_iter().chain(guesses);
        let codes = self.codes.iter().filter(|code| code.expires_at() > now);
        Picture {
            buckets: buckets.collect(),
            in_a_row: self.failures.all_in_a_row(),
            codes: codes
                .map(|code| (code.message, (code.tries_left, code.used, code.sent)))
                .collect(),
        }
    }
}

/// A comparable copy of the live state ([`Live::picture`]).
#[cfg(test)]
#[derive(Debug, PartialEq)]
pub(crate) struct Picture {
    pub(crate) buckets: std::collections::BTreeMap<Key, Vec<countersign_core::limit::Hit>>,
    pub(crate) in_a_row: std::collections::BTreeMap<Key, u32>,
    /// The tries left, and whether the code is used and sent.
    pub(crate) codes: std::collections::BTreeMap<MessageId, (u8, bool, bool)>,
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use countersign_core::application::AppId;
    use countersign_core::channel::Channel;
    use countersign_core::code::check::Caller;
    use countersign_core::code::guess::Guess;
    use countersign_core::code::length::CodeLength;
    use countersign_core::code::passcode::{Passcode, PasscodeKey};
    use countersign_core::id::RequestId;
    use countersign_core::phone::PhoneNumber;

    use super::*;

    const MINUTE: Duration = Duration::from_secs(60);

    fn at(seconds: i64) -> Timestamp {
        Timestamp::from_millis(seconds * 1000)
    }

    fn id(seconds: i64) -> MessageId {
        MessageId::first_at(at(seconds))
    }

    fn hit(bucket: u64) -> LoggedHit {
        LoggedHit {
            bucket: Key(bucket),
            window: MINUTE,
            weight: 1,
            refundable: true,
            of_number: None,
            money: false,
        }
    }

    fn code(seconds: i64) -> Code {
        let ends = at(seconds).after(Duration::from_secs(300));
        Code::recorded(id(seconds), at(seconds), ends, [0; 16]).with_tries(5)
    }

    fn admit(live: &mut Live, seconds: i64) {
        live.admit(Admission {
            seq: seconds,
            message: id(seconds),
            decided_at: at(seconds),
            scope: Key(9),
            code: Some(code(seconds)),
            sealed: None,
            hits: Arc::new([hit(1), hit(2)]),
        });
    }

    fn state(live: &Live, seconds: i64, now: i64) -> Option<CodeState> {
        live.code_state(&Key(9).into(), id(seconds), at(now))
    }

    #[test]
    fn a_newer_sent_code_retires_the_older_one() {
        let mut live = Live::default();
        admit(&mut live, 0);
        live.sent(id(0), at(1));
        admit(&mut live, 60);
        assert_eq!(state(&live, 0, 61), Some(CodeState::Live));
        assert_eq!(state(&live, 60, 61), Some(CodeState::Pending));
        live.sent(id(60), at(61));
        assert_eq!(state(&live, 0, 61), None);
        assert_eq!(state(&live, 60, 61), Some(CodeState::Live));
    }

    #[test]
    fn a_code_that_was_not_sent_leaves_the_older_one_alone() {
        let mut live = Live::default();
        admit(&mut live, 0);
        live.sent(id(0), at(1));
        admit(&mut live, 60);
        live.not_sent(id(60), GiveBack::Counted);
        assert_eq!(state(&live, 0, 61), Some(CodeState::Live));
        assert_eq!(state(&live, 60, 61), None);
    }

    #[test]
    fn an_older_message_settled_late_does_not_retire_a_newer_code() {
        let mut live = Live::default();
        admit(&mut live, 0);
        admit(&mut live, 60);
        live.sent(id(60), at(61));
        live.sent(id(0), at(1));
        assert_eq!(state(&live, 0, 61), None);
        assert_eq!(state(&live, 60, 61), Some(CodeState::Live));
    }

    #[test]
    fn a_sweep_drops_past_hits_and_codes_and_keeps_a_pending_message() {
        let mut live = Live::default();
        admit(&mut live, 0);
        live.sent(id(0), at(1));
        admit(&mut live, 100);
        live.sweep(at(1_000));
        assert!(live.pending(id(100)).is_some(), "an outcome is to come");
        live.sent(id(100), at(101));
        live.sweep(at(1_010));
        assert_eq!(live.sends.len(), 0);
        assert!(live.codes.is_empty());
        assert!(live.pending.is_empty());
    }

    #[test]
    fn a_rolled_back_message_and_one_that_gave_its_minute_back_leave_no_hit() {
        let mut live = Live::default();
        admit(&mut live, 0);
        live.roll_back(id(0));
        assert!(live.sends.len() == 0 && live.codes.is_empty());
        admit(&mut live, 1);
        live.not_sent(id(1), GiveBack::Counted);
        assert!(live.sends.len() == 0 && live.codes.is_empty());
        admit(&mut live, 2);
        live.not_sent(id(2), GiveBack::No);
        assert_eq!(live.sends.len(), 2);
    }

    #[test]
    fn a_message_without_an_outcome_is_overdue_after_its_deadline() {
        let mut live = Live::default();
        admit(&mut live, 0);
        admit(&mut live, 5);
        assert_eq!(live.overdue(at(21)), []);
        let overdue = Unsettled {
            message: id(0),
            seq: 0,
            decided_at: at(0),
        };
        assert_eq!(live.overdue(at(22)), [overdue]);
        live.sent(id(0), at(1));
        assert_eq!(live.overdue(at(22)), []);
    }

    #[test]
    fn a_crowd_of_numbers_that_were_guessed_at_leaves_a_stranger_uncounted() {
        let mut live = Live::default();
        let guess = Guess::new(
            PasscodeKey::new([3; 32]),
            Passcode::parse("123456").unwrap(),
            AppId::parse("app").unwrap(),
            Channel::Login,
            PhoneNumber::parse("13800138000", None).unwrap(),
        );
        let check = CodeCheck::new(
            RequestId::from_bytes([9; 16]),
            Caller::Public,
            guess,
            CodeLength::always(6),
        );
        let keys = CheckKeys {
            scope: Key(1).into(),
            phone: Key(2).into(),
            touched: Touched::from(Arc::new([hit(3)]) as Arc<[_]>),
            ends: Arc::new([]),
            source: None,
        };
        let find = |live: &Live| live.check(&check, &keys, at(1));
        let (_, counted) = find(&live);
        assert_eq!(counted, Some(Effect::Wrong { codes: Vec::new() }));
        for n in 0..500_000_u64 {
            live.restore_hit(&hit(n.wrapping_mul(0x9e37_79b9_7f4a_7c15)), at(0));
        }
        let (found, counted) = find(&live);
        assert_eq!((found, counted), (Checked::NotSent, None));
    }
}
