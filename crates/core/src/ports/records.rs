//! The port to the records of messages: timelines, reports of vendors, unlocks.

use async_trait::async_trait;

use super::StoreError;
use crate::code::check::UnlockRecord;
use crate::id::{MessageId, RequestId};
use crate::message::Timeline;
use crate::message_filter::MessageFilter;
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

/// A search for messages by what they have in common, newest first. It looks at a bounded number of messages, so that its
/// cost does not depend on how many there are.
#[derive(Debug, Clone, Default)]
pub struct MessageSearch {
    /// The messages among which it looks, and the maximum number of timelines.
    pub among: TimelineQuery,
    /// Only messages decided on at this time or later.
    pub decided_from: Option<Timestamp>,
    /// Only messages that fit.
    pub filter: MessageFilter,
    /// The maximum number of messages to look at.
    pub looks_at: u32,
}

/// The messages that a search found.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct FoundMessages {
    /// Their timelines, newest first.
    pub timelines: Vec<Timeline>,
    /// The last message that was looked at, where the search ended because it may look at no more: there may be older
    /// ones that fit. A search among those [before](TimelineQuery::before) this message goes on.
    pub searched_to: Option<SearchedTo>,
}

/// A message up to which a search has looked at all.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SearchedTo {
    /// The message.
    pub message: MessageId,
    /// The time of its decision.
    pub decided_at: Timestamp,
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

    /// Returns the newest timelines that a search finds, as [`Records::timelines`] shows them.
    ///
    /// # Errors
    /// [`StoreError`] when they cannot be read.
    async fn search(&self, search: MessageSearch) -> Result<FoundMessages, StoreError>;

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
