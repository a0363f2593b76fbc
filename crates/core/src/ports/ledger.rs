//! The port to the ledger: the few decisions that must be made in one step and kept.
//!
//! # What a ledger promises
//!
//! One process with an embedded database keeps these promises, and so do several nodes on one database server of
//! which one has just been killed.
//!
//! - **One step.** [`Ledger::decide`] judges every rule, and records the message with all its hits or nothing at all,
//!   in one atomic and durable step. Any number of concurrent calls, on any node, behave as if made one after the
//!   other.
//! - **Durable before answered.** Once `decide` says "admitted", the message and its hits survive the death of the
//!   process and of the machine.
//! - **After an error nothing is sent and nothing is told.** An error may come after the step was made: the answer to
//!   a commit can be lost. Counted hits may stay counted, a minute may stay taken, and a code may be used up. That
//!   errs to the safe side, so no ledger has to take back what it may have made durable.
//! - **A refused send leaves no hit.** An event that one rule refuses makes no hit in any bucket, so refused calls
//!   never lengthen a window. A refusal writes nothing: a flood of them costs next to nothing.
//! - **One check, one winner.** [`Ledger::check`] counts a guess, compares it, and marks a right one used in one atomic
//!   and durable step. However many come at once, a code is compared with no more wrong guesses than it survives, and
//!   used once.
//! - **A wrong guess stays counted.** Neither a new code nor a restart nor another caller takes it back.
//! - **The first settlement counts.** Settling a message again changes nothing.
//! - **No message is forgotten.** A message without an outcome [ten seconds after its
//!   deadline](crate::policy::OUTCOME_DUE) is unknown and counts as sent, for anybody who looks at it. A ledger that
//!   knows earlier that its sender is gone (an embedded one at its start) may say so earlier.
//! - **A decision's time is the ledger's.** [`Decision::at`] and the times of checks never run behind anything that
//!   the ledger recorded earlier, even when a wall clock was set back over a restart. Where it was, or where the clock
//!   [has not counted](crate::time::Clock::is_continuous) since, nobody knows how much time has passed: codes of before
//!   are dead. Callers give durations, never times. Whether a caller stood still is judged by the caller's own
//!   monotonic clock.
//! - **Nothing readable at rest.** Phone numbers are sealed, buckets are keyed digests, codes and secrets are MACs;
//!   codes that are to be sent again are sealed as well.
//!
//! # Why rules are data
//!
//! Everything a decision needs is known before the call and goes over in one piece, so a ledger may judge in memory
//! under a lock, or in the node over rows of a database that it has locked and read. There is no "begin", no closure,
//! and no way to look at a counter and act on it later. The rules themselves are told once, in this crate: a ledger
//! brings what they look at, and applies what comes back ([`limit::judge`](crate::limit::judge),
//! [`check::judge`](crate::code::check::judge), [`resend`](crate::code::resend),
//! [`GiveBack`](crate::send::settle::GiveBack)). How steps are grouped into commits is the ledger's own affair.

use async_trait::async_trait;

use super::StoreError;
use crate::code::check::{Checked, CodeCheck, TokenUse, Unlock};
use crate::limit::Rules;
use crate::message::{Decision, Intent};
use crate::send::settle::Settlement;

/// Whether a [`Settlement`] gave the minute back.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Settled {
    /// True if the message's refundable hits were taken back.
    pub gave_back: bool,
}

/// Decides on sends and checks, and keeps what it decided.
#[async_trait]
pub trait Ledger: Send + Sync + 'static {
    /// Judges `rules` for `intent` and, unless one of them refuses, records the message and a hit per bucket. The
    /// answer says what each rule said, either way.
    ///
    /// # Errors
    /// [`StoreError`] when no decision could be made durable within 1.5 s, or when `intent`
    /// [came too late](Intent::is_too_late). The caller sends nothing. A later decision may find the hits of this one.
    async fn decide(&self, intent: Intent, rules: Rules) -> Result<Decision, StoreError>;

    /// Records what became of an admitted message, and gives its minute back where due
    /// ([`GiveBack`](crate::send::settle::GiveBack)). An outcome that may have been sent makes its code live and
    /// ends older ones ([`resend`](crate::code::resend)); one that was not sent leaves those alone.
    ///
    /// Nobody needs to wait for the record of an outcome that may have been sent: without it the message counts as
    /// sent as well. So a ledger may answer before that is durable.
    /// [`Records::timelines`](super::records::Records::timelines) knows it all the same.
    ///
    /// # Errors
    /// [`StoreError`] when the outcome is not durable yet after a moment. The ledger goes on trying to record it; if the
    /// process dies first, the message counts as sent.
    async fn settle(&self, settlement: Settlement) -> Result<Settled, StoreError>;

    /// Counts, compares and, for [`Caller::Application`](crate::code::check::Caller::Application), uses up, in one step
    /// by [`check::judge`](crate::code::check::judge).
    ///
    /// # Errors
    /// [`StoreError`] when the answer could not be made durable within 1.5 s, or when the check came too late. The
    /// caller tells nobody what was found. The guess may have been counted, and a right one may have used the code up.
    async fn check(&self, check: CodeCheck) -> Result<Checked, StoreError>;

    /// Forgets the wrong guesses about a number, and keeps a record of that.
    ///
    /// # Errors
    /// [`StoreError`] when it could not be made durable. It may have been made all the same.
    async fn unlock(&self, unlock: Unlock) -> Result<(), StoreError>;

    /// Whether this is the first use of a token, within the time for which its use is remembered. Records it.
    ///
    /// # Errors
    /// [`StoreError`] when it could not be made durable. The token may be used then: it is good for nobody.
    async fn use_token(&self, token: TokenUse) -> Result<bool, StoreError>;
}
