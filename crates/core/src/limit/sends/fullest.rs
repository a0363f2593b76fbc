//! The fullest buckets of limits. A store keeps keyed digests of buckets and cannot say whose a full one is, so a sample of newest
//! sends names those that may be full, and a ledger counts these exactly.

use std::collections::HashMap;
use std::net::IpAddr;

use super::{BucketKind, SendFacts, SendLimits};
use crate::limit::{
    Bucket, Counts, InvalidRules, Limit, LimitState, Part, PlacedLimit, RuleSet, Rules, SendLimit,
    Standing,
};
use crate::phone::PhoneNumber;
use crate::time::Timestamp;

/// A send of a sample.
#[derive(Debug, Clone, Copy)]
pub struct Sampled<'a> {
    /// What limits look at.
    pub send: SendFacts<'a>,
    /// The time of the decision.
    pub at: Timestamp,
    /// The limit that refused it; `None` if it was admitted.
    pub refused_by: Option<&'a str>,
}

/// A bucket of a limit that may be full.
#[derive(Debug, Clone)]
pub struct NamedBucket {
    /// The name of the limit.
    pub limit: String,
    /// What its sends have in common. A number is masked; a range of numbers is whole, so people who must not learn numbers get
    /// [less](Shared::masked).
    pub shared: Vec<Shared>,
    rule: Limit,
    bucket: Bucket,
    of_number: Option<Bucket>,
}

/// A part that the sends of a bucket share.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Shared {
    /// The part.
    pub part: Part,
    /// Its value as people read it.
    pub value: String,
    /// The same without the digits that would tell a number together with the last ones.
    pub masked: String,
}

/// What a bucket counts at one moment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BucketUse {
    /// The name of the limit.
    pub limit: String,
    /// What its sends have in common.
    pub shared: Vec<Shared>,
    /// What is added up.
    pub counts: Counts,
    /// The weight that is counted.
    pub count: u64,
    /// The maximum.
    pub max: u64,
}

/// The weight of a refusal in the sample: the bucket that refused is full.
const OF_REFUSAL: usize = 1_000;

