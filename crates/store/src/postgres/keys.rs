//! The keys that the database was written with. They are outside of it, so the database alone is of no use.

use std::sync::Arc;

use async_trait::async_trait;
use countersign_core::audit::Author;
use countersign_core::ports::StoreError;
use countersign_core::time::Timestamp;
use tokio_postgres::Client;
use tokio_postgres::types::ToSql;
use zeroize::Zeroizing;

use super::connect::Connected;
use super::start::{OpenError, unusable};
use super::words::Failure;
use super::{PostgresStore, clock, unsealed};
use crate::generations::{GenerationStatus, Generations, GenerationsInUse};
use crate::seal::{Generation, Sealer, StoreKeys};

/// A generation of keys that is still needed.
struct GenerationRow {
    number: u32,
    fingerprint: Vec<u8>,
    /// When it became the newest.
    since: Timestamp,
}

/// Returns the sealer of the database: of the first keys, and of those among the others that the database still needs. A new
/// database takes the first keys as its own.
pub(super) async fn of(client: &Client, keys: &[StoreKeys]) -> Result<Arc<Sealer>, OpenError> {
    if let Some(sealer) = find(client, keys).await? {
        return Ok(Arc::new(sealer));
    }
    let generation = generation(1, keys.first().ok_or(OpenError::Keys)?)?;
    begin(client, &generation).await.map_err(unusable)?;
    Ok(Arc::new(Sealer::of(generation, Vec::new())))
}

/// Returns the sealer of a database that was written with the first of these keys; `None` where none has begun.
pub(super) async fn find(client: &Client, keys: &[StoreKeys]) -> Result<Option<Sealer>, OpenError> {
    let needed = needed(client).await.map_err(unusable)?;
    let first = keys.first().ok_or(OpenError::Keys)?;
    let Some((newest, older)) = needed.split_first() else {
        return Ok(None);
    };
    let generation = generation(newest.number, first)?;
    if generation.fingerprint() != newest.fingerprint.as_slice() {
        return Err(OpenError::Keys);
    }
    let older = older.iter().map(|row| among(row, keys).map(Arc::new));
    Ok(Some(Sealer::of(
        generation,
        older.collect::<Result<_, _>>()?,
    )))
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

fn generation(number: u32, keys: &StoreKeys) -> Result<Generation, OpenError> {
    Generation::new(number, keys).ok_or(OpenError::Keys)
}

/// Returns the older generation `row`, whose keys must be among these.
fn among(row: &GenerationRow, keys: &[StoreKeys]) -> Result<Generation, OpenError> {
    for keys in keys {
        let generation = generation(row.number, keys)?;
        if generation.fingerprint() == row.fingerprint.as_slice() {
            return Ok(generation);
        }
    }
    Err(OpenError::OlderKeys)
}

#[async_trait]
impl Generations for PostgresStore {
    /// Nodes do not hear of new keys yet.
    fn can_begin(&self) -> bool {
        false
    }

    async fn begin(
        &self,
        _keys: &StoreKeys,
        _key_check: (&'static str, [u8; 16]),
        _by: Author,
    ) -> Result<(), StoreError> {
        Err(StoreError::Unavailable(
            "the keys of a database of several nodes cannot be changed yet".to_owned(),
        ))
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
        let read = |session: Arc<Connected>| async move { Ok(needed(&session.client).await?) };
        let needed = self.reading.read(read).await?;
        let status = needed.iter().map(|row| GenerationStatus {
            number: row.number,
            since: row.since,
            needed_for: None,
        });
        Ok(status.collect())
    }

    async fn knows_key(&self, name: &str, check_values: &[[u8; 16]]) -> Result<bool, StoreError> {
        let Some(newest) = check_values.first() else {
            return Ok(true);
        };
        let given: Vec<&[u8]> = check_values.iter().map(<[u8; 16]>::as_slice).collect();
        // One statement, so that of two nodes that start with different keys one is refused.
        let note = "INSERT INTO key_check AS known VALUES ($1, $2)
                    ON CONFLICT (name) DO UPDATE SET digest = excluded.digest WHERE known.digest = ANY ($3)";
        let values: [&(dyn ToSql + Sync); 3] = [&name, &newest.as_slice(), &given];
        Ok(self.execute(note, &values).await? == 1)
    }

    async fn kept_key(
        &self,
        name: &str,
        first: &[u8; 32],
    ) -> Result<Zeroizing<[u8; 32]>, StoreError> {
        let sealer = self.sealer.get();
        let sealed = sealer.seal_kept(name, first).ok_or_else(unsealed)?;
        let note = "INSERT INTO kept_key VALUES ($1, $2) ON CONFLICT DO NOTHING";
        self.execute(note, &[&name, &sealed]).await?;
        let kept = "SELECT sealed FROM kept_key WHERE name = $1";
        let kept = self.query(kept, &[&name]).await?;
        let kept = kept.first().and_then(|row| row.try_get(0).ok());
        let kept = kept.and_then(|kept| sealer.open_kept_key(name, kept));
        Ok(kept.ok_or(Failure::Unreadable)?)
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
