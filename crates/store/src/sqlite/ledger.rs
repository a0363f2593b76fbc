//! Deciding, settling and checking: the port [`Ledger`] over the live state and the writer.

use std::sync::{Arc, MutexGuard};
use std::time::Duration;

use async_trait::async_trait;
use countersign_core::audit::Act;
use countersign_core::code::Code;
use countersign_core::code::check::{
    self, Checked, CodeCheck, Effect, HitChange, TokenUse, Unlock,
};
use countersign_core::id::RequestId;
use countersign_core::limit::{Counts, HitKind, LimitState, RuleSet, Rules};
use countersign_core::message::{Decision, Intent};
use countersign_core::ports::StoreError;
use countersign_core::ports::ledger::{Ledger, LedgerState, Settled};
use countersign_core::send::settle::{GiveBack, Settlement, Settling};
use countersign_core::time::Timestamp;

use super::log::act::ActRow;
use super::log::attempt::SettlementRow;
use super::log::event::{EventRow, OlderKeys};
use super::log::keyed::KeyedRow;
use super::log::message::{Admission, MessageRow};
use super::log::record::Record;
use super::memory::{CheckKeys, Live, SourceKeys};
use super::writer::queue::Durable;
use super::{DECISION, SqliteStore, unsealed, wait, writer};
use crate::hit::{LoggedHit, Touched};
use crate::seal::{Key, Keys, Sealer};

/// The time for which a caller waits for an outcome to become durable. The writer records it in any case.
pub(super) const SETTLEMENT: Duration = Duration::from_millis(300);

#[async_trait]
impl Ledger for SqliteStore {
    async fn decide(&self, intent: Intent, rules: Rules) -> Result<Decision, StoreError> {
        let (decision, durable) = self.reserve(intent, &rules)?;
        if let Some(durable) = durable {
            wait(durable, DECISION).await?;
        }
        Ok(decision)
    }

    async fn preview(&self, rules: Rules) -> Result<Vec<LimitState>, StoreError> {
        let touched = Touched::of(&rules, &self.sealer.get());
        let live = self.live.lock().map_err(|_| writer::stopped())?;
        Ok(live.preview(rules.set(), &touched, self.clock.now()))
    }

    async fn settle(&self, settlement: Settlement) -> Result<Settled, StoreError> {
        let (give_back, durable) = self.take_outcome(settlement)?;
        if let Some(durable) = durable {
            wait(durable, SETTLEMENT).await?;
        }
        let gave_back = give_back != GiveBack::No;
        Ok(Settled { gave_back })
    }

    async fn check(&self, check: CodeCheck) -> Result<Checked, StoreError> {
        let guess = &check.guess;
        let (app, channel) = (guess.app.as_str(), guess.channel.as_str());
        let keys = |sealer: &Sealer| {
            Ok(CheckKeys {
                scope: sealer.keys(|each| each.code_scope(app, channel, &guess.phone)),
                phone: sealer.keys(|each| each.phone(&guess.phone)),
                touched: Touched::of(&check.rules, sealer),
                ends: match &check.ends {
                    Some(ends) => Touched::of(ends, sealer).under_every_key(),
                    None => Arc::new([]),
                },
                source: check.source.as_ref().map(|rules| SourceKeys {
                    address: rules
                        .address
                        .as_ref()
                        .map(|rules| Touched::of(rules, sealer)),
                    wrong: Touched::of(&rules.wrong, sealer),
                    right: Touched::of(&rules.right, sealer),
                }),
            })
        };
        self.act(check.request_id, keys, |live, keys, now| {
            let (found, effect) = live.check(&check, &keys, now);
            if let (Some(Effect::Used { .. }), Some(source)) = (&effect, &keys.source) {
                live.count_right(source, now);
            }
            let event = effect.map(|effect| NewEvent {
                hits: match effect.hits() {
                    HitChange::EndSends => Arc::clone(&keys.ends),
                    _ => keys.wrong_hits(),
                },
                effect,
                caller: Some(check.caller),
                phone: Some(keys.phone.newest),
                scope: Some(keys.scope.newest),
                older: OlderKeys::of(&keys.phone, Some(&keys.scope)),
                sealed: None,
                act: None,
                keyed: None,
            });
            let keyed = check.claim.clone().and_then(|claim| {
                KeyedRow::of_check(claim, &guess.phone, &found, now, &self.sealer.get())
            });
            (found, Step::of(event, keyed))
        })
        .await
    }

