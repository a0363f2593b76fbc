//! The secrets that nodes share: sealed, in the table `kept_key`.

use std::sync::Arc;

use async_trait::async_trait;
use countersign_core::ports::StoreError;
use tokio_postgres::Row;
use zeroize::Zeroizing;

use super::PostgresStore;
use super::connect::Connected;
use super::records::ask;
use super::words::Failure;
use crate::seal::Sealer;
use crate::shared_secrets::SharedSecrets;

const READ: &str = "SELECT sealed FROM kept_key WHERE name = $1";
const LOCK: &str = "SELECT sealed FROM kept_key WHERE name = $1 FOR UPDATE";
const ADD: &str = "INSERT INTO kept_key VALUES ($1, $2) ON CONFLICT DO NOTHING RETURNING name";
const REPLACE: &str = "UPDATE kept_key SET sealed = $2 WHERE name = $1 RETURNING name";

#[async_trait]
impl SharedSecrets for PostgresStore {
    async fn shared(&self, name: &'static str) -> Result<Option<Zeroizing<Vec<u8>>>, StoreError> {
        let keyring = &self.keyring;
        let read = |session: Arc<Connected>| async move {
            let sealer = keyring.current(&session).await?;
            secret(name, &ask(&session, READ, &[&name]).await?, &sealer)
        };
        self.reading.read(read).await
    }

    async fn share(
        &self,
        name: &'static str,
        seen: Option<&[u8]>,
        new: &[u8],
    ) -> Result<bool, StoreError> {
        let keyring = Arc::clone(&self.keyring);
        let new = Zeroizing::new(new.to_vec());
        let seen = seen.map(|seen| Zeroizing::new(seen.to_vec()));
        let put = move |session: Arc<Connected>| async move {
            let sealer = keyring.held_in(&session).await?;
            let sealed = sealer.seal_kept(name, &new).ok_or(Failure::Unreadable)?;
            let found = ask(&session, LOCK, &[&name]).await?;
            if secret(name, &found, &sealer)? != seen {
                return Ok(false);
            }
            let put = match seen {
                Some(_) => REPLACE,
                None => ADD,
            };
            Ok(!ask(&session, put, &[&name, &sealed]).await?.is_empty())
        };
        self.transactions.run(put).await
    }
}

/// Opens the secret `name` in the row that was found.
fn secret(
    name: &str,
    rows: &[Row],
    sealer: &Sealer,
) -> Result<Option<Zeroizing<Vec<u8>>>, Failure> {
    let Some(row) = rows.first() else {
        return Ok(None);
    };
    let secret = sealer.open_kept(name, row.try_get("sealed")?);
    secret.map(Some).ok_or(Failure::Unreadable)
}
