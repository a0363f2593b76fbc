//! The port to the answers that are kept under idempotency keys.
//!
//! # Promises of a store of answers
//!
//! - **One at a time.** Of concurrent calls with one key, on any node, one has the [`Claim`]; the others wait for its
//!   end, or are told that it is under way.
//! - **With the decision.** A [ledger](super::ledger) records the key of a claimed call in the commit of what it decides:
//!   of the admitted message, or of the compared guess. A call that decides nothing leaves no trace, and its key is free.
//! - **Before the hand-over.** The key is durable before a provider is called, so a repeat after the death of the process
//!   or the machine never sends again. Where the answer of the first call is not on record, [`Claimed::Unanswered`] says
//!   what was decided.
//! - **As long as promised, and no longer.** A key is known for the [life](crate::idempotency::KeyedEndpoint::life) of its
//!   endpoint, counted from the decision on the ledger's clock. After that the key is free, and the record of it goes.
//! - **Nothing readable at rest.** Key and body are kept as keyed MACs, the answer is sealed. An
//!   [erasure](super::erasure) of a number takes the records of its calls along.
//!
//! A ledger that several nodes share must decide nothing for a key that another node took meanwhile, and answer with an
//! error: the next repeat gets the answer.

use async_trait::async_trait;

use super::StoreError;
use crate::code::check::Checked;
use crate::id::MessageId;
use crate::idempotency::{Claim, KeptAnswer, KeyedCall};

/// The state of a key when a call comes with it.
#[derive(Debug)]
pub enum Claimed {
    /// The key is free: nothing was decided under it, or its life is over. The call may be decided on with this claim.
    First(Claim),
    /// The first call was answered so.
    Kept(KeptAnswer),
    /// The first call was decided on, and its answer is not on record. The caller makes that answer and
    /// [keeps](Answers::keep) it.
    Unanswered(Claim, Decided),
    /// The first call had another body.
    OtherBody,
    /// The first call has not come to its end in time.
    UnderWay,
}

/// What was decided under a key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Decided {
    /// The ledger admitted this message. Its timeline tells the rest ([`SendEnd`](crate::idempotency::SendEnd)).
    Message(MessageId),
    /// The ledger compared a guess, and found this.
    Guess(Checked),
}

/// Keeps the answers of calls with idempotency keys.
#[async_trait]
pub trait Answers: Send + Sync + 'static {
    /// Claims the key of `call`. Waits for [`KEY_PATIENCE`](crate::policy::KEY_PATIENCE) at most while another call has
    /// it.
    ///
    /// # Errors
    /// [`StoreError`] when the record of keys cannot be read. Nothing is claimed.
    async fn claim(&self, call: KeyedCall) -> Result<Claimed, StoreError>;

    /// Records the answer of the claimed call, which was decided on. The key stays claimed until the answer is on record,
    /// also where the caller does not wait for that.
    ///
    /// # Errors
    /// [`StoreError`] when the answer could not be made durable in time. A repeat finds the call unanswered.
    async fn keep(&self, claim: Claim, answer: KeptAnswer) -> Result<(), StoreError>;
}
