//! The days that some messages were made in, as constants of a statement.
//!
//! Messages, attempts and reports lie in one table a day, by the id of the message. A plan that is made once a session holds the tables
//! of all days, and locks each of them whenever the statement runs: with the messages of a year, that takes longer than the rest of
//! a batch. A statement that names the days of its messages is planned with their tables alone, once a day and session.

use countersign_core::time::Timestamp;
use uuid::Uuid;

/// Stands in a statement for its days, after the column of ids: `id {days}`.
const PLACE: &str = "{days}";

/// The milliseconds of a day.
const DAY: u64 = 86_400_000;

/// The most days that a statement names: with more there would be too many such statements.
const MANY: u64 = 4;

/// The days from the first to the last, counted from 1970; `None`: any.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) struct Days(Option<(u64, u64)>);

impl Days {
    /// Returns the days that these ids were made in.
    pub(crate) fn of<'a>(ids: impl IntoIterator<Item = &'a Uuid>) -> Self {
        let days = ids.into_iter().map(day_of);
        let days = days.fold(None, |found, day| match found {
            Some((first, last)) => Some((day.min(first), day.max(last))),
            None => Some((day, day)),
        });
        Self(days.filter(|(first, last)| last - first < MANY))
    }

    /// Returns the days from one moment to another.
    pub(crate) fn between(first: Timestamp, last: Timestamp) -> Self {
        let [first, last] = [first, last].map(|at| at.as_millis().unsigned_abs() / DAY);
        Self(Some((first, last)))
    }

    /// Returns a statement with its days.
    pub(crate) fn named_in(self, statement: &str) -> String {
        let days = match self.0 {
            Some((first, last)) => {
                let first = id_at(first * DAY, 0);
                let last = id_at((last + 1) * DAY - 1, u128::MAX);
                format!("BETWEEN '{first}' AND '{last}'")
            }
            None => "IS NOT NULL".to_owned(),
        };
        statement.replace(PLACE, &days)
    }
}

fn day_of(id: &Uuid) -> u64 {
    let milliseconds = id.as_u128() >> 80;
    u64::try_from(milliseconds).unwrap_or_default() / DAY
}

/// Returns the id of this moment with these lower 80 bits.
fn id_at(milliseconds: u64, rest: u128) -> Uuid {
    Uuid::from_u128(u128::from(milliseconds) << 80 | rest & (u128::MAX >> 48))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_statement_names_the_days_of_its_messages() {
        let first = Uuid::parse_str("00149970-0001-7000-8000-000000000001").unwrap(); // 1 ms into day 1024
        let last = Uuid::parse_str("00149e96-5bff-7fff-bfff-ffffffffffff").unwrap(); // in the last millisecond of it
        let named = Days::of([&last, &first]).named_in("id {days}");
        let day = "id BETWEEN '00149970-0000-0000-0000-000000000000' AND '00149e96-5bff-ffff-ffff-ffffffffffff'";
        assert_eq!(named, day);
        assert_eq!(Days::of([]).named_in("id {days}"), "id IS NOT NULL");
    }

    #[test]
    fn many_days_are_not_named() {
        let (first, fourth, fifth) = (id_at(0, 7), id_at(3 * DAY, 7), id_at(4 * DAY, 7));
        assert_ne!(Days::of([&first, &fourth]), Days(None));
        assert_eq!(Days::of([&first, &fifth]), Days(None));
    }
}
