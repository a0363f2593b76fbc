//! The limits that a message was judged by, and those that refused, as a store keeps them.

use std::borrow::Cow;
use std::sync::Arc;
use std::time::Duration;

use countersign_core::limit::{Bound, Counts, Limit, Mode, PlacedLimit, RuleSet};
use countersign_core::price::Currency;
use countersign_core::time::Timestamp;
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

/// A limit at rest. Fields that were added later have the default of the limits of before.
#[derive(Serialize, Deserialize)]
struct LimitJson<'a> {
    name: Cow<'a, str>,
    bucket: usize,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    of_number: Option<usize>,
    #[serde(default, skip_serializing_if = "CountsJson::is_messages")]
    counts: CountsJson,
    window_ms: u64,
    #[serde(default)]
    max: u64,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    waits_ms: Vec<u64>,
    enforced: bool,
    #[serde(default, skip_serializing_if = "is_false")]
    challenges: bool,
    refundable: bool,
    #[serde(default, skip_serializing_if = "is_false")]
    until_verified: bool,
    #[serde(default, skip_serializing_if = "is_zero")]
    early_percent: u8,
}

#[derive(Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum CountsJson {
    #[default]
    Messages,
    Numbers,
    /// Of this currency.
    Money(String),
}

impl CountsJson {
    pub(crate) fn of(counts: Counts) -> Self {
        match counts {
            Counts::Messages => CountsJson::Messages,
            Counts::Numbers => CountsJson::Numbers,
            Counts::Money(currency) => CountsJson::Money(currency.to_string()),
        }
    }

    pub(crate) fn counts(self) -> Option<Counts> {
        Some(match self {
            CountsJson::Messages => Counts::Messages,
            CountsJson::Numbers => Counts::Numbers,
            CountsJson::Money(code) => Counts::Money(Currency::parse(&code)?),
        })
    }

    fn is_messages(&self) -> bool {
        *self == Self::Messages
    }
}

// Serde passes a reference.
#[expect(clippy::trivially_copy_pass_by_ref)]
fn is_false(value: &bool) -> bool {
    !value
}

// Serde passes a reference.
#[expect(clippy::trivially_copy_pass_by_ref)]
fn is_zero(value: &u8) -> bool {
    *value == 0
}

/// Writes the limits of a set.
pub(crate) fn to_json(set: &RuleSet) -> String {
    let limits: Vec<_> = set.limits().iter().map(LimitJson::of).collect();
    serde_json::to_string(&limits).unwrap_or_default()
}

/// Returns the id of limits that [`to_json`] wrote, the same on every node: the beginning of their SHA-256.
pub(crate) fn id_of(json: &str) -> i64 {
    let digest: [u8; 32] = Sha256::digest(json).into();
    let [first, ..] = digest.as_chunks::<8>().0 else {
        return 0;
    };
    i64::from_be_bytes(*first)
}

/// Reads what [`to_json`] wrote, and what earlier releases wrote.
pub(crate) fn from_json(text: &str) -> Option<RuleSet> {
    let limits: Vec<LimitJson<'_>> = serde_json::from_str(text).ok()?;
    let limits: Option<Vec<_>> = limits.into_iter().map(LimitJson::placed).collect();
    RuleSet::new(limits?).ok()
}

impl<'a> LimitJson<'a> {
    fn of(placed: &'a PlacedLimit) -> Self {
        let limit = &placed.limit;
        let (max, waits_ms) = match &limit.bound {
            Bound::Max(max) => (*max, Vec::new()),
            Bound::Waits(waits) => (0, waits.iter().map(|wait| to_millis(*wait)).collect()),
        };
        Self {
            name: Cow::Borrowed(&limit.name),
            bucket: placed.bucket,
            of_number: placed.of_number,
            counts: CountsJson::of(limit.counts),
            window_ms: to_millis(limit.window),
            max,
            waits_ms,
            enforced: limit.mode == Mode::Enforce,
            challenges: limit.mode == Mode::Challenge,
            refundable: limit.refundable,
            until_verified: limit.until_verified,
            early_percent: limit.early_percent,
        }
    }

    fn placed(self) -> Option<PlacedLimit> {
        let waits = self.waits_ms.into_iter().map(Duration::from_millis);
        let waits: Arc<[_]> = waits.collect();
        Some(PlacedLimit {
            limit: Limit {
                name: self.name.into_owned().into(),
                counts: self.counts.counts()?,
                window: Duration::from_millis(self.window_ms),
                bound: match waits.is_empty() {
                    true => Bound::Max(self.max),
                    false => Bound::Waits(waits),
                },
                mode: match (self.enforced, self.challenges) {
                    (true, _) => Mode::Enforce,
                    (false, true) => Mode::Challenge,
                    (false, false) => Mode::Monitor,
                },
                refundable: self.refundable,
                until_verified: self.until_verified,
                early_percent: self.early_percent,
            },
            bucket: self.bucket,
            of_number: self.of_number,
        })
    }
}

fn to_millis(time: Duration) -> u64 {
    u64::try_from(time.as_millis()).unwrap_or(u64::MAX)
}

/// Bytes of one refusal: the place of its limit 1, the end of the refusal in milliseconds 8; big-endian.
const REFUSAL: usize = 9;

/// Writes the column `refusals`: NULL if there are none.
pub(crate) fn refusals_to_column(refusals: &[(usize, Timestamp)]) -> Option<Vec<u8>> {
    let mut bytes = Vec::with_capacity(refusals.len() * REFUSAL);
    for (limit, until) in refusals {
        bytes.push(u8::try_from(*limit).unwrap_or(u8::MAX));
        bytes.extend(until.as_millis().to_be_bytes());
    }
    (!bytes.is_empty()).then_some(bytes)
}

/// Reads the column that [`refusals_to_column`] wrote.
pub(crate) fn refusals_of_column(column: Option<&[u8]>) -> Vec<(usize, Timestamp)> {
    let (records, _) = column.unwrap_or_default().as_chunks::<REFUSAL>();
    let records = records.iter().map(|[limit, until @ ..]| {
        let until = Timestamp::from_millis(i64::from_be_bytes(*until));
        (usize::from(*limit), until)
    });
    records.collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_limits_of_earlier_releases_are_read() {
        let text = r#"[{"name":"minute","bucket":0,"window_ms":60000,"max":1,"weight":1,"enforced":true,"refundable":true}]"#;
        let minute = vec![PlacedLimit::alone(Limit::one_per_minute())];
        assert_eq!(from_json(text), RuleSet::new(minute).ok());
    }

    #[test]
    fn refusals_read_back_as_written() {
        let refusals = [
            (0, Timestamp::from_millis(5)),
            (63, Timestamp::from_millis(-1)),
        ];
        let column = refusals_to_column(&refusals);
        assert_eq!(refusals_of_column(column.as_deref()), refusals);
        assert_eq!(refusals_to_column(&[]), None);
        assert_eq!(refusals_of_column(None), []);
    }
}
