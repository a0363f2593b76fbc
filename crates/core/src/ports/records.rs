//! The port to the records of messages: timelines, reports of vendors, unlocks.

use async_trait::async_trait;

use super::StoreError;
use crate::code::check::UnlockRecord;
use crate::id::{MessageId, RequestId};
use crate::message::Timeline;
use crate::phone::PhoneNumber;
use crate::receipt::Receipt;
use crate::time::Timestamp;

/// A filter for timelines, which are read newest first.
#[derive(Debug, Clone, Default)]
pub struct TimelineQuery {
    /// Only this message.
    pub message: Option<MessageId>,
    /// Only the message of this request.
    pub request: Option<RequestId>,
    /// Only messages to this number.
    pub phone: Option<PhoneNumber>,
    /// Only messages decided on before this time.
    pub decided_before: Option<Timestamp>,
    /// Only messages older than this one, with which the last page ended.
    pub before: Option<MessageId>,
    /// The maximum number of timelines.
    pub limit: u16,
}

/// Reads and completes the records of messages.
#[async_trait]
pub trait Records: Send + Sync + 'static {
    /// Returns the timelines of messages, newest first. They show everything that a
    /// [ledger](super::ledger::Ledger) answered before the call. A message whose outcome [is
    /// overdue](crate::send::settle::is_overdue) is shown as unknown.
    ///
    /// # Errors
    /// [`StoreError`] when they cannot be read.
    async fn timelines(&self, query: TimelineQuery) -> Result<Vec<Timeline>, StoreError>;

    /// Records each of the vendor's `receipts` for messages that `provider` took, once. A message that a crash
    /// interrupted may be any provider's; one whose answer had no id, or never came, may be any report's of its provider
    /// about its number. The store drops a report that matches no message of that provider and number. A report that
    /// comes before the vendor's answer is on the timeline once that answer has the vendor's id that the report names,
    /// and is durable until then. Reports change nothing else: no code, no limit, no message.
    ///
    /// # Errors
    /// [`StoreError`] when a report could not be made durable. Then the vendor should report again.
    async fn receive(&self, provider: &str, receipts: Vec<Receipt>) -> Result<(), StoreError>;

    /// Returns the [unlocks](super::ledger::Ledger::unlock), newest first, at most `limit`. Where a request is
    /// named, only unlocks before that request.
    ///
    /// # Errors
    /// [`StoreError`] when they cannot be read.
    async fn unlocks(
        &self,
        before: Option<RequestId>,
        limit: u16,
    ) -> Result<Vec<UnlockRecord>, StoreError>;
}
