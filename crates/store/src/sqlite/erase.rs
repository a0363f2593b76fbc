//! Erasing a number: the port [`Eraser`] over the log, the index and the live state.
//!
//! The order makes an interruption harmless. First the erasure is on record; then rows are overwritten, some at a time;
//! then the entries of the index, by which rows are found again, go; and last the write-ahead logs are emptied, which
//! hold the bytes of before.

use std::path::PathBuf;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use async_trait::async_trait;
use countersign_core::id::{MessageId, RequestId};
use countersign_core::phone::{Country, PhoneNumber};
use countersign_core::ports::StoreError;
use countersign_core::ports::erasure::{Erased, Eraser, Erasure};
use countersign_core::time::Clock;
use rusqlite::{Connection, OpenFlags};

use super::log::erasing::{self, Erasing, PIECE};
use super::log::find::{self, Table};
use super::log::gone::Gone;
use super::log::keyed;
use super::log::record::Record;
use super::memory::Live;
use super::reading::{self, lookup, timelines};
use super::start::open::DATABASE;
use super::writer::queue::Pusher;
use super::{SqliteStore, unsealed, writer};
use crate::seal::{Key, Keys, Sealer, SealerInUse};

/// The number of events that are looked through at once.
const EVENTS: i64 = 32_768;

/// How often, and after which pause, an empty write-ahead log is tried for: a reader may be in the way for a moment.
const TRIES: usize = 100;
const PAUSE: Duration = Duration::from_millis(50);
const WAIT: Duration = Duration::from_millis(100);

#[async_trait]
impl Eraser for SqliteStore {
    async fn erase(&self, erasure: &Erasure) -> Result<Erased, StoreError> {
        let eraser = self.eraser().map_err(|error| unavailable(&error))?;
        let erasure = erasure.clone();
        let erase = move || eraser.begin(&erasure);
        let erased = tokio::task::spawn_blocking(erase).await;
        erased.map_err(|_| writer::stopped())?
    }
}

impl SqliteStore {
    pub(crate) fn eraser(&self) -> rusqlite::Result<LogEraser> {
        let database = self.folder.path().join(DATABASE);
        let log = Connection::open_with_flags(&database, OpenFlags::SQLITE_OPEN_READ_ONLY)?;
        Ok(LogEraser {
            log,
            database,
            writer: self
                .queue
                .pusher()
                .map_err(|_| rusqlite::Error::InvalidQuery)?,
            live: Arc::clone(&self.live),
            sealer: self.sealer.clone(),
            clock: Arc::clone(&self.clock),
        })
    }
}

/// What erases numbers.
pub(crate) struct LogEraser {
    /// Reads the log, and the index once it is attached.
    log: Connection,
    database: PathBuf,
    writer: Pusher,
    live: Arc<Mutex<Live>>,
    sealer: SealerInUse,
    clock: Arc<dyn Clock>,
}

impl LogEraser {
    /// Goes on with every erasure that was interrupted.
    pub(crate) fn resume(&self) -> Result<(), StoreError> {
        self.attach().map_err(|error| unavailable(&error))?;
        let unfinished = erasing::unfinished(&self.log).map_err(|error| unavailable(&error))?;
        for erasure in unfinished {
            tracing::warn!(request_id = %erasure.request, "an erasure was interrupted, and goes on");
            let phone = self
                .sealer
                .get()
                .open(&erasure.sealed, id_of(erasure.request));
            if let Some(phone) = phone {
                self.take_out(&phone)?;
            }
            self.end(erasure.request)?;
        }
        Ok(())
    }

    /// Erases a number, from its record on.
    fn begin(&self, erasure: &Erasure) -> Result<Erased, StoreError> {
        let (request, phone) = (erasure.request_id, &erasure.phone);
        self.attach().map_err(|error| unavailable(&error))?;
        let sealed = self
            .sealer
            .get()
            .seal(phone, id_of(request))
            .ok_or_else(unsealed)?;
        self.write(Erasing::Begin {
            request,
            at: self.clock.now(),
            sealed,
        })?;
        let erased = self.take_out(phone)?;
        self.end(request)?;
        Ok(erased)
    }

    /// Attaches the index, which a new store makes at its start.
    fn attach(&self) -> rusqlite::Result<()> {
        let attached = "SELECT 1 FROM pragma_database_list WHERE name = 'lookup'";
        match self.log.prepare(attached)?.exists([])? {
            true => Ok(()),
            false => lookup::attach(&self.log, &self.database),
        }
    }

    /// Takes a number out of the live state, the log and the index.
    fn take_out(&self, phone: &PhoneNumber) -> Result<Erased, StoreError> {
        let find = |log: &Connection, sealer: &Sealer| {
            let number = sealer.keys(|each| each.phone(phone));
            Ok((messages(log, &number)?, number))
        };
        let (messages, number) = reading::at_one_moment(&self.log, &self.sealer, find)
            .map_err(|error| unavailable(&error))?;
        self.kill_codes(&messages)?;
        let country = Some(phone.country());
        for piece in messages.chunks(PIECE) {
            self.write(Erasing::Messages {
                rows: piece
                    .iter()
                    .map(|of| (of.seq, country))
                    .collect::<Vec<(i64, Option<Country>)>>(),
                now: self.clock.now(),
            })?;
        }
        let mut erased = Erased {
            messages: messages.len() as u64,
            ..Erased::default()
        };
        for key in number.all() {
            self.calls(key)?;
            let (checks, unlocks) = self.events(key)?;
            erased.checks += checks;
            erased.unlocks += unlocks;
            lookup::forget_key(&self.database, key).map_err(|error| unavailable(&error))?;
        }
        Ok(erased)
    }

