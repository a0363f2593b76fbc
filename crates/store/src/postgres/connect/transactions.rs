//! Transactions beside the batches: of work that locks a few rows, reads them, judges and writes.

use std::sync::Arc;

use countersign_core::ports::StoreError;
use tokio::sync::Mutex;

use super::session::{Connected, Database, Session, Work};
use crate::postgres::stopped;
use crate::postgres::words::Failure;

/// A session for transactions, one after the other.
pub(crate) struct Transactions {
    database: Arc<Database>,
    /// Held by the transaction that is open.
    session: Arc<Mutex<Session>>,
}

impl Transactions {
    pub(crate) fn new(database: &Arc<Database>, work: Work) -> Self {
        Self {
            database: Arc::clone(database),
            session: Arc::new(Mutex::new(Session::new(database, work))),
        }
    }

    /// Runs `work` in a transaction, and commits it unless it fails.
    ///
    /// # Errors
    /// [`StoreError`] when it failed, or when the answer to its commit was lost.
    pub(crate) async fn run<T, W, F>(&self, work: W) -> Result<T, StoreError>
    where
        W: FnOnce(Arc<Connected>) -> F + Send + 'static,
        F: Future<Output = Result<T, Failure>> + Send,
        T: Send + 'static,
    {
        let turn = Arc::clone(&self.session);
        // It comes to its end also where its caller waits no longer, so that the next one finds no transaction open.
        let running = self.database.runtime().spawn(async move {
            let session = turn.lock().await;
            let session = session.get().await?;
            let done = transact(&session, work).await;
            if done.is_err() {
                let _ = session.client.batch_execute("ROLLBACK").await;
            }
            done.map_err(StoreError::from)
        });
        running.await.map_err(|_| stopped())?
    }
}

async fn transact<T, W, F>(session: &Arc<Connected>, work: W) -> Result<T, Failure>
where
    W: FnOnce(Arc<Connected>) -> F,
    F: Future<Output = Result<T, Failure>>,
{
    session.client.batch_execute("BEGIN").await?;
    let done = work(Arc::clone(session)).await?;
    session.client.batch_execute("COMMIT").await?;
    Ok(done)
}
