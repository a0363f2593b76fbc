//! The keys of a store: changing them while it runs, and the keys of others that it keeps or checks.

use std::sync::Arc;

use async_trait::async_trait;
use countersign_core::audit::{Act, Author};
use countersign_core::ports::StoreError;
use countersign_core::ports::setup::SetupStore as _;
use rusqlite::Connection;
use zeroize::Zeroizing;

use super::log::generation::{self, Beginning};
use super::log::identity;
use super::log::record::Record;
use super::rekey;
use super::start::open::DATABASE;
use super::{SqliteStore, writer};
use crate::generations::{BeginError, GenerationStatus, Generations, GenerationsInUse};
use crate::seal::{Generation, StoreKeys};

#[async_trait]
impl Generations for SqliteStore {
    async fn begin(
        &self,
        keys: &StoreKeys,
        key_check: (&'static str, [u8; 16]),
        by: Author,
    ) -> Result<(), BeginError> {
        // A setting that is changed meanwhile would be sealed with the keys of before.
        let _turn = self.setup.turn().await;
        let sealer = self.sealer.get();
        let unusable = || StoreError::Unavailable("the keys cannot be used".to_owned());
        let next = Generation::new(sealer.number + 1, keys).ok_or_else(unusable)?;
        if next.fingerprint() == sealer.fingerprint() {
            return Ok(());
        }
        let beginning = Beginning {
            sealer: Arc::new(sealer.followed_by(next)),
            act: Some(self.act_now(Act::of_rotation(by, sealer.number + 1))),
            at: self.clock.now(),
            key_check: Some(key_check),
        };
        let durable = self.queue.push(Record::Beginning(Box::new(beginning)))?;
        Ok(durable.await.map_err(|_| writer::stopped())??)
    }

    fn is_newest(&self, keys: &StoreKeys) -> bool {
        self.sealer.is_newest(keys)
    }

    fn needs(&self, keys: &StoreKeys) -> bool {
        self.sealer.needs(keys)
    }

    fn in_use(&self) -> GenerationsInUse {
        self.sealer.in_use()
    }

    async fn differ_from(&self, seen: GenerationsInUse) {
        self.sealer.differs_from(seen).await;
    }

    async fn status(&self) -> Result<Vec<GenerationStatus>, StoreError> {
        let (setup, now) = (self.setup(), self.clock.now());
        self.read(move |reader, _| rekey::status(reader, &setup, now))
            .await
    }

    async fn knows_key(&self, name: &str, check_values: &[[u8; 16]]) -> Result<bool, StoreError> {
        let known = identity::knows_key(&self.connection()?, name, check_values);
        known.map_err(|error| unavailable(&error))
    }

    async fn kept_key(
        &self,
        name: &str,
        first: &[u8; 32],
    ) -> Result<Zeroizing<[u8; 32]>, StoreError> {
        let sealer = self.sealer.get();
        let kept = generation::kept_key(&self.connection()?, &sealer, name, first);
        kept.map_err(|error| unavailable(&error))
    }
}

impl SqliteStore {
    fn connection(&self) -> Result<Connection, StoreError> {
        let opened = Connection::open(self.folder.path().join(DATABASE));
        opened.map_err(|error| unavailable(&error))
    }
}

fn unavailable(error: &rusqlite::Error) -> StoreError {
    StoreError::Unavailable(error.to_string())
}
