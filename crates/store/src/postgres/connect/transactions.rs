//! Transactions beside the batches: of work that locks a few rows, reads them, judges and writes.

use std::sync::Arc;

use countersign_core::ports::StoreError;
use tokio::sync::Mutex;

use super::session::{Connected, Database, Session, Work};
use crate::postgres::stopped;
use crate::postgres::words::{Failure, unavailable};

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
            let sessions = turn.lock().await;
            let session = begin(&sessions).await?;
            let done = transact(&session, work).await;
            if done.is_err() {
                sessions.roll_back(&session).await;
            }
            done.map_err(StoreError::from)
        });
        running.await.map_err(|_| stopped())?
    }
}

/// Begins a transaction. Where the session was lost while nobody used it, another one does: nothing was asked for yet.
async fn begin(sessions: &Session) -> Result<Arc<Connected>, StoreError> {
    let session = sessions.get().await?;
    if session.client.batch_execute(BEGIN).await.is_ok() {
        return Ok(session);
    }
    sessions.roll_back(&session).await;
    let session = sessions.get().await?;
    let begun = session.client.batch_execute(BEGIN).await;
    begun.map_err(|error| unavailable(&error))?;
    Ok(session)
}

const BEGIN: &str = "BEGIN";

async fn transact<T, W, F>(session: &Arc<Connected>, work: W) -> Result<T, Failure>
where
    W: FnOnce(Arc<Connected>) -> F,
    F: Future<Output = Result<T, Failure>>,
{
    let done = work(Arc::clone(session)).await?;
    session.client.batch_execute("COMMIT").await?;
    Ok(done)
}
