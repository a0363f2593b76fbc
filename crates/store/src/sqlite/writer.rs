//! The one writer: groups whatever is waiting into one commit.

mod undone;

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender};
use std::sync::{Arc, Mutex};
use std::thread::JoinHandle;
use std::time::Duration;

use countersign_core::message::Attempt;
use countersign_core::policy;
use countersign_core::ports::store::StoreError;
use countersign_core::send::outcome::{NotAccepted, Outcome, RefusalKind};
use countersign_core::time::{Clock, Timestamp};
use rusqlite::{Connection, ErrorCode, TransactionBehavior};
use tokio::sync::oneshot;

use super::checkpoints::Checkpoints;
use super::horizon::{Horizon, REPLAY, STEP};
use super::live::Live;
use super::rows::{self, Appender, GiveBack, MessageRow, Record, Settled};
use super::rule_sets::RuleSets;
use super::setup::LiveSetup;
use undone::Undone;

/// Something to append, and whom to tell once it is durable.
struct Job {
    record: Record,
    done: Done,
}

type Done = oneshot::Sender<Result<(), StoreError>>;

/// The way to the writer. Dropping it lets the writer finish what is queued and end.
pub(crate) struct Queue {
    jobs: Option<Sender<Job>>,
    thread: Option<JoinHandle<()>>,
    waiting: Arc<AtomicUsize>,
    tray: Tray,
}

/// What became of messages, where nobody waits for its record: it goes with whatever is committed next.
type Tray = Arc<Mutex<Vec<Settled>>>;

/// How many records may wait before new decisions are refused. More cannot be durable in time.
/// Settlements are always taken: there is one per decision, so decisions bound them.
const QUEUE: usize = 16_384;

/// How much goes into one commit.
const BATCH: usize = 1_024;

/// With so much, nobody waits for more.
const ENOUGH: usize = 24;

/// How long until what could not be committed is tried again, while nothing else comes in.
const RETRY: Duration = Duration::from_millis(500);

/// How long what nobody waits for may wait for something that does.
const LINGER: Duration = Duration::from_millis(50);

/// How often the time is put on record while codes are live.
const MARK: Duration = Duration::from_secs(5);

/// What the writer works on.
pub(crate) struct Parts {
    pub(crate) log: Connection,
    pub(crate) live: Arc<Mutex<Live>>,
    pub(crate) setup: Arc<LiveSetup>,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) horizon: Horizon,
    pub(crate) rule_sets: RuleSets,
    pub(crate) checkpoints: Checkpoints,
}

impl Queue {
    /// Starts the writer.
    pub(crate) fn start(parts: Parts) -> std::io::Result<Self> {
        let (jobs, inbox) = std::sync::mpsc::channel();
        let (waiting, tray) = (Arc::default(), Tray::default());
        let mut writer = Writer {
            parts,
            waiting: Arc::clone(&waiting),
            tray: Arc::clone(&tray),
            open: None,
            settled: Vec::new(),
            failed: false,
            undone: Undone::default(),
            marked_at: Timestamp::default(),
            marking: false,
            settling: false,
        };
        let thread = std::thread::Builder::new()
            .name("sqlite-writer".to_owned())
            .spawn(move || writer.run(&inbox))?;
        Ok(Self {
            jobs: Some(jobs),
            thread: Some(thread),
            waiting,
            tray,
        })
    }

    /// Queues `record` behind everything queued before. The receiver hears once it is durable, or that
    /// it is not. A message or a change of the setup whose receiver is gone by then is not recorded, and leaves
    /// no trace; a settlement is recorded in any case.
    pub(crate) fn push(
        &self,
        record: Record,
    ) -> Result<oneshot::Receiver<Result<(), StoreError>>, StoreError> {
        // Whoever pushes an event has asked before, and has acted on the answer.
        let owed = matches!(
            record,
            Record::Settlement(_) | Record::Event(_) | Record::Barrier(_)
        );
        if !owed && self.is_full() {
            return Err(StoreError::Overloaded);
        }
        let (done, durable) = oneshot::channel();
        let jobs = self.jobs.as_ref().ok_or_else(stopped)?;
        // Counted before it is sent: the writer must not take off what was never added.
        self.waiting.fetch_add(1, Ordering::Relaxed);
        jobs.send(Job { record, done }).map_err(|_| stopped())?;
        Ok(durable)
    }

