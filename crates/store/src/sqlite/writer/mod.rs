//! The one writer: commits all waiting records together.

pub(super) mod checkpoints;
mod commit;
pub(super) mod horizon;
pub(super) mod queue;

use std::sync::atomic::Ordering;
use std::sync::mpsc::RecvTimeoutError;
use std::sync::{Arc, Mutex};
use std::thread::JoinHandle;
use std::time::Duration;

use countersign_core::policy;
use countersign_core::ports::StoreError;
use countersign_core::send::attempt::Attempt;
use countersign_core::send::settle::GiveBack;
use countersign_core::time::{Clock, Timestamp};
use rusqlite::Connection;

use super::log::attempt::SettlementRow;
use super::log::mark;
use super::log::message::MessageRow;
use super::log::record::Record;
use super::log::rule_set::RuleSets;
use super::memory::Live;
use crate::live_setup::LiveSetup;
use crate::mark::Keeper;
use crate::seal::{Sealer, SealerInUse};
use checkpoints::Checkpoints;
use commit::{failed, is_fault_of_a_record};
use horizon::{Horizon, REPLAY, STEP};
use queue::{Inbox, Job};

/// The maximum number of records in one commit.
const BATCH: usize = 1_024;

/// The size from which on a batch is committed without waiting for more.
const ENOUGH: usize = 24;

/// The time until a failed commit is tried again, if no other record comes in.
const RETRY: Duration = Duration::from_millis(500);

/// The longest time for which a record without a waiting caller may wait for one with.
const LINGER: Duration = Duration::from_millis(50);

/// The interval at which the time is recorded while codes are live.
const MARK: Duration = Duration::from_secs(5);

/// The connection and the shared state that the writer works on.
pub(super) struct Workplace {
    pub(super) log: Connection,
    pub(super) live: Arc<Mutex<Live>>,
    pub(super) setup: LiveSetup,
    pub(super) sealer: SealerInUse,
    pub(super) clock: Arc<dyn Clock>,
    pub(super) horizon: Horizon,
    pub(super) rule_sets: RuleSets,
    pub(super) checkpoints: Checkpoints,
    pub(super) mark: Keeper,
}

/// Returns the error that a caller gets once the writer has ended.
pub(super) fn stopped() -> StoreError {
    StoreError::Unavailable("the writer has stopped".to_owned())
}

/// Takes records from the queue and writes them, until the queue is dropped.
pub(super) struct Writer {
    place: Workplace,
    inbox: Inbox,
    /// The newest message that was written or rolled back. No older one is in the queue.
    newest_message: i64,
    /// A snapshot of the oldest message without an outcome.
    open: Option<OldestUnsettled>,
    /// [Owed](Record::is_owed) records for the next commit, those of a failed last commit included.
    owed: Vec<Record>,
    /// Whether the last commit of an owed record failed.
    failed: bool,
    /// The time that was last recorded, and whether to record it again while codes are live.
    marked_at: Timestamp,
    marking: bool,
    /// Whether outcomes are about to come.
    settling: bool,
}

/// The oldest message without an outcome at the time `at`.
struct OldestUnsettled {
    seq: i64,
    at: Timestamp,
}

impl Writer {
    pub(super) fn new(place: Workplace, inbox: Inbox) -> Self {
        Self {
            place,
            inbox,
            newest_message: i64::MIN,
            open: None,
            owed: Vec::new(),
            failed: false,
            marked_at: Timestamp::default(),
            marking: false,
            settling: false,
        }
    }

    /// Leaves long checkpoints to a thread of their own.
    pub(super) fn checkpoint_beside(&mut self, checkpoints: Checkpoints) {
        self.place.checkpoints = checkpoints;
    }

    /// Commits without waiting for the disk from now on, and carries the write-ahead log by itself: for a store that
    /// nothing needs to survive.
    pub(super) fn wait_for_no_disk(&mut self) -> rusqlite::Result<()> {
        let log = &self.place.log;
        log.pragma_update(None, "synchronous", "OFF")?;
        log.pragma_update(None, "wal_autocheckpoint", 4_000)?;
        self.place.mark.wait_no_more();
        Ok(())
    }

    /// Starts writing, on a thread of its own.
    pub(super) fn start(mut self) -> std::io::Result<JoinHandle<()>> {
        std::thread::Builder::new()
            .name("sqlite-writer".to_owned())
            .spawn(move || self.run())
    }

