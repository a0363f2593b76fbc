//! The embedded store.
//!
//! One process owns the data folder. Decisions are made in memory ([`live`]) under a lock, and are
//! answered once the [`writer`] has made them durable; concurrent requests share a commit. The log on
//! disk is append-only and led by time, and [`replay`] rebuilds the memory from its end.
//! [`horizon`] keeps that end short for checks; [`lookup`] finds messages by number.

mod buckets;
mod checkpoints;
mod codes;
mod events;
mod few;
mod find;
mod guesses;
mod hits;
mod horizon;
mod live;
mod lookup;
mod open;
mod parked;
mod receipts;
mod replay;
mod rows;
mod rule_sets;
mod setup;
mod shards;
mod timelines;
mod writer;

use std::sync::{Arc, Mutex};
use std::time::Duration;

use async_trait::async_trait;
use countersign_core::code::check::{Checked, CodeCheck, TokenUse, Unlock, UnlockRecord};
use countersign_core::id::RequestId;
use countersign_core::limit::Rules;
use countersign_core::message::{Attempt, CodeState, Decision, Intent, Settlement, Timeline};
use countersign_core::policy;
use countersign_core::ports::store::{Settled, Store, StoreError, TimelineQuery};
use countersign_core::receipt::Receipt;
use countersign_core::send::outcome::Outcome;
use countersign_core::time::{Clock, Timestamp};
use rusqlite::Connection;
use tokio::sync::oneshot;

use crate::folder::OwnedFolder;
use crate::seal::Sealer;
pub use open::OpenError;

use codes::Code;
use events::{Asked, Event};
use hits::LoggedHit;
use live::{Admission, Live};
use lookup::Lookup;
use receipts::ReceiptRow;
use rows::{GiveBack, MessageRow, Record};
use setup::LiveSetup;
use timelines::Found;
use writer::Queue;

/// The embedded store of one data folder.
pub struct SqliteStore {
    live: Arc<Mutex<Live>>,
    queue: Queue,
    reader: Arc<Mutex<Connection>>,
    setup: Arc<LiveSetup>,
    sealer: Arc<Sealer>,
    clock: Arc<dyn Clock>,
    ahead: Duration,
    dead_before: Timestamp,
    _lookup: Option<Lookup>,
    // Dropped last: the folder is owned until the writer has ended.
    _folder: OwnedFolder,
}

/// How long a decision may take to become durable before its caller hears "unavailable". With the
/// provider's deadline it stays within the 10 s that SDKs wait.
const DECISION: Duration = Duration::from_millis(1500);

/// How long to wait for an outcome to become durable. It does in any case; the answer need not wait.
const SETTLEMENT: Duration = Duration::from_millis(300);

impl std::fmt::Debug for SqliteStore {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("SqliteStore").finish_non_exhaustive()
    }
}

impl SqliteStore {
    /// By how much the clock given at the start was behind the record; zero, unless it was set back.
    #[must_use]
    pub fn clock_was_behind(&self) -> Duration {
        self.ahead
    }

    /// The store's clock, for others that must not disagree with it.
    #[must_use]
    pub fn clock(&self) -> Arc<dyn Clock> {
        Arc::clone(&self.clock)
    }

