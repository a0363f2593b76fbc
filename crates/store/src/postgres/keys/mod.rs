//! The keys that the database was written with. They are outside of it, so the database alone is of no use.
//!
//! | room | what is in it |
//! |---|---|
//! | [`keyring`] | the keys that this node has, and those in use |
//! | [`begin`](mod@begin) | a change of keys, for all nodes at once |
//! | [`status`] | what older keys are needed for, and when nothing needs them |
//!
//! A database has one newest generation of keys. Whoever writes something that is sealed, or found by a keyed digest, holds that
//! generation until the commit (`docs/decisions/0034-keys-of-nodes.md`).

mod begin;
mod keyring;
pub(super) mod status;

use std::sync::Arc;

use async_trait::async_trait;
use countersign_core::audit::Author;
use countersign_core::ports::StoreError;
use countersign_core::time::Timestamp;
use tokio_postgres::Client;
use tokio_postgres::types::ToSql;
use zeroize::Zeroizing;

use super::connect::Connected;
use super::records::ask;
use super::start::{OpenError, unusable};
use super::words::Failure;
use super::{PostgresStore, clock};
use crate::generations::{BeginError, GenerationStatus, Generations, GenerationsInUse, HeldKeys};
use crate::seal::{Generation, Sealer, StoreKeys};
use begin::Beginning;
pub(super) use keyring::Keyring;

/// A generation of keys that is still needed.
struct GenerationRow {
    number: u32,
    fingerprint: Vec<u8>,
    /// When it became the newest.
    since: Timestamp,
}

/// Returns the sealer of the database: of those of these keys that it is written with, and that it still needs. A new database
/// takes the first keys as its own. Keys that it is not written with are left out: they may be meant for the next change.
pub(super) async fn of(client: &Client, keys: &[StoreKeys]) -> Result<Arc<Sealer>, OpenError> {
    if let Some(sealer) = find(client, keys).await? {
        return Ok(Arc::new(sealer));
    }
    let generation = Generation::new(1, keys.first().ok_or(OpenError::Keys)?);
    let generation = generation.ok_or(OpenError::Keys)?;
    begin(client, &generation).await.map_err(unusable)?;
    Ok(Arc::new(Sealer::of(generation, Vec::new())))
}

/// Returns the sealer of a database that was written with some of these keys; `None` where no generation has begun.
pub(super) async fn find(client: &Client, keys: &[StoreKeys]) -> Result<Option<Sealer>, OpenError> {
    let needed = needed(client).await.map_err(unusable)?;
    let mut found = Vec::with_capacity(needed.len());
    for row in &needed {
        let lacking = match found.is_empty() {
            true => OpenError::Keys,
            false => OpenError::OlderKeys,
        };
        found.push(Arc::new(among(row, keys).ok_or(lacking)?));
    }
    Ok(Sealer::of_all(found))
}

/// Returns the generations that are still needed, newest first.
async fn needed(client: &Client) -> Result<Vec<GenerationRow>, tokio_postgres::Error> {
    let select = "SELECT number, fingerprint, since FROM key_generation WHERE ended_at IS NULL ORDER BY number DESC";
    let rows = client.query(select, &[]).await?;
    let rows = rows.iter().map(|row| {
        let number: i32 = row.try_get("number")?;
        Ok(GenerationRow {
            number: number.unsigned_abs(),
            fingerprint: row.try_get("fingerprint")?,
            since: clock::time(row, "since")?,
        })
    });
    rows.collect()
}

/// Records the first generation of a database.
async fn begin(client: &Client, generation: &Generation) -> Result<(), tokio_postgres::Error> {
    let insert = "INSERT INTO key_generation VALUES ($1, $2, clock(), NULL)";
    let number = generation.number.cast_signed();
    let fingerprint = generation.fingerprint();
    client
        .execute(insert, &[&number, &fingerprint.as_slice()])
        .await?;
    Ok(())
}

