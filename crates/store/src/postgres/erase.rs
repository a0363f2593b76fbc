//! Erasing a number: the port [`Eraser`].
//!
//! First the erasure is on record; then codes die and rows are overwritten, some at a time; last the number goes from the
//! record of the erasure. Each step can be made again, so an interruption is harmless: [`resume`] goes on.
//!
//! PostgreSQL writes a new version of a row and leaves the old one to `VACUUM`, which an erasure therefore asks for. What lay in
//! the old versions was sealed.

use std::collections::BTreeSet;
use std::sync::Arc;

use async_trait::async_trait;
use countersign_core::id::{MessageId, RequestId};
use countersign_core::phone::PhoneNumber;
use countersign_core::ports::StoreError;
use countersign_core::ports::erasure::{Erased, Eraser, Erasure};
use tokio_postgres::Row;
use tokio_postgres::types::ToSql;
use uuid::Uuid;

use super::connect::{Connected, Session, Work};
use super::keys::Keyring;
use super::records::ask;
use super::records::find::of_request;
use super::words::Failure;
use super::{PostgresStore, stopped};
use crate::erased::{self, ERASED};
use crate::seal::Key;

/// The number of messages that are changed in one commit.
const PIECE: i64 = 256;

const BEGIN: &str =
    "INSERT INTO erasure (request, at, phone) VALUES ($1, clock(), $2) ON CONFLICT DO NOTHING";
const END: &str = "UPDATE erasure SET phone = '', ended_at = clock() WHERE request = $1";
const UNFINISHED: &str = "SELECT request, phone FROM erasure WHERE ended_at IS NULL ORDER BY at";

const MESSAGES: &str = "
    SELECT id, scope, phone, tableoid::regclass::text AS part FROM message WHERE number = ANY ($1)
    ORDER BY id LIMIT $2 FOR UPDATE";

const SCOPES: &str = "SELECT key FROM code WHERE key = ANY ($1) ORDER BY key FOR UPDATE";
const CODES: &str = "UPDATE code SET codes = '' WHERE key = ANY ($1)";

const BLANK: &str = "
    UPDATE message SET phone = new.phone, number = $3, scope = $3, code_mac = '', buckets = '', charges = NULL
    FROM unnest($1::uuid[], $2::bytea[]) AS new (id, phone) WHERE message.id = new.id";

const EVENTS: &str = "
    UPDATE code_event SET number = NULL, scope = NULL, sealed = NULL WHERE number = ANY ($1)
    RETURNING kind, tableoid::regclass::text AS part";

const CALLS: &str = "DELETE FROM keyed_call WHERE number = ANY ($1)";
const NUMBER: &str = "DELETE FROM number WHERE key = ANY ($1) AND in_a_row = 0";

#[async_trait]
impl Eraser for PostgresStore {
    async fn erase(&self, erasure: &Erasure) -> Result<Erased, StoreError> {
        let session = Session::new(&self.database, Work::Upkeep).get().await?;
        let (keyring, erasure) = (Arc::clone(&self.keyring), erasure.clone());
        // It comes to its end also where the caller does not wait for that.
        let erasing = self.database.runtime().spawn(async move {
            let request = of_request(erasure.request_id);
            let sealer = keyring.current(&session).await?;
            let sealed = sealer.seal(&erasure.phone, id_of(erasure.request_id));
            let sealed = sealed.ok_or(Failure::Unreadable)?;
            ask(&session, BEGIN, &[&request, &sealed]).await?;
            end(&session, &keyring, request, Some(&erasure.phone)).await
        });
        Ok(erasing.await.map_err(|_| stopped())??)
    }
}

/// Goes on with every erasure that was interrupted.
pub(super) async fn resume(session: &Connected, keyring: &Keyring) -> Result<(), Failure> {
    let sealer = keyring.current(session).await?;
    for row in ask(session, UNFINISHED, &[]).await? {
        let request: Uuid = row.try_get("request")?;
        let id = MessageId::from_bytes(request.into_bytes());
        let phone = sealer.open(row.try_get("phone")?, id);
        tracing::warn!(request_id = %request, "an erasure was interrupted, and goes on");
        end(session, keyring, request, phone.as_ref()).await?;
    }
    Ok(())
}

