//! The rule sets that messages were judged by: one row for all messages that share one.

use std::borrow::Cow;
use std::sync::Arc;
use std::time::Duration;

use countersign_core::limit::{Bound, Counts, Limit, Mode, PlacedLimit, RuleSet};
use countersign_core::price::Currency;
use countersign_core::time::Timestamp;
use rusqlite::types::ValueRef;
use rusqlite::{Connection, params};
use serde::{Deserialize, Serialize};

/// The rule sets of one log, by their ids.
#[derive(Debug, Default)]
pub(crate) struct RuleSets(Vec<StoredRuleSet>);

#[derive(Debug)]
struct StoredRuleSet {
    id: i64,
    set: Arc<RuleSet>,
    durable: bool,
}

impl RuleSets {
    pub(crate) fn read(log: &Connection) -> rusqlite::Result<Self> {
        let mut select = log.prepare_cached("SELECT id, limits FROM rule_set ORDER BY id")?;
        let mut rows = select.query([])?;
        let mut all = Vec::new();
        while let Some(row) = rows.next()? {
            let id = row.get("id")?;
            let set = from_json(row.get_ref("limits")?.as_str()?);
            let set = set.ok_or_else(|| unreadable("the log holds limits that cannot be read"))?;
            let (set, durable) = (Arc::new(set), true);
            all.push(StoredRuleSet { id, set, durable });
        }
        Ok(Self(all))
    }

    pub(crate) fn get(&self, id: i64) -> Option<&Arc<RuleSet>> {
        let kept = self.0.iter().find(|kept| kept.id == id)?;
        Some(&kept.set)
    }

    /// Returns the longest window in which a message counts.
    pub(crate) fn longest_window(&self) -> Duration {
        let buckets = self.0.iter().flat_map(|kept| kept.set.buckets());
        let windows = buckets.map(|counted| counted.window);
        windows.max().unwrap_or_default()
    }

    /// Returns the id of `set`. Writes the set first if it is not durable yet.
    pub(crate) fn id_of(&mut self, set: &Arc<RuleSet>, log: &Connection) -> rusqlite::Result<i64> {
        let next_id = self.next_id();
        let known = self.0.iter().rposition(|kept| Arc::ptr_eq(&kept.set, set));
        let known = known.or_else(|| self.0.iter().position(|kept| kept.set == *set));
        let id = match known.and_then(|place| self.0.get_mut(place)) {
            Some(kept) => {
                // The next message of the set finds it without comparing limits.
                kept.set = Arc::clone(set);
                if kept.durable {
                    return Ok(kept.id);
                }
                kept.id
            }
            None => {
                self.0.push(StoredRuleSet {
                    id: next_id,
                    set: Arc::clone(set),
                    durable: false,
                });
                next_id
            }
        };
        log.prepare_cached("INSERT OR IGNORE INTO rule_set VALUES (?, ?)")?
            .execute(params![id, to_json(set)])?;
        Ok(id)
    }

    /// Marks all written sets as durable.
    pub(crate) fn committed(&mut self) {
        for kept in &mut self.0 {
            kept.durable = true;
        }
    }

    /// Forgets the sets whose transaction was rolled back.
    pub(crate) fn rolled_back(&mut self) {
        self.0.retain(|kept| kept.durable);
    }

    fn next_id(&self) -> i64 {
        self.0.last().map_or(1, |last| last.id + 1)
    }
}

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
    max: u32,
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
enum CountsJson {
    #[default]
    Messages,
    Numbers,
    /// Of this currency.
    Money(String),
}

impl CountsJson {
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

fn to_json(set: &RuleSet) -> String {
    let limits: Vec<_> = set.limits().iter().map(LimitJson::of).collect();
    serde_json::to_string(&limits).unwrap_or_default()
}

fn from_json(text: &str) -> Option<RuleSet> {
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
            counts: match limit.counts {
                Counts::Messages => CountsJson::Messages,
                Counts::Numbers => CountsJson::Numbers,
                Counts::Money(currency) => CountsJson::Money(currency.to_string()),
            },
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
                counts: match self.counts {
                    CountsJson::Messages => Counts::Messages,
                    CountsJson::Numbers => Counts::Numbers,
                    CountsJson::Money(code) => Counts::Money(Currency::parse(&code)?),
                },
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

/// Returns the rule set that a row names in its column `rule_set`.
pub(crate) fn named<'a>(
    sets: &'a RuleSets,
    column: ValueRef<'_>,
) -> rusqlite::Result<&'a Arc<RuleSet>> {
    let set = sets.get(column.as_i64()?);
    set.ok_or_else(|| unreadable("the log holds a message with unknown limits"))
}

pub(crate) fn unreadable(why: &str) -> rusqlite::Error {
    rusqlite::Error::FromSqlConversionFailure(0, rusqlite::types::Type::Blob, why.into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rule_sets_read_back_as_written() {
        let mut log = Connection::open_in_memory().unwrap();
        super::super::schema::migrations()
            .to_latest(&mut log)
            .unwrap();
        let watched = Limit {
            name: "day \"1\"".into(),
            window: Limit::LONGEST_WINDOW,
            bound: Bound::Max(u32::MAX),
            mode: Mode::Monitor,
            ..Limit::one_per_minute()
        };
        let numbers = Limit {
            counts: Counts::Numbers,
            mode: Mode::Challenge,
            ..watched.clone()
        };
        let waits = Limit {
            bound: Bound::Waits([60, 120].map(Duration::from_secs).into()),
            until_verified: true,
            early_percent: 3,
            ..watched.clone()
        };
        let money = Limit {
            counts: Counts::Money(Currency::parse("CNY").unwrap()),
            ..watched.clone()
        };
        let place = |limit, bucket, of_number| PlacedLimit {
            limit,
            bucket,
            of_number,
        };
        let one = RuleSet::new(vec![
            PlacedLimit::alone(Limit::one_per_minute()),
            place(watched, 1, None),
            place(numbers, 3, Some(2)),
            place(waits, 4, None),
            place(money, 5, None),
        ])
        .unwrap();
        let (one, none) = (Arc::new(one), Arc::new(RuleSet::new(vec![]).unwrap()));

        let mut sets = RuleSets::default();
        let transaction = log.transaction().unwrap();
        assert_eq!(sets.id_of(&one, &transaction).unwrap(), 1);
        transaction.rollback().unwrap();
        sets.rolled_back();
        for (set, id) in [(&none, 1), (&one, 2), (&none, 1)] {
            assert_eq!(sets.id_of(set, &log).unwrap(), id);
        }
        sets.committed();
        let read = RuleSets::read(&log).unwrap();
        assert_eq!((read.get(1), read.get(2)), (Some(&none), Some(&one)));
        assert_eq!(read.longest_window(), Limit::LONGEST_WINDOW);
        let again = Arc::new(RuleSet::clone(&one));
        assert_eq!(sets.id_of(&again, &log).unwrap(), 2);
    }

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
