//! A limit that lives through the history, by itself.

use std::collections::HashMap;

use super::{PastSend, Refusals, RuleOutcome};
use crate::guard::Exemption;
use crate::limit::{
    Bucket, Counts, Hit, Hits, InvalidSendLimits, Limit, Mode, Part, SendFacts, SendLimit,
    SendLimits, Standing,
};
use crate::time::Timestamp;

/// A limit, its hits, and what it refuses.
pub(super) struct DraftLimit {
    limit: SendLimit,
    /// The one-minute limit, and this one.
    alone: SendLimits,
    buckets: HashMap<Bucket, Past>,
    refusals: Refusals,
    /// Whether it has judged a send.
    has_judged: bool,
}

/// The hits of one bucket.
#[derive(Default)]
struct Past {
    hits: Hits,
    /// The newest hit of each number, for a limit that counts numbers.
    numbers: HashMap<String, Timestamp>,
}

impl DraftLimit {
    /// Takes limits, each to be tried by itself: as enforced, so that it shows everything that it would do.
    pub(super) fn each_of(limits: &SendLimits) -> Result<Vec<Self>, InvalidSendLimits> {
        let home = limits.home();
        let limits = limits.limits().iter().map(|limit| {
            let enforced = SendLimit {
                mode: Mode::Enforce,
                ..limit.clone()
            };
            Ok(Self {
                limit: limit.clone(),
                alone: SendLimits::at_home(home, vec![enforced])?,
                buckets: HashMap::new(),
                refusals: Refusals::default(),
                has_judged: false,
            })
        });
        limits.collect()
    }

    /// Judges a send, and counts it unless it is refused. Returns whether it is.
    pub(super) fn judge(&mut self, send: &PastSend, is_real: bool) -> bool {
        let rules = self.alone.rules(&facts(send));
        // The first limit is the minute. A send that the limit is not about meets no second one.
        let Some(placed) = rules.set().limits().get(1) else {
            return false;
        };
        let Some(bucket) = rules.buckets().get(placed.bucket) else {
            return false;
        };
        self.has_judged = true;
        let kind = rules.set().buckets().get(placed.bucket);
        let weight = kind.map_or(1, |kind| rules.weight(kind));
        let past = self.buckets.entry(bucket.clone()).or_default();
        let admits = past.admits(&placed.limit, send, weight);
        if !admits {
            self.refusals.add(send, is_real);
        }
        !admits
    }

    /// Ends the hits of a code's scope that its use ends.
    pub(super) fn verified(&mut self, send: &PastSend, at: Timestamp) {
        if !self.limit.until_verified {
            return;
        }
        let rules = self.alone.rules(&facts(send));
        let placed = rules.set().limits().get(1);
        let bucket = placed.and_then(|placed| rules.buckets().get(placed.bucket));
        if let Some(past) = bucket.and_then(|bucket| self.buckets.get_mut(bucket)) {
            past.hits.clear_until(at);
        }
    }

    /// Returns what the limit would have done.
    pub(super) fn outcome(&self) -> RuleOutcome {
        let by = &self.limit.by;
        let unknown = by.contains(&Part::Address) || by.contains(&Part::Network);
        let has_price = self.has_judged || !self.limit.counts.is_money();
        let is_tried = !unknown && has_price;
        self.refusals.outcome(&self.limit.name, is_tried)
    }
}

/// Returns what limits look at. Everybody gets what callers get who cannot solve challenges.
fn facts(send: &PastSend) -> SendFacts<'_> {
    SendFacts {
        app: &send.app,
        channel: send.channel,
        phone: &send.phone,
        address: None,
        standing: Standing::Public,
        price: send.price,
        exempt: Exemption::default(),
    }
}

impl Past {
    /// Counts a send of this weight, if `limit` admits it.
    fn admits(&mut self, limit: &Limit, send: &PastSend, weight: u64) -> bool {
        let counts_numbers = limit.counts == Counts::Numbers;
        let before = match counts_numbers {
            true => self.numbers.get(send.phone.e164()).copied(),
            false => None,
        };
        let before = before.filter(|before| before.after(limit.window) > send.at);
        let more = if before.is_none() { weight } else { 0 };
        if self.hits.judge(limit, more, send.at).is_some() {
            return false;
        }
        let hit = |at| Hit { at, weight };
        if let Some(before) = before {
            self.hits.remove(hit(before));
        }
        self.hits.add(hit(send.at), limit.window);
        if counts_numbers {
            let number = send.phone.e164().to_owned();
            self.numbers.insert(number, send.at);
        }
        true
    }
}
