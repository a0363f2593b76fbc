//! The port to the ledger: the few decisions that must be made in one step and kept.
//!
//! # Promises of a ledger
//!
//! An embedded database in one process keeps these promises, and so does a database server that several nodes
//! share, one of which has just been killed.
//!
//! - **One step.** [`Ledger::decide`] judges every rule, and records either the message with all its hits or
//!   nothing, in one atomic and durable step. Any number of concurrent calls, on any node, behave as if made
//!   one after the other.
//! - **One call per key.** Where the intent or the check has the [claim](crate::idempotency::Claim) of an idempotency key,
//!   the key is recorded in the commit of the message, or of what a compared guess changed ([`answers`](super::answers)).
//! - **Durable before answered.** Once `decide` says "admitted", the message and its hits survive the death of
//!   the process and of the machine.
//! - **After an error the caller sends nothing and tells nothing.** An error may come after the step was made,
//!   since the answer to a commit can be lost. Counted hits may stay counted, a minute may stay taken, and a
//!   code may be used up. That errs to the safe side, so a ledger need not roll back a step that it may have
//!   made durable.
//! - **A refused send leaves no hit.** An event that one rule refuses makes no hit in any bucket, so refused
//!   calls never lengthen a window. A refusal writes nothing, so a flood of refused calls costs next to
//!   nothing.
//! - **One check, one winner.** [`Ledger::check`] counts a guess, compares it, and marks a right one used in
//!   one atomic and durable step. Under any number of concurrent checks, a code is compared with at most as
//!   many wrong guesses as it has tries, and used once.
//! - **A wrong guess stays counted.** A new code, a restart and another caller do not reset it.
//! - **The first settlement counts.** `settle` is idempotent: settling a message again changes nothing.
//! - **Every message gets an outcome.** A message without an outcome [ten seconds after its
//!   deadline](crate::policy::OUTCOME_DUE) is unknown and counts as sent, for every reader. A ledger that knows
//!   earlier that the sender is gone (an embedded one at its start) may say so earlier.
//! - **The ledger's clock times a decision.** [`Decision::at`] and the times of checks never precede anything
//!   that the ledger recorded earlier about the same buckets, number, scope or message, even when a wall clock
//!   was set back. A ledger that cannot know how much time has passed declares the codes decided on before dead:
//!   an embedded one at a start whose clock is behind the record or [has not
//!   counted](crate::time::Clock::is_continuous), a database when a standby that may lack commits was promoted.
//! - **A database that was put back opens no minute.** A ledger that starts on one that lacks what was answered
//!   refuses to, until an operator accepts it. Then every earlier code is dead, and it decides on no send for
//!   [`RESTORED_HOLD`](crate::policy::RESTORED_HOLD) ([`StoreError::Held`]).
//! - **The clock that made an id tells whether its caller is late.** Ids of messages and requests carry the time
//!   of the node that made them. Judge [`Intent::is_too_late`] and
//!   [`check::is_too_late`](crate::code::check::is_too_late) on that node's clock, never on the clock of a
//!   database, which may be seconds apart. Beside its ids a caller hands over durations, never times.
//! - **Nothing readable at rest.** The ledger seals phone numbers, keeps keyed digests of buckets and MACs of
//!   codes and secrets, and seals the codes that are to be sent again.
//!
//! # Why rules are data
//!
//! Everything a decision needs is known before the call and goes over in one piece, so a ledger may judge in
//! memory under a lock, or in the node over rows of a database that it has locked and read. The port has no
//! "begin", no closure, and no way to look at a counter and act on it later. This crate tells the rules once: a
//! ledger brings their input and applies their result ([`limit::judge`](crate::limit::judge),
//! [`check::judge`](crate::code::check::judge), [`resend`](crate::code::resend),
//! [`GiveBack`](crate::send::settle::GiveBack)). The ledger alone decides how it groups steps into commits.

use std::time::Duration;

use async_trait::async_trait;

use super::StoreError;
use crate::code::check::{Checked, CodeCheck, TokenUse, Unlock};
use crate::limit::{LimitState, Rules};
use crate::message::{Decision, Intent};
use crate::send::settle::Settlement;

/// The ledger's answer to a [`Settlement`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Settled {
    /// Whether this settlement gave the message's refundable hits back, and the minute with them. False for every
    /// later settlement of the message.
    pub gave_back: bool,
}

