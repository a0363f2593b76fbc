//! Everything a decision looks at, in memory. No I/O: the log makes it durable, and a start rebuilds
//! it from the log.

use std::collections::{BTreeMap, HashMap, VecDeque};
use std::time::Duration;

use countersign_core::id::MessageId;
use countersign_core::limit::{self, Hit, Rule, Verdict};
use countersign_core::message::CodeState;
use countersign_core::passcode::PasscodeMac;
use countersign_core::time::Timestamp;

use super::hits::LoggedHit;
use crate::seal::Digest;

/// The live state of one store.
#[derive(Debug, Default)]
pub(crate) struct Live {
    /// Hits that still count, by bucket, in order of time.
    buckets: HashMap<Digest, Vec<Hit>>,
    /// Per length of window, which bucket has a hit that ends when: in order of time, so what is
    /// over is at the front.
    ends: BTreeMap<Duration, VecDeque<(Timestamp, Digest)>>,
    /// Messages whose provider has not answered yet.
    pending: HashMap<MessageId, Pending>,
    /// Codes that are or may become valid, by what they are good for.
    codes: HashMap<Digest, Vec<Code>>,
    /// Which code ends when. All lives are alike, or nearly: what is over is near the front.
    code_ends: VecDeque<(Timestamp, Digest)>,
}

#[derive(Debug)]
struct Pending {
    decided_at: Timestamp,
    scope: Digest,
    hits: Vec<LoggedHit>,
}

/// What is kept of a code that may be used.
#[derive(Debug, Clone)]
pub(crate) struct Code {
    pub(crate) message: MessageId,
    pub(crate) decided_at: Timestamp,
    /// What a check will compare with.
    #[expect(
        dead_code,
        reason = "written with the code so that a check finds it; nothing checks yet"
    )]
    pub(crate) mac: PasscodeMac,
    pub(crate) expires_at: Timestamp,
    /// Whether its message may have been sent; until then it is pending.
    pub(crate) sent: bool,
}

/// A message on its way into the live state.
#[derive(Debug, Clone)]
pub(crate) struct Admission {
    pub(crate) message: MessageId,
    pub(crate) decided_at: Timestamp,
    pub(crate) scope: Digest,
    pub(crate) code_mac: PasscodeMac,
    pub(crate) code_expires_at: Timestamp,
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
        self.code_ends
            .push_back((admission.code_expires_at, admission.scope));
        self.codes.entry(admission.scope).or_default().push(Code {
            message: admission.message,
            decided_at: admission.decided_at,
            mac: admission.code_mac,
            expires_at: admission.code_expires_at,
            sent: false,
        });
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
            self.drop_code(pending.scope, message);
        }
    }

    /// The message may have been sent: its code is the one, and older ones of its scope are dead.
    pub(crate) fn sent(&mut self, message: MessageId) {
        let Some(pending) = self.pending.remove(&message) else {
            return;
        };
        let Some(codes) = self.codes.get_mut(&pending.scope) else {
            return;
        };
        let age = (pending.decided_at, message);
        let newer = |code: &Code| (code.decided_at, code.message) > age;
        let newer_is_live = codes.iter().any(|code| code.sent && newer(code));
        codes.retain_mut(|code| {
            if code.message == message {
                code.sent = true;
                !newer_is_live
            } else {
                newer(code)
            }
        });
        if codes.is_empty() {
            self.codes.remove(&pending.scope);
        }
    }

    /// The message was certainly not sent: its code is void and older ones stay as they are. With
    /// `gave_back`, its refundable hits no longer count.
    pub(crate) fn not_sent(&mut self, message: MessageId, gave_back: bool) {
        if let Some(pending) = self.pending.remove(&message) {
            self.drop_code(pending.scope, message);
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

    /// The state of a code at `now`, where it is still here: pending or live.
    pub(crate) fn code(
        &self,
        scope: Digest,
        message: MessageId,
        now: Timestamp,
    ) -> Option<CodeState> {
        let code = self
            .codes
            .get(&scope)?
            .iter()
            .find(|code| code.message == message)?;
        match (code.sent, code.expires_at > now) {
            (_, false) => None,
            (true, true) => Some(CodeState::Live),
            (false, true) => Some(CodeState::Pending),
        }
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
        while let Some((_, scope)) = self.code_ends.pop_front_if(|(end, _)| *end <= now) {
            if let Some(codes) = self.codes.get_mut(&scope) {
                codes.retain(|code| code.expires_at > now);
                if codes.is_empty() {
                    self.codes.remove(&scope);
                }
            }
        }
    }

    fn remove_hit(&mut self, hit: &LoggedHit, at: Timestamp) {
        if let Some(hits) = self.buckets.get_mut(&hit.bucket) {
            // Hits of one bucket, moment and weight are interchangeable.
            if let Some(found) = hits.iter().rposition(|held| *held == hit.at(at)) {
                hits.remove(found);
            }
            if hits.is_empty() {
                self.buckets.remove(&hit.bucket);
            }
        }
    }

    fn drop_code(&mut self, scope: Digest, message: MessageId) {
        if let Some(codes) = self.codes.get_mut(&scope) {
            codes.retain(|code| code.message != message);
            if codes.is_empty() {
                self.codes.remove(&scope);
            }
        }
    }
}

#[cfg(test)]
mod tests {
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
            code_mac: [0; 32],
            code_expires_at: at(seconds + 300),
            hits: vec![hit(1), hit(2)],
        });
    }

    fn state(live: &Live, seconds: i64, now: i64) -> Option<CodeState> {
        live.code(Digest([9; 16]), id(seconds), at(now))
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
        assert!(live.buckets.is_empty());
        assert!(live.codes.is_empty());
        assert!(live.pending.is_empty());
        assert!(live.code_ends.is_empty());
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