impl SendLimits {
    /// Returns the buckets in which most of the `sample` counts, at most `most` of each limit. Limits that count money are left
    /// out, since a sample has no prices.
    #[must_use]
    pub fn named_by(
        &self,
        sample: &[Sampled<'_>],
        now: Timestamp,
        most: usize,
    ) -> Vec<NamedBucket> {
        let limits = self.limits.iter();
        let counted = limits.filter(|limit| !limit.counts.is_money());
        let named = counted.flat_map(|limit| self.of_limit(limit, sample, now, most));
        named.collect()
    }

    fn of_limit(
        &self,
        limit: &SendLimit,
        sample: &[Sampled<'_>],
        now: Timestamp,
        most: usize,
    ) -> Vec<NamedBucket> {
        let kind = BucketKind::of(limit);
        let mut weights = HashMap::<Bucket, (usize, SendFacts<'_>)>::new();
        for Sampled {
            send,
            at,
            refused_by,
        } in sample
        {
            let is_home = send.phone.country() == self.home;
            if at.after(limit.window) <= now || !limit.is_about(send, is_home) {
                continue;
            }
            let weight = match *refused_by {
                Some(name) if name == limit.name => OF_REFUSAL,
                // A refused send counts in no bucket.
                Some(_) => continue,
                None => 1,
            };
            let held = weights.entry(kind.bucket(send)).or_insert((0, *send));
            held.0 += weight;
        }
        let mut named: Vec<_> = weights.into_iter().collect();
        named.sort_by(|(one, (more, _)), (other, (less, _))| {
            less.cmp(more).then_with(|| one.cmp(other))
        });
        named.truncate(most);
        named
            .into_iter()
            .map(|(bucket, (_, send))| NamedBucket {
                limit: limit.name.clone(),
                shared: limit
                    .by
                    .iter()
                    .map(|part| Shared::of(*part, &send))
                    .collect(),
                rule: limit.for_caller(limit.override_of(&send), Standing::Trusted),
                bucket,
                of_number: (limit.counts == Counts::Numbers)
                    .then(|| kind.of_number().bucket(&send)),
            })
            .collect()
    }
}

impl NamedBucket {
    /// The most buckets that a ledger is asked about at once.
    pub const AT_ONCE: usize = RuleSet::MOST;

    /// Returns the rules by which a ledger tells what these buckets count: a state for each, in their order.
    ///
    /// # Errors
    /// [`InvalidRules::TooMany`] for more than [`AT_ONCE`](Self::AT_ONCE).
    pub fn rules(named: &[Self]) -> Result<Rules, InvalidRules> {
        let mut buckets = Vec::new();
        let mut place_of = |bucket: &Bucket| {
            let known = buckets.iter().position(|known| known == bucket);
            known.unwrap_or_else(|| {
                buckets.push(bucket.clone());
                buckets.len() - 1
            })
        };
        let placed = named.iter().map(|named| PlacedLimit {
            limit: named.rule.clone(),
            bucket: place_of(&named.bucket),
            of_number: named.of_number.as_ref().map(&mut place_of),
        });
        let set = RuleSet::new(placed.collect())?;
        Rules::of(set.into(), buckets)
    }

    /// Returns what the bucket counts, by its state.
    #[must_use]
    pub fn used(self, state: &LimitState) -> BucketUse {
        let words = state.limit.in_words(state.count);
        BucketUse {
            limit: self.limit,
            shared: self.shared,
            counts: self.rule.counts,
            count: words.count,
            max: words.max,
        }
    }
}

impl BucketUse {
    /// Returns the part of the maximum that is used: 1 for all of it, and 0 where the limit admits nothing at all.
    #[must_use]
    pub fn share(&self) -> f64 {
        self.count as f64 / self.max.max(1) as f64
    }
}

impl Shared {
    fn of(part: Part, send: &SendFacts<'_>) -> Self {
        let value = shown(part, send.phone, send.address)
            .unwrap_or_else(|| part.value(send).unwrap_or_default().into_owned());
        let masked = match part {
            Part::Prefix | Part::Block => format!("{}****", send.phone.carrier()),
            _ => value.clone(),
        };
        Self {
            part,
            value,
            masked,
        }
    }
}

/// Returns the value of a part as people read it, where that is not the value in buckets.
fn shown(part: Part, phone: &PhoneNumber, address: Option<IpAddr>) -> Option<String> {
    Some(match (part, address) {
        (Part::Number, _) => phone.masked(),
        (Part::CallingCode, _) => format!("+{}", phone.calling_code()),
        (Part::Address, Some(IpAddr::V6(address))) => {
            let [a, b, c, d, ..] = address.segments();
            format!("{a:x}:{b:x}:{c:x}:{d:x}::/64")
        }
        (Part::Network, Some(IpAddr::V6(address))) => {
            let [a, b, c, ..] = address.segments();
            format!("{a:x}:{b:x}:{c:x}::/48")
        }
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::application::AppId;
    use crate::channel::Channel;
    use crate::guard::Exemption;

    const HOUR: Duration = Duration::from_secs(3_600);

    fn send<'a>(app: &'a AppId, phone: &'a PhoneNumber, address: Option<&str>) -> SendFacts<'a> {
        SendFacts {
            app,
            channel: Channel::Login,
            phone,
            address: address.map(|address| address.parse().unwrap()),
            standing: Standing::Public,
            price: None,
            exempt: Exemption::default(),
        }
    }

    #[test]
    fn a_sample_names_the_buckets_that_it_counts_in_most_and_those_that_refused() {
        let app = AppId::parse("shop").unwrap();
        let phones = ["13800138001", "13800138002", "13800138003"];
        let phones = phones.map(|number| PhoneNumber::parse(number, None).unwrap());
        let [one, two, three] = &phones;
        let numbers = SendLimit {
            counts: Counts::Numbers,
            ..SendLimit::new("numbers", &[Part::Address], HOUR, 9)
        };
        let limits = SendLimits::new(vec![
            SendLimit::new("number", &[Part::Application, Part::Number], HOUR, 5),
            SendLimit::new("prefix", &[Part::Prefix], HOUR, 50),
            SendLimit::new("network", &[Part::Network], HOUR, 50),
            numbers,
        ])
        .unwrap();
        let now = Timestamp::from_millis(100_000_000);
        let of = |phone, at, refused_by| Sampled {
            send: send(&app, phone, None),
            at,
            refused_by,
        };
        let caller = "2001:db8:1:2:3::4";
        let sample = [
            of(one, now, None),
            of(two, now, None),
            of(two, now, None),
            of(three, now.before(HOUR), None),
            of(three, now, Some("prefix")),
            Sampled {
                send: send(&app, one, Some(caller)),
                at: now,
                refused_by: Some("numbers"),
            },
        ];
        let named = limits.named_by(&sample, now, 2);
        let told: Vec<_> = named
            .iter()
            .map(|named| {
                let shared = named.shared.iter().map(|shared| shared.value.as_str());
                (named.limit.as_str(), shared.collect::<Vec<_>>().join(" "))
            })
            .collect();
        let expected = [
            ("number", "shop +86138****8002"),
            ("number", "shop +86138****8001"),
            ("prefix", "+861380013"),
            ("numbers", "2001:db8:1:2::/64"),
        ];
        let expected = expected.map(|(limit, shared)| (limit, shared.to_owned()));
        assert_eq!(told, expected);
        assert_eq!(named[2].shared[0].masked, "+86138****");

        // They are the buckets in which such sends are counted.
        let rules = NamedBucket::rules(&named).unwrap();
        assert_eq!(rules.set().limits().len(), 4);
        let judged = limits.rules(&send(&app, two, None));
        assert!(judged.buckets().contains(&rules.buckets()[0]));
        let judged = limits.rules(&send(&app, one, Some(caller)));
        let of_numbers = &rules.buckets()[3..];
        assert!(
            of_numbers
                .iter()
                .all(|bucket| judged.buckets().contains(bucket))
        );
        assert_eq!(of_numbers.len(), 2);
    }
}