/// Erases a number, and ends the erasure that asked for it.
async fn end(
    session: &Connected,
    keyring: &Keyring,
    request: Uuid,
    phone: Option<&PhoneNumber>,
) -> Result<Erased, Failure> {
    let mut erasing = Erasing {
        session,
        numbers: Vec::new(),
        parts: BTreeSet::from(["erasure".to_owned(), "keyed_call".to_owned()]),
    };
    let mut erased = Erased::default();
    let mut sealer = keyring.current(session).await?;
    while let Some(phone) = phone {
        let numbers = sealer.keys(|each| each.phone(phone));
        erasing.numbers = numbers.all().map(Key::column).collect();
        erasing.take_out(phone, &mut erased).await?;
        // Rows that went over to newer keys meanwhile are found by those.
        let newest = keyring.current(session).await?;
        if newest.number == std::mem::replace(&mut sealer, newest).number {
            break;
        }
    }
    ask(session, END, &[&request]).await?;
    erasing.vacuum().await?;
    Ok(erased)
}

/// The erasure of a number.
struct Erasing<'a> {
    session: &'a Connected,
    /// The keys of the number.
    numbers: Vec<i64>,
    /// The tables that have old versions of its rows.
    parts: BTreeSet<String>,
}

impl Erasing<'_> {
    /// Takes a number out of everything but what is counted.
    async fn take_out(&mut self, phone: &PhoneNumber, erased: &mut Erased) -> Result<(), Failure> {
        loop {
            let some = self.some_messages(phone).await;
            if some.is_err() {
                let _ = self.session.client.batch_execute("ROLLBACK").await;
            }
            match some? {
                0 => break,
                some => erased.messages += some,
            }
        }
        for row in ask(self.session, EVENTS, &[&self.numbers]).await? {
            let kind: &str = row.try_get("kind")?;
            match kind {
                "unlocked" => erased.unlocks += 1,
                _ => erased.checks += 1,
            }
            self.parts.insert(row.try_get("part")?);
        }
        ask(self.session, CALLS, &[&self.numbers]).await?;
        ask(self.session, NUMBER, &[&self.numbers]).await?;
        Ok(())
    }

    /// Takes the number out of some messages, and ends the codes of their scopes. Returns how many messages there were.
    async fn some_messages(&mut self, phone: &PhoneNumber) -> Result<u64, Failure> {
        let session = self.session;
        session.client.batch_execute("BEGIN").await?;
        let rows = ask(session, MESSAGES, &[&self.numbers, &PIECE]).await?;
        let scopes = rows.iter().map(|row| row.try_get("scope"));
        let scopes: BTreeSet<i64> = scopes.collect::<Result<_, _>>()?;
        let scopes: Vec<_> = scopes.into_iter().collect();
        ask(session, SCOPES, &[&scopes]).await?;
        ask(session, CODES, &[&scopes]).await?;
        self.blank(&rows, phone).await?;
        session.client.batch_execute("COMMIT").await?;
        Ok(rows.len() as u64)
    }

    async fn blank(&mut self, rows: &[Row], phone: &PhoneNumber) -> Result<(), Failure> {
        let (mut ids, mut remains): (Vec<Uuid>, Vec<Vec<u8>>) = (Vec::new(), Vec::new());
        for row in rows {
            let sealed: &[u8] = row.try_get("phone")?;
            ids.push(row.try_get("id")?);
            remains.push(erased::remains(sealed.len(), Some(phone.country())));
            self.parts.insert(row.try_get("part")?);
        }
        let erased = ERASED.column();
        let values: [&(dyn ToSql + Sync); 3] = [&ids, &remains, &erased];
        ask(self.session, BLANK, &values).await?;
        Ok(())
    }

    /// Removes the old versions of the rows, as far as nobody reads them any more.
    async fn vacuum(&self) -> Result<(), Failure> {
        for part in &self.parts {
            let vacuum = format!("VACUUM (SKIP_LOCKED) {part}");
            self.session.client.batch_execute(&vacuum).await?;
        }
        Ok(())
    }
}

/// The id under which the number of an erasure is sealed.
fn id_of(request: RequestId) -> MessageId {
    MessageId::from_bytes(*request.as_bytes())
}