    async fn unlock(&self, unlock: Unlock) -> Result<(), StoreError> {
        let event = |sealer: &Sealer| {
            let phone = sealer.keys(|each| each.phone(&unlock.phone));
            let sealed = sealer.seal_unlock(&unlock.phone, &unlock.note, unlock.request_id);
            Ok(NewEvent {
                effect: Effect::Unlocked,
                caller: None,
                phone: Some(phone.newest),
                scope: None,
                older: OlderKeys::of(&phone, None),
                hits: Touched::of(&unlock.rules(), sealer).under_every_key(),
                sealed: Some(sealed.ok_or_else(unsealed)?),
                act: Some(self.act_now(Act::of_unlock(&unlock))),
                keyed: None,
            })
        };
        self.act(unlock.request_id, event, |_, event, _| {
            ((), Step::from(Some(event)))
        })
        .await
    }

    async fn use_token(&self, token: TokenUse) -> Result<bool, StoreError> {
        let kind = HitKind {
            counts: Counts::Messages,
            window: token.life,
            refundable: false,
            until_verified: false,
            of_number: None,
        };
        let touched = |sealer: &Sealer| Ok(Touched::one(&kind, &token.bucket(), sealer));
        self.act(token.request_id, touched, |live, touched, now| {
            let bucket = touched.bucket(0);
            let is_new = !bucket.is_some_and(|bucket| live.token_is_used(bucket, now));
            let event = is_new.then(|| NewEvent {
                effect: Effect::TokenUsed,
                caller: None,
                phone: None,
                scope: None,
                older: Vec::new(),
                hits: touched.hits,
                sealed: None,
                act: None,
                keyed: None,
            });
            (is_new, Step::from(event))
        })
        .await
    }

    fn state(&self) -> LedgerState {
        let (pending, live_codes) = match self.live.lock() {
            Ok(live) => (live.pending_messages(), live.checkable_codes()),
            Err(_) => (0, 0),
        };
        LedgerState {
            waiting: self.queue.waiting(),
            pending,
            live_codes,
            committing: self.queue.committing(self.clock.now()),
            size: self.size(),
            room: self.folder.room(),
        }
    }

    async fn probe(&self) -> Result<(), StoreError> {
        wait(
            self.queue.push(Record::Barrier(self.clock.now()))?,
            DECISION,
        )
        .await
    }
}

/// Decisions.
impl SqliteStore {
    /// Judges, and on admission reserves in memory and queues the row, all under one lock, so the order of
    /// decisions is the order of the log.
    fn reserve(
        &self,
        intent: Intent,
        rules: &Rules,
    ) -> Result<(Decision, Option<Durable>), StoreError> {
        let wait = self.clock.now().until(self.held_until);
        if !wait.is_zero() {
            return Err(StoreError::Held { wait });
        }
        let seen = self.sealer.get();
        let touched = Touched::of(rules, &seen);
        if let Some(decision) = self.refuse_early(rules, &touched)? {
            return Ok((decision, None));
        }
        let prepare = |sealer: &Sealer| {
            // Nearly always the keys are those of a moment ago.
            let touched = match std::ptr::eq(sealer, &*seen) {
                true => touched.clone(),
                false => Touched::of(rules, sealer),
            };
            PreparedMessage::of(&intent, rules, touched, sealer)
        };
        let (mut live, prepared) = self.with_newest_keys(prepare)?;
        let now = self.clock.now();
        if intent.is_too_late(now) {
            return Err(StoreError::Unavailable("the intent is too old".to_owned()));
        }
        let decision = prepared.decide(&intent, &live, rules.set(), now);
        if !decision.admitted() {
            return Ok((live.counted(decision, &prepared.touched), None));
        }
        if self.queue.is_full() {
            return Err(StoreError::Overloaded);
        }
        let row = prepared.into_row(intent, &decision, live.next_message(), &self.sealer.get());
        let admission = row.admission.clone();
        let durable = self.queue.push(Record::Message(Box::new(row)))?;
        live.admit(admission);
        Ok((decision, Some(durable)))
    }

    /// Takes the lock of the live state, with what `prepare` computes with the keys that are the newest under that lock.
    fn with_newest_keys<P>(
        &self,
        prepare: impl Fn(&Sealer) -> Result<P, StoreError>,
    ) -> Result<(MutexGuard<'_, Live>, P), StoreError> {
        loop {
            let sealer = self.sealer.get();
            let prepared = prepare(&sealer)?;
            let live = self.live.lock().map_err(|_| writer::stopped())?;
            // Another generation may have begun in between. Its hits would not be seen.
            if live.generation() == sealer.number {
                return Ok((live, prepared));
            }
        }
    }

