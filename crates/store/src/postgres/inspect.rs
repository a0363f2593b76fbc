//! A look at a database that nodes share.

use countersign_core::time::Timestamp;
use tokio_postgres::{Client, Row};

use super::connect::{Database, Work};
use super::schema::{self, Age};
use super::start::{OpenError, lasts, not_opened, unusable};
use super::words::Failure;
use super::{DatabaseUrl, keys, moving, setup};
use crate::inspect::{Inspected, Inspection, KeysBeside};
use crate::seal::StoreKeys;

const NEWEST: &str = "SELECT decided_at FROM message ORDER BY id DESC LIMIT 1";
const SIZE: &str = "SELECT pg_database_size(current_database())";
const OTHER_KEY: &str = "SELECT FROM key_check WHERE name = $1 AND digest <> ALL ($2)";

/// Looks at the database at `url`.
pub(crate) async fn inspect(
    url: DatabaseUrl,
    given: &[StoreKeys],
    keys_beside: &KeysBeside<'_>,
) -> Result<Inspected, OpenError> {
    let database = Database::at(url).map_err(OpenError::Database)?;
    let client = database.open(Work::Reading).await.map_err(not_opened)?;
    lasts(&client).await?;
    match schema::age(&client).await? {
        Age::Unborn => return Ok(Inspected::Nothing),
        Age::Older => return Ok(Inspected::OfOlderVersion),
        Age::Newest => {}
    }
    if moving::is_half(&client).await.map_err(unusable)? {
        return Err(OpenError::HalfImported);
    }
    let Some(sealer) = keys::find(&client, given).await? else {
        return Ok(Inspected::Nothing);
    };
    let mut other_keys = Vec::new();
    for (name, check_values) in keys_beside {
        let given: Vec<&[u8]> = check_values.iter().map(<[u8; 16]>::as_slice).collect();
        let other = client.query_opt(OTHER_KEY, &[name, &given]).await;
        if other.map_err(unusable)?.is_some() {
            other_keys.push((*name).to_owned());
        }
    }
    let newest = client.query_opt(NEWEST, &[]).await.map_err(unusable)?;
    Ok(Inspected::Whole(Box::new(Inspection {
        says: "reached, written with these keys, and keeps what it has committed",
        setup: setup::read_by(&client, &sealer).await.map_err(unreadable)?,
        newest: newest.map_or(Ok(Timestamp::default()), |row| time(&row))?,
        bytes: size(&client).await.map_err(unusable)?,
        other_keys,
    })))
}

fn time(row: &Row) -> Result<Timestamp, OpenError> {
    let time = row.try_get(0).map(Timestamp::from_millis);
    time.map_err(unusable)
}

async fn size(client: &Client) -> Result<u64, tokio_postgres::Error> {
    let size: i64 = client.query_one(SIZE, &[]).await?.try_get(0)?;
    Ok(size.unsigned_abs())
}

pub(super) fn unreadable(failure: Failure) -> OpenError {
    OpenError::Database(countersign_core::ports::StoreError::from(failure).to_string())
}
