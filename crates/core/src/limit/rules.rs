//! The rules for one event: limits, and the buckets that the event is counted in.

use std::collections::HashMap;
use std::sync::Arc;

use super::{Bucket, Counts, HitKind, InvalidRules, Limit, PlacedLimit, RuleSet};

/// A limit on one bucket, ready to be judged.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rule {
    /// The bucket that the hits are counted in.
    pub bucket: Bucket,
    /// The limit on the bucket.
    pub limit: Limit,
}

/// The rules for one event: complete before a ledger is asked, so that a ledger can judge them in one step.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rules {
    set: Arc<RuleSet>,
    buckets: Vec<Bucket>,
    price: u64,
}

impl Rules {
    /// Makes rules for one event, with a rule set of their own.
    ///
    /// # Errors
    /// [`InvalidRules`] says which constraint they break.
    pub fn new(rules: Vec<Rule>) -> Result<Self, InvalidRules> {
        let (mut buckets, mut known) = (Vec::new(), HashMap::new());
        let mut limits = Vec::with_capacity(rules.len());
        for Rule { bucket, limit } in rules {
            let number = *known.entry(bucket).or_insert_with_key(|bucket| {
                buckets.push(bucket.clone());
                buckets.len() - 1
            });
            limits.push(PlacedLimit {
                bucket: number,
                ..PlacedLimit::alone(limit)
            });
        }
        Self::of(Arc::new(RuleSet::new(limits)?), buckets)
    }

    /// Makes the rules by which `set` judges an event in `buckets`, which must be distinct.
    ///
    /// # Errors
    /// [`InvalidRules::Buckets`] when the number of buckets differs from that of the set.
    pub fn of(set: Arc<RuleSet>, buckets: Vec<Bucket>) -> Result<Self, InvalidRules> {
        if set.buckets().len() != buckets.len() {
            return Err(InvalidRules::Buckets);
        }
        Ok(Self::paired(set, buckets))
    }

    /// Makes the rules by which `set` judges an event in `buckets`, which were made together, so that their numbers agree.
    pub(super) const fn paired(set: Arc<RuleSet>, buckets: Vec<Bucket>) -> Self {
        Self {
            set,
            buckets,
            price: 0,
        }
    }

    /// Makes the rules by which a set [of one bucket](RuleSet::of_one_bucket) judges an event in `bucket`.
    pub(crate) fn in_one_bucket(set: Arc<RuleSet>, bucket: Bucket) -> Self {
        Self::paired(set, vec![bucket])
    }

    /// Lets the event weigh `price` where a limit [counts money](Counts::Money), in ten-thousandths of the currency.
    #[must_use]
    pub fn with_price(self, price: u64) -> Self {
        Self { price, ..self }
    }

    /// Returns the weight of the hit that the event makes in a bucket of this kind.
    #[must_use]
    pub const fn weight(&self, kind: &HitKind) -> u64 {
        match kind.counts {
            Counts::Messages | Counts::Numbers => 1,
            Counts::Money(_) => self.price,
        }
    }

    /// Returns the weight of the event where a limit counts money.
    #[must_use]
    pub const fn price(&self) -> u64 {
        self.price
    }

    /// Returns the limits.
    #[must_use]
    pub fn set(&self) -> &Arc<RuleSet> {
        &self.set
    }

    /// Returns the buckets that the event is counted in: one for each of [`RuleSet::buckets`].
    #[must_use]
    pub fn buckets(&self) -> &[Bucket] {
        &self.buckets
    }
}