    fn run(&mut self) {
        loop {
            let first = match self.inbox.jobs.recv_timeout(self.patience()) {
                Ok(job) => Some(job),
                Err(RecvTimeoutError::Timeout) => None,
                Err(RecvTimeoutError::Disconnected) => return self.end(),
            };
            self.inbox.batch.begins(self.place.clock.now());
            let batch = self.gather(first);
            self.write(batch);
            self.place.checkpoints.finish(&self.place.log);
            self.tidy();
            self.inbox.batch.ends();
        }
    }

    /// Writes what waits now, and returns whether anything did: for a store without a thread that writes. Other work is
    /// done every minute.
    pub(super) fn write_waiting(&mut self) -> bool {
        let batch: Vec<_> = self.inbox.jobs.try_iter().take(BATCH).collect();
        let waited = batch.len();
        self.inbox.waiting.fetch_sub(waited, Ordering::Relaxed);
        if waited > 0 {
            self.write(batch);
        }
        if self.place.clock.now() >= self.marked_at.after(12 * MARK) {
            self.tidy();
        }
        waited > 0
    }

    /// Writes the rest, and carries the whole write-ahead log into the database, so that a copy of that one file lacks
    /// nothing.
    pub(super) fn end(&mut self) {
        self.write(Vec::new());
        self.mark(self.place.clock.now());
        self.place.checkpoints = Checkpoints::none();
        if let Err(error) = checkpoints::fold(&self.place.log) {
            tracing::warn!(%error, "the write-ahead log stays beside the database");
        }
    }

    /// Collects the next batch. Waits for callers that are about to push as long as more records come, so that
    /// a commit on a busy machine serves many callers. A batch of [`ENOUGH`] starts at once, so that callers
    /// have work to do while the disk is busy.
    fn gather(&self, first: Option<Job>) -> Vec<Job> {
        let jobs = &self.inbox.jobs;
        let mut batch: Vec<_> = first.into_iter().collect();
        let mut before = 0;
        while before < batch.len() && batch.len() < ENOUGH {
            before = batch.len();
            std::thread::yield_now();
            batch.extend(jobs.try_iter().take(BATCH - before));
        }
        let room = BATCH - batch.len();
        batch.extend(jobs.try_iter().take(room));
        self.inbox.waiting.fetch_sub(batch.len(), Ordering::Relaxed);
        batch
    }

    /// Returns the time for which to wait for jobs before other work is due.
    fn patience(&self) -> Duration {
        if self.failed {
            return RETRY;
        }
        match (self.settling, self.marking) {
            (true, _) => LINGER,
            (false, true) => MARK,
            (false, false) => Duration::MAX,
        }
    }

    /// Writes one batch: to the log, then to memory, then to the waiting callers.
    fn write(&mut self, batch: Vec<Job>) {
        let wanted = self.sort_out(batch);
        let committed = self.commit_all(wanted);
        self.tell(committed);
    }

    /// Returns the jobs that are still to be recorded, and rolls the others back.
    fn sort_out(&self, batch: Vec<Job>) -> Vec<Job> {
        let (batch, given_up): (Vec<_>, Vec<_>) = batch
            .into_iter()
            .partition(|job| job.is_wanted() && !self.is_too_late(&job.record));
        for Job { record, done } in given_up {
            self.roll_back(&record);
            let too_late = StoreError::Unavailable("a commit came too late".to_owned());
            let _ = done.send(Err(too_late)); // most of them have gone
        }
        batch
    }

    /// Returns whether a message waited so long, on a machine that was suspended, that no start would read it.
    fn is_too_late(&self, record: &Record) -> bool {
        let Record::Message(row) = record else {
            return false;
        };
        row.admission.decided_at.after(REPLAY) <= self.place.clock.now()
    }