/// The state of a ledger at one moment, for those who watch it.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct LedgerState {
    /// The number of records that wait to become durable.
    pub waiting: usize,
    /// The number of messages without an outcome yet.
    pub pending: usize,
    /// The number of applications, channels and numbers with a code that can be checked. A code counts for a moment after
    /// its end.
    pub live_codes: usize,
    /// The time for which the commit that is under way has lasted; zero where none is. [`Duration::MAX`] where nothing
    /// will be committed any more.
    pub committing: Duration,
    /// The size of the database in bytes, where it has one of its own.
    pub size: u64,
    /// The bytes that may still be written on the disk of the database, where that is known.
    pub room: Option<u64>,
    /// The time by which a replica that answers searches is behind at most, where one is named.
    pub replica_lag: Option<Duration>,
}

impl LedgerState {
    /// The time after which a commit hangs: far longer than a slow disk takes.
    pub const HANGING: Duration = Duration::from_secs(15);

    /// Returns whether the ledger hangs, so that only a new process helps.
    #[must_use]
    pub fn hangs(&self) -> bool {
        self.committing >= Self::HANGING
    }
}

/// Decides on sends and checks, and keeps its decisions.
#[async_trait]
pub trait Ledger: Send + Sync + 'static {
    /// Judges `rules` for `intent` and, unless one of them refuses, records the message and a hit per bucket.
    /// The decision holds the verdict of each rule, either way.
    ///
    /// # Errors
    /// [`StoreError`] when no decision could be made durable within 1.5 s, or when `intent` [came too
    /// late](Intent::is_too_late). The caller sends nothing. A later decision may find the hits of this one.
    async fn decide(&self, intent: Intent, rules: Rules) -> Result<Decision, StoreError>;

    /// Returns what each of `rules` counts now, and whether it would refuse an event. Nothing is counted and nothing
    /// recorded, so a decision a moment later may differ.
    ///
    /// # Errors
    /// [`StoreError`] when the hits cannot be read.
    async fn preview(&self, rules: Rules) -> Result<Vec<LimitState>, StoreError>;

    /// Records the outcome of an admitted message, and gives its minute back where due
    /// ([`GiveBack`](crate::send::settle::GiveBack)). If the message may have been sent, its code becomes live
    /// and ends older ones ([`resend`](crate::code::resend)); a message that was not sent leaves older codes
    /// alone.
    ///
    /// A ledger may answer before the record of a message that may have been sent is durable, since the message
    /// counts as sent without the record too. [`Records::timelines`](super::records::Records::timelines) shows
    /// the outcome at once.
    ///
    /// # Errors
    /// [`StoreError`] when the outcome is not durable yet after a moment. The ledger goes on trying to record
    /// it; if the process dies first, the message counts as sent.
    async fn settle(&self, settlement: Settlement) -> Result<Settled, StoreError>;

    /// Counts and compares a guess and, for [`Caller::Application`](crate::code::check::Caller::Application),
    /// uses the code up, in one step by [`check::judge`](crate::code::check::judge).
    ///
    /// # Errors
    /// [`StoreError`] when the answer could not be made durable within 1.5 s, or when the check came too late.
    /// The caller must not reveal any finding. The guess may have been counted, and a right one may have used
    /// the code up.
    async fn check(&self, check: CodeCheck) -> Result<Checked, StoreError>;

    /// Forgets the wrong guesses about a number, and keeps a record of the unlock. The same commit has the act
    /// ([`Act::of_unlock`](crate::audit::Act::of_unlock)) on the audit record.
    ///
    /// # Errors
    /// [`StoreError`] when the unlock could not be made durable. It may have been made all the same.
    async fn unlock(&self, unlock: Unlock) -> Result<(), StoreError>;

    /// Records the use of a token, and returns whether it is the first use within the time for which uses are
    /// remembered.
    ///
    /// # Errors
    /// [`StoreError`] when the use could not be made durable. The token may be used then, so the caller must
    /// refuse it.
    async fn use_token(&self, token: TokenUse) -> Result<bool, StoreError>;

    /// Returns once the ledger has made something durable, which shows that it can.
    ///
    /// # Errors
    /// [`StoreError`] when it could not.
    async fn probe(&self) -> Result<(), StoreError>;

    /// Returns the state at this moment, without waiting for anything.
    fn state(&self) -> LedgerState;
}
