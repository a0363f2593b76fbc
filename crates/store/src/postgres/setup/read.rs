//! The setup out of its rows.

use countersign_core::ports::setup::{Setting, Setup, SetupVersion};
use tokio_postgres::{Client, Row};

use crate::postgres::keys::Keyring;
use crate::postgres::words::Failure;
use crate::seal::Sealer;
use crate::setup_at_rest;

/// One statement, so that the version and the generation of keys are those of the rows.
const READ: &str = "
    SELECT (SELECT max(number) FROM key_generation) AS generation, setup.version, setting.version AS since, kind, key, value, sealed FROM setup LEFT JOIN setting ON true";

/// Reads the setup, with the keys that it is sealed with. A row that cannot be read is logged and left out.
pub(in crate::postgres) async fn read(
    client: &Client,
    keyring: &Keyring,
) -> Result<Setup, Failure> {
    let rows = client.query(READ, &[]).await?;
    let generation = rows
        .first()
        .ok_or(Failure::Unreadable)?
        .try_get("generation")?;
    let sealer = keyring.at_least(generation, client).await?;
    of_rows(&rows, &sealer)
}

/// Reads the setup by this sealer, as [`read`] does.
pub(in crate::postgres) async fn read_by(
    client: &Client,
    sealer: &Sealer,
) -> Result<Setup, Failure> {
    of_rows(&client.query(READ, &[]).await?, sealer)
}

fn of_rows(rows: &[Row], sealer: &Sealer) -> Result<Setup, Failure> {
    let mut setup = Setup::default();
    for row in rows {
        setup.version = version(row.try_get("version")?);
        let Some(kind) = row.try_get("kind")? else {
            continue; // a setup without settings
        };
        match setting(row, kind, sealer)? {
            Some(setting) => setup.put(version(row.try_get("since")?), setting),
            None => tracing::error!(kind, "a setting in the database cannot be read"),
        }
    }
    Ok(setup)
}

fn setting(row: &Row, kind: &str, sealer: &Sealer) -> Result<Option<Setting>, Failure> {
    let (key, text) = (row.try_get("key")?, row.try_get("value")?);
    let sealed = row.try_get("sealed")?;
    Ok(setup_at_rest::read(kind, key, text, sealed, sealer))
}

/// Returns the version of a column.
pub(super) fn version(column: i64) -> SetupVersion {
    SetupVersion::new(column.unsigned_abs())
}

/// Returns a version as it is kept.
pub(super) fn number(version: SetupVersion) -> i64 {
    i64::try_from(version.number()).unwrap_or(i64::MAX)
}
