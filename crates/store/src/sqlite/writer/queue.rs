//! The queue to the writer.

use std::sync::atomic::{AtomicI64, AtomicUsize, Ordering};
use std::sync::mpsc::{Receiver, Sender};
use std::sync::{Arc, Mutex};
use std::thread::JoinHandle;
use std::time::Duration;

use countersign_core::ports::StoreError;
use countersign_core::time::Timestamp;
use tokio::sync::oneshot;

use crate::sqlite::log::attempt::SettlementRow;
use crate::sqlite::log::record::Record;

/// A record to append, and the channel that learns once it is durable.
pub(super) struct Job {
    pub(super) record: Record,
    pub(super) done: Done,
}

pub(super) type Done = oneshot::Sender<Result<(), StoreError>>;

/// Resolves once a record is durable, or with the reason why it is not.
pub(crate) type Durable = oneshot::Receiver<Result<(), StoreError>>;

/// The callers' end of the queue. Dropping it lets the writer finish the queued jobs and end.
pub(crate) struct Queue {
    jobs: Option<Sender<Job>>,
    thread: Option<JoinHandle<()>>,
    waiting: Arc<AtomicUsize>,
    tray: Tray,
    batch: Arc<Batch>,
}

/// The writer's end of the queue.
pub(crate) struct Inbox {
    pub(super) jobs: Receiver<Job>,
    /// The number of jobs that were sent and not taken yet.
    pub(super) waiting: Arc<AtomicUsize>,
    pub(super) tray: Tray,
    pub(super) batch: Arc<Batch>,
}

/// When the writer took the batch that it works on, for those who watch it.
#[derive(Debug, Default)]
pub(super) struct Batch {
    /// Milliseconds since the Unix epoch; 0 while the writer waits for work.
    began: AtomicI64,
}

impl Batch {
    pub(super) fn begins(&self, now: Timestamp) {
        self.began.store(now.as_millis(), Ordering::Relaxed);
    }

    pub(super) fn ends(&self) {
        self.began.store(0, Ordering::Relaxed);
    }

    fn lasts(&self, now: Timestamp) -> Duration {
        match self.began.load(Ordering::Relaxed) {
            0 => Duration::ZERO,
            began => Timestamp::from_millis(began).until(now),
        }
    }
}

/// Outcomes of messages without a waiting caller. They go with the next commit.
pub(super) type Tray = Arc<Mutex<Vec<SettlementRow>>>;

/// The number of waiting records from which on new decisions are refused, since more cannot be durable in time.
/// Settlements are always taken: there is one per decision, so decisions bound them.
const MOST_WAITING: usize = 16_384;

impl Queue {
    /// Makes a queue, and the writer's end of it.
    pub(crate) fn new() -> (Self, Inbox) {
        let (sender, jobs) = std::sync::mpsc::channel();
        let (waiting, tray) = (Arc::default(), Tray::default());
        let batch = Arc::<Batch>::default();
        let queue = Self {
            jobs: Some(sender),
            thread: None,
            waiting: Arc::clone(&waiting),
            tray: Arc::clone(&tray),
            batch: Arc::clone(&batch),
        };
        let inbox = Inbox {
            jobs,
            waiting,
            tray,
            batch,
        };
        (queue, inbox)
    }

    /// Waits for `writer` when it is dropped.
    pub(crate) fn join_on_drop(&mut self, writer: JoinHandle<()>) {
        self.thread = Some(writer);
    }

    /// Queues `record` behind everything queued before. The receiver learns once it is durable, or that it is
    /// not. The writer does not record a record that is not [owed](Record::is_owed) and whose receiver is gone
    /// by then.
    pub(crate) fn push(&self, record: Record) -> Result<Durable, StoreError> {
        let jobs = self.jobs.as_ref().ok_or_else(stopped)?;
        push(jobs, &self.waiting, record)
    }

    /// Returns another end of the queue. The writer goes on until it is dropped too.
    pub(crate) fn pusher(&self) -> Result<Pusher, StoreError> {
        Ok(Pusher {
            jobs: self.jobs.clone().ok_or_else(stopped)?,
            waiting: Arc::clone(&self.waiting),
        })
    }

    /// Leaves an outcome for the next commit: one that comes anyway, or else one of its own after a moment.
    /// Does not wake the writer.
    pub(crate) fn settle(&self, settlement: SettlementRow) -> Result<(), StoreError> {
        self.tray.lock().map_err(|_| stopped())?.push(settlement);
        Ok(())
    }

    /// Returns the number of records that wait to become durable.
    pub(crate) fn waiting(&self) -> usize {
        let outcomes = self.tray.lock().map_or(0, |tray| tray.len());
        self.waiting.load(Ordering::Relaxed) + outcomes
    }

    /// Returns for how long the writer has worked on its batch: zero while it waits for work, and for ever once its thread
    /// has ended.
    pub(crate) fn committing(&self, now: Timestamp) -> Duration {
        match &self.thread {
            Some(thread) if thread.is_finished() => Duration::MAX,
            _ => self.batch.lasts(now),
        }
    }

    /// Returns whether new work is refused for now.
    pub(crate) fn is_full(&self) -> bool {
        self.waiting.load(Ordering::Relaxed) >= MOST_WAITING
    }
}

/// The end of the queue that is not a caller's.
pub(crate) struct Pusher {
    jobs: Sender<Job>,
    waiting: Arc<AtomicUsize>,
}

impl Pusher {
    /// Queues `record`, like [`Queue::push`].
    pub(crate) fn push(&self, record: Record) -> Result<Durable, StoreError> {
        push(&self.jobs, &self.waiting, record)
    }
}

fn push(jobs: &Sender<Job>, waiting: &AtomicUsize, record: Record) -> Result<Durable, StoreError> {
    if !record.passes_full_queue() && waiting.load(Ordering::Relaxed) >= MOST_WAITING {
        return Err(StoreError::Overloaded);
    }
    let (done, durable) = oneshot::channel();
    // Counted before it is sent, so that the writer never subtracts a job that was not added.
    waiting.fetch_add(1, Ordering::Relaxed);
    jobs.send(Job { record, done }).map_err(|_| stopped())?;
    Ok(durable)
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

impl Job {
    /// Returns whether the record is still to be recorded.
    pub(super) fn is_wanted(&self) -> bool {
        self.record.is_owed() || !self.done.is_closed()
    }
}
