//! The port [`Records`]: timelines, reports of vendors, unlocks.
//!
//! | room | what is in it |
//! |---|---|
//! | [`find`] | the messages that a query asks for, newest first |
//! | [`search`] | those among them that have something in common, up to a bound |
//! | [`parts`] | what belongs to each: limits, attempts, reports, the state of the code |
//! | [`checks`] | the checks of each code |
//! | [`reports`] | which messages a vendor's report is about, and keeping it |
//! | [`unlocks`] | the unlocks |
//!
//! Newest first is the order of ids, which carry the time of the node that made them. Nothing here is read in one snapshot:
//! a message that is settled meanwhile shows its outcome or does not.

mod checks;
pub(super) mod find;
pub(super) mod parts;
pub(super) mod reports;
mod search;
mod unlocks;

use std::sync::Arc;

use async_trait::async_trait;
use countersign_core::code::check::UnlockRecord;
use countersign_core::id::RequestId;
use countersign_core::message::Timeline;
use countersign_core::ports::StoreError;
use countersign_core::ports::records::{FoundMessages, MessageSearch, Records, TimelineQuery};
use countersign_core::receipt::Receipt;
use tokio_postgres::Row;
use tokio_postgres::types::ToSql;
use uuid::Uuid;

use super::connect::Connected;
use super::days::Days;
use super::words::Failure;
use super::{PostgresStore, replica};

#[async_trait]
impl Records for PostgresStore {
    async fn timelines(&self, query: TimelineQuery) -> Result<Vec<Timeline>, StoreError> {
        let (query, keyring) = (&query, &self.keyring);
        let found = |session: Arc<Connected>, moment| async move {
            let sealer = keyring.sealer();
            let found = find::messages(&session, query, &sealer).await?;
            parts::timelines(&session, found, &sealer, moment).await
        };
        // What is asked about one message may decide on something, and takes little.
        let is_search = query.message.is_none() && query.request.is_none();
        self.read_messages(is_search, found).await
    }

    async fn search(&self, search: MessageSearch) -> Result<FoundMessages, StoreError> {
        let (search, keyring) = (&search, &self.keyring);
        let found = |session: Arc<Connected>, moment| async move {
            let sealer = keyring.sealer();
            search::search(&session, search, &sealer, moment).await
        };
        self.read_messages(true, found).await
    }

    async fn receive(&self, provider: &str, receipts: Vec<Receipt>) -> Result<(), StoreError> {
        reports::receive(self, provider, &receipts).await
    }

    async fn unlocks(
        &self,
        before: Option<RequestId>,
        limit: u16,
    ) -> Result<Vec<UnlockRecord>, StoreError> {
        let keyring = &self.keyring;
        let read = |session: Arc<Connected>| async move {
            let sealer = keyring.current(&session).await?;
            unlocks::read(&session, before, limit, &sealer).await
        };
        self.records.read(read).await
    }
}

impl PostgresStore {
    /// Reads messages, where they may be a little behind from the replica. Where the database is written with newer keys than
    /// this node knows, it takes these first.
    async fn read_messages<T, A>(
        &self,
        may_be_behind: bool,
        found: impl Fn(Arc<Connected>, &'static str) -> A + Copy + Send + Sync,
    ) -> Result<T, StoreError>
    where
        A: Future<Output = Result<T, Failure>> + Send,
        T: Send,
    {
        if may_be_behind
            && let Some(replica) = self.replica.as_ref().and_then(|replica| replica.session())
            && let Ok(found) = replica.read(|session| found(session, replica::SEEN)).await
        {
            return Ok(found);
        }
        let keyring = &self.keyring;
        let read = |session: Arc<Connected>| async move {
            match found(Arc::clone(&session), parts::DEPLOYMENT).await {
                Err(Failure::OtherKeys) => {
                    keyring.follow(&session.client).await?;
                    found(session, parts::DEPLOYMENT).await
                }
                found => found,
            }
        };
        self.records.read(read).await
    }
}

/// Asks about the messages with these ids, with a statement that names their days.
pub(super) async fn ask_about(
    session: &Connected,
    sql: &'static str,
    ids: &Vec<Uuid>,
) -> Result<Vec<Row>, tokio_postgres::Error> {
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    let statement = session.prepared_for(Days::of(ids), sql).await?;
    session.client.query(&statement, &[ids]).await
}

/// Asks with a statement that is prepared once a session.
pub(super) async fn ask(
    session: &Connected,
    sql: &'static str,
    values: &[&(dyn ToSql + Sync)],
) -> Result<Vec<Row>, tokio_postgres::Error> {
    let statement = session.prepared(sql).await?;
    session.client.query(&statement, values).await
}