    /// Judges, and on admission reserves in memory and queues the row, all under one lock: the order
    /// of decisions is the order of the log.
    fn reserve(
        &self,
        intent: Intent,
        rules: &Rules,
    ) -> Result<(Decision, Option<Durable>), StoreError> {
        let hits = LoggedHit::all_of(rules, &self.sealer);
        if let Some(decision) = self.refused(rules, &hits)? {
            return Ok((decision, None)); // before any work that only a message needs
        }
        let scope =
            self.sealer
                .code_scope(intent.app.as_str(), intent.channel.as_str(), &intent.phone);
        let sealed_phone = self
            .sealer
            .seal(&intent.phone, intent.id)
            .ok_or_else(unsealed)?;
        let phone = self.sealer.phone(&intent.phone);

        let mut live = self.live.lock().map_err(|_| writer::stopped())?;
        let now = self.clock.now();
        if now > intent.id.made_at().after(policy::HAND_OVER) {
            return Err(StoreError::Unavailable("the intent is too old".to_owned()));
        }
        let refusals = live.sends.judge_all(rules.set(), &hits, now);
        let again = match &intent.code.sealed {
            Some(_) => live.codes.again(scope, now),
            None => None,
        };
        let decision = Decision {
            at: now,
            limits: Arc::clone(rules.set()),
            refusals,
            again,
        };
        if !decision.admitted() {
            return Ok((decision, None));
        }
        if self.queue.is_full() {
            return Err(StoreError::Overloaded);
        }
        let code = intent.code;
        let (decided_after, life) = Code::spans(intent.id, now, now.after(code.life));
        let is_new = decision.again.is_none();
        let admission = Admission {
            seq: live.next_message(),
            message: intent.id,
            decided_at: now,
            scope,
            code: is_new.then_some(Code {
                message: intent.id,
                mac: code.mac,
                decided_after,
                life,
                tries_left: code.tries,
                keeps: code.keeps,
                sent: false,
                used: false,
            }),
            sealed: code.sealed.filter(|_| is_new),
            hits,
        };
        let row = MessageRow {
            request_id: intent.request_id,
            app: intent.app,
            channel: intent.channel.as_str(),
            sealed_phone,
            phone,
            limits: Arc::clone(rules.set()),
            refusals: decision.refusals.clone(),
            again: decision.again.clone(),
            admission: admission.clone(),
        };
        let durable = self.queue.push(Record::Message(Box::new(row)))?;
        live.admit(admission);
        Ok((decision, Some(durable)))
    }

    /// The decision, if it is a refusal already, by the limits that are about the first bucket: the minute's, and
    /// so that of nearly every refusal.
    fn refused(&self, rules: &Rules, hits: &[LoggedHit]) -> Result<Option<Decision>, StoreError> {
        let live = self.live.lock().map_err(|_| writer::stopped())?;
        let now = self.clock.now();
        let first = hits.get(..1).unwrap_or_default();
        let refusals = live.sends.judge_all(rules.set(), first, now);
        if refusals.is_empty() {
            return Ok(None);
        }
        // All that there is to say.
        let refusals = live.sends.judge_all(rules.set(), hits, now);
        drop(live);
        let decision = Decision {
            at: now,
            limits: Arc::clone(rules.set()),
            refusals,
            again: None,
        };
        Ok((!decision.admitted()).then_some(decision))
    }

    fn code_state(&self, found: &Found) -> CodeState {
        let timeline = &found.timeline;
        let scope = self.sealer.code_scope(
            timeline.app.as_str(),
            timeline.channel.as_str(),
            &timeline.phone,
        );
        let now = self.clock.now();
        let live = self.live.lock().ok();
        let known = live
            .filter(|_| !found.is_void())
            .and_then(|live| live.codes.state(scope, found.code_of, now));
        known.unwrap_or_else(|| found.code_state(now, self.dead_before))
    }

    /// Takes `step` on the live state and queues its record, under one lock: what it found, which may be told
    /// once that is durable. Where there is nothing to record, something is written all the same: what was found
    /// must not tell itself apart, nor be told by a store that cannot write.
    async fn take<T>(
        &self,
        request_id: RequestId,
        step: impl FnOnce(&mut Live, Timestamp) -> (T, Option<Event>),
    ) -> Result<T, StoreError> {
        let (found, durable) = {
            let mut live = self.live.lock().map_err(|_| writer::stopped())?;
            let now = self.clock.now();
            if now > request_id.made_at().after(policy::CHECK_LATENESS) {
                return Err(StoreError::Unavailable("the request is too old".to_owned()));
            }
            if self.queue.is_full() {
                return Err(StoreError::Overloaded);
            }
            let (found, event) = step(&mut live, now);
            let record = event.map_or(Record::Barrier(now), |event| Record::Event(Box::new(event)));
            (found, self.queue.push(record)?)
        };
        wait(durable, DECISION).await?;
        Ok(found)
    }

