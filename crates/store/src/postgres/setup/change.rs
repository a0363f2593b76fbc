//! A change of the setup: the next version, the row of the setting and the act, in one transaction.

use countersign_core::audit::Act;
use countersign_core::ports::setup::{Change, SetupVersion};
use countersign_core::time::Timestamp;
use tokio_postgres::types::ToSql;

use super::follow::NEWS;
use super::read::number;
use crate::postgres::connect::Connected;
use crate::postgres::keys::Keyring;
use crate::postgres::row::audit::{self, AuditRows};
use crate::postgres::words::Failure;
use crate::setup_at_rest::{SettingRow, Value};

const ADVANCE: &str = "UPDATE setup SET version = $2 WHERE version = $1";
const PUT: &str = "
    INSERT INTO setting (kind, key, value, sealed, version) VALUES ($1, $2, $3, $4, $5)
    ON CONFLICT (kind, key) DO UPDATE SET value = excluded.value, sealed = excluded.sealed, version = excluded.version";
const REMOVE: &str = "DELETE FROM setting WHERE kind = $1 AND key = $2";

/// Locks the newest entry of the audit record, and reads it.
const HEAD: &str = "
    INSERT INTO audit_head AS head VALUES (true, 0, '')
    ON CONFLICT (only_row) DO UPDATE SET seq = head.seq RETURNING seq, hash";

/// A change that is to be made.
pub(super) struct Changing {
    /// The version that the change was judged by.
    pub(super) seen: SetupVersion,
    pub(super) change: Change,
    /// The time by the wall clock.
    pub(super) at: Timestamp,
    pub(super) act: Act,
}

impl Changing {
    /// Writes the change in the transaction of `session`, sealed with the keys in use. Returns false, and writes nothing, where
    /// another change came first.
    pub(super) async fn write(
        &self,
        session: &Connected,
        keyring: &Keyring,
    ) -> Result<bool, Failure> {
        let sealer = keyring.held_in(session).await?;
        let row = SettingRow::after(&self.change, &sealer).ok_or(Failure::Unreadable)?;
        let (seen, next) = (number(self.seen), number(self.seen.next()));
        let advance = session.prepared(ADVANCE).await?;
        if session.client.execute(&advance, &[&seen, &next]).await? == 0 {
            return Ok(false);
        }
        let SettingRow { kind, key, value } = &row;
        match value {
            Some(Value { text, sealed }) => {
                let put = session.prepared(PUT).await?;
                let values: [&(dyn ToSql + Sync); 5] = [kind, key, text, sealed, &next];
                session.client.execute(&put, &values).await?
            }
            None => {
                let remove = session.prepared(REMOVE).await?;
                session.client.execute(&remove, &[kind, key]).await?
            }
        };
        record(session, self.at, &self.act).await?;
        notify(session).await?;
        Ok(true)
    }
}

/// Lets every node look at the setup and at the generation of keys, once the transaction is committed.
pub(in crate::postgres) async fn notify(session: &Connected) -> Result<(), Failure> {
    let news = "SELECT pg_notify($1, '')";
    session.client.execute(news, &[&NEWS]).await?;
    Ok(())
}

/// Appends an act, which happened at `at` by the wall clock, to the audit record, whose head is the last thing that is locked
/// everywhere.
pub(in crate::postgres) async fn record(
    session: &Connected,
    at: Timestamp,
    act: &Act,
) -> Result<(), Failure> {
    let head = session.prepared(HEAD).await?;
    let head = session.client.query_one(&head, &[]).await?;
    let mut rows = AuditRows::default();
    rows.read(head.try_get("seq")?, head.try_get("hash")?);
    rows.append(at, act);
    for (sql, values) in audit::writes(&rows.new) {
        let statement = session.prepared(sql).await?;
        let values: Vec<_> = values.iter().map(|value| &**value as _).collect();
        session.client.execute(&statement, &values).await?;
    }
    Ok(())
}