    /// Ends the codes of these messages' scopes.
    fn kill_codes(&self, messages: &[Found]) -> Result<(), StoreError> {
        let mut live = self.live.lock().map_err(|_| writer::stopped())?;
        messages.iter().for_each(|of| live.forget_codes(of.scope));
        Ok(())
    }

    /// Lets the calls with an idempotency key go that are about the number with this key.
    fn calls(&self, key: Key) -> Result<(), StoreError> {
        let ids = keyed::of_number(&self.log, key).map_err(|error| unavailable(&error))?;
        for piece in ids.chunks(PIECE) {
            let ids = piece.to_vec();
            self.write(Erasing::Calls { ids })?;
        }
        Ok(())
    }

    /// Takes the number with this key out of the events of codes. Returns how many were checks, and how many unlocks.
    fn events(&self, key: Key) -> Result<(u64, u64), StoreError> {
        let fails = |error: rusqlite::Error| unavailable(&error);
        let first = Gone::read(&self.log).map_err(fails)?.events;
        let end = find::end(&self.log, Table::Event).map_err(fails)?;
        let (mut checks, mut unlocks, mut from) = (0, 0, first);
        while from < end {
            let rows = self.events_in(key, (from, from + EVENTS)).map_err(fails)?;
            for (_, is_unlock) in &rows {
                *if *is_unlock {
                    &mut unlocks
                } else {
                    &mut checks
                } += 1;
            }
            for piece in rows.chunks(PIECE) {
                self.write(Erasing::Events {
                    rows: piece.iter().map(|(seq, _)| *seq).collect(),
                    now: self.clock.now(),
                })?;
            }
            from += EVENTS;
        }
        Ok((checks, unlocks))
    }

    fn events_in(&self, key: Key, (from, to): (i64, i64)) -> rusqlite::Result<Vec<(i64, bool)>> {
        self.log
            .prepare_cached(
                "SELECT seq, kind = 'unlocked' FROM code_event
                 WHERE seq >= ? AND seq < ? AND phone = ? ORDER BY seq",
            )?
            .query_map([from, to, key.column()], |row| {
                Ok((row.get(0)?, row.get(1)?))
            })?
            .collect()
    }

    /// Takes the number from the record of the erasure, empties the write-ahead logs, and ends the erasure.
    fn end(&self, request: RequestId) -> Result<(), StoreError> {
        self.write(Erasing::Blank { request })?;
        for file in [self.database.clone(), lookup::beside(&self.database)] {
            empty_write_ahead_log(&file)?;
        }
        self.write(Erasing::End {
            request,
            now: self.clock.now(),
        })
    }

    /// Hands a step to the writer, and waits until it is durable.
    fn write(&self, step: Erasing) -> Result<(), StoreError> {
        let durable = self.writer.push(Record::Erasing(Box::new(step)))?;
        durable.blocking_recv().map_err(|_| writer::stopped())?
    }
}

/// A message to the number.
struct Found {
    seq: i64,
    scope: Key,
}

/// Returns the messages to the number with these keys.
fn messages(log: &Connection, number: &Keys) -> rusqlite::Result<Vec<Found>> {
    let rows = timelines::of_number(log, number, i64::MAX, u16::MAX)?;
    let mut select = log.prepare_cached("SELECT scope FROM message WHERE seq = ?")?;
    let mut found = Vec::with_capacity(rows.len());
    for seq in rows {
        if !timelines::is_to(log, seq, number)? {
            continue;
        }
        let mut rows = select.query([seq])?;
        if let Some(row) = rows.next()? {
            let scope = Key::of_column(row.get(0)?);
            found.push(Found { seq, scope });
        }
    }
    Ok(found)
}

/// The id under which the number of an erasure is sealed.
fn id_of(request: RequestId) -> MessageId {
    MessageId::from_bytes(*request.as_bytes())
}

fn empty_write_ahead_log(file: &std::path::Path) -> Result<(), StoreError> {
    let fails = |error: rusqlite::Error| unavailable(&error);
    let database = Connection::open(file).map_err(fails)?;
    // Commits wait while this waits for a reader.
    database.busy_timeout(WAIT).map_err(fails)?;
    for _ in 0..TRIES {
        // Most of it without holding commits up.
        let _ = database.query_row("PRAGMA wal_checkpoint(PASSIVE)", [], |_| Ok(()));
        let busy = database.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |row| row.get(0));
        if matches!(busy, Ok(false)) {
            return Ok(());
        }
        std::thread::sleep(PAUSE);
    }
    Err(StoreError::Unavailable(
        "the write-ahead log could not be emptied: something reads the database for long"
            .to_owned(),
    ))
}

fn unavailable(error: &rusqlite::Error) -> StoreError {
    StoreError::Unavailable(error.to_string())
}