    /// Commits the batch and everything owed in one transaction. If a single record is at fault, commits each
    /// record alone.
    fn commit_all(&mut self, batch: Vec<Job>) -> Vec<(Job, Result<(), StoreError>)> {
        // Taken after the batch, so the outcome of a message is in the same commit as the message or in a later
        // one.
        if let Ok(mut tray) = self.inbox.tray.lock() {
            self.owed.extend(tray.drain(..).map(Record::Settlement));
        }
        let owed = std::mem::take(&mut self.owed);
        let records: Vec<_> = batch.iter().map(|job| &job.record).collect();
        let all: Vec<_> = owed.iter().chain(records.iter().copied()).collect();
        let results = match self.commit(&all) {
            Err(error) if is_fault_of_a_record(&error) => {
                // Owed records may be many, and were committed together before.
                let (owed, batch) = all.split_at(owed.len());
                let mut results = self.commit_each(owed, true);
                results.extend(self.commit_each(batch, false));
                results
            }
            result => vec![result.map_err(failed); all.len()],
        };
        self.failed = false;
        let mut results = results.into_iter();
        for (record, result) in owed.into_iter().zip(results.by_ref()) {
            if result.is_err() {
                self.failed = true;
                self.owed.push(record);
            } else if record.is_bounded_by_queue() {
                self.inbox.waiting.fetch_sub(1, Ordering::Relaxed);
            }
        }
        batch.into_iter().zip(results).collect()
    }

    /// Commits each record alone, so that one at fault spares the others; before that, `together` tries all at once.
    fn commit_each(&mut self, records: &[&Record], together: bool) -> Vec<Result<(), StoreError>> {
        if together && self.commit(records).is_ok() {
            return vec![Ok(()); records.len()];
        }
        let alone = |record: &&Record| self.commit(&[record]).map_err(failed);
        records.iter().map(alone).collect()
    }

    fn commit(&mut self, records: &[&Record]) -> rusqlite::Result<()> {
        if records.is_empty() {
            return Ok(());
        }
        let Workplace { log, rule_sets, .. } = &mut self.place;
        let result = commit::commit(log, rule_sets, records);
        match result {
            Ok(()) => {
                rule_sets.committed();
                self.move_mark(records);
            }
            Err(_) => rule_sets.rolled_back(),
        }
        result
    }

    /// Moves the mark outside the database over `records`, which are durable. Nobody has been answered yet.
    fn move_mark(&mut self, records: &[&Record]) {
        let now = self.place.clock.now();
        self.place.mark.follow(now, |mark| {
            records.iter().for_each(|record| record.advance(mark));
        });
    }

    /// Applies the result of a commit to memory, and tells the waiting callers.
    fn tell(&mut self, committed: Vec<(Job, Result<(), StoreError>)>) {
        let mut orphans = Vec::new();
        for (Job { record, done }, result) in committed {
            if let Record::Message(row) = &record {
                self.newest_message = self.newest_message.max(row.admission.seq);
            }
            match (&record, &result) {
                (Record::Setup(row), Ok(())) => self.place.setup.apply(row.change()),
                (Record::NewerMac(mac), Ok(())) => {
                    self.place.setup.keep_newer_mac(&mac.app, mac.old, mac.new);
                }
                (Record::Beginning(row), Ok(())) => self.use_sealer(Arc::clone(&row.sealer)),
                (Record::Ending(row), Ok(())) => {
                    let sealer = self.place.sealer.get().without(row.number);
                    self.use_sealer(Arc::new(sealer));
                }
                (_, Ok(())) => {}
                (_, Err(_)) => self.roll_back(&record),
            }
            let recorded = result.is_ok();
            match (record, done.send(result)) {
                // It has taken effect in memory, so it is retried until it is on record.
                (record, _) if !recorded && record.is_owed() => {
                    if record.is_bounded_by_queue() {
                        // It still counts as waiting: with too many of these the queue is full.
                        self.inbox.waiting.fetch_add(1, Ordering::Relaxed);
                    }
                    self.failed = true;
                    self.owed.push(record);
                }
                // The message is committed, but its caller has just given up, so nothing was or will be sent.
                (Record::Message(row), Err(_)) if recorded => orphans.push(row),
                _ => {}
            }
        }
        let abandoned = orphans.iter().filter_map(|row| self.abandon(row));
        let abandoned: Vec<_> = abandoned.map(Record::Settlement).collect();
        self.owed.extend(abandoned);
    }

    /// Uses other keys from the next decision on, once they are on record.
    fn use_sealer(&mut self, sealer: Arc<Sealer>) {
        if let Ok(mut live) = self.place.live.lock() {
            live.begin_generation(sealer.number);
            self.place.sealer.replace(Arc::clone(&sealer));
        }
        self.place.mark.change_keys(sealer);
    }

