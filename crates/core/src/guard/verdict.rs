//! The guard's verdict about one send.

use std::borrow::Cow;
use std::time::Duration;

use super::block::{Block, Reason};
use super::conversion::{Reading, Threshold, WINDOW};
use super::range::{Area, RangeKind};
use super::{Exemption, GuardSettings, State};
use crate::application::AppId;
use crate::limit::{Counts, LimitKind, Mode, Refusal, SendFacts, Standing};
use crate::phone::PhoneNumber;
use crate::time::Timestamp;

/// The name under which refusals by a low conversion are shown.
pub(super) const CONVERSION: &str = GuardSettings::NAME;
/// The name under which refusals by a block are shown.
pub(super) const BLOCK: &str = "guard-block";

/// The guard's judgement about a send.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Judgement {
    /// The limits that do not count for the send.
    pub exempt: Exemption,
    /// The verdict.
    pub verdict: Verdict,
}

/// The guard's verdict about a send.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verdict {
    /// The guard has nothing against the send.
    Allows,
    /// The guard would refuse the send, and only monitors.
    Notes(Refusal),
    /// The guard refuses the send: unless the caller solves a challenge, where [`Refusal::mode`] says so.
    Refuses(Refusal),
}

impl State {
    /// Returns the severest verdict of all blocks and conversions that a send meets. A low conversion has the consequence
    /// `mode` at most.
    pub(super) fn verdict(
        &self,
        send: &SendFacts<'_>,
        mode: Mode,
        life: Duration,
        now: Timestamp,
    ) -> Verdict {
        let by_blocks = self.standing_blocks(send, now).map(|block| {
            let mode = for_caller(block.mode_now(mode), send.standing);
            block.refusal(mode, now)
        });
        let by_conversions = RangeKind::COUNTED.into_iter().filter_map(|kind| {
            let area = Area::of(send.app, kind, send.phone);
            let lifted = self.block_of(&area).and_then(|block| block.lifted_at);
            let from = lifted.unwrap_or_default();
            let threshold = Threshold::CHALLENGE;
            let reading = self.conversions.trips(&area, threshold, from, life, now)?;
            let mode = for_caller(mode.min(Mode::Challenge), send.standing);
            Some(conversion_refusal(reading, mode, now))
        });
        let all = by_blocks.chain(by_conversions);
        // The first of equals: a block tells more than the conversion that led to it.
        let severest = all.reduce(|one, other| match other.mode > one.mode {
            true => other,
            false => one,
        });
        match severest {
            None => Verdict::Allows,
            Some(refusal) if refusal.mode == Mode::Monitor => Verdict::Notes(refusal),
            Some(refusal) => Verdict::Refuses(refusal),
        }
    }

    /// Counts a message in each area that it went to and an operator watched then.
    pub(super) fn count_watched(&mut self, app: &AppId, phone: &PhoneNumber, made_at: Timestamp) {
        let watched = self
            .blocks_of(app, phone)
            .filter(|block| block.is_watch() && block.since <= made_at && block.stands(made_at));
        let areas: Vec<_> = watched.map(|block| block.area.clone()).collect();
        for area in areas {
            let count = self.watched.entry(area).or_default();
            *count = count.saturating_add(1);
        }
    }

    /// Iterates over the blocks that a send meets at `now`.
    fn standing_blocks<'a>(
        &'a self,
        send: &SendFacts<'a>,
        now: Timestamp,
    ) -> impl Iterator<Item = &'a Block> + use<'a> {
        let blocks = self.blocks_of(send.app, send.phone);
        blocks.filter(move |block| block.stands(now))
    }

    /// Iterates over the newest blocks of the areas that a number belongs to, for an application and for all.
    fn blocks_of<'a>(
        &'a self,
        app: &'a AppId,
        phone: &'a PhoneNumber,
    ) -> impl Iterator<Item = &'a Block> + use<'a> {
        let has_any = !(self.known.is_empty() && self.fresh.is_empty());
        let areas = has_any.then(|| Area::all_of(app, phone));
        let areas = areas.into_iter().flatten();
        areas.filter_map(|area| self.block_of(&area))
    }
}

impl Block {
    /// Returns the consequence of the block, where a low conversion has the consequence `mode` at most.
    pub(super) fn mode_now(&self, mode: Mode) -> Mode {
        match self.reason {
            Reason::Conversion(_) => self.mode.min(mode),
            Reason::Limit(_) | Reason::Operator => self.mode,
        }
    }

    fn refusal(&self, mode: Mode, now: Timestamp) -> Refusal {
        let (count, max) = match self.reason {
            Reason::Conversion(reading) => told(reading, Threshold::BLOCK),
            Reason::Limit(_) | Reason::Operator => (0, 0),
        };
        Refusal {
            limit: Cow::Borrowed(BLOCK),
            kind: LimitKind::Everybody,
            mode,
            counts: Counts::Messages,
            count,
            max,
            window: WINDOW,
            at: now,
            until: self.until,
        }
    }
}

/// Returns the refusal by a low conversion. It ends with the evidence, a day later at most.
fn conversion_refusal(reading: Reading, mode: Mode, now: Timestamp) -> Refusal {
    let (count, max) = told(reading, Threshold::CHALLENGE);
    Refusal {
        limit: Cow::Borrowed(CONVERSION),
        kind: LimitKind::Everybody,
        mode,
        counts: Counts::Messages,
        count,
        max,
        window: WINDOW,
        at: now,
        until: Some(now.after(WINDOW)),
    }
}

/// Tells a reading in the words of a limit: the sends that were not verified, and the most for which `threshold` does not
/// trip.
fn told(reading: Reading, threshold: Threshold) -> (u64, u64) {
    let most = threshold.most_unverified(reading.sends);
    (reading.unverified().into(), most.into())
}

/// Returns the consequence for a caller of this standing: only callers that can solve a challenge are asked for one.
const fn for_caller(mode: Mode, standing: Standing) -> Mode {
    match (mode, standing) {
        (Mode::Challenge, Standing::Public | Standing::Trusted) => Mode::Monitor,
        _ => mode,
    }
}
