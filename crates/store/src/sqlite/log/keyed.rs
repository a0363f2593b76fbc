//! The rows of calls with an idempotency key, and how they are found, answered and let go.

use countersign_core::id::MessageId;
use countersign_core::idempotency::KeyedCall;
use countersign_core::time::Timestamp;
use rusqlite::{Connection, OptionalExtension as _, params};

use crate::call_at_rest::{CallColumns, DecidedCall, FoundCall, SealedAnswer};
use crate::seal::{CallId, Key, Sealer};

/// The number of rows that go in one commit.
pub(crate) const PIECE: i64 = 256;

/// Appends a call that was decided on. It takes the place of one whose key is over, or was not used after all.
pub(crate) fn insert(log: &Connection, call: &DecidedCall) -> rusqlite::Result<()> {
    log.prepare_cached("INSERT OR REPLACE INTO keyed_call VALUES (?, ?, ?, ?, ?, ?, NULL)")?
        .execute(params![
            call.ends.as_millis(),
            call.id,
            call.body,
            call.number.column(),
            call.message.as_ref().map(MessageId::as_bytes),
            call.finding,
        ])?;
    Ok(())
}

/// Records the answer of a call. A call whose number was erased meanwhile stays away.
pub(crate) fn write_answer(log: &Connection, answer: &SealedAnswer) -> rusqlite::Result<()> {
    let mut update = log.prepare_cached("UPDATE keyed_call SET answer = ?2 WHERE id = ?1")?;
    for (id, sealed) in &answer.sealed {
        update.execute(params![id, sealed])?;
    }
    Ok(())
}

/// Finds the call on record with the key of `call`, under any generation of keys.
pub(crate) fn find(
    log: &Connection,
    sealer: &Sealer,
    call: &KeyedCall,
    now: Timestamp,
) -> rusqlite::Result<Option<FoundCall>> {
    let mut select = log.prepare_cached(
        "SELECT body, message, finding, answer FROM keyed_call WHERE id = ? AND ends > ?",
    )?;
    for each in sealer.all() {
        let id = each.call_id(&call.name);
        let found = select.query_row(params![id, now.as_millis()], |row| {
            let columns = CallColumns {
                id,
                body: row.get_ref("body")?.as_blob()?,
                message: row
                    .get::<_, Option<[u8; 16]>>("message")?
                    .map(MessageId::from_bytes),
                finding: row.get_ref("finding")?.as_blob_or_null()?,
                answer: row.get_ref("answer")?.as_blob_or_null()?,
            };
            Ok(FoundCall::of(&columns, call, sealer))
        });
        if let Some(found) = found.optional()? {
            return Ok(Some(found));
        }
    }
    Ok(None)
}

/// Returns the ids of the calls about the number with this key.
pub(crate) fn of_number(log: &Connection, phone: Key) -> rusqlite::Result<Vec<CallId>> {
    log.prepare_cached("SELECT id FROM keyed_call WHERE phone = ?")?
        .query_map([phone.column()], |row| row.get(0))?
        .collect()
}

/// Lets these calls go.
pub(crate) fn forget(log: &Connection, ids: &[CallId]) -> rusqlite::Result<()> {
    let mut delete = log.prepare_cached("DELETE FROM keyed_call WHERE id = ?")?;
    ids.iter().try_for_each(|id| delete.execute([id]).map(drop))
}

/// Returns whether [`PIECE`] calls are over at `now`, or one is since `long_ago`.
pub(crate) fn is_due(
    log: &Connection,
    now: Timestamp,
    long_ago: Timestamp,
) -> rusqlite::Result<bool> {
    log.prepare_cached(
        "SELECT 1 FROM keyed_call WHERE ends <= ?1
         UNION ALL SELECT 1 FROM (SELECT 1 FROM keyed_call WHERE ends <= ?2 ORDER BY ends LIMIT 1 OFFSET ?3)
         LIMIT 1",
    )?
    .exists(params![long_ago.as_millis(), now.as_millis(), PIECE - 1])
}

/// Lets calls go that are over at `now`, at most [`PIECE`] of them, oldest first.
pub(crate) fn prune(log: &Connection, now: Timestamp) -> rusqlite::Result<()> {
    log.prepare_cached(
        "DELETE FROM keyed_call WHERE (ends, id) IN
             (SELECT ends, id FROM keyed_call WHERE ends <= ? ORDER BY ends LIMIT ?)",
    )?
    .execute(params![now.as_millis(), PIECE])?;
    Ok(())
}