    /// Rolls back a message that will not be recorded. Every other kind of record takes effect only once it is
    /// recorded, or is owed.
    fn roll_back(&self, record: &Record) {
        if let (Record::Message(row), Ok(mut live)) = (record, self.place.live.lock()) {
            live.roll_back(row.admission.message);
        }
    }

    /// Settles a message whose caller gave up during the commit: it was not sent, and its minute is given back
    /// without counting as a failure.
    fn abandon(&self, row: &MessageRow) -> Option<SettlementRow> {
        let (admission, now) = (&row.admission, self.place.clock.now());
        let mut live = self.place.live.lock().ok()?;
        live.not_sent(admission.message, GiveBack::Uncounted);
        Some(SettlementRow {
            seq: admission.seq,
            attempts: vec![Attempt::too_late(admission.decided_at, now)],
            give_back: GiveBack::Uncounted,
            give_back_hits: Arc::new([]),
            cost: None,
        })
    }

    /// Does periodic work after a batch.
    fn tidy(&mut self) {
        let now = self.place.clock.now();
        if now >= self.marked_at.after(MARK) {
            self.mark(now);
        }
        if let Ok(mut live) = self.place.live.lock() {
            live.sweep(now);
            self.marking = live.has_codes();
            let tray = self.inbox.tray.lock().is_ok_and(|tray| !tray.is_empty());
            self.settling = live.has_pending() || tray || !self.owed.is_empty();
        }
        // The horizon must not pass an event that is still to be recorded, since no start would read it.
        let event = |record: &Record| matches!(record, Record::Event(_));
        if !self.owed.iter().any(event) {
            self.advance(now);
        }
    }

    fn advance(&mut self, now: Timestamp) {
        let Workplace { log, horizon, .. } = &mut self.place;
        if let Err(error) = horizon.advance(log, now, STEP) {
            tracing::error!(%error, "the horizon could not advance");
        }
    }
}

/// Marks.
impl Writer {
    /// Records the time `now`, settles overdue messages, and waits until the mark outside the database is on the disk.
    fn mark(&mut self, now: Timestamp) {
        self.marked_at = now;
        if let Err(error) = mark::set_time(&self.place.log, now) {
            tracing::error!(%error, "the time could not be put on record");
        }
        self.place.mark.sync();
        self.settle_overdue(now);
        self.mark_settled(now);
    }

    /// Settles every overdue message as unknown, since its sender is gone.
    fn settle_overdue(&mut self, now: Timestamp) {
        let newest = self.newest_message;
        let settled = match self.place.live.lock() {
            Ok(mut live) => settle_overdue(&mut live, newest, now),
            Err(_) => return,
        };
        if !settled.is_empty() {
            let messages = settled.len();
            tracing::error!(
                messages,
                "no outcome was recorded in time; the messages count as sent"
            );
        }
        self.owed
            .extend(settled.into_iter().map(Record::Settlement));
    }

    /// Records the first message that may have no outcome on record. Every earlier outcome is also old enough
    /// that its give-back counts no more.
    fn mark_settled(&mut self, now: Timestamp) {
        // An outcome of that time has left the tray since, and is on record or owed.
        let old = now.before(policy::GIVE_BACK_WINDOW);
        if let Some(OldestUnsettled { seq, .. }) = self.open.take_if(|open| open.at <= old) {
            let owed = self.owed.iter().filter_map(|record| match record {
                Record::Settlement(row) => Some(row.seq),
                _ => None,
            });
            let until = owed.min().map_or(seq, |owed| owed.min(seq));
            if let Err(error) = mark::set_settled_until(&self.place.log, until) {
                tracing::error!(%error, "it could not be put on record which messages are settled");
            }
        }
        if let (None, Ok(live)) = (&self.open, self.place.live.lock()) {
            // Settlements are put on the tray under this lock.
            let seq = live.oldest_pending();
            self.open = Some(OldestUnsettled { seq, at: now });
        }
    }
}

/// Settles the overdue messages of `live` up to the row `newest` as unknown. A message after it is still in the queue
/// and has no sender yet.
fn settle_overdue(live: &mut Live, newest: i64, now: Timestamp) -> Vec<SettlementRow> {
    let overdue = live.overdue(now).into_iter();
    let recorded = overdue.filter(|message| message.seq <= newest);
    recorded
        .map(|message| {
            live.sent(message.message, now);
            message.as_unknown()
        })
        .collect()
}

#[cfg(test)]
mod interleavings;
