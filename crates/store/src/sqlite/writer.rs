//! The one writer: groups whatever is waiting into one commit.

use std::sync::mpsc::{Receiver, SyncSender, TrySendError};
use std::sync::{Arc, Mutex};
use std::thread::JoinHandle;

use countersign_core::ports::store::StoreError;
use countersign_core::time::Clock;
use rusqlite::{Connection, TransactionBehavior};
use tokio::sync::oneshot;

use super::horizon::Horizon;
use super::live::Live;
use super::rows::Record;

/// Something to append, and whom to tell once it is durable.
struct Job {
    record: Record,
    done: oneshot::Sender<Result<(), StoreError>>,
}

/// The way to the writer. Dropping it lets the writer finish what is queued and end.
pub(crate) struct Queue {
    jobs: Option<SyncSender<Job>>,
    thread: Option<JoinHandle<()>>,
}

/// How much may wait. More than this cannot be durable within the 2 s that a caller waits.
const QUEUE: usize = 16_384;

/// How much goes into one commit.
const BATCH: usize = 1_024;

impl Queue {
    /// Starts the writer on `log`, which it owns from now on.
    pub(crate) fn start(
        log: Connection,
        live: Arc<Mutex<Live>>,
        clock: Arc<dyn Clock>,
        horizon: Horizon,
    ) -> std::io::Result<Self> {
        let (jobs, inbox) = std::sync::mpsc::sync_channel(QUEUE);
        let mut writer = Writer {
            log,
            live,
            clock,
            horizon,
        };
        let thread = std::thread::Builder::new()
            .name("sqlite-writer".to_owned())
            .spawn(move || writer.run(&inbox))?;
        Ok(Self {
            jobs: Some(jobs),
            thread: Some(thread),
        })
    }

    /// Queues `record` behind everything queued before. The receiver hears once it is durable, or
    /// that it never will be and the live state no longer holds it.
    pub(crate) fn push(
        &self,
        record: Record,
    ) -> Result<oneshot::Receiver<Result<(), StoreError>>, StoreError> {
        let (done, durable) = oneshot::channel();
        let jobs = self.jobs.as_ref().ok_or_else(stopped)?;
        match jobs.try_send(Job { record, done }) {
            Ok(()) => Ok(durable),
            Err(TrySendError::Full(_)) => Err(StoreError::Overloaded),
            Err(TrySendError::Disconnected(_)) => Err(stopped()),
        }
    }
}

impl Drop for Queue {
    fn drop(&mut self) {
        drop(self.jobs.take());
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

pub(crate) fn stopped() -> StoreError {
    StoreError::Unavailable("the writer has stopped".to_owned())
}

struct Writer {
    log: Connection,
    live: Arc<Mutex<Live>>,
    clock: Arc<dyn Clock>,
    horizon: Horizon,
}

impl Writer {
    fn run(&mut self, inbox: &Receiver<Job>) {
        while let Ok(first) = inbox.recv() {
            let mut batch = vec![first];
            batch.extend(inbox.try_iter().take(BATCH - 1));
            let result = self.commit(&batch).map_err(|error| {
                tracing::error!(%error, records = batch.len(), "a commit failed and was undone");
                StoreError::Unavailable("a commit failed".to_owned())
            });
            let Ok(mut live) = self.live.lock() else {
                return; // A poisoned live state cannot be trusted: every caller hears "unavailable".
            };
            // Memory follows the log before anyone is answered.
            for job in &batch {
                match (&job.record, &result) {
                    (Record::Settlement(settled), Ok(())) if settled.sent() => {
                        live.sent(settled.message);
                    }
                    (Record::Settlement(settled), Ok(())) => {
                        live.not_sent(settled.message, settled.give_back.is_some());
                    }
                    (Record::Message(row), Err(_)) => live.withdraw(row.admission.message),
                    _ => {}
                }
            }
            live.forget_past(self.clock.now());
            drop(live);
            for job in batch {
                let _ = job.done.send(result.clone());
            }
            if let Err(error) = self.horizon.advance(&mut self.log, self.clock.now()) {
                tracing::error!(%error, "the replay horizon could not advance");
            }
        }
    }

    fn commit(&mut self, batch: &[Job]) -> rusqlite::Result<()> {
        let transaction = self
            .log
            .transaction_with_behavior(TransactionBehavior::Immediate)?;
        for job in batch {
            job.record.insert(&transaction)?;
        }
        transaction.commit()
    }
}
