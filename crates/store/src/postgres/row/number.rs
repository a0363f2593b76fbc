//! Numbers: the consecutive wrong guesses about each.

use std::collections::HashMap;

use countersign_core::code::check::Consecutive;
use countersign_core::time::Timestamp;

use crate::seal::{Key, Keys};

/// Reads the rows with these keys.
pub(crate) const READ: &str = "SELECT key, at, in_a_row::bigint FROM number WHERE key = ANY ($1)";

/// Writes rows that are locked.
pub(crate) const WRITE: &str = "
    UPDATE number SET at = new.at, in_a_row = new.in_a_row
    FROM unnest($1::bigint[], $2::bigint[], $3::integer[]) AS new (key, at, in_a_row)
    WHERE number.key = new.key";

/// What is counted about one number.
#[derive(Debug, Clone, Copy, Default)]
struct NumberRow {
    at: Timestamp,
    in_a_row: u32,
    is_changed: bool,
}

/// The numbers of a batch. One that no row was read of has no wrong guess.
#[derive(Debug, Default)]
pub(crate) struct NumberRows(HashMap<Key, NumberRow>);

impl NumberRows {
    /// Takes a row that was read; `None` if its count is none.
    pub(crate) fn read(&mut self, key: Key, at: Timestamp, in_a_row: i64) -> Option<()> {
        let row = NumberRow {
            at,
            in_a_row: u32::try_from(in_a_row).ok()?,
            is_changed: false,
        };
        self.0.insert(key, row);
        Some(())
    }

    /// Returns the time of the newest event about a number.
    pub(crate) fn newest(&self, key: Key) -> Option<Timestamp> {
        self.0.get(&key).map(|row| row.at)
    }

    /// Returns the consecutive wrong guesses about a number, under all of its keys.
    pub(crate) fn in_a_row(&self, phone: &Keys) -> u32 {
        let rows = phone.all().filter_map(|key| self.0.get(&key));
        rows.map(|row| row.in_a_row).sum()
    }

    /// Changes the count at `now`. A count under older keys goes on under the newest.
    pub(crate) fn change(&mut self, phone: &Keys, change: Consecutive, now: Timestamp) {
        let before = self.in_a_row(phone);
        for key in phone.all() {
            let row = self.0.entry(key).or_default();
            (row.at, row.in_a_row, row.is_changed) = (now, 0, true);
        }
        let row = self.0.entry(phone.newest).or_default();
        row.in_a_row = change.after(before);
    }

    /// Returns the numbers that were changed, in the order of their keys: key, time and count.
    pub(crate) fn changed(&self) -> Vec<(i64, i64, i32)> {
        let changed = self.0.iter().filter(|(_, row)| row.is_changed);
        let rows = changed.map(|(key, row)| {
            let count = i32::try_from(row.in_a_row).unwrap_or(i32::MAX);
            (key.column(), row.at.as_millis(), count)
        });
        let mut rows: Vec<_> = rows.collect();
        rows.sort_unstable_by_key(|row| Key::of_column(row.0));
        rows
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_count_goes_on_under_the_newest_key() {
        let now = Timestamp::from_millis(9);
        let phone = Keys {
            newest: Key(1),
            older: vec![Key(2)],
        };
        let mut rows = NumberRows::default();
        rows.read(Key(2), Timestamp::from_millis(5), 3).unwrap();
        assert_eq!(rows.in_a_row(&phone), 3);
        rows.change(&phone, Consecutive::Increment, now);
        assert_eq!(rows.changed(), [(1, 9, 4), (2, 9, 0)]);
        rows.change(&phone, Consecutive::Reset, now);
        assert_eq!(rows.in_a_row(&phone), 0);
    }
}
