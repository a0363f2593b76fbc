//! The port to durable state.
//!
//! # What a store promises
//!
//! - **One step.** [`Store::decide`] judges every rule, and records the message with all its hits
//!   or nothing at all, in one atomic and durable step. Any number of concurrent calls behave as if
//!   made one after the other.
//! - **Durable before answered.** Once `decide` says "admitted", the message and its hits survive
//!   the death of the process and of the machine. A store that cannot promise that answers
//!   [`StoreError`], and then nothing may be sent.
//! - **Refused leaves no trace in the limits.** An event that one rule refuses makes no hit
//!   anywhere, so refused calls never lengthen a window.
//! - **A refusal is a read.** It writes nothing, so a flood of refused calls costs next to nothing.
//! - **One check, one winner.** [`Store::check`] counts a guess, compares it, and marks a right one used in
//!   one atomic and durable step. However many come at once, a code is compared with no more wrong guesses
//!   than it survives, and used once.
//! - **A wrong guess stays counted.** Neither a new code nor a restart nor the other door takes it back.
//! - **The first settlement counts.** Settling a message again changes nothing.
//! - **No message is forgotten.** A message without a settlement when a store is opened again gets
//!   one: unknown. It counts as sent.
//! - **One clock.** The store's [`Store::now`] times every decision and never runs behind anything
//!   recorded earlier, even when the wall clock was set back over a restart. Where it was, or where the clock
//!   [has not counted](crate::time::Clock::is_continuous) since, nobody knows how much time has passed, so the
//!   codes of before are dead.
//! - **Nothing readable at rest.** Phone numbers are sealed, buckets are keyed digests, codes and
//!   secrets are MACs; codes that are to be sent again are sealed as well.
//!
//! # Why rules are data
//!
//! Everything a decision needs is known before the call and goes over in one piece, so a store may
//! judge in memory under a lock, or in a database as one statement. There is no "begin", no
//! closure, and no way to look at a counter and act on it later. Callers give durations, never times:
//! only the store's clock decides. How decisions are grouped into commits is the store's secret.

use async_trait::async_trait;

use crate::code::check::{Checked, CodeCheck, TokenUse, Unlock, UnlockRecord};
use crate::id::{MessageId, RequestId};
use crate::limit::Rules;
use crate::message::{Decision, Intent, Settlement, Timeline};
use crate::phone::PhoneNumber;
use crate::receipt::Receipt;
use crate::time::Timestamp;

/// Why a store could not do as asked. Where that was to decide, nothing was decided: no hit counts, and
/// no message exists that anything was or will be sent for.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum StoreError {
    /// More work is waiting than can be done in time.
    #[error("the store is overloaded")]
    Overloaded,
    /// It is down, or could not make a step durable.
    #[error("the store is unavailable: {0}")]
    Unavailable(String),
}

/// Whether a [`Settlement`] gave the minute back.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Settled {
    /// True if the message's refundable hits were taken back.
    pub gave_back: bool,
}

/// Which timelines to read, newest first.
#[derive(Debug, Clone, Default)]
pub struct TimelineQuery {
    /// Only that message.
    pub message: Option<MessageId>,
    /// Only what that request led to.
    pub request: Option<RequestId>,
    /// Only what was sent to this number.
    pub phone: Option<PhoneNumber>,
    /// Only messages decided on before.
    pub decided_before: Option<Timestamp>,
    /// Only messages older than this one: where the last page ended.
    pub before: Option<MessageId>,
    /// At most so many.
    pub limit: u16,
}

/// Durable state: limits, codes, messages.
#[async_trait]
pub trait Store: Send + Sync + 'static {
    /// Now, on the store's clock.
    fn now(&self) -> Timestamp;

    /// Judges `rules` for `intent` and, unless one of them refuses, records the message and a hit
    /// per bucket. What each of them said comes back either way.
    ///
    /// # Errors
    /// [`StoreError`] when no decision could be made durable within 1.5 s, or when `intent` is older than
    /// [`HAND_OVER`](crate::policy::HAND_OVER); the caller sends nothing.
    async fn decide(&self, intent: Intent, rules: Rules) -> Result<Decision, StoreError>;

    /// Records what became of an admitted message, and gives its minute back where due. An
    /// outcome that may have been sent makes its code live and retires older ones of the same
    /// application, channel and number; one that was not sent leaves those alone.
    ///
    /// Nobody needs to wait for the record of an outcome that may have been sent: without it the message counts
    /// as sent as well. So a store may answer before that is durable. [`Store::timelines`] knows it all the same.
    ///
    /// # Errors
    /// [`StoreError`] when it is waited for, and not durable yet after a moment. It takes effect all the same,
    /// and the store goes on trying to record it; if the process dies first, the message counts as sent.
    async fn settle(&self, settlement: Settlement) -> Result<Settled, StoreError>;

    /// Records what the vendor behind `provider` reports of messages that it took, once each. A report about no
    /// message of that provider to that number is forgotten; one that comes before the vendor's answer is on
    /// record waits for it a while. Reports change nothing else: no code, no limit, no message.
    ///
    /// # Errors
    /// [`StoreError`] when a report could not be made durable. Then the vendor should report again.
    async fn receive(&self, provider: &str, receipts: Vec<Receipt>) -> Result<(), StoreError>;

    /// Counts, compares and, through [`Door::Application`](crate::code::check::Door::Application), uses up: in one
    /// step. A guess that is not right counts against every code it was compared with, and against the
    /// [budget](crate::code::check::failure_rules) of its number, also where there was nothing to compare it with
    /// (as long as the store has room for such). Only what was compared counts as one in a row. Where the
    /// budget of its door is spent, nothing is compared and nothing counts. A code is compared from the
    /// decision on, since it may arrive before its provider's answer does.
    ///
    /// Every answer waits until the store has made something durable that came after the comparison: a store
    /// that cannot write tells nobody anything.
    ///
    /// # Errors
    /// [`StoreError`] when it could not be made durable within 1.5 s. Then nothing was counted or used up: what
    /// became durable in that very moment is taken back. Nobody was told what was found.
    async fn check(&self, check: CodeCheck) -> Result<Checked, StoreError>;

    /// Forgets the wrong guesses about a number, and keeps a record of that.
    ///
    /// # Errors
    /// [`StoreError`] when it could not be made durable.
    async fn unlock(&self, unlock: Unlock) -> Result<(), StoreError>;

    /// The acts of [`Store::unlock`], newest first, at most `limit`; only those before that request, where one
    /// is named.
    ///
    /// # Errors
    /// [`StoreError`] when they cannot be read.
    async fn unlocks(
        &self,
        before: Option<RequestId>,
        limit: u16,
    ) -> Result<Vec<UnlockRecord>, StoreError>;

    /// Whether this is the first use of a token, within the time for which its use is remembered. Records it.
    ///
    /// # Errors
    /// [`StoreError`] when it could not be made durable. Then it is not used.
    async fn use_token(&self, token: TokenUse) -> Result<bool, StoreError>;

    /// What is known of messages, newest first.
    ///
    /// # Errors
    /// [`StoreError`] when they cannot be read.
    async fn timelines(&self, query: TimelineQuery) -> Result<Vec<Timeline>, StoreError>;
}
