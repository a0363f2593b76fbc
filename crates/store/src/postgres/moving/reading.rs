//! Reading rows: a cursor over each kind, within one transaction, which sees the database at one moment.

use std::collections::HashSet;

use countersign_core::send::attempt::Attempt;
use countersign_core::send::settle;
use countersign_core::time::Timestamp;
use tokio_postgres::{Client, Row as Found};

use super::{packed, statements};
use crate::moving::ends::Take;
use crate::moving::file::{FORMAT, Header};
use crate::moving::hex::Bytes;
use crate::moving::row::{self, Counts, Row};
use crate::moving::{Kind, MoveError, PIECE};
use crate::seal::Key;

/// The keys of buckets, as far as it is known what they count.
#[derive(Default)]
pub(super) struct Buckets {
    /// Those that have a row.
    kept: HashSet<i64>,
    /// Those of them that messages on record hit.
    of_sends: HashSet<i64>,
}

impl Buckets {
    /// Reads which there are.
    pub(super) async fn read(client: &Client) -> Result<Self, MoveError> {
        let mut kept = HashSet::new();
        each(client, "SELECT key FROM bucket", |row| {
            kept.insert(row.try_get(0)?);
            Ok(())
        })
        .await?;
        Ok(Self {
            kept,
            of_sends: HashSet::new(),
        })
    }

    fn note(&mut self, buckets: &Bytes) {
        let (keys, _) = buckets.0.as_chunks::<8>();
        let keys = keys
            .iter()
            .map(|key| Key(u64::from_be_bytes(*key)).column());
        self.of_sends
            .extend(keys.filter(|key| self.kept.contains(key)));
    }

    fn counts(&self, key: i64) -> Counts {
        match self.of_sends.contains(&key) {
            true => Counts::Sends,
            false => Counts::Either,
        }
    }
}

/// Reads the rows of a kind as they are at `at`. Call this within a transaction.
pub(super) async fn read(
    client: &Client,
    kind: Kind,
    at: Timestamp,
    buckets: &mut Buckets,
    take: Take<'_>,
) -> Result<(), MoveError> {
    match (kind, statements::reading(kind, at.as_millis())) {
        (Kind::Message, Some(select)) => {
            let read = |found: &Found| {
                let message = message(found, at)?;
                buckets.note(&message.buckets);
                take(Row::Message(message))
            };
            each(client, &select, read).await
        }
        (_, Some(select)) => each(client, &select, |found| take(json(found)?)).await,
        (Kind::Code, None) => {
            each(client, statements::CODES, |found| {
                let codes = packed::codes(found.try_get("key")?, found.try_get("codes")?, at)?;
                codes.map_or(Ok(()), |codes| take(Row::Code(codes)))
            })
            .await
        }
        (_, None) => {
            each(client, statements::BUCKETS, |found| {
                let key = found.try_get("key")?;
                let (span, hits) = (found.try_get("span")?, found.try_get("hits")?);
                let bucket = packed::bucket(key, span, hits, buckets.counts(key), at)?;
                bucket.map_or(Ok(()), |bucket| take(Row::Bucket(bucket)))
            })
            .await
        }
    }
}

fn json(found: &Found) -> Result<Row, MoveError> {
    Ok(serde_json::from_str(found.try_get("row")?)?)
}

/// Reads a message. One without an outcome gets the one that it has by now: its sender has ended.
fn message(found: &Found, now: Timestamp) -> Result<Box<row::Message>, MoveError> {
    let Row::Message(mut message) = json(found)? else {
        return Err(MoveError::unreadable());
    };
    if !found.try_get::<_, bool>("settled")? {
        let decided_at = Timestamp::from_millis(message.decided_at);
        let attempt = match settle::is_overdue(decided_at, now) {
            true => Attempt::overdue(decided_at),
            false => Attempt::interrupted(decided_at, now),
        };
        message.attempts = vec![(&attempt).into()];
    }
    Ok(message)
}

/// Reads what a statement finds, piece by piece.
async fn each(
    client: &Client,
    select: &str,
    mut read: impl FnMut(&Found) -> Result<(), MoveError> + Send,
) -> Result<(), MoveError> {
    let open = format!("DECLARE moving NO SCROLL CURSOR FOR {select}");
    client.batch_execute(&open).await?;
    let fetch = client
        .prepare(&format!("FETCH {PIECE} FROM moving"))
        .await?;
    loop {
        let rows = client.query(&fetch, &[]).await?;
        rows.iter().try_for_each(&mut read)?;
        if rows.is_empty() {
            break;
        }
    }
    Ok(client.batch_execute("CLOSE moving").await?)
}

const HEADER: &str = "
    SELECT clock() AS at, uuid_send(deployment.id) AS deployment, dead_before, held_until, setup.version, days_until,
           (SELECT max(number) FROM version)::bigint AS schema,
           (SELECT fingerprint FROM key_generation ORDER BY number DESC LIMIT 1) AS fingerprint
    FROM deployment, setup, tallied";

/// Reads what is told once of the deployment.
pub(super) async fn header(client: &Client) -> Result<Header, MoveError> {
    let found = client.query_one(HEADER, &[]).await?;
    Ok(Header {
        countersign_export: FORMAT,
        version: env!("CARGO_PKG_VERSION").to_owned(),
        database: "postgres".to_owned(),
        schema: found.try_get("schema")?,
        deployment: Bytes(found.try_get("deployment")?),
        fingerprint: Bytes(found.try_get("fingerprint")?),
        at: found.try_get("at")?,
        dead_before: found.try_get("dead_before")?,
        held_until: found.try_get("held_until")?,
        setup: found.try_get("version")?,
        days_until: found.try_get("days_until")?,
    })
}
