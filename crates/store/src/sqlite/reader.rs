//! The thread that reads for people and for operators' programs. Sends come first: its priority is lower.

use std::sync::{Arc, Mutex, mpsc};
use std::thread;

use countersign_core::ports::StoreError;
use rusqlite::{Connection, InterruptHandle};
use tokio::sync::oneshot;

use crate::priority::{self, Niceness};

type Read = Box<dyn FnOnce(&Connection) + Send>;

/// A connection that only reads, and the thread that reads on it, one read after the other.
pub(super) struct Reader {
    log: Arc<Mutex<Connection>>,
    interrupt: InterruptHandle,
    /// Ends the thread when it is dropped.
    reads: Option<mpsc::Sender<Read>>,
    thread: Option<thread::JoinHandle<()>>,
}

impl Reader {
    /// Starts to read on `log`.
    ///
    /// # Errors
    /// [`std::io::Error`] when the system has no room for a thread.
    pub(super) fn start(log: Connection) -> std::io::Result<Self> {
        let interrupt = log.get_interrupt_handle();
        let log = Arc::new(Mutex::new(log));
        let (reads, asked) = mpsc::channel::<Read>();
        let read_on = Arc::clone(&log);
        let work = move || {
            priority::lower(Niceness::Reading);
            while let Ok(read) = asked.recv() {
                let Ok(log) = read_on.lock() else {
                    return;
                };
                read(&log);
            }
        };
        let thread = thread::Builder::new()
            .name("sqlite-reader".to_owned())
            .spawn(work)?;
        Ok(Self {
            log,
            interrupt,
            reads: Some(reads),
            thread: Some(thread),
        })
    }

    /// Changes something about the connection, on the thread of the caller.
    pub(super) fn set_up<T>(&self, set_up: impl FnOnce(&Connection) -> T) -> Result<T, StoreError> {
        let log = self.log.lock().map_err(|_| stopped())?;
        Ok(set_up(&log))
    }

    /// Reads, unless the caller has gone before its turn.
    pub(super) async fn read<T: Send + 'static>(
        &self,
        read: impl FnOnce(&Connection) -> rusqlite::Result<T> + Send + 'static,
    ) -> Result<T, StoreError> {
        let (caller, answer) = oneshot::channel();
        let read = move |log: &Connection| {
            if !caller.is_closed() {
                let _ = caller.send(read(log));
            }
        };
        let reads = self.reads.as_ref().ok_or_else(stopped)?;
        reads.send(Box::new(read)).map_err(|_| stopped())?;
        let answer = answer.await.map_err(|_| stopped())?;
        answer.map_err(|error| StoreError::Unavailable(error.to_string()))
    }
}

fn stopped() -> StoreError {
    StoreError::Unavailable("the reader has stopped".to_owned())
}

impl Drop for Reader {
    fn drop(&mut self) {
        drop(self.reads.take());
        self.interrupt.interrupt();
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}
