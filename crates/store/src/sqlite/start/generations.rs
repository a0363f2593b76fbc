//! Matches the keys of a start with those that the database was written with.

use std::sync::Arc;

use countersign_core::audit::{Act, Author};
use countersign_core::time::{Clock, Timestamp};
use rusqlite::Connection;

use super::open::{OpenError, database};
use crate::seal::{Generation, Sealer, StoreKeys};
use crate::sqlite::log::act::ActRow;
use crate::sqlite::log::generation::{self, Beginning, Ending, GenerationRow};
use crate::sqlite::log::resealed::Sealed;

/// Returns a sealer of all keys, to look at a database that no start has matched with them yet. The numbers of its
/// generations mean nothing.
pub(crate) fn given(keys: &[StoreKeys]) -> Result<Sealer, OpenError> {
    let (newest, older) = keys.split_first().ok_or(OpenError::Keys)?;
    let older = older.iter().map(|keys| generation(0, keys).map(Arc::new));
    Ok(Sealer::of(
        generation(0, newest)?,
        older.collect::<Result<_, _>>()?,
    ))
}

/// Returns the sealer of a database: of the first keys, and of those among the others that the database still needs. A new
/// database takes the first keys as its own. One that was written with others begins a generation with them.
pub(super) fn of(
    log: &mut Connection,
    keys: &[StoreKeys],
    clock: &dyn Clock,
) -> Result<Arc<Sealer>, OpenError> {
    let (needed, now) = (generation::needed(log).map_err(database)?, clock.now());
    let first = keys.first().ok_or(OpenError::Keys)?;
    let Some(newest) = needed.first() else {
        let sealer = Arc::new(Sealer::of(generation(1, first)?, Vec::new()));
        begin(log, &sealer, now, None).map_err(database)?;
        return Ok(sealer);
    };
    let mut found = Vec::new();
    for row in &needed {
        match find(row, keys)? {
            Some(generation) => found.push(Arc::new(generation)),
            None if row.number == newest.number => return Err(OpenError::Keys),
            None if may_end(log, row, &needed, now).map_err(database)? => end(log, row, now)?,
            None => return Err(OpenError::OlderKeys),
        }
    }
    let before = generation(newest.number, first)?;
    if before.fingerprint() == newest.fingerprint {
        found.remove(0);
        return Ok(Arc::new(Sealer::of(before, found)));
    }
    let sealer = Arc::new(Sealer::of(generation(newest.number + 1, first)?, found));
    let act = ActRow {
        at: clock.wall(),
        act: Act::of_rotation(Author::service(), sealer.number),
    };
    begin(log, &sealer, now, Some(act)).map_err(database)?;
    tracing::info!(
        generation = sealer.number,
        "the database is written with new keys from now on; what older keys sealed is sealed anew in the background"
    );
    Ok(sealer)
}

fn generation(number: u32, keys: &StoreKeys) -> Result<Generation, OpenError> {
    Generation::new(number, keys).ok_or(OpenError::Keys)
}

/// Returns the keys of the generation `row`, if they are among these.
fn find(row: &GenerationRow, keys: &[StoreKeys]) -> Result<Option<Generation>, OpenError> {
    for keys in keys {
        let generation = generation(row.number, keys)?;
        if generation.fingerprint() == row.fingerprint {
            return Ok(Some(generation));
        }
    }
    Ok(None)
}

fn begin(
    log: &mut Connection,
    sealer: &Arc<Sealer>,
    at: Timestamp,
    act: Option<ActRow>,
) -> rusqlite::Result<()> {
    let beginning = Beginning {
        sealer: Arc::clone(sealer),
        at,
        act,
        key_check: None,
    };
    let change = log.transaction()?;
    beginning.write(&change)?;
    change.commit()
}

fn end(log: &Connection, row: &GenerationRow, at: Timestamp) -> Result<(), OpenError> {
    let number = row.number;
    Ending { number, at }.write(log).map_err(database)
}

/// Returns whether nothing but the secrets of applications can need the generation `row` any more.
pub(crate) fn may_end(
    log: &Connection,
    row: &GenerationRow,
    needed: &[GenerationRow],
    now: Timestamp,
) -> rusqlite::Result<bool> {
    let Some(end) = end_of_windows(row, needed) else {
        return Ok(false);
    };
    let mut is_sealed_anew = true;
    for kind in Sealed::ALL {
        is_sealed_anew &= kind.next(log)?.is_none();
    }
    Ok(is_sealed_anew && end <= now)
}

/// Returns the time from which on no limit and no code looks at the keys of `row`; `None` for the newest generation.
pub(crate) fn end_of_windows(row: &GenerationRow, needed: &[GenerationRow]) -> Option<Timestamp> {
    let needed = needed.iter().map(|row| (row.number, row.since));
    crate::generations::end_of_windows(row.number, needed)
}
