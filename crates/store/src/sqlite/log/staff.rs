//! The rows of what changes with every visit of the people who work with the console: sessions, used steps, tries.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use countersign_core::id::RequestId;
use countersign_core::staff::pace::Pace;
use countersign_core::staff::session::Session;
use countersign_core::staff::token::TokenHash;
use countersign_core::time::Timestamp;
use rusqlite::{Connection, OptionalExtension as _, Row, params};

use crate::seal::{Key, Keys, Sealer};
use crate::session_at_rest::{self, SessionRow};

/// What the writer found while it wrote. It is set anew where the write is tried again.
#[derive(Debug, Clone, Default)]
pub(crate) struct Verdict<T>(Arc<Mutex<Option<T>>>);

impl<T: Copy> Verdict<T> {
    fn set(&self, verdict: T) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Some(verdict);
    }

    /// Returns what was found, once the row is durable.
    pub(crate) fn get(&self) -> Option<T> {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A try under one rule: the keys of what it counts together with, under each generation.
pub(crate) type Counting = (&'static Pace, Keys);

/// One change, as a record of the log. The writer judges what has to be judged, so that nothing comes between.
#[derive(Debug)]
pub(crate) enum StaffRow {
    /// A new session. Those that are over at this time go.
    Begin(SessionRow, Timestamp),
    /// A session in place of the one with its id, where that is there.
    Keep(SessionRow),
    End(TokenHash),
    /// The end of all sessions of a person but one.
    EndAll(String, Option<TokenHash>),
    /// A step of a person; whether it is later than the last one.
    Step(String, i64, Verdict<bool>),
    Count(
        Vec<Counting>,
        RequestId,
        Timestamp,
        Verdict<Option<Duration>>,
    ),
    TakeBack(RequestId),
}

impl StaffRow {
    pub(crate) fn write(&self, log: &Connection) -> rusqlite::Result<()> {
        match self {
            StaffRow::Begin(row, now) => {
                log.prepare_cached("DELETE FROM staff_session WHERE ends <= ?")?
                    .execute([now.as_millis()])?;
                let SessionRow {
                    id,
                    person,
                    ends,
                    sealed,
                } = row;
                log.prepare_cached("INSERT INTO staff_session VALUES (?, ?, ?, ?)")?
                    .execute(params![id.as_bytes(), person, ends.as_millis(), sealed])?;
            }
            StaffRow::Keep(row) => {
                log.prepare_cached("UPDATE staff_session SET ends = ?, sealed = ? WHERE id = ?")?
                    .execute(params![row.ends.as_millis(), row.sealed, row.id.as_bytes()])?;
            }
            StaffRow::End(id) => {
                log.prepare_cached("DELETE FROM staff_session WHERE id = ?")?
                    .execute([id.as_bytes()])?;
            }
            StaffRow::EndAll(person, but) => {
                let but = but.as_ref().map(TokenHash::as_bytes);
                log.prepare_cached("DELETE FROM staff_session WHERE person = ? AND id IS NOT ?")?
                    .execute(params![person, but])?;
            }
            StaffRow::Step(person, step, is_new) => {
                let used = log
                    .prepare_cached(
                        "INSERT INTO staff_step VALUES (?, ?)
                         ON CONFLICT (person) DO UPDATE SET step = excluded.step WHERE step < excluded.step",
                    )?
                    .execute(params![person, step])?;
                is_new.set(used > 0);
            }
            StaffRow::Count(tried, request, now, wait) => {
                wait.set(count(log, tried, request, *now)?);
            }
            StaffRow::TakeBack(request) => {
                log.prepare_cached("DELETE FROM staff_try WHERE request = ?")?
                    .execute([request.as_bytes()])?;
            }
        }
        Ok(())
    }
}

/// Counts a try, unless a rule allows none; returns the time to wait then.
fn count(
    log: &Connection,
    tried: &[Counting],
    request: &RequestId,
    now: Timestamp,
) -> rusqlite::Result<Option<Duration>> {
    log.prepare_cached("DELETE FROM staff_try WHERE ends <= ?")?
        .execute([now.as_millis()])?;
    let mut select = log.prepare_cached("SELECT at FROM staff_try WHERE bucket = ?")?;
    let mut longest = None;
    for (pace, keys) in tried {
        let mut earlier = Vec::new();
        for key in keys.all() {
            let times = select.query_map([key.column()], |row| row.get(0))?;
            for at in times {
                earlier.push(Timestamp::from_millis(at?));
            }
        }
        longest = longest.max(pace.wait(&earlier, now));
    }
    if longest.is_none() {
        let mut insert =
            log.prepare_cached("INSERT OR REPLACE INTO staff_try VALUES (?, ?, ?, ?)")?;
        for (pace, keys) in tried {
            let bucket: Key = keys.newest;
            let ends = now.after(pace.window).as_millis();
            let row = params![bucket.column(), request.as_bytes(), now.as_millis(), ends];
            insert.execute(row)?;
        }
    }
    Ok(longest)
}

/// Reads the session with this id. One that cannot be opened is none.
pub(crate) fn session(
    log: &Connection,
    id: TokenHash,
    sealer: &Sealer,
) -> rusqlite::Result<Option<Session>> {
    let mut select = log.prepare_cached("SELECT id, sealed FROM staff_session WHERE id = ?")?;
    let found = select.query_row([id.as_bytes()], |row| read(row, sealer));
    Ok(found.optional()?.flatten())
}

/// Reads the sessions of a person.
pub(crate) fn sessions_of(
    log: &Connection,
    person: &str,
    sealer: &Sealer,
) -> rusqlite::Result<Vec<Session>> {
    let mut select = log.prepare_cached("SELECT id, sealed FROM staff_session WHERE person = ?")?;
    let found = select.query_map([person], |row| read(row, sealer))?;
    let found: Vec<_> = found.collect::<rusqlite::Result<_>>()?;
    Ok(found.into_iter().flatten().collect())
}

fn read(row: &Row<'_>, sealer: &Sealer) -> rusqlite::Result<Option<Session>> {
    let id = TokenHash::from_bytes(row.get("id")?);
    Ok(session_at_rest::read(
        id,
        row.get_ref("sealed")?.as_blob()?,
        sealer,
    ))
}

/// Reads the last step that a person has used.
pub(crate) fn used_step(log: &Connection, person: &str) -> rusqlite::Result<Option<i64>> {
    log.prepare_cached("SELECT step FROM staff_step WHERE person = ?")?
        .query_row([person], |row| row.get(0))
        .optional()
}

/// Seals all sessions with the newest keys. One that does not open stays as it is.
pub(crate) fn seal_anew(log: &Connection, sealer: &Sealer) -> rusqlite::Result<()> {
    let mut select = log.prepare("SELECT id, sealed FROM staff_session")?;
    let found = select.query_map([], |row| read(row, sealer))?;
    for session in found
        .collect::<rusqlite::Result<Vec<_>>>()?
        .into_iter()
        .flatten()
    {
        if let Some(row) = SessionRow::of(&session, sealer) {
            StaffRow::Keep(row).write(log)?;
        }
    }
    Ok(())
}

/// Ends all sessions: the database was put back, and some of them may have ended since.
pub(crate) fn end_every_session(log: &Connection) -> rusqlite::Result<()> {
    log.execute("DELETE FROM staff_session", []).map(drop)
}