    /// Fast path: judges [the likeliest bucket](RuleSet::FAST_PATH) alone, before sealing anything that only an
    /// admitted message needs. Nearly every refusal ends here.
    fn refuse_early(
        &self,
        rules: &Rules,
        touched: &Touched,
    ) -> Result<Option<Decision>, StoreError> {
        let live = self.live.lock().map_err(|_| writer::stopped())?;
        let now = self.clock.now();
        let first = live.judge_first(rules.set(), touched, RuleSet::FAST_PATH, now);
        if first.is_empty() {
            return Ok(None);
        }
        // A refusal names every limit that refuses.
        let refusals = live.judge_send(rules.set(), touched, now);
        let decision = Decision::new(now, Arc::clone(rules.set()), refusals);
        let decision = live.counted(decision, touched);
        drop(live);
        Ok((!decision.admitted()).then_some(decision))
    }
}

/// Everything about an intent that can be computed before the lock is taken.
struct PreparedMessage {
    scope: Keys,
    sealed_phone: Vec<u8>,
    phone: Key,
    touched: Touched,
    price: u64,
}

impl PreparedMessage {
    /// Seals and digests everything that the row of an admitted message needs.
    fn of(
        intent: &Intent,
        rules: &Rules,
        touched: Touched,
        sealer: &Sealer,
    ) -> Result<Self, StoreError> {
        let (app, channel) = (intent.app.as_str(), intent.channel.as_str());
        let sealed_phone = sealer.seal(&intent.phone, intent.id);
        Ok(Self {
            scope: sealer.keys(|each| each.code_scope(app, channel, &intent.phone)),
            sealed_phone: sealed_phone.ok_or_else(unsealed)?,
            phone: sealer.phone(&intent.phone),
            touched,
            price: rules.price(),
        })
    }

    fn decide(
        &self,
        intent: &Intent,
        live: &Live,
        limits: &Arc<RuleSet>,
        now: Timestamp,
    ) -> Decision {
        let refusals = live.judge_send(limits, &self.touched, now);
        let mut decision = Decision::new(now, Arc::clone(limits), refusals);
        if decision.admitted() && intent.sends_again() {
            decision.again = live.code_to_send_again(&self.scope, now);
        }
        decision
    }

    /// Makes the row of the message, once it is admitted.
    fn into_row(
        self,
        intent: Intent,
        decision: &Decision,
        seq: i64,
        sealer: &Sealer,
    ) -> MessageRow {
        let is_new = decision.again.is_none();
        let keyed = intent.claim.map(|claim| {
            KeyedRow::of_message(claim, &intent.phone, intent.id, decision.at, sealer)
        });
        let code = Code::pending(intent.id, decision.at, &intent.code);
        MessageRow {
            request_id: intent.request_id,
            app: intent.app,
            channel: intent.channel.as_str(),
            sealed_phone: self.sealed_phone,
            phone: self.phone,
            limits: Arc::clone(&decision.limits),
            refusals: decision.refusals.clone(),
            price: self.price,
            again: decision.again.clone(),
            keyed: keyed.map(Box::new),
            admission: Admission {
                seq,
                message: intent.id,
                decided_at: decision.at,
                scope: self.scope.newest,
                code: is_new.then_some(code),
                sealed: intent.code.sealed.filter(|_| is_new),
                hits: self.touched.hits,
            },
        }
    }
}

/// Settlements. Memory follows a provider's answer at once; the log follows later, in the same order.
impl SqliteStore {
    /// Applies an outcome, and queues its record. The caller waits only for the record of a message that was
    /// certainly not sent, since a start takes a message without a record as sent.
    fn take_outcome(
        &self,
        settlement: Settlement,
    ) -> Result<(GiveBack, Option<Durable>), StoreError> {
        let mut live = self.live.lock().map_err(|_| writer::stopped())?;
        let now = self.clock.now();
        let Some(message) = live.pending(settlement.message) else {
            return Ok((GiveBack::No, None)); // settled before
        };
        let row = match settlement.judge(message.decided_at, now) {
            Settling::Overdue => {
                live.sent(message.message, now);
                message.as_unknown()
            }
            Settling::Sent => {
                live.cost(message.message, settlement.cost);
                live.sent(message.message, now);
                SettlementRow::without_give_back(message.seq, settlement.attempts)
                    .costing(settlement.cost)
            }
            Settling::NotSent => {
                let row = self.take_failure(settlement, message.seq, &mut live, now);
                let give_back = row.give_back;
                let durable = self.queue.push(Record::Settlement(row))?;
                return Ok((give_back, Some(durable)));
            }
        };
        self.queue.settle(row)?;
        Ok((GiveBack::No, None))
    }