    /// Leaves what became of a message for the next commit: one that comes anyway, or else one of its own after
    /// a moment. Nobody is woken for it.
    pub(crate) fn settle(&self, settled: Settled) -> Result<(), StoreError> {
        self.tray.lock().map_err(|_| stopped())?.push(settled);
        Ok(())
    }
}

impl Queue {
    /// Whether new work is refused for now.
    pub(crate) fn is_full(&self) -> bool {
        self.waiting.load(Ordering::Relaxed) >= QUEUE
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
    parts: Parts,
    waiting: Arc<AtomicUsize>,
    tray: Tray,
    /// The oldest message without an outcome, as it was at a moment.
    open: Option<Open>,
    /// Settlements for the next commit; among them those of the last, if that failed.
    settled: Vec<Settled>,
    failed: bool,
    /// Events to be taken off the record.
    undone: Undone,
    /// When the time was last put on record, and whether it is to be while codes are live.
    marked_at: Timestamp,
    marking: bool,
    /// Whether outcomes are about to come.
    settling: bool,
}

/// The oldest message without an outcome at that time.
struct Open {
    seq: i64,
    at: Timestamp,
}

impl Writer {
    fn run(&mut self, inbox: &Receiver<Job>) {
        loop {
            let first = match inbox.recv_timeout(self.patience()) {
                Ok(job) => Some(job),
                Err(RecvTimeoutError::Timeout) => None,
                Err(RecvTimeoutError::Disconnected) => {
                    self.write(Vec::new());
                    self.undo();
                    return self.mark(self.parts.clock.now());
                }
            };
            let batch = self.gather(first, inbox);
            self.write(batch);
            self.undo();
            self.parts.checkpoints.finish(&self.parts.log);
            self.tidy();
        }
    }

    /// What goes into the next commit. Whoever is about to ask for something gets the chance to, as long as more
    /// comes of it: on a busy machine a commit is then for many. But not for all: while the disk is at work,
    /// others should have something to do.
    fn gather(&self, first: Option<Job>, inbox: &Receiver<Job>) -> Vec<Job> {
        let mut batch: Vec<_> = first.into_iter().collect();
        let mut before = 0;
        while before < batch.len() && batch.len() < ENOUGH {
            before = batch.len();
            std::thread::yield_now();
            batch.extend(inbox.try_iter().take(BATCH - before));
        }
        let room = BATCH - batch.len();
        batch.extend(inbox.try_iter().take(room));
        self.waiting.fetch_sub(batch.len(), Ordering::Relaxed);
        batch
    }

    /// How long to wait for work before there is something to do without.
    fn patience(&self) -> Duration {
        if self.failed || !self.undone.is_empty() {
            return RETRY;
        }
        match (self.settling, self.marking) {
            (true, _) => LINGER,
            (false, true) => MARK,
            (false, false) => Duration::MAX,
        }
    }

    /// One batch: to the log, then to memory, then to those who wait.
    fn write(&mut self, batch: Vec<Job>) {
        let wanted = self.sort_out(batch);
        let committed = self.commit_all(wanted);
        self.tell(committed);
    }

    /// What is still to be recorded; the rest never was.
    fn sort_out(&self, batch: Vec<Job>) -> Vec<Job> {
        let (batch, given_up): (Vec<_>, Vec<_>) = batch
            .into_iter()
            .partition(|job| job.is_wanted() && !self.is_too_late(&job.record));
        for Job { record, done } in given_up {
            self.withdraw(&record);
            let too_late = StoreError::Unavailable("a commit came too late".to_owned());
            let _ = done.send(Err(too_late)); // most of them have gone
        }
        batch
    }

