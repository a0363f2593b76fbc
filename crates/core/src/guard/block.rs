//! Blocks: areas to which nothing is sent for a while.

use std::time::Duration;

use super::conversion::Reading;
use super::range::Area;
use crate::limit::Mode;
use crate::time::Timestamp;

/// A stop of all sends to an area.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Block {
    /// The area. There is at most one block of an area; the next replaces it.
    pub area: Area,
    /// The reason.
    pub reason: Reason,
    /// The consequence for a send: [`Mode::Monitor`] only notes that the block would refuse it.
    pub mode: Mode,
    /// The beginning.
    pub since: Timestamp,
    /// The end; `None` for a block that lasts until an operator lifts it.
    pub until: Option<Timestamp>,
    /// The number of blocks of the area before this one that count against it ([`STEPS`]).
    pub step: u8,
    /// The time at which an operator lifted the block.
    pub lifted_at: Option<Timestamp>,
    /// The reason that an operator gave.
    pub note: String,
}

/// The reason for a block.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Reason {
    /// Hardly any of the newest codes were verified.
    Conversion(Reading),
    /// The limit of this name refused a send, and is set to block then.
    Limit(String),
    /// An operator decided so.
    Operator,
}

impl Reason {
    /// Returns the name of the reason on the wire and on record.
    #[must_use]
    pub const fn as_str(&self) -> &'static str {
        match self {
            Reason::Conversion(_) => "conversion",
            Reason::Limit(_) => "limit",
            Reason::Operator => "operator",
        }
    }
}

/// The lengths of the first, the second and the third block of an area. The fourth lasts until an operator lifts it.
pub const STEPS: [Duration; 3] = [
    Duration::from_hours(1),
    Duration::from_hours(6),
    Duration::from_hours(24),
];

/// The time after its end for which a block makes the next one of its area longer.
pub const REMEMBERED: Duration = Duration::from_hours(7 * 24);

impl Block {
    /// Makes the block that the guard begins at `now`, after the block `before` of the area. A block that an operator
    /// lifted was wrong, so it makes none longer. A block that only monitors always ends by itself.
    #[must_use]
    pub fn begun(
        area: Area,
        reason: Reason,
        mode: Mode,
        before: Option<&Block>,
        now: Timestamp,
    ) -> Self {
        let step = before.map_or(0, |before| before.next_step(now));
        let last = STEPS.len().saturating_sub(1);
        let length = match mode {
            Mode::Monitor => STEPS.get(usize::from(step).min(last)),
            _ => STEPS.get(usize::from(step)),
        };
        Self {
            area,
            reason,
            mode,
            since: now,
            until: length.map(|length| now.after(*length)),
            step,
            lifted_at: None,
            note: String::new(),
        }
    }

    /// Returns the step of a block that begins at `now` after this one.
    fn next_step(&self, now: Timestamp) -> u8 {
        let counts = match (&self.reason, self.lifted_at, self.until) {
            (Reason::Operator, ..) | (_, Some(_), _) => false,
            (_, None, Some(until)) => now < until.after(REMEMBERED),
            (_, None, None) => true,
        };
        let most = u8::try_from(STEPS.len()).unwrap_or(u8::MAX);
        if counts {
            self.step.saturating_add(1).min(most)
        } else {
            0
        }
    }

    /// Returns whether the block stands at `now`.
    #[must_use]
    pub fn stands(&self, now: Timestamp) -> bool {
        self.lifted_at.is_none() && self.until.is_none_or(|until| now < until)
    }

    /// Returns whether the block stands at `now`, so that the guard begins no other one of the area. A
    /// [watch](Self::is_watch) is no reason to let sends pass that the guard would block: the block takes its place.
    pub(super) fn is_in_place(&self, now: Timestamp) -> bool {
        self.stands(now) && !self.is_watch()
    }

    /// Returns the time before which sends are no evidence for another block, since this one has judged them or an
    /// operator has.
    #[must_use]
    pub fn evidence_from(&self) -> Timestamp {
        let ended = self.lifted_at.or(self.until);
        ended.unwrap_or(self.since)
    }

    /// Returns whether the block makes no difference at `now` any more.
    #[must_use]
    pub fn is_forgotten(&self, now: Timestamp) -> bool {
        let ended = match (self.lifted_at, self.until) {
            (Some(at), _) | (None, Some(at)) => at,
            (None, None) => return false,
        };
        now >= ended.after(REMEMBERED)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::guard::range::{Range, RangeKind};

    const HOUR: Duration = Duration::from_secs(3_600);

    fn begun(mode: Mode, before: Option<&Block>, now: Timestamp) -> Block {
        let range = Range::parse(RangeKind::CallingCode, "+1").unwrap();
        let area = Area { app: None, range };
        Block::begun(area, Reason::Limit("a".to_owned()), mode, before, now)
    }

    fn hours(block: &Block) -> Option<u64> {
        let length = block.until.map(|until| block.since.until(until));
        length.map(|length| length.as_secs() / 3_600)
    }

    #[test]
    fn the_blocks_of_an_area_grow_and_the_fourth_lasts_until_it_is_lifted() {
        let mut now = Timestamp::from_millis(1_000);
        let (mut before, mut lengths) = (None, Vec::new());
        for _ in 0..5 {
            let block = begun(Mode::Enforce, before.as_ref(), now);
            assert!(block.stands(now));
            if let Some(until) = block.until {
                assert!(!block.stands(until));
                now = until.after(HOUR);
            }
            lengths.push(hours(&block));
            before = Some(block);
        }
        assert_eq!(lengths, [Some(1), Some(6), Some(24), None, None]);
        let last = before.unwrap();
        assert!(last.stands(Timestamp::from_millis(i64::MAX)) && !last.is_forgotten(now));
    }

    #[test]
    fn a_reason_has_a_name() {
        let reasons = [
            Reason::Conversion(Reading::default()),
            Reason::Limit("block-numbers".to_owned()),
            Reason::Operator,
        ];
        let names = reasons.each_ref().map(Reason::as_str);
        assert_eq!(names, ["conversion", "limit", "operator"]);
    }

    #[test]
    fn a_block_that_monitors_always_ends() {
        let mut now = Timestamp::from_millis(1_000);
        let mut before: Option<Block> = None;
        for expected in [1, 6, 24, 24, 24] {
            let block = begun(Mode::Monitor, before.as_ref(), now);
            assert_eq!(hours(&block), Some(expected));
            now = block.until.unwrap();
            before = Some(block);
        }
    }

    #[test]
    fn the_step_is_forgotten_seven_days_after_the_end_and_when_an_operator_lifts_the_block() {
        let first = begun(Mode::Enforce, None, Timestamp::from_millis(1_000));
        let forgotten = first.until.unwrap().after(168 * HOUR);
        let just_before = forgotten.before(Duration::from_millis(1));
        assert_eq!(begun(Mode::Enforce, Some(&first), just_before).step, 1);
        assert!(!first.is_forgotten(just_before) && first.is_forgotten(forgotten));
        assert_eq!(begun(Mode::Enforce, Some(&first), forgotten).step, 0);
        let lifted = Block {
            lifted_at: Some(first.since),
            ..first
        };
        assert!(!lifted.stands(lifted.since));
        assert_eq!(begun(Mode::Enforce, Some(&lifted), just_before).step, 0);
    }
}