/// Returns the generation `row`, if its keys are among these.
fn among(row: &GenerationRow, keys: &[StoreKeys]) -> Option<Generation> {
    let mut made = keys
        .iter()
        .filter_map(|keys| Generation::new(row.number, keys));
    made.find(|made| made.fingerprint() == row.fingerprint.as_slice())
}

#[async_trait]
impl Generations for PostgresStore {
    fn has_other_nodes(&self) -> bool {
        true
    }

    fn hold(&self, keys: &[HeldKeys]) {
        self.keyring.hold(keys);
    }

    async fn begin(
        &self,
        keys: &StoreKeys,
        key_check: (&'static str, [u8; 16]),
        by: Author,
    ) -> Result<(), BeginError> {
        let beginning = Beginning {
            keys,
            key_check,
            by,
        };
        beginning.begin(self).await
    }

    fn needs(&self, keys: &StoreKeys) -> bool {
        self.keyring.in_use().needs(keys)
    }

    fn is_newest(&self, keys: &StoreKeys) -> bool {
        self.keyring.in_use().is_newest(keys)
    }

    fn in_use(&self) -> GenerationsInUse {
        self.keyring.in_use().in_use()
    }

    async fn differ_from(&self, seen: GenerationsInUse) {
        self.keyring.in_use().differs_from(seen).await;
    }

    async fn status(&self) -> Result<Vec<GenerationStatus>, StoreError> {
        let keyring = &self.keyring;
        let read = |session: Arc<Connected>| async move { status::status(&session, keyring).await };
        self.reading.read(read).await
    }

    /// A change of keys alone puts another one on record: the newest keys of a node may be meant for the next change.
    async fn knows_key(&self, name: &str, check_values: &[[u8; 16]]) -> Result<bool, StoreError> {
        let Some(newest) = check_values.first() else {
            return Ok(true);
        };
        let given: Vec<&[u8]> = check_values.iter().map(<[u8; 16]>::as_slice).collect();
        // One statement, so that of two nodes that start with different keys one is refused.
        let note = "INSERT INTO key_check AS known VALUES ($1, $2)
                    ON CONFLICT (name) DO UPDATE SET digest = known.digest WHERE known.digest = ANY ($3)";
        let values: [&(dyn ToSql + Sync); 3] = [&name, &newest.as_slice(), &given];
        Ok(self.execute(note, &values).await? == 1)
    }

    async fn kept_key(
        &self,
        name: &str,
        first: &[u8; 32],
    ) -> Result<Zeroizing<[u8; 32]>, StoreError> {
        let (name, first) = (name.to_owned(), Zeroizing::new(*first));
        let keyring = Arc::clone(&self.keyring);
        let keep = move |session: Arc<Connected>| async move {
            let sealer = keyring.held_in(&session).await?;
            let sealed = sealer.seal_kept(&name, &*first);
            let sealed = sealed.ok_or(Failure::Unreadable)?;
            let note = "INSERT INTO kept_key VALUES ($1, $2) ON CONFLICT DO NOTHING";
            ask(&session, note, &[&name, &sealed]).await?;
            let kept = "SELECT sealed FROM kept_key WHERE name = $1";
            let kept = ask(&session, kept, &[&name]).await?;
            let kept = kept.first().ok_or(Failure::Unreadable)?.try_get(0)?;
            let kept = sealer.open_kept_key(&name, kept);
            kept.ok_or(Failure::Unreadable)
        };
        self.transactions.run(keep).await
    }
}

impl PostgresStore {
    /// Returns the time by the clock of the database, by which the store decides.
    ///
    /// # Errors
    /// [`OpenError`] when it cannot be read.
    pub async fn now(&self) -> Result<Timestamp, OpenError> {
        let session = self.reading.get().await;
        let session = session.map_err(|error| OpenError::Database(error.to_string()))?;
        let row = session.client.query_one("SELECT clock() AS now", &[]);
        let row = row.await.map_err(unusable)?;
        clock::time(&row, "now").map_err(unusable)
    }
}
