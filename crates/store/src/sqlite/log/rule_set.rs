//! The rule sets that messages were judged by: one row for all messages that share one.

use std::sync::Arc;
use std::time::Duration;

use countersign_core::limit::RuleSet;
use rusqlite::types::ValueRef;
use rusqlite::{Connection, params};

use crate::limits_at_rest::{from_json, to_json};

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
    use countersign_core::limit::{Bound, Counts, Limit, Mode, PlacedLimit};
    use countersign_core::price::Currency;

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
            bound: Bound::Max(u32::MAX.into()),
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
            bound: Bound::Max(10_000_000_000_000),
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
}