    /// Records the reports that were waiting for this vendor's answer.
    fn deliver(&self, live: &mut Live, seq: i64, attempts: &[Attempt]) {
        if live.parked.is_empty() {
            return;
        }
        for attempt in attempts {
            if let (
                Some(provider),
                Outcome::Accepted {
                    provider_message_id: Some(id),
                },
            ) = (&attempt.provider, &attempt.outcome)
            {
                for (receipt, at) in live.parked.take(provider, id) {
                    let row = ReceiptRow::of(seq, provider, receipt, at, &self.sealer);
                    // Nobody waits: whoever reported it has been answered.
                    let _ = self.queue.push(Record::Receipt(Box::new(row)));
                }
            }
        }
    }

    /// Lets the log catch up with what was answered, if it can in a moment.
    async fn catch_up(&self) {
        if let Ok(durable) = self.queue.push(Record::Barrier(self.clock.now())) {
            let _ = wait(durable, SETTLEMENT).await; // what is there is worth reading in any case
        }
    }

    async fn read<T: Send + 'static>(
        &self,
        read: impl FnOnce(&Connection, &Sealer) -> rusqlite::Result<T> + Send + 'static,
    ) -> Result<T, StoreError> {
        let (reader, sealer) = (Arc::clone(&self.reader), Arc::clone(&self.sealer));
        let read = move || {
            let reader = reader.lock().map_err(|_| writer::stopped())?;
            read(&reader, &sealer).map_err(|error| StoreError::Unavailable(error.to_string()))
        };
        tokio::task::spawn_blocking(read)
            .await
            .map_err(|_| writer::stopped())?
    }
}

type Durable = oneshot::Receiver<Result<(), StoreError>>;

#[async_trait]
impl Store for SqliteStore {
    fn now(&self) -> Timestamp {
        self.clock.now()
    }

    async fn decide(&self, intent: Intent, rules: Rules) -> Result<Decision, StoreError> {
        let (decision, durable) = self.reserve(intent, &rules)?;
        if let Some(durable) = durable {
            wait(durable, DECISION).await?;
        }
        Ok(decision)
    }

    async fn settle(&self, settlement: Settlement) -> Result<Settled, StoreError> {
        let (message, sent) = (settlement.message, settlement.may_have_been_sent());
        let (durable, gave_back) = {
            let mut live = self.live.lock().map_err(|_| writer::stopped())?;
            let Some(seq) = live.pending(message) else {
                return Ok(Settled { gave_back: false }); // settled before
            };
            // Memory follows the vendor's word at once; the log follows, in the same order.
            if sent {
                live.sent(message);
                self.deliver(&mut live, seq, &settlement.attempts);
                // A start without it takes the message for sent as well: nobody needs to wait.
                self.queue.settle(rows::Settled {
                    seq,
                    attempts: settlement.attempts,
                    give_back: GiveBack::No,
                })?;
                return Ok(Settled { gave_back: false });
            }
            let (rules, now) = (&settlement.give_back, self.clock.now());
            let hits = LoggedHit::all_of(rules, &self.sealer);
            let refused = !live.sends.judge_all(rules.set(), &hits, now).is_empty();
            live.not_sent(message, !refused);
            let give_back = if refused {
                GiveBack::No
            } else {
                for hit in &*hits {
                    live.sends.add(hit, now);
                }
                GiveBack::Counted(hits)
            };
            let durable = self.queue.push(Record::Settlement(rows::Settled {
                seq,
                attempts: settlement.attempts,
                give_back,
            }))?;
            (durable, !refused)
        };
        wait(durable, SETTLEMENT).await?;
        Ok(Settled { gave_back })
    }