    /// Takes what became of a batch to memory, and to those who wait.
    fn tell(&mut self, committed: Vec<(Job, Result<(), StoreError>)>) {
        let mut orphans = Vec::new();
        for (Job { record, done }, result) in committed {
            match (&record, &result) {
                (Record::Setup(row), Ok(())) => self.parts.setup.apply(row),
                (_, Ok(())) => {}
                (_, Err(_)) => self.withdraw(&record),
            }
            let recorded = result.is_ok();
            match (record, done.send(result)) {
                (Record::Settlement(settled), _) if !recorded => self.settled.push(settled),
                // Committed, and its caller has just given up: nothing was or will be sent.
                (Record::Message(row), Err(_)) if recorded => orphans.push(row),
                (Record::Event(event), told) if recorded => {
                    self.undone.recorded(*event, told.is_ok());
                }
                _ => {}
            }
        }
        let abandoned: Vec<_> = orphans.iter().filter_map(|row| self.abandon(row)).collect();
        self.settled.extend(abandoned);
    }

    /// Whether it waited for so long, on a machine that was suspended, that no start would read it.
    fn is_too_late(&self, record: &Record) -> bool {
        match record {
            Record::Message(row) => {
                row.admission.decided_at.after(REPLAY) <= self.parts.clock.now()
            }
            Record::Settlement(_)
            | Record::Event(_)
            | Record::Setup(_)
            | Record::Receipt(_)
            | Record::Barrier(_) => false,
        }
    }

    /// Commits all in one transaction, and what nobody waits for with it. Where a record itself is at fault, the
    /// others are spared.
    fn commit_all(&mut self, batch: Vec<Job>) -> Vec<(Job, Result<(), StoreError>)> {
        // After the batch: whatever came of a settlement is in a later one.
        if let Ok(mut tray) = self.tray.lock() {
            self.settled.append(&mut tray);
        }
        let settled = std::mem::take(&mut self.settled);
        let records: Vec<_> = batch.iter().map(|job| &job.record).collect();
        let committed = match self.commit(&settled, &records) {
            Err(error) if is_fault_of_a_record(&error) => None,
            result => Some(result.map_err(failed)),
        };
        let each = |writer: &mut Self| {
            let records = records.iter();
            let alone = |record: &&Record| writer.commit(&[], &[record]).map_err(failed);
            records.map(alone).collect()
        };
        let (results, left) = match committed {
            Some(result) => {
                let left = if result.is_ok() { Vec::new() } else { settled };
                (vec![result; records.len()], left)
            }
            None => {
                let fails = |settled: &Settled| {
                    self.commit(std::slice::from_ref(settled), &[])
                        .map_err(failed)
                        .is_err()
                };
                let left = settled.into_iter().filter(fails).collect();
                (each(self), left)
            }
        };
        self.failed = !left.is_empty();
        self.settled = left;
        batch.into_iter().zip(results).collect()
    }

    fn commit(&mut self, settled: &[Settled], records: &[&Record]) -> rusqlite::Result<()> {
        if settled.is_empty() && records.is_empty() {
            return Ok(());
        }
        let Parts { log, rule_sets, .. } = &mut self.parts;
        let result = commit(log, rule_sets, settled, records);
        match result {
            Ok(()) => rule_sets.committed(),
            Err(_) => rule_sets.rolled_back(),
        }
        result
    }

    /// Takes what will not be recorded out of memory. Settlements took effect when they were made.
    fn withdraw(&self, record: &Record) {
        let Ok(mut live) = self.parts.live.lock() else {
            return;
        };
        match record {
            Record::Message(row) => live.withdraw(row.admission.message),
            Record::Event(event) => event.withdraw(&mut live),
            Record::Settlement(_) | Record::Setup(_) | Record::Receipt(_) | Record::Barrier(_) => {}
        }
    }

