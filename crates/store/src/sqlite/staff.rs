//! What changes with every visit of the people who work with the console: the port [`Staff`] over the log and the writer.

use std::time::Duration;

use async_trait::async_trait;
use countersign_core::id::RequestId;
use countersign_core::ports::StoreError;
use countersign_core::ports::staff::Staff;
use countersign_core::staff::pace::Tried;
use countersign_core::staff::person::PersonId;
use countersign_core::staff::session::Session;
use countersign_core::staff::token::TokenHash;
use countersign_core::time::Timestamp;

use super::log::record::Record;
use super::log::staff::{self, StaffRow, Verdict};
use super::{DECISION, SqliteStore, unsealed, wait, writer};
use crate::session_at_rest::SessionRow;

#[async_trait]
impl Staff for SqliteStore {
    async fn begin_session(&self, session: Session, now: Timestamp) -> Result<(), StoreError> {
        let row = SessionRow::of(&session, &self.sealer.get()).ok_or_else(unsealed)?;
        self.write_staff(StaffRow::Begin(row, now)).await
    }

    async fn session(&self, id: TokenHash) -> Result<Option<Session>, StoreError> {
        self.read(move |log, sealer| staff::session(log, id, sealer))
            .await
    }

    async fn sessions_of(&self, person: &PersonId) -> Result<Vec<Session>, StoreError> {
        let person = person.to_string();
        self.read(move |log, sealer| staff::sessions_of(log, &person, sealer))
            .await
    }

    async fn keep_session(&self, session: Session) -> Result<(), StoreError> {
        let row = SessionRow::of(&session, &self.sealer.get()).ok_or_else(unsealed)?;
        self.write_staff(StaffRow::Keep(row)).await
    }

    async fn end_session(&self, id: TokenHash) -> Result<(), StoreError> {
        self.write_staff(StaffRow::End(id)).await
    }

    async fn end_sessions(
        &self,
        person: &PersonId,
        but: Option<TokenHash>,
    ) -> Result<(), StoreError> {
        self.write_staff(StaffRow::EndAll(person.to_string(), but))
            .await
    }

    async fn used_step(&self, person: &PersonId) -> Result<Option<u64>, StoreError> {
        let person = person.to_string();
        let step = self.read(move |log, _| staff::used_step(log, &person));
        Ok(step.await?.map(i64::unsigned_abs))
    }

    async fn use_step(&self, person: &PersonId, step: u64) -> Result<bool, StoreError> {
        let (step, is_new) = (i64::try_from(step).unwrap_or(i64::MAX), Verdict::default());
        self.write_staff(StaffRow::Step(person.to_string(), step, is_new.clone()))
            .await?;
        is_new.get().ok_or_else(writer::stopped)
    }

    async fn count(
        &self,
        tried: Vec<Tried>,
        id: RequestId,
        now: Timestamp,
    ) -> Result<Option<Duration>, StoreError> {
        let sealer = self.sealer.get();
        let keys = |tried: Tried| {
            let keys = sealer.keys(|each| each.bucket(&tried.bucket));
            (tried.pace, keys)
        };
        let (tried, wait) = (tried.into_iter().map(keys).collect(), Verdict::default());
        self.write_staff(StaffRow::Count(tried, id, now, wait.clone()))
            .await?;
        wait.get().ok_or_else(writer::stopped)
    }

    async fn take_back(&self, id: RequestId) -> Result<(), StoreError> {
        self.write_staff(StaffRow::TakeBack(id)).await
    }
}

impl SqliteStore {
    async fn write_staff(&self, row: StaffRow) -> Result<(), StoreError> {
        wait(self.queue.push(Record::Staff(Box::new(row)))?, DECISION).await
    }
}
