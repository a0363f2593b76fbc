//! Settling a message: its outcome, and whether its minute is given back.

use std::sync::Arc;
use std::time::Duration;

use countersign_core::id::MessageId;
use countersign_core::policy::OUTCOME_DUE;
use countersign_core::ports::StoreError;
use countersign_core::ports::ledger::Settled;
use countersign_core::send::attempt::Attempt;
use countersign_core::send::settle::{GiveBack, Settlement, Settling};
use countersign_core::time::{Clock, Timestamp};
use tokio::sync::oneshot;
use uuid::Uuid;

use super::{DECISION, buckets};
use crate::counting::Counting as _;
use crate::hit::{LoggedHit, Touched};
use crate::postgres::batch::{Batches, Judge, Place, Rows};
use crate::postgres::clock::time;
use crate::postgres::connect::Connected;
use crate::postgres::days::Days;
use crate::postgres::keys::Keyring;
use crate::postgres::row::message::{MessageFacts, Outcome};
use crate::postgres::words::Failure;
use crate::postgres::{PostgresStore, ledger::Undecided};
use crate::seal::Key;

/// The time after which an outcome that could not be recorded is tried again.
const AGAIN: Duration = Duration::from_millis(250);

const FACTS: &str = "
    SELECT decided_at, scope, buckets, charges, price, limits FROM message JOIN rule_set ON rule_set.id = message.rule_set
    WHERE message.id = $1 AND message.id {days}";

/// Records an outcome. Where that does not succeed, it is tried again for as long as a sender may take, also when the caller
/// waits no longer.
pub(super) async fn settle(
    store: &PostgresStore,
    settlement: Settlement,
) -> Result<Settled, StoreError> {
    let message = settlement.message;
    let facts = match store.undecided.get(message) {
        Some(facts) => Some(facts),
        None => facts(store, message).await?,
    };
    let Some(facts) = facts else {
        return Ok(Settled { gave_back: false });
    };
    let settling = SettlingMessage::new(Arc::new(settlement), facts, &store.keyring);
    let (tell, told) = oneshot::channel();
    let worker = Worker {
        batches: Arc::clone(&store.batches),
        undecided: Arc::clone(&store.undecided),
        clock: Arc::clone(&store.clock),
    };
    store
        .database
        .runtime()
        .spawn(worker.record(settling, tell));
    let late = || StoreError::Unavailable("the outcome could not be recorded yet".to_owned());
    match tokio::time::timeout(DECISION, told).await {
        Ok(Ok(gave_back)) => Ok(Settled { gave_back }),
        Ok(Err(_)) | Err(_) => Err(late()),
    }
}

/// Reads what a settlement has to know of a message that another node, or this one before a restart, has decided on.
async fn facts(
    store: &PostgresStore,
    message: MessageId,
) -> Result<Option<Arc<MessageFacts>>, StoreError> {
    let id = Uuid::from_bytes(*message.as_bytes());
    let read = |session: Arc<Connected>| async move {
        let facts = session.prepared_for(Days::of([&id]), FACTS).await?;
        let found = session.client.query(&facts, &[&id]).await?;
        let Some(row) = found.first() else {
            return Ok(None);
        };
        let price: i64 = row.try_get("price")?;
        let facts = MessageFacts::of_columns(
            time(row, "decided_at")?,
            Key::of_column(row.try_get("scope")?),
            row.try_get("buckets")?,
            row.try_get("charges")?,
            row.try_get("limits")?,
            price.unsigned_abs(),
        );
        Ok(Some(Arc::new(facts.ok_or(Failure::Unreadable)?)))
    };
    store.reading.read(read).await
}

/// What it takes to record an outcome while nobody waits.
struct Worker {
    batches: Arc<Batches>,
    undecided: Arc<Undecided>,
    /// The clock of this node. It measures how long the worker tries; the clock of the database judges what comes too late.
    clock: Arc<dyn Clock>,
}

impl Worker {
    async fn record(self, settling: SettlingMessage, tell: oneshot::Sender<bool>) {
        let message = settling.settlement.message;
        let gives_up = self.clock.now().after(OUTCOME_DUE);
        loop {
            match self.batches.decide(settling.clone(), DECISION).await {
                Ok(gave_back) => {
                    self.undecided.remove(message);
                    // A caller that has gone has given up.
                    let _ = tell.send(gave_back);
                    return;
                }
                Err(error) => {
                    tracing::debug!(%error, "an outcome could not be recorded yet");
                    tokio::time::sleep(AGAIN).await;
                }
            }
            if self.clock.now() > gives_up {
                self.undecided.remove(message);
                return;
            }
        }
    }
}

