//! Reads the unlocks.

use countersign_core::code::check::UnlockRecord;
use countersign_core::id::RequestId;
use uuid::Uuid;

use super::ask;
use super::find::of_request;
use crate::postgres::clock::time;
use crate::postgres::connect::Connected;
use crate::postgres::words::Failure;
use crate::seal::Sealer;

const UNLOCKS: &str = "
    SELECT id, at, sealed FROM code_event WHERE kind = 'unlocked' AND sealed IS NOT NULL AND id < $1
    ORDER BY id DESC LIMIT $2";

/// Returns the unlocks before that request, newest first.
pub(super) async fn read(
    session: &Connected,
    before: Option<RequestId>,
    limit: u16,
    sealer: &Sealer,
) -> Result<Vec<UnlockRecord>, Failure> {
    let (before, limit) = (before.map_or(Uuid::max(), of_request), i64::from(limit));
    let mut found = Vec::new();
    for row in ask(session, UNLOCKS, &[&before, &limit]).await? {
        let id: Uuid = row.try_get("id")?;
        let request_id = RequestId::from_bytes(id.into_bytes());
        let Some(((phone, note), _)) = sealer.open_unlock(row.try_get("sealed")?, request_id)
        else {
            tracing::error!("an unlock on record cannot be read with these keys");
            continue;
        };
        found.push(UnlockRecord {
            at: time(&row, "at")?,
            request_id,
            phone,
            note,
        });
    }
    Ok(found)
}