    /// Ends a message whose caller gave up while it was being committed: not sent, and its minute given
    /// back without counting as a failure.
    fn abandon(&self, row: &MessageRow) -> Option<Settled> {
        let (message, now) = (row.admission.message, self.parts.clock.now());
        self.parts.live.lock().ok()?.not_sent(message, true);
        let too_late = Attempt {
            provider: None,
            started_at: row.admission.decided_at,
            ended_at: now,
            outcome: Outcome::NotAccepted(NotAccepted {
                kind: RefusalKind::TooLate,
                vendor_code: None,
            }),
        };
        Some(Settled {
            seq: row.admission.seq,
            attempts: vec![too_late],
            give_back: GiveBack::Uncounted,
        })
    }

    fn tidy(&mut self) {
        let now = self.parts.clock.now();
        if let Ok(mut live) = self.parts.live.lock() {
            live.forget_past(now);
            self.marking = !live.codes.is_empty();
            let tray = self.tray.lock().is_ok_and(|tray| !tray.is_empty());
            self.settling = live.is_settling() || tray || !self.settled.is_empty();
        }
        if now >= self.marked_at.after(MARK) {
            self.mark(now);
        }
        if self.undone.is_empty() {
            self.advance(now);
        }
    }

    /// Moves the horizon on. It must not pass what is to be undone, which a start would find carried.
    fn advance(&mut self, now: Timestamp) {
        let Parts { log, horizon, .. } = &mut self.parts;
        if let Err(error) = horizon.advance(log, now, STEP) {
            tracing::error!(%error, "the horizon could not advance");
        }
    }
}

impl Writer {
    /// Puts on record that it was `now`.
    fn mark(&mut self, now: Timestamp) {
        self.marked_at = now;
        if let Err(error) = rows::mark(&self.parts.log, now) {
            tracing::error!(%error, "the time could not be put on record");
        }
        self.mark_settled(now);
    }

    /// Puts on record up to which message every one has an outcome that is on record, and old enough for what it
    /// gave back to count no more.
    fn mark_settled(&mut self, now: Timestamp) {
        // What was settled by then has been taken off the tray since, and is on record or in `settled`.
        let old = now.before(policy::MINUTE);
        if let Some(Open { seq, .. }) = self.open.take_if(|open| open.at <= old) {
            let waiting = self.settled.iter().map(|settled| settled.seq).min();
            let until = waiting.map_or(seq, |waiting| waiting.min(seq));
            if let Err(error) = rows::mark_settled(&self.parts.log, until) {
                tracing::error!(%error, "it could not be put on record which messages are settled");
            }
        }
        if let (None, Ok(live)) = (&self.open, self.parts.live.lock()) {
            // Settlements are put on the tray under this lock.
            let seq = live.oldest_pending();
            self.open = Some(Open { seq, at: now });
        }
    }

    /// Takes off the record what nobody was told of.
    fn undo(&mut self) {
        let Parts { log, live, .. } = &mut self.parts;
        if let Err(error) = self.undone.finish(log, live) {
            tracing::error!(%error, "what nobody was told could not be taken off the record");
        }
    }
}

impl Job {
    /// Whether it is still to be recorded: what became of a message always is, and what was reported of it.
    fn is_wanted(&self) -> bool {
        matches!(self.record, Record::Settlement(_) | Record::Receipt(_)) || !self.done.is_closed()
    }
}

fn commit(
    log: &mut Connection,
    rule_sets: &mut RuleSets,
    settled: &[Settled],
    records: &[&Record],
) -> rusqlite::Result<()> {
    let transaction = log.transaction_with_behavior(TransactionBehavior::Immediate)?;
    let mut appender = Appender::new(&transaction, rule_sets);
    for settled in settled {
        appender.settlement(settled)?;
    }
    for record in records {
        appender.append(record)?;
    }
    drop(appender);
    transaction.commit()
}

fn is_fault_of_a_record(error: &rusqlite::Error) -> bool {
    match error.sqlite_error_code() {
        Some(code) => matches!(
            code,
            ErrorCode::ConstraintViolation | ErrorCode::TypeMismatch | ErrorCode::TooBig
        ),
        None => true,
    }
}

fn failed(error: rusqlite::Error) -> StoreError {
    tracing::error!(%error, "a commit failed");
    StoreError::Unavailable("a commit failed".to_owned())
}

#[cfg(test)]
mod interleavings;
