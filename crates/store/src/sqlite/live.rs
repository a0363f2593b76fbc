//! Everything a decision looks at, in memory. No I/O: the log makes it durable, and a start rebuilds
//! it from the log.

use std::collections::{BTreeMap, HashMap, VecDeque};
use std::time::Duration;

use countersign_core::id::MessageId;
use countersign_core::limit::{self, Hit, Rule, Verdict};
use countersign_core::time::Timestamp;

use super::codes::{Code, Codes};
use super::guesses::Forgotten;
use super::hits::LoggedHit;
use crate::seal::Digest;

/// How many buckets with hits make a crowd: some 150 MB of them.
const CROWD: usize = 500_000;

/// The live state of one store.
#[derive(Debug, Default)]
pub(crate) struct Live {
    /// Hits that still count, by bucket, in order of time.
    pub(super) buckets: HashMap<Digest, Vec<Hit>>,
    /// Per length of window, which bucket has a hit that ends when: in order of time, so what is
    /// over is at the front.
    ends: BTreeMap<Duration, VecDeque<(Timestamp, Digest)>>,
    /// Messages whose provider has not answered yet.
    pending: HashMap<MessageId, Pending>,
    /// What can be checked.
    pub(super) codes: Codes,
    /// Wrong guesses about a number since the last success on the authenticated path; none is not kept.
    pub(super) in_a_row: HashMap<Digest, u32>,
    pub(super) forgotten: Forgotten,
}

#[derive(Debug)]
struct Pending {
    decided_at: Timestamp,
    scope: Digest,
    hits: Vec<LoggedHit>,
}

/// A message on its way into the live state.
#[derive(Debug, Clone)]
pub(crate) struct Admission {
    pub(crate) message: MessageId,
    pub(crate) decided_at: Timestamp,
    pub(crate) scope: Digest,
    /// Its code; `None` where it brings one that is live already.
    pub(crate) code: Option<Code>,
    pub(crate) hits: Vec<LoggedHit>,
}

impl Live {
    /// What `rule` says of an event at `now` in `bucket`.
    pub(crate) fn judge(&self, rule: &Rule, bucket: Digest, now: Timestamp) -> Verdict {
        let hits = self.buckets.get(&bucket).map_or(&[][..], Vec::as_slice);
        limit::judge(rule, hits, now)
    }

    /// Takes a message in: its hits count from now on, its code is pending.
    pub(crate) fn admit(&mut self, admission: Admission) {
        for hit in &admission.hits {
            self.add_hit(hit, admission.decided_at);
        }
        if let Some(code) = admission.code {
            self.codes.admit(admission.scope, code);
        }
        let pending = Pending {
            decided_at: admission.decided_at,
            scope: admission.scope,
            hits: admission.hits,
        };
        self.pending.insert(admission.message, pending);
    }

    /// Undoes [`Live::admit`]: the message could not be made durable, so it never was.
    pub(crate) fn withdraw(&mut self, message: MessageId) {
        if let Some(pending) = self.pending.remove(&message) {
            for hit in &pending.hits {
                self.remove_hit(hit, pending.decided_at);
            }
            self.codes.drop_code(pending.scope, message);
        }
    }

    /// The message may have been sent: its code is live, and older ones of its scope than it allows are dead.
    pub(crate) fn sent(&mut self, message: MessageId) {
        if let Some(pending) = self.pending.remove(&message) {
            self.codes.sent(pending.scope, message);
        }
    }

    /// The message was certainly not sent: its code is void and older ones stay as they are. With
    /// `gave_back`, its refundable hits no longer count.
    pub(crate) fn not_sent(&mut self, message: MessageId, gave_back: bool) {
        if let Some(pending) = self.pending.remove(&message) {
            self.codes.drop_code(pending.scope, message);
            for hit in pending
                .hits
                .iter()
                .filter(|hit| gave_back && hit.refundable)
            {
                self.remove_hit(hit, pending.decided_at);
            }
        }
    }

    /// Counts `hit` in its bucket from `at` on. Hits arrive in order of time.
    pub(crate) fn add_hit(&mut self, hit: &LoggedHit, at: Timestamp) {
        self.buckets.entry(hit.bucket).or_default().push(hit.at(at));
        self.ends
            .entry(hit.window)
            .or_default()
            .push_back((at.after(hit.window), hit.bucket));
    }

    /// Puts the hits of every bucket in order of time, after a rebuild that took them from several
    /// places.
    pub(crate) fn sort(&mut self) {
        for hits in self.buckets.values_mut() {
            hits.sort_by_key(|hit| hit.at);
        }
        for ends in self.ends.values_mut() {
            ends.make_contiguous().sort_by_key(|(end, _)| *end);
        }
    }

    /// Whether `message` is waiting for its settlement.
    pub(crate) fn is_pending(&self, message: MessageId) -> bool {
        self.pending.contains_key(&message)
    }

    /// How many wrong guesses about a number came in a row.
    pub(super) fn in_a_row(&self, phone: Digest) -> u32 {
        self.in_a_row.get(&phone).copied().unwrap_or(0)
    }

    /// Sets that, and answers what it was.
    pub(super) fn set_in_a_row(&mut self, phone: Digest, guesses: u32) -> u32 {
        let before = match guesses {
            0 => self.in_a_row.remove(&phone),
            _ => self.in_a_row.insert(phone, guesses),
        };
        before.unwrap_or(0)
    }

    /// Whether anything counts in `bucket`.
    pub(super) fn has_hits(&self, bucket: Digest) -> bool {
        self.buckets.contains_key(&bucket)
    }

