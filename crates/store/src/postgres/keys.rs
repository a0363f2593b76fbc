//! The keys that the database was written with. They are outside of it, so the database alone is of no use.

use std::sync::Arc;

use countersign_core::time::Timestamp;
use tokio_postgres::Client;
use tokio_postgres::types::ToSql;
use zeroize::Zeroizing;

use super::PostgresStore;
use super::clock;
use super::start::{OpenError, unusable};
use crate::seal::{Generation, Sealer, StoreKeys};

/// A generation of keys that is still needed.
struct GenerationRow {
    number: u32,
    fingerprint: Vec<u8>,
}

/// Returns the sealer of the database: of the first keys, and of those among the others that the database still needs. A new
/// database takes the first keys as its own.
pub(super) async fn of(client: &mut Client, keys: &[StoreKeys]) -> Result<Arc<Sealer>, OpenError> {
    let needed = needed(client).await.map_err(unusable)?;
    let first = keys.first().ok_or(OpenError::Keys)?;
    let Some((newest, older)) = needed.split_first() else {
        let generation = generation(1, first)?;
        begin(client, &generation).await.map_err(unusable)?;
        return Ok(Arc::new(Sealer::of(generation, Vec::new())));
    };
    let generation = generation(newest.number, first)?;
    if generation.fingerprint() != newest.fingerprint.as_slice() {
        return Err(OpenError::Keys);
    }
    let older = older.iter().map(|row| find(row, keys).map(Arc::new));
    Ok(Arc::new(Sealer::of(
        generation,
        older.collect::<Result<_, _>>()?,
    )))
}

/// Returns the generations that are still needed, newest first.
async fn needed(client: &Client) -> Result<Vec<GenerationRow>, tokio_postgres::Error> {
    let select = "SELECT number, fingerprint FROM key_generation WHERE ended_at IS NULL ORDER BY number DESC";
    let rows = client.query(select, &[]).await?;
    let rows = rows.iter().map(|row| {
        let number: i32 = row.try_get("number")?;
        Ok(GenerationRow {
            number: number.unsigned_abs(),
            fingerprint: row.try_get("fingerprint")?,
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
fn find(row: &GenerationRow, keys: &[StoreKeys]) -> Result<Generation, OpenError> {
    for keys in keys {
        let generation = generation(row.number, keys)?;
        if generation.fingerprint() == row.fingerprint.as_slice() {
            return Ok(generation);
        }
    }
    Err(OpenError::OlderKeys)
}

/// Keys that the store does not use itself.
impl PostgresStore {
    /// Returns whether one of the keys `name` is the one that the database was used with before, by their check values,
    /// newest first. The newest is on record from then on.
    ///
    /// # Errors
    /// [`OpenError`] when the database cannot be written to.
    pub async fn knows_key(
        &self,
        name: &str,
        check_values: &[[u8; 16]],
    ) -> Result<bool, OpenError> {
        let Some(newest) = check_values.first() else {
            return Ok(true);
        };
        let given: Vec<&[u8]> = check_values.iter().map(<[u8; 16]>::as_slice).collect();
        // One statement, so that of two nodes that start with different keys one is refused.
        let note = "INSERT INTO key_check AS known VALUES ($1, $2)
                    ON CONFLICT (name) DO UPDATE SET digest = excluded.digest WHERE known.digest = ANY ($3)";
        let session = self.reading.get().await;
        let session = session.map_err(|error| OpenError::Database(error.to_string()))?;
        let values: [&(dyn ToSql + Sync); 3] = [&name, &newest.as_slice(), &given];
        let noted = session.client.execute(note, &values).await;
        Ok(noted.map_err(unusable)? == 1)
    }

    /// Returns the key that the database keeps under `name` through every change of keys: the one on record, or `first`,
    /// which is put on record then.
    ///
    /// # Errors
    /// [`OpenError`] when the database cannot be read or written to.
    pub async fn kept_key(
        &self,
        name: &str,
        first: &[u8; 32],
    ) -> Result<Zeroizing<[u8; 32]>, OpenError> {
        let sealer = self.sealer.get();
        let sealed = sealer.seal_kept(name, first).ok_or(OpenError::Keys)?;
        let session = self.reading.get().await;
        let session = session.map_err(|error| OpenError::Database(error.to_string()))?;
        let note = "INSERT INTO kept_key VALUES ($1, $2) ON CONFLICT DO NOTHING";
        let noted = session.client.execute(note, &[&name, &sealed]).await;
        noted.map_err(unusable)?;
        let kept = "SELECT sealed FROM kept_key WHERE name = $1";
        let kept = session.client.query_one(kept, &[&name]).await;
        let kept: Vec<u8> = kept.and_then(|row| row.try_get(0)).map_err(unusable)?;
        sealer.open_kept(name, &kept).ok_or(OpenError::Keys)
    }

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
