//! The port to what is on record of messages: their timelines, the reports of vendors, the unlocks.

use async_trait::async_trait;

use super::StoreError;
use crate::code::check::UnlockRecord;
use crate::id::{MessageId, RequestId};
use crate::message::Timeline;
use crate::phone::PhoneNumber;
use crate::receipt::Receipt;
use crate::time::Timestamp;

/// Which timelines to read, newest first.
#[derive(Debug, Clone, Default)]
pub struct TimelineQuery {
    /// Only that message.
    pub message: Option<MessageId>,
    /// Only the message of that request.
    pub request: Option<RequestId>,
    /// Only messages to this number.
    pub phone: Option<PhoneNumber>,
    /// Only messages decided on before.
    pub decided_before: Option<Timestamp>,
    /// Only messages older than this one: where the last page ended.
    pub before: Option<MessageId>,
    /// At most so many.
    pub limit: u16,
}

/// Reads and completes the records of messages.
#[async_trait]
pub trait Records: Send + Sync + 'static {
    /// The timelines of messages, newest first. They show everything that a [ledger](super::ledger::Ledger) has
    /// answered before, and a message whose outcome [is overdue](crate::send::settle::is_overdue) as unknown.
    ///
    /// # Errors
    /// [`StoreError`] when they cannot be read.
    async fn timelines(&self, query: TimelineQuery) -> Result<Vec<Timeline>, StoreError>;

    /// Records what the vendor behind `provider` reports of messages that it took, once each. A report about no
    /// message of that provider to that number is forgotten. A report that comes before the vendor's answer is on
    /// record is kept until that answer is, or until the message's outcome is overdue; the embedded store keeps it in
    /// memory. Reports change nothing else: no code, no limit, no message.
    ///
    /// # Errors
    /// [`StoreError`] when a report could not be made durable. Then the vendor should report again.
    async fn receive(&self, provider: &str, receipts: Vec<Receipt>) -> Result<(), StoreError>;

    /// The [unlocks](super::ledger::Ledger::unlock), newest first, at most `limit`; only those before that request,
    /// where one is named.
    ///
    /// # Errors
    /// [`StoreError`] when they cannot be read.
    async fn unlocks(
        &self,
        before: Option<RequestId>,
        limit: u16,
    ) -> Result<Vec<UnlockRecord>, StoreError>;
}
