//! Everything a decision looks at, in memory. No I/O: the log makes it durable, and a start rebuilds
//! it from the log.

use std::collections::HashMap;
use std::sync::Arc;

use countersign_core::code::passcode::SealedPasscode;
use countersign_core::id::MessageId;
use countersign_core::time::Timestamp;

use super::buckets::Buckets;
use super::codes::{Code, Codes};
use super::guesses::Forgotten;
use super::hits::LoggedHit;
use super::parked::Parked;
use crate::seal::Key;

/// How many numbers that were guessed at make a crowd: some 20 MB of them.
const CROWD: usize = 500_000;

/// The live state of one store.
#[derive(Debug, Default)]
pub(crate) struct Live {
    /// Hits of sends that still count.
    pub(super) sends: Buckets,
    /// And those of guesses and tokens.
    pub(super) guesses: Buckets,
    /// Messages whose provider has not answered yet.
    pending: HashMap<MessageId, Pending>,
    /// What can be checked.
    pub(super) codes: Codes,
    /// Wrong guesses about a number since the last success on the authenticated path; none is not kept.
    pub(super) in_a_row: HashMap<Key, u32>,
    pub(super) forgotten: Forgotten,
    /// Reports of vendors that came before what they are about.
    pub(super) parked: Parked,
    /// What the next rows of the log are numbered.
    pub(super) next_message: i64,
    pub(super) next_event: i64,
}

#[derive(Debug)]
struct Pending {
    seq: i64,
    decided_at: Timestamp,
    scope: Key,
    hits: Arc<[LoggedHit]>,
}

/// A message on its way into the live state.
#[derive(Debug, Clone)]
pub(crate) struct Admission {
    /// Its row in the log.
    pub(crate) seq: i64,
    pub(crate) message: MessageId,
    pub(crate) decided_at: Timestamp,
    pub(crate) scope: Key,
    /// Its code; `None` where it brings one that is live already.
    pub(crate) code: Option<Code>,
    /// The code itself, where it is to be sent again.
    pub(crate) sealed: Option<SealedPasscode>,
    pub(crate) hits: Arc<[LoggedHit]>,
}

impl Live {
    /// The number of the next message in the log.
    pub(crate) fn next_message(&mut self) -> i64 {
        self.next_message += 1;
        self.next_message
    }

    /// The number of the next event in the log.
    pub(super) fn next_event(&mut self) -> i64 {
        self.next_event += 1;
        self.next_event
    }

    /// Takes a message in: its hits count from now on, its code is pending.
    pub(crate) fn admit(&mut self, admission: Admission) {
        for hit in &*admission.hits {
            self.sends.add(hit, admission.decided_at);
        }
        if let Some(code) = admission.code {
            self.codes.admit(admission.scope, code, admission.sealed);
        }
        let pending = Pending {
            seq: admission.seq,
            decided_at: admission.decided_at,
            scope: admission.scope,
            hits: admission.hits,
        };
        self.pending.insert(admission.message, pending);
    }

    /// Undoes [`Live::admit`]: the message could not be made durable, so it never was.
    pub(crate) fn withdraw(&mut self, message: MessageId) {
        if let Some(pending) = self.pending.remove(&message) {
            for hit in &*pending.hits {
                self.sends.remove(hit, pending.decided_at);
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
                self.sends.remove(hit, pending.decided_at);
            }
        }
    }

    /// Whether any message waits for its settlement.
    pub(super) fn is_settling(&self) -> bool {
        !self.pending.is_empty()
    }

    /// The row of the oldest message that waits for its settlement; else that of the next message.
    pub(super) fn oldest_pending(&self) -> i64 {
        let pending = self.pending.values().map(|pending| pending.seq);
        pending.min().unwrap_or(self.next_message + 1)
    }

    /// The row of `message`, if it is waiting for its settlement.
    pub(crate) fn pending(&self, message: MessageId) -> Option<i64> {
        Some(self.pending.get(&message)?.seq)
    }

    /// How many wrong guesses about a number came in a row.
    pub(super) fn in_a_row(&self, phone: Key) -> u32 {
        self.in_a_row.get(&phone).copied().unwrap_or(0)
    }

    /// Sets that, and answers what it was.
    pub(super) fn set_in_a_row(&mut self, phone: Key, guesses: u32) -> u32 {
        let before = match guesses {
            0 => self.in_a_row.remove(&phone),
            _ => self.in_a_row.insert(phone, guesses),
        };
        before.unwrap_or(0)
    }

    /// Whether no more should be counted than must be: a flood has filled the memory.
    pub(super) fn is_crowded(&self) -> bool {
        self.guesses.len() >= CROWD
    }

    /// Lets go of what is over at `now`, a part at a time. A message waits for its settlement however long that
    /// takes: a machine that was suspended still owes it one.
    pub(crate) fn forget_past(&mut self, now: Timestamp) {
        self.sends.sweep(now);
        self.guesses.sweep(now);
        self.codes.forget_past(now);
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use countersign_core::message::CodeState;

    use super::*;

    const MINUTE: Duration = Duration::from_secs(60);

    fn at(seconds: i64) -> Timestamp {
        Timestamp::from_millis(seconds * 1000)
    }

    fn id(seconds: i64) -> MessageId {
        MessageId::first_at(at(seconds))
    }

    fn hit(bucket: u64) -> LoggedHit {
        LoggedHit {
            bucket: Key(bucket),
            window: MINUTE,
            weight: 1,
            refundable: true,
        }
    }

    fn admit(live: &mut Live, seconds: i64) {
        live.admit(Admission {
            seq: seconds,
            message: id(seconds),
            decided_at: at(seconds),
            scope: Key(9),
            code: Some(Code {
                message: id(seconds),
                decided_after: 0,
                life: 300_000,
                mac: [0; 16],
                tries_left: 5,
                keeps: 1,
                sent: false,
                used: false,
            }),
            sealed: None,
            hits: Arc::new([hit(1), hit(2)]),
        });
    }

    fn state(live: &Live, seconds: i64, now: i64) -> Option<CodeState> {
        live.codes.state(Key(9), id(seconds), at(now))
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
        assert_eq!(live.pending(id(100)), Some(100), "an outcome is to come");
        live.sent(id(100));
        live.forget_past(at(1_010));
        assert_eq!(live.sends.len(), 0);
        assert!(live.codes.is_empty());
        assert!(live.pending.is_empty());
    }

    #[test]
    fn withdrawing_and_giving_back_leave_no_hit() {
        let mut live = Live::default();
        admit(&mut live, 0);
        live.withdraw(id(0));
        assert!(live.sends.len() == 0 && live.codes.is_empty());
        admit(&mut live, 1);
        live.not_sent(id(1), true);
        assert!(live.sends.len() == 0 && live.codes.is_empty());
        admit(&mut live, 2);
        live.not_sent(id(2), false);
        assert_eq!(live.sends.len(), 2);
    }
}
