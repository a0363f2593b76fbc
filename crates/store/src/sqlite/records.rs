//! Reading timelines and taking reports: the port [`Records`] beside the writer.

use async_trait::async_trait;
use countersign_core::code::CodeState;
use countersign_core::code::check::UnlockRecord;
use countersign_core::id::RequestId;
use countersign_core::message::Timeline;
use countersign_core::ports::StoreError;
use countersign_core::ports::records::{Records, TimelineQuery};
use countersign_core::receipt::Receipt;
use countersign_core::time::Timestamp;

use super::ledger::SETTLEMENT;
use super::log::receipt::ReceiptRow;
use super::log::record::Record;
use super::reading::receipts;
use super::reading::timelines::{self, MessageRecord};
use super::{DECISION, SqliteStore, wait, writer};

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
            .map(|record| Timeline {
                code: self.code_state(&record, now),
                ..record.timeline.with_overdue_attempt(now)
            })
            .collect())
    }

    async fn receive(&self, provider: &str, receipts: Vec<Receipt>) -> Result<(), StoreError> {
        let now = self.clock.now();
        {
            let mut live = self.live.lock().map_err(|_| writer::stopped())?;
            let unnamed = receipts.iter().filter(|receipt| receipt.message.is_none());
            unnamed.for_each(|receipt| live.early_receipts.keep(provider, receipt.clone(), now));
        }
        // A settlement after this moment finds the kept reports. An earlier settlement is on record once the
        // barrier is; if it is not, the vendor has to report again.
        wait(self.queue.push(Record::Barrier(now))?, DECISION).await?;
        let mut durable = Vec::new();
        for (seq, receipt) in self.messages_of(provider, receipts).await? {
            let Some(seq) = seq else {
                continue;
            };
            if let (None, Some(id)) = (receipt.message, &receipt.provider_message_id) {
                let mut live = self.live.lock().map_err(|_| writer::stopped())?;
                drop(live.early_receipts.take(provider, id));
            }
            let row = ReceiptRow::of(seq, provider, receipt, now, &self.sealer);
            durable.push(self.queue.push(Record::Receipt(Box::new(row)))?);
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
    /// Finds the message of each report, some at a time: other reads have their turn in between.
    async fn messages_of(
        &self,
        provider: &str,
        receipts: Vec<Receipt>,
    ) -> Result<Vec<(Option<i64>, Receipt)>, StoreError> {
        let mut found = Vec::with_capacity(receipts.len());
        let mut receipts = receipts.into_iter();
        loop {
            let some: Vec<_> = receipts.by_ref().take(AT_A_TIME).collect();
            if some.is_empty() {
                return Ok(found);
            }
            let name = provider.to_owned();
            let read = self.read(move |reader, sealer| {
                let seq = |receipt: &Receipt| receipts::message_of(reader, &name, receipt, sealer);
                let all = some
                    .into_iter()
                    .map(|receipt| Ok((seq(&receipt)?, receipt)));
                all.collect::<rusqlite::Result<Vec<_>>>()
            });
            found.extend(read.await?);
        }
    }

    /// Returns the state of a message's code: from the live state, or from the record if the live state has
    /// forgotten it.
    fn code_state(&self, record: &MessageRecord, now: Timestamp) -> CodeState {
        let timeline = &record.timeline;
        let scope = self.sealer.code_scope(
            timeline.app.as_str(),
            timeline.channel.as_str(),
            &timeline.phone,
        );
        let on_record = record.code();
        let live = self.live.lock().ok();
        let dead_before = live.as_ref().map(|live| live.dead_before());
        let remembered = live
            .filter(|_| !on_record.void)
            .and_then(|live| live.code_state(scope, record.code_of, now));
        remembered.unwrap_or_else(|| on_record.state(now, dead_before.unwrap_or_default()))
    }

    /// Lets the log catch up with the answers given, if it can in a moment.
    async fn catch_up(&self) {
        if let Ok(durable) = self.queue.push(Record::Barrier(self.clock.now())) {
            let _ = wait(durable, SETTLEMENT).await; // the record so far is worth reading in any case
        }
    }
}
