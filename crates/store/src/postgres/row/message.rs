//! Messages: what is written with a decision, what a settlement needs to know, and what it writes.

use std::collections::HashMap;
use std::sync::Arc;

use countersign_core::application::AppId;
use countersign_core::code::Code;
use countersign_core::id::{MessageId, RequestId};
use countersign_core::limit::RuleSet;
use countersign_core::message::LiveCode;
use countersign_core::send::attempt::Attempt;
use countersign_core::time::Timestamp;

use crate::hit::{self, LoggedHit};
use crate::limits_at_rest;
use crate::seal::Key;

/// What a settlement has to know of a message. None of it ever changes.
#[derive(Debug)]
pub(crate) struct MessageFacts {
    pub(crate) decided_at: Timestamp,
    pub(crate) scope: Key,
    /// The hits of the decision, with the price that was reserved.
    pub(crate) hits: Arc<[LoggedHit]>,
    /// By the places of hits that were counted in a lease: its end, at which the bucket counts them.
    pub(crate) leased: Vec<(usize, Timestamp)>,
}

/// An admitted message that is to be written.
#[derive(Debug)]
pub(crate) struct NewMessage {
    pub(crate) id: MessageId,
    pub(crate) request_id: RequestId,
    pub(crate) app: AppId,
    pub(crate) channel: &'static str,
    pub(crate) sealed_phone: Vec<u8>,
    pub(crate) number: Key,
    pub(crate) limits: Arc<RuleSet>,
    pub(crate) refusals: Vec<(usize, Timestamp)>,
    pub(crate) price: u64,
    /// The live code that the message brings once more.
    pub(crate) again: Option<LiveCode>,
    /// The message's own code; `None` where it brings one that is live already.
    pub(crate) code: Option<Code>,
    pub(crate) facts: Arc<MessageFacts>,
}

/// The outcome of a message that is to be written.
#[derive(Debug)]
pub(crate) struct Outcome {
    pub(crate) message: MessageId,
    pub(crate) at: Timestamp,
    pub(crate) attempts: Vec<Attempt>,
    pub(crate) gave_back: bool,
    /// What the message cost, where that is another sum than the reserved price.
    pub(crate) cost: Option<u64>,
}

/// The messages of a batch.
#[derive(Debug, Default)]
pub(crate) struct MessageRows {
    /// Whether each message that was read has an outcome.
    settled: HashMap<MessageId, bool>,
    pub(crate) new: Vec<NewMessage>,
    pub(crate) outcomes: Vec<Outcome>,
}

impl MessageRows {
    /// Takes a row that was read.
    pub(crate) fn read(&mut self, id: MessageId, is_settled: bool) {
        self.settled.insert(id, is_settled);
    }

    /// Returns whether a message is on record and has no outcome yet.
    pub(crate) fn is_pending(&self, id: MessageId) -> bool {
        self.settled.get(&id) == Some(&false)
    }

    /// Notes the outcome of a message.
    pub(crate) fn settle(&mut self, outcome: Outcome) {
        self.settled.insert(outcome.message, true);
        self.outcomes.push(outcome);
    }
}

impl MessageFacts {
    /// Returns the facts of a message from its columns; `None` if its limits cannot be read.
    pub(crate) fn of_columns(
        decided_at: Timestamp,
        scope: Key,
        buckets: &[u8],
        charges: Option<&[u8]>,
        limits: &str,
        price: u64,
    ) -> Option<Self> {
        let set = limits_at_rest::from_json(limits)?;
        let (keys, _) = buckets.as_chunks::<8>();
        let keys: Vec<_> = keys
            .iter()
            .map(|key| Key(u64::from_be_bytes(*key)))
            .collect();
        let kinds = set.buckets().iter().zip(0..);
        let hits = kinds.filter_map(|(kind, place)| {
            LoggedHit::among(&keys, place, kind, hit::weight(kind, price))
        });
        Some(Self {
            decided_at,
            scope,
            hits: hits.collect(),
            leased: limits_at_rest::refusals_of_column(charges),
        })
    }

    /// Returns the column `charges`: the ends of the leases that hits were counted in, by their places.
    pub(crate) fn charges(&self) -> Option<Vec<u8>> {
        limits_at_rest::refusals_to_column(&self.leased)
    }

    /// Returns the end of the lease that the hit at `place` was counted in.
    pub(crate) fn lease_of(&self, place: usize) -> Option<Timestamp> {
        let mut leased = self.leased.iter();
        let found = leased.find(|(leased, _)| *leased == place);
        found.map(|(_, end)| *end)
    }

    /// Returns the column `buckets`: the keys of the buckets, in the order of the rule set.
    pub(crate) fn buckets(&self) -> Vec<u8> {
        let keys = self.hits.iter().map(|hit| hit.bucket.0.to_be_bytes());
        keys.flatten().collect()
    }
}
