//! The port [`Answers`]: a call holds its key on this node, and the database knows what other nodes have decided.

use std::sync::Arc;

use async_trait::async_trait;
use countersign_core::id::MessageId;
use countersign_core::idempotency::{Claim, KeptAnswer, KeyedCall};
use countersign_core::policy;
use countersign_core::ports::StoreError;
use countersign_core::ports::answers::{Answers, Claimed};
use tokio_postgres::Row;
use uuid::Uuid;

use super::connect::Connected;
use super::records::ask;
use super::words::{self, Failure};
use super::{DECISION, PostgresStore, stopped, unsealed};
use crate::call_at_rest::{self, CallColumns, FoundCall, SealedAnswer};
use crate::seal::{CallId, Sealer};

const FIND: &str = "SELECT id, body, message, finding, answer FROM keyed_call WHERE id = ANY ($1) AND ends > clock() ORDER BY ends DESC LIMIT 1";

/// A call whose number was erased meanwhile stays away.
const KEEP: &str = "
    UPDATE keyed_call SET answer = new.answer FROM unnest($1::bytea[], $2::bytea[]) AS new (id, answer)
    WHERE keyed_call.id = new.id AND ends > 0";

#[async_trait]
impl Answers for PostgresStore {
    async fn claim(&self, call: KeyedCall) -> Result<Claimed, StoreError> {
        let Some(hold) = self.held.hold(&call.name, policy::KEY_PATIENCE).await else {
            return Ok(Claimed::UnderWay);
        };
        let claim = Claim::new(call, hold);
        let found = self.find_call(claim.call()).await?;
        Ok(call_at_rest::claimed(claim, found))
    }

    async fn keep(&self, claim: Claim, answer: KeptAnswer) -> Result<(), StoreError> {
        let answer =
            SealedAnswer::of(claim, &answer, &self.keyring.sealer()).ok_or_else(unsealed)?;
        let session = self.reading.get().await?;
        // The key stays held until this comes to its end, also where the caller does not wait for that.
        let keeping = self.database.runtime().spawn(async move {
            let ids: Vec<&[u8]> = answer.sealed.iter().map(|(id, _)| id.as_slice()).collect();
            let sealed: Vec<&[u8]> = answer.sealed.iter().map(|(_, sealed)| &**sealed).collect();
            let keep = session.prepared(KEEP).await?;
            session.client.execute(&keep, &[&ids, &sealed]).await
        });
        let late = |_| StoreError::Unavailable("a commit takes too long".to_owned());
        let kept = tokio::time::timeout(DECISION, keeping)
            .await
            .map_err(late)?;
        let kept = kept.map_err(|_| stopped())?;
        kept.map(drop).map_err(|error| words::unavailable(&error))
    }
}

impl PostgresStore {
    /// Finds the call on record with the key of `call`, under any generation of keys.
    async fn find_call(&self, call: &KeyedCall) -> Result<Option<FoundCall>, StoreError> {
        let sealer: Arc<Sealer> = self.keyring.sealer();
        let ids: Vec<CallId> = sealer.all().map(|each| each.call_id(&call.name)).collect();
        let columns: Vec<&[u8]> = ids.iter().map(CallId::as_slice).collect();
        let (columns, sealer) = (&columns, &sealer);
        let find = |session: Arc<Connected>| async move {
            let rows = ask(&session, FIND, &[columns]).await?;
            let row = rows.first();
            row.map(|row| found(row, call, sealer)).transpose()
        };
        self.reading.read(find).await
    }
}

fn found(row: &Row, call: &KeyedCall, sealer: &Sealer) -> Result<FoundCall, Failure> {
    let id: &[u8] = row.try_get("id")?;
    let message: Option<Uuid> = row.try_get("message")?;
    let columns = CallColumns {
        id: id.try_into().map_err(|_| Failure::Unreadable)?,
        body: row.try_get("body")?,
        message: message.map(|id| MessageId::from_bytes(id.into_bytes())),
        finding: row.try_get("finding")?,
        answer: row.try_get("answer")?,
    };
    Ok(FoundCall::of(&columns, call, sealer))
}
