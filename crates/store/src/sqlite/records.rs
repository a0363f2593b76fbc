//! Reading timelines and taking reports: the port [`Records`] beside the writer.

use async_trait::async_trait;
use countersign_core::code::check::UnlockRecord;
use countersign_core::id::RequestId;
use countersign_core::message::Timeline;
use countersign_core::ports::StoreError;
use countersign_core::ports::records::{FoundMessages, MessageSearch, Records, TimelineQuery};
use countersign_core::receipt::Receipt;
use countersign_core::receipt::about::About;
use countersign_core::time::Timestamp;

use super::ledger::SETTLEMENT;
use super::log::receipt::ReceiptRow;
use super::log::record::Record;
use super::reading::receipts;
use super::reading::searches;
use super::reading::timelines;
use super::{DECISION, SqliteStore, wait};
use crate::message_record::MessageRecord;

/// How many reports look for their messages before other reads have their turn.
const AT_A_TIME: usize = 128;

#[async_trait]
impl Records for SqliteStore {
    async fn timelines(&self, query: TimelineQuery) -> Result<Vec<Timeline>, StoreError> {
        self.catch_up().await;
        let found = self
            .read(move |reader, sealer| timelines::read(reader, &query, sealer))
            .await?;
        let now = self.clock.now();
        Ok(found
            .into_iter()
            .map(|record| self.shown(record, now))
            .collect())
    }

    async fn search(&self, search: MessageSearch) -> Result<FoundMessages, StoreError> {
        self.catch_up().await;
        let now = self.clock.now();
        let (found, searched_to) = self
            .read(move |reader, sealer| searches::search(reader, &search, sealer, now))
            .await?;
        let found = found.into_iter().map(|record| self.shown(record, now));
        Ok(FoundMessages {
            timelines: found.collect(),
            searched_to,
        })
    }

    async fn receive(&self, provider: &str, receipts: Vec<Receipt>) -> Result<(), StoreError> {
        let now = self.clock.now();
        // Every message that the vendor may have is on record once the barrier is, and so is every outcome before this
        // moment. If the barrier is not, the vendor has to report again.
        wait(self.queue.push(Record::Barrier(now))?, DECISION).await?;
        let mut durable = Vec::new();
        for (messages, receipt) in self.messages_of(provider, receipts).await? {
            for about in messages {
                let row = ReceiptRow::of(about, provider, &receipt, now, &self.sealer.get());
                durable.push(self.queue.push(Record::Receipt(Box::new(row)))?);
            }
        }
        for durable in durable {
            wait(durable, DECISION).await?;
        }
        Ok(())
    }

    async fn unlocks(
        &self,
        before: Option<RequestId>,
        limit: u16,
    ) -> Result<Vec<UnlockRecord>, StoreError> {
        self.read(move |reader, sealer| timelines::unlocks(reader, before, limit, sealer))
            .await
    }
}

impl SqliteStore {
    /// Finds the messages of each report, some at a time: other reads have their turn in between.
    async fn messages_of(
        &self,
        provider: &str,
        receipts: Vec<Receipt>,
    ) -> Result<Vec<(Vec<About<i64>>, Receipt)>, StoreError> {
        let mut found = Vec::with_capacity(receipts.len());
        let mut receipts = receipts.into_iter();
        loop {
            let some: Vec<_> = receipts.by_ref().take(AT_A_TIME).collect();
            if some.is_empty() {
                return Ok(found);
            }
            let name = provider.to_owned();
            let read = self.read(move |reader, sealer| {
                let about = |receipt: &_| receipts::messages_of(reader, &name, receipt, sealer);
                let all = some
                    .into_iter()
                    .map(|receipt| Ok((about(&receipt)?, receipt)));
                all.collect::<rusqlite::Result<Vec<_>>>()
            });
            found.extend(read.await?);
        }
    }

    /// Returns the timeline of a message, with the state of its code: from the live state, or from the record if the live
    /// state has forgotten it.
    fn shown(&self, record: MessageRecord, now: Timestamp) -> Timeline {
        let scope = record.scope(&self.sealer.get());
        let live = self.live.lock().ok();
        let dead_before = live.as_ref().map(|live| live.dead_before());
        let remembered = live.and_then(|live| live.code_state(&scope, record.code_of, now));
        record.shown(remembered, now, dead_before.unwrap_or_default())
    }

    /// Lets the log catch up with the answers given, if it can in a moment.
    async fn catch_up(&self) {
        if let Ok(durable) = self.queue.push(Record::Barrier(self.clock.now())) {
            let _ = wait(durable, SETTLEMENT).await; // the record so far is worth reading in any case
        }
    }
}