    /// Applies a definite failure: the code becomes void, and the minute is given back where the rules allow
    /// it.
    fn take_failure(
        &self,
        settlement: Settlement,
        seq: i64,
        live: &mut Live,
        now: Timestamp,
    ) -> SettlementRow {
        let rules = &settlement.give_back;
        let touched = Touched::of(rules, &self.sealer.get());
        let allowed = live.allows_give_back(rules, &touched, now);
        let give_back = GiveBack::after_failure(allowed);
        live.not_sent(settlement.message, give_back);
        if give_back == GiveBack::Counted {
            touched
                .hits
                .iter()
                .for_each(|hit| live.add_send_hit(hit, now));
        }
        SettlementRow {
            seq,
            attempts: settlement.attempts,
            give_back,
            give_back_hits: touched.hits,
            cost: None,
        }
    }
}

/// An event without a place in the log yet.
pub(super) struct NewEvent {
    pub(super) effect: Effect,
    pub(super) caller: Option<check::Caller>,
    pub(super) phone: Option<Key>,
    pub(super) scope: Option<Key>,
    pub(super) older: Vec<OlderKeys>,
    pub(super) hits: Arc<[LoggedHit]>,
    pub(super) sealed: Option<Vec<u8>>,
    pub(super) act: Option<ActRow>,
    pub(super) keyed: Option<Box<KeyedRow>>,
}

/// What an act on codes puts on record.
enum Step {
    Event(Box<NewEvent>),
    /// The guess was compared and changed nothing, and its call has an idempotency key.
    Keyed(Box<KeyedRow>),
    Nothing,
}

impl Step {
    /// The step of a check: its event, if there is one, has the row of the call.
    fn of(event: Option<NewEvent>, keyed: Option<KeyedRow>) -> Self {
        let keyed = keyed.map(Box::new);
        match (event, keyed) {
            (Some(event), keyed) => Step::Event(Box::new(NewEvent { keyed, ..event })),
            (None, Some(row)) => Step::Keyed(row),
            (None, None) => Step::Nothing,
        }
    }
}

impl From<Option<NewEvent>> for Step {
    fn from(event: Option<NewEvent>) -> Self {
        Step::of(event, None)
    }
}

/// Acts on codes.
impl SqliteStore {
    /// Judges in the live state by what `prepare` computes with the newest keys, applies the resulting event, and queues its record, all under one lock. The
    /// answer may be told once the record is durable. Where there is no event, a record of the time is written
    /// instead: answers must not differ in speed, and a store that cannot write must not answer.
    async fn act<T, P>(
        &self,
        request_id: RequestId,
        prepare: impl Fn(&Sealer) -> Result<P, StoreError>,
        find: impl FnOnce(&mut Live, P, Timestamp) -> (T, Step),
    ) -> Result<T, StoreError> {
        let (found, durable) = {
            let (mut live, prepared) = self.with_newest_keys(prepare)?;
            let now = self.clock.now();
            if check::is_too_late(request_id, now) {
                return Err(StoreError::Unavailable("the request is too old".to_owned()));
            }
            if self.queue.is_full() {
                return Err(StoreError::Overloaded);
            }
            let (found, step) = find(&mut live, prepared, now);
            let record = match step {
                Step::Event(event) => {
                    Record::Event(Box::new(apply(*event, request_id, &mut live, now)))
                }
                Step::Keyed(row) => Record::Keyed(row),
                Step::Nothing => Record::Barrier(now),
            };
            (found, self.queue.push(record)?)
        };
        wait(durable, DECISION).await?;
        Ok(found)
    }
}

/// Gives `event` its place in the log and applies it.
pub(super) fn apply(event: NewEvent, id: RequestId, live: &mut Live, at: Timestamp) -> EventRow {
    let hits = match event.effect.hits() {
        HitChange::Keep => Arc::new([]) as Arc<[_]>,
        HitChange::Add | HitChange::Clear | HitChange::EndSends => event.hits,
    };
    let row = EventRow {
        seq: live.next_event(),
        id,
        at,
        effect: event.effect,
        caller: event.caller,
        phone: event.phone,
        scope: event.scope,
        older: event.older,
        hits,
        sealed: event.sealed,
        act: event.act,
        keyed: event.keyed,
    };
    live.apply(&row);
    row
}
