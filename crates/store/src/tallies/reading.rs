//! A reading of tallies: the parts of its range, and their sum.
//!
//! A store keeps the counts of closed days for good, and those of quarters of an hour for a while.

use std::collections::BTreeMap;

use countersign_core::ports::tallies::{By, Row, Tallies, TallyQuery};
use countersign_core::tally::{Kind, Span, Tally};
use countersign_core::time::Timestamp;

/// A part of a range.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Part {
    /// Whole days whose counts are on record.
    Days(Timestamp, Timestamp),
    /// Quarters.
    Quarters(Timestamp, Timestamp),
}

impl Part {
    /// Returns the start and the end of the part.
    pub(crate) fn range(self) -> (Timestamp, Timestamp) {
        match self {
            Part::Days(from, to) | Part::Quarters(from, to) => (from, to),
        }
    }
}

/// Returns the range of `query`, widened to whole quarters.
pub(crate) fn range(query: &TallyQuery) -> (Timestamp, Timestamp) {
    let from = Span::Quarter.start(query.from);
    (from, Span::Quarter.next_start(query.to).max(from))
}

/// Divides a range of quarters into parts. A closed day is read as a whole where all of it is asked for and the time of
/// day does not matter, or where its quarters are not kept any more, as `has_quarters` tells. `days` are the starts of the closed days
/// of the range that have a message; the others cost nothing, however many of them the range has.
///
/// # Errors
/// Those of `has_quarters`.
pub(crate) fn parts<E>(
    by: By,
    (from, to): (Timestamp, Timestamp),
    days: Vec<Timestamp>,
    has_quarters: impl Fn(Timestamp) -> Result<bool, E>,
) -> Result<Vec<Part>, E> {
    let (mut parts, mut at) = (Vec::new(), from);
    for day in days {
        let end = day.after(Span::Day.length());
        let start = day.max(from);
        let is_whole = start == day && end <= to && !matches!(by, By::Quarter | By::Hour);
        let is_kept_as_day = is_whole || !has_quarters(day)?;
        let part = match is_kept_as_day {
            true => Part::Days(day, end),
            false => Part::Quarters(start, end.min(to)),
        };
        if at < part.range().0 {
            parts.push(Part::Quarters(at, part.range().0));
        }
        at = part.range().1;
        match (parts.last_mut(), part) {
            (Some(Part::Days(_, until)), Part::Days(_, end)) => *until = end,
            _ => parts.push(part),
        }
    }
    if at < to {
        parts.push(Part::Quarters(at, to));
    }
    Ok(parts)
}

/// The counts that a query asks for, as far as they were added up.
#[derive(Debug)]
pub(crate) struct Sum<'a> {
    query: &'a TallyQuery,
    total: Tally,
    rows: BTreeMap<Row, Tally>,
}

impl<'a> Sum<'a> {
    pub(crate) fn of(query: &'a TallyQuery) -> Self {
        Self {
            query,
            total: Tally::default(),
            rows: BTreeMap::new(),
        }
    }

    /// Adds the messages of a kind in the span that starts at `at`, where the query asks for them.
    pub(crate) fn add(&mut self, at: Timestamp, kind: &Kind, tally: &Tally) {
        if self.query.matches(kind) {
            self.total.add(tally);
            let row = self.rows.entry(self.query.by.row(at, kind));
            row.or_default().add(tally);
        }
    }

    /// Returns the sum over these parts of the range of the query. `counted_from` is the time from which on messages are
    /// counted.
    pub(crate) fn over(self, parts: &[Part], counted_from: Option<Timestamp>) -> Tallies {
        let (from, to) = match (parts.first(), parts.last()) {
            (Some(first), Some(last)) => (first.range().0, last.range().1),
            _ => range(self.query),
        };
        Tallies {
            from,
            to,
            counted_from,
            total: self.total,
            rows: self.rows.into_iter().collect(),
        }
    }
}
