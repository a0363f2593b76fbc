//! The hits of sends: judging them, and changing them outside of a message's life.

use countersign_core::limit::{LimitState, RuleSet, Rules};
use countersign_core::message::{Decision, LiveCode};
use countersign_core::time::Timestamp;

use super::Live;
use crate::counting::Counting as _;
use crate::hit::{LoggedHit, Touched};
use crate::seal::{Key, Keys};

impl Live {
    /// Returns the limits that refuse an event in these buckets at `now`, by their places, and until when.
    pub(crate) fn judge_send(
        &self,
        limits: &RuleSet,
        touched: &Touched,
        now: Timestamp,
    ) -> Vec<(usize, Timestamp)> {
        self.sends.judge_all(limits, touched, now)
    }

    /// Judges an event like [`Live::judge_send`], in the first `most` of its buckets alone.
    pub(crate) fn judge_first(
        &self,
        limits: &RuleSet,
        touched: &Touched,
        most: usize,
        now: Timestamp,
    ) -> Vec<(usize, Timestamp)> {
        self.sends.judge_first(limits, touched, most, now)
    }

    /// Returns `decision` on an event in these buckets, with the weight that the limit which refused has counted.
    pub(crate) fn counted(&self, decision: Decision, touched: &Touched) -> Decision {
        let Some((place, limit, _)) = decision.refused_by() else {
            return decision;
        };
        let placed = decision.limits.limits().get(place);
        let keys = placed.and_then(|placed| touched.bucket(placed.bucket));
        let counted = keys.map_or(0, |keys| self.sends.count(limit, keys, decision.at));
        Decision {
            counted,
            ..decision
        }
    }

    /// Returns what each limit counts for an event in these buckets at `now`, and until when it would refuse the event.
    pub(crate) fn preview(
        &self,
        limits: &RuleSet,
        touched: &Touched,
        now: Timestamp,
    ) -> Vec<LimitState> {
        self.sends.preview(limits, touched, now)
    }

    /// Returns the live code that a message of `scope` brings once more, if one is kept sealed.
    pub(crate) fn code_to_send_again(&self, scope: &Keys, now: Timestamp) -> Option<LiveCode> {
        self.codes.to_send_again(scope, now)
    }

    /// Returns whether the rules allow one more give-back at `now`.
    pub(crate) fn allows_give_back(
        &self,
        give_back: &Rules,
        touched: &Touched,
        now: Timestamp,
    ) -> bool {
        self.sends
            .judge_all(give_back.set(), touched, now)
            .is_empty()
    }

    /// Counts the hits of a send that was decided on at `at`.
    pub(crate) fn restore_send_hits(&mut self, hits: &[LoggedHit], at: Timestamp) {
        self.sends.add_all(hits, at);
    }

    /// Ends the hits of sends in `bucket` up to `at`.
    pub(crate) fn end_sends(&mut self, bucket: Key, at: Timestamp) {
        self.sends.clear_until(bucket, at);
    }

    /// Counts a hit of a send or of a give-back.
    pub(crate) fn add_send_hit(&mut self, hit: &LoggedHit, at: Timestamp) {
        self.sends.add(hit, at);
    }
}
