//! The fullest buckets of each limit, and how many sends it refused.

use std::collections::BTreeMap;

use countersign_core::guard::Exemption;
use countersign_core::limit::{BucketUse, NamedBucket, Part, Sampled, SendFacts, Standing};
use countersign_core::ports::records::TimelineQuery;
use countersign_core::ports::refusals::{KEPT, RefusalQuery};
use countersign_core::staff::Applications;
use countersign_core::time::Timestamp;

use super::{Manage, ManageError};

/// How many of the newest messages name buckets that may be full: so the work is bounded, whatever the traffic.
const MESSAGES: u16 = 500;

/// How many of the newest refused sends do.
const REFUSALS: usize = 1_000;

/// The most buckets of a limit.
const MOST: usize = 3;

/// What the limits count now, and what they have refused.
#[derive(Debug, Default)]
pub struct LimitsNow {
    /// The fullest buckets by the name of the limit, of each the fullest first.
    pub buckets: BTreeMap<String, Vec<BucketUse>>,
    /// How many sends each limit has refused since the time that was asked about, by its name.
    pub refused: BTreeMap<String, u64>,
    /// The time from which on refused sends are on record, where that is later than the time that was asked about.
    pub refused_from: Option<Timestamp>,
}

impl Manage {
    /// Returns what the limits count now, and how many sends of the applications `within` each has refused since a time. For people of
    /// some applications only limits by application have buckets, since others count sends of all.
    ///
    /// The buckets are those that the newest messages and refused sends count in. A limit by address has buckets only of callers
    /// that were refused, since messages keep no address; a limit on money has none.
    ///
    /// # Errors
    /// [`ManageError::Unavailable`].
    pub async fn limits_now(
        &self,
        within: &Applications,
        since: Timestamp,
    ) -> Result<LimitsNow, ManageError> {
        let query = RefusalQuery {
            within: within.clone(),
            limit: KEPT,
            ..RefusalQuery::default()
        };
        let found = self.refusals(query).await?;
        let mut now = LimitsNow::default();
        let oldest = found.refusals.last().map(|oldest| oldest.refusal.at);
        now.refused_from = oldest.filter(|oldest| found.dropped > 0 && *oldest > since);
        for send in found
            .refusals
            .iter()
            .filter(|send| send.refusal.at >= since)
        {
            let count = now.refused.entry(send.refusal.limit.to_string());
            *count.or_default() += 1;
        }
        let query = TimelineQuery {
            limit: MESSAGES,
            ..TimelineQuery::default()
        };
        let messages = self.messages(within, query).await?;
        let facts = |app, channel, phone, address| SendFacts {
            app,
            channel,
            phone,
            address,
            standing: Standing::Public,
            price: None,
            exempt: Exemption::default(),
        };
        let admitted = messages.iter().map(|message| Sampled {
            send: facts(&message.app, message.channel, &message.phone, None),
            at: message.decided_at,
            refused_by: None,
        });
        let refused = found.refusals.iter().take(REFUSALS).map(|send| Sampled {
            send: facts(&send.app, send.channel, &send.phone, send.caller),
            at: send.refusal.at,
            refused_by: Some(&send.refusal.limit),
        });
        let sample: Vec<_> = admitted.chain(refused).collect();
        let limits = self.parts.messenger.limits();
        let mut named = limits.named_by(&sample, self.now(), MOST);
        if *within != Applications::All {
            named.retain(|bucket| {
                let mut shared = bucket.shared.iter();
                shared.any(|shared| shared.part == Part::Application)
            });
        }
        for some in named.chunks(NamedBucket::AT_ONCE) {
            let rules = NamedBucket::rules(some).map_err(|_| ManageError::Internal)?;
            let states = self.parts.ledger.preview(rules).await?;
            for (named, state) in some.iter().zip(&states) {
                let used = named.clone().used(state);
                if used.count > 0 {
                    now.buckets
                        .entry(used.limit.clone())
                        .or_default()
                        .push(used);
                }
            }
        }
        for buckets in now.buckets.values_mut() {
            buckets.sort_by(|one, other| other.share().total_cmp(&one.share()));
        }
        Ok(now)
    }
}