/// An outcome that is to be recorded.
#[derive(Clone)]
struct SettlingMessage {
    settlement: Arc<Settlement>,
    facts: Arc<MessageFacts>,
    /// The buckets that count give-backs.
    touched: Touched,
    generation: u32,
    keyring: Arc<Keyring>,
    places: Vec<Place>,
}

impl SettlingMessage {
    fn new(settlement: Arc<Settlement>, facts: Arc<MessageFacts>, keyring: &Arc<Keyring>) -> Self {
        let sealer = keyring.sealer();
        let touched = Touched::of(&settlement.give_back, &sealer);
        let mut places = vec![
            Place::Message(settlement.message),
            Place::Scope(facts.scope),
        ];
        if !settlement.may_have_been_sent() {
            places.extend(buckets(&touched));
        }
        let changed = facts.hits.iter();
        let changed = changed.filter(|hit| hit.money || !settlement.may_have_been_sent());
        for hit in changed {
            places.push(Place::Bucket(hit.bucket));
            places.extend(hit.of_number.map(Place::Bucket));
        }
        Self {
            settlement,
            facts,
            touched,
            generation: sealer.number,
            keyring: Arc::clone(keyring),
            places,
        }
    }

    /// Lets a message that may have been sent weigh its cost in place of the reserved price, where limits count money.
    fn cost(&self, rows: &mut Rows) {
        for hit in self.facts.hits.iter().filter(|hit| hit.money) {
            rows.buckets.remove(hit, self.facts.decided_at);
            let paid = LoggedHit {
                weight: self.settlement.cost,
                ..*hit
            };
            rows.buckets.add(&paid, self.facts.decided_at);
        }
    }

    /// Applies a definite failure: the code is void, and the minute is given back where the rules allow it.
    fn failed(&self, rows: &mut Rows, now: Timestamp) -> GiveBack {
        let refused = rows
            .buckets
            .judge_all(self.settlement.give_back.set(), &self.touched, now);
        let give_back = GiveBack::after_failure(refused.is_empty());
        rows.codes
            .remove(self.facts.scope, self.settlement.message, now);
        self.take_back(rows, give_back);
        if give_back == GiveBack::Counted {
            let counted = self.touched.hits.iter();
            counted.for_each(|hit| rows.buckets.add(hit, now));
        }
        give_back
    }

    /// Takes the hits of the message out of their buckets, as far as they are given back.
    fn take_back(&self, rows: &mut Rows, give_back: GiveBack) {
        let hits = self.facts.hits.iter().enumerate();
        // A message that was not sent costs nothing, whatever becomes of its minute.
        let taken = hits.filter(|(_, hit)| hit.money || give_back.takes(hit.refundable));
        let lease_of = |place| self.facts.lease_of(place);
        for (place, hit) in taken.clone() {
            if let Some(end) = lease_of(place) {
                rows.buckets.give_back(hit.bucket, end, hit.weight);
            }
        }
        let own = taken.filter(|(place, _)| lease_of(*place).is_none());
        let own = own.map(|(_, hit)| hit);
        rows.buckets.remove_all(own, self.facts.decided_at);
    }
}

impl Judge for SettlingMessage {
    type Answer = bool;

    fn places(&self) -> Vec<Place> {
        self.places.clone()
    }

    fn generation(&self) -> Option<u32> {
        Some(self.generation)
    }

    /// The message is known by the keys that decided on it, and give-backs are counted under all.
    fn repeat(&mut self) {
        if self.generation != self.keyring.generation() {
            let (settlement, facts) = (Arc::clone(&self.settlement), Arc::clone(&self.facts));
            *self = Self::new(settlement, facts, &self.keyring);
        }
    }

    fn judge(&mut self, rows: &mut Rows) -> Result<bool, StoreError> {
        let (settlement, decided_at) = (&self.settlement, self.facts.decided_at);
        let (message, scope) = (settlement.message, self.facts.scope);
        if !rows.messages.is_pending(message) {
            return Ok(false); // settled before
        }
        let now = rows.now(&self.places).max(decided_at);
        let (mut attempts, mut cost, mut gave_back) = (settlement.attempts.clone(), None, false);
        match settlement.judge(decided_at, now) {
            Settling::Overdue => {
                attempts = vec![Attempt::overdue(decided_at)];
                rows.codes.mark_sent(scope, message, now);
            }
            Settling::Sent => {
                cost = Some(settlement.cost);
                self.cost(rows);
                rows.codes.mark_sent(scope, message, now);
            }
            Settling::NotSent => gave_back = self.failed(rows, now) != GiveBack::No,
        }
        rows.messages.settle(Outcome {
            message,
            at: now,
            attempts,
            gave_back,
            cost,
        });
        rows.keep();
        Ok(gave_back)
    }
}