    /// Whether no more should be counted than must be: a flood has filled the memory.
    pub(super) fn is_crowded(&self) -> bool {
        self.buckets.len() >= CROWD
    }

    /// Forgets the hits in `bucket` up to `at`.
    pub(super) fn forget_until(&mut self, bucket: Digest, at: Timestamp) {
        if let Some(hits) = self.buckets.get_mut(&bucket) {
            hits.retain(|hit| hit.at > at);
            if hits.is_empty() {
                self.buckets.remove(&bucket);
            }
        }
    }

    /// Takes every hit out of `bucket`.
    pub(super) fn empty_bucket(&mut self, bucket: Digest) -> Vec<Hit> {
        self.buckets.remove(&bucket).unwrap_or_default()
    }

    /// Lets go of everything that is over at `now`. A message waits for its settlement however long that
    /// takes: a machine that was suspended still owes it one.
    pub(crate) fn forget_past(&mut self, now: Timestamp) {
        for (window, ends) in &mut self.ends {
            while let Some((_, bucket)) = ends.pop_front_if(|(end, _)| *end <= now) {
                if let Some(hits) = self.buckets.get_mut(&bucket) {
                    let over = hits
                        .iter()
                        .take_while(|hit| hit.at.after(*window) <= now)
                        .count();
                    hits.drain(..over);
                    if hits.is_empty() {
                        self.buckets.remove(&bucket);
                    }
                }
            }
        }
        self.ends.retain(|_, ends| !ends.is_empty());
        self.codes.forget_past(now);
    }

    pub(super) fn remove_hit(&mut self, hit: &LoggedHit, at: Timestamp) {
        if let Some(hits) = self.buckets.get_mut(&hit.bucket) {
            remove(hits, hit.at(at));
            if hits.is_empty() {
                self.buckets.remove(&hit.bucket);
            }
        }
    }
}

pub(super) fn remove(hits: &mut Vec<Hit>, hit: Hit) {
    // Hits of one bucket, moment and weight are interchangeable.
    if let Some(found) = hits.iter().rposition(|held| *held == hit) {
        hits.remove(found);
    }
}

#[cfg(test)]
mod tests {
    use countersign_core::message::CodeState;

    use super::*;

    const MINUTE: Duration = Duration::from_secs(60);

    fn at(seconds: i64) -> Timestamp {
        Timestamp::from_millis(seconds * 1000)
    }

    fn id(seconds: i64) -> MessageId {
        MessageId::first_at(at(seconds))
    }

    fn hit(bucket: u8) -> LoggedHit {
        LoggedHit {
            bucket: Digest([bucket; 16]),
            window: MINUTE,
            weight: 1,
            refundable: true,
        }
    }

    fn admit(live: &mut Live, seconds: i64) {
        live.admit(Admission {
            message: id(seconds),
            decided_at: at(seconds),
            scope: Digest([9; 16]),
            code: Some(Code {
                message: id(seconds),
                decided_at: at(seconds),
                expires_at: at(seconds + 300),
                mac: [0; 32],
                tries_left: 5,
                keeps: 1,
                sent: false,
                used: false,
                sealed: None,
            }),
            hits: vec![hit(1), hit(2)],
        });
    }

    fn state(live: &Live, seconds: i64, now: i64) -> Option<CodeState> {
        live.codes.state(Digest([9; 16]), id(seconds), at(now))
    }

    #[test]
    fn a_newer_sent_code_retires_the_older_one() {
        let mut live = Live::default();
        admit(&mut live, 0);
        live.sent(id(0));
        admit(&mut live, 60);
        assert_eq!(state(&live, 0, 61), Some(CodeState::Live));
        assert_eq!(state(&live, 60, 61), Some(CodeState::Pending));
        live.sent(id(60));
        assert_eq!(state(&live, 0, 61), None);
        assert_eq!(state(&live, 60, 61), Some(CodeState::Live));
    }

    #[test]
    fn a_code_that_was_not_sent_leaves_the_older_one_alone() {
        let mut live = Live::default();
        admit(&mut live, 0);
        live.sent(id(0));
        admit(&mut live, 60);
        live.not_sent(id(60), true);
        assert_eq!(state(&live, 0, 61), Some(CodeState::Live));
        assert_eq!(state(&live, 60, 61), None);
    }

    #[test]
    fn an_older_message_settled_late_does_not_retire_a_newer_code() {
        let mut live = Live::default();
        admit(&mut live, 0);
        admit(&mut live, 60);
        live.sent(id(60));
        live.sent(id(0));
        assert_eq!(state(&live, 0, 61), None);
        assert_eq!(state(&live, 60, 61), Some(CodeState::Live));
    }

    #[test]
    fn what_is_over_is_let_go() {
        let mut live = Live::default();
        admit(&mut live, 0);
        live.sent(id(0));
        admit(&mut live, 100);
        live.forget_past(at(1_000));
        assert!(live.is_pending(id(100)), "an outcome is still to come");
        live.sent(id(100));
        live.forget_past(at(1_000));
        assert!(live.buckets.is_empty());
        assert!(live.codes.is_empty());
        assert!(live.pending.is_empty());
        assert!(live.ends.values().all(VecDeque::is_empty));
    }

    #[test]
    fn withdrawing_and_giving_back_leave_no_hit() {
        let mut live = Live::default();
        admit(&mut live, 0);
        live.withdraw(id(0));
        assert!(live.buckets.is_empty() && live.codes.is_empty());
        admit(&mut live, 1);
        live.not_sent(id(1), true);
        assert!(live.buckets.is_empty() && live.codes.is_empty());
        admit(&mut live, 2);
        live.not_sent(id(2), false);
        assert_eq!(live.buckets.len(), 2);
    }
}
