//! The keys of a store: changing them while it runs, and the keys of others that it keeps or checks.

use std::sync::Arc;

use countersign_core::audit::{Act, Author};
use countersign_core::ports::StoreError;
use countersign_core::ports::setup::SetupStore as _;
use rusqlite::Connection;
use zeroize::Zeroizing;

use super::log::generation::{self, Beginning};
use super::log::identity;
use super::log::record::Record;
use super::rekey::{self, GenerationStatus};
use super::start::open::{DATABASE, OpenError, database};
use super::{SqliteStore, writer};
use crate::seal::{Generation, StoreKeys};

/// Changing keys.
impl SqliteStore {
    /// Writes with `keys` from the next decision on, as soon as that is on record; decisions go on meanwhile. The keys of
    /// before are needed until [`needs`](Self::needs) says that they are not. `key_check` is a new key that the store does not
    /// use itself, by its name and check value; `by` is on record as the author. Does nothing where the database is written with `keys` already.
    ///
    /// # Errors
    /// [`StoreError`] when the change could not be put on record: the keys are as they were.
    pub async fn begin_generation(
        &self,
        keys: &StoreKeys,
        key_check: (&'static str, [u8; 16]),
        by: Author,
    ) -> Result<(), StoreError> {
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
        durable.await.map_err(|_| writer::stopped())?
    }

    /// Returns whether something in the database may still need `keys`.
    #[must_use]
    pub fn needs(&self, keys: &StoreKeys) -> bool {
        let Some(generation) = Generation::new(0, keys) else {
            return true;
        };
        let (sealer, ours) = (self.sealer.get(), generation.fingerprint());
        sealer.all().any(|each| each.fingerprint() == ours)
    }

    /// Returns the number of generations of keys that the database still needs.
    #[must_use]
    pub fn generations(&self) -> usize {
        self.sealer.get().all().count()
    }

    /// Returns the number of the newest generation, and how many are needed.
    #[must_use]
    pub fn newest_generation(&self) -> (u32, usize) {
        let sealer = self.sealer.get();
        (sealer.number, sealer.all().count())
    }

    /// Waits until a generation has begun or ended since [`newest_generation`](Self::newest_generation) returned `seen`.
    pub async fn generations_differ_from(&self, seen: (u32, usize)) {
        self.sealer.differs_from(seen).await;
    }

    /// Returns the generations of keys that the database still needs, newest first, with what older ones are needed for.
    ///
    /// # Errors
    /// [`StoreError`] when they cannot be read.
    pub async fn generation_status(&self) -> Result<Vec<GenerationStatus>, StoreError> {
        let (setup, now) = (self.setup(), self.clock.now());
        self.read(move |reader, _| rekey::status(reader, &setup, now))
            .await
    }
}

/// Keys that the store does not use itself.
impl SqliteStore {
    /// Returns whether one of the keys `name` is the one that the database was used with before, by their check values,
    /// newest first. The newest is on record from then on.
    ///
    /// # Errors
    /// [`OpenError`] when the database cannot be written to.
    pub fn knows_key(&self, name: &str, check_values: &[[u8; 16]]) -> Result<bool, OpenError> {
        identity::knows_key(&self.connection()?, name, check_values).map_err(database)
    }

    /// Returns the key that the database keeps under `name` through every change of keys: the one on record, or `first`,
    /// which is put on record then.
    ///
    /// # Errors
    /// [`OpenError`] when the database cannot be read or written to.
    pub fn kept_key(&self, name: &str, first: &[u8; 32]) -> Result<Zeroizing<[u8; 32]>, OpenError> {
        let sealer = self.sealer.get();
        generation::kept_key(&self.connection()?, &sealer, name, first).map_err(database)
    }

    fn connection(&self) -> Result<Connection, OpenError> {
        Connection::open(self.folder.path().join(DATABASE)).map_err(database)
    }
}