    async fn check(&self, check: CodeCheck) -> Result<Checked, StoreError> {
        let request_id = check.request_id;
        let asked = Asked::of(check, &self.sealer);
        self.take(request_id, |live, now| asked.take(live, now))
            .await
    }

    async fn unlock(&self, unlock: Unlock) -> Result<(), StoreError> {
        let unlocked = self.take(unlock.request_id, |live, now| {
            let event = Event::unlock(unlock, &self.sealer, live, now);
            (event.is_some(), event)
        });
        unlocked.await?.then_some(()).ok_or_else(unsealed)
    }

    async fn unlocks(
        &self,
        before: Option<RequestId>,
        limit: u16,
    ) -> Result<Vec<UnlockRecord>, StoreError> {
        self.read(move |reader, sealer| timelines::unlocks(reader, before, limit, sealer))
            .await
    }

    async fn use_token(&self, token: TokenUse) -> Result<bool, StoreError> {
        self.take(token.request_id, |live, now| {
            let event = Event::use_token(&token, &self.sealer, live, now);
            (event.is_some(), event)
        })
        .await
    }

    async fn receive(&self, provider: &str, receipts: Vec<Receipt>) -> Result<(), StoreError> {
        let now = self.clock.now();
        {
            let mut live = self.live.lock().map_err(|_| writer::stopped())?;
            let unnamed = receipts.iter().filter(|receipt| receipt.message.is_none());
            unnamed.for_each(|receipt| live.parked.park(provider, receipt.clone(), now));
        }
        // Whoever settles its message after this moment finds it parked; whoever did before is on record then, or
        // else the vendor has to report it again.
        wait(self.queue.push(Record::Barrier(now))?, DECISION).await?;
        let name = provider.to_owned();
        let found = self.read(move |reader, sealer| {
            let seq = |receipt: &Receipt| receipts::message_of(reader, &name, receipt, sealer);
            let all = receipts
                .into_iter()
                .map(|receipt| Ok((seq(&receipt)?, receipt)));
            all.collect::<rusqlite::Result<Vec<_>>>()
        });
        let mut durable = Vec::new();
        for (seq, receipt) in found.await? {
            let Some(seq) = seq else {
                continue;
            };
            if let (None, Some(id)) = (receipt.message, &receipt.provider_message_id) {
                let mut live = self.live.lock().map_err(|_| writer::stopped())?;
                drop(live.parked.take(provider, id));
            }
            let row = ReceiptRow::of(seq, provider, receipt, now, &self.sealer);
            durable.push(self.queue.push(Record::Receipt(Box::new(row)))?);
        }
        for durable in durable {
            wait(durable, DECISION).await?;
        }
        Ok(())
    }

    async fn timelines(&self, query: TimelineQuery) -> Result<Vec<Timeline>, StoreError> {
        self.catch_up().await;
        let found = self
            .read(move |reader, sealer| timelines::read(reader, &query, sealer))
            .await?;
        Ok(found
            .into_iter()
            .map(|found| Timeline {
                code: self.code_state(&found),
                ..found.timeline
            })
            .collect())
    }
}

/// Waits for as long as a caller may. Whoever gives up takes the answer that is there, or none will come:
/// then the writer sees that nobody waits.
async fn wait(mut durable: Durable, patience: Duration) -> Result<(), StoreError> {
    if let Ok(answer) = tokio::time::timeout(patience, &mut durable).await {
        return answer.map_err(|_| writer::stopped())?;
    }
    durable.close();
    let too_slow = || StoreError::Unavailable("a commit takes too long".to_owned());
    durable.try_recv().map_err(|_| too_slow())?
}

fn unsealed() -> StoreError {
    StoreError::Unavailable("what is secret could not be sealed".to_owned())
}
