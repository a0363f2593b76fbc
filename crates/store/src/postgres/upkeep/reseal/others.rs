//! Seals settings, sessions, kept keys, refused sends and unlocks anew. A row that does not open stays as it is.

use countersign_core::id::RequestId;
use uuid::Uuid;

use super::{PIECE, Piece, last_of};
use crate::postgres::records::ask;
use crate::postgres::refusals;
use crate::postgres::staff;
use crate::postgres::words::Failure;

const SETTINGS: &str = "
    SELECT kind, key, value, sealed FROM setting WHERE sealed IS NOT NULL ORDER BY kind, key FOR UPDATE";
const SETTING: &str = "UPDATE setting SET sealed = $3 WHERE kind = $1 AND key = $2";

const KEPT: &str = "SELECT name, sealed FROM kept_key ORDER BY name FOR UPDATE";
const KEEP: &str = "UPDATE kept_key SET sealed = $2 WHERE name = $1";

const REFUSALS: &str =
    "SELECT id, sealed FROM refusal WHERE id >= $1 ORDER BY id LIMIT $2 FOR UPDATE";
const REFUSAL: &str = "
    UPDATE refusal SET number = new.number, sealed = new.sealed
    FROM unnest($1::uuid[], $2::bigint[], $3::bytea[]) AS new (id, number, sealed) WHERE refusal.id = new.id";

const UNLOCKS: &str = "
    SELECT id, sealed FROM code_event WHERE kind = 'unlocked' AND sealed IS NOT NULL AND id >= $1
    ORDER BY id LIMIT $2 FOR UPDATE";
const UNLOCK: &str = "
    UPDATE code_event SET number = new.number, sealed = new.sealed
    FROM unnest($1::uuid[], $2::bigint[], $3::bytea[]) AS new (id, number, sealed) WHERE code_event.id = new.id";

/// Seals all settings and sessions anew. The MACs of the secrets of applications are no seals, and stay.
pub(super) async fn settings(piece: &Piece<'_>) -> Result<Option<Uuid>, Failure> {
    for row in ask(piece.session, SETTINGS, &[]).await? {
        let (kind, key): (&str, &str) = (row.try_get("kind")?, row.try_get("key")?);
        let (text, sealed): (&str, &[u8]) = (row.try_get("value")?, row.try_get("sealed")?);
        let Some(secret) = piece.sealer.open_setting(kind, key, text, sealed) else {
            continue;
        };
        let anew = piece.sealer.seal_setting(kind, key, text, &secret);
        let anew = anew.ok_or(Failure::Unreadable)?;
        piece.write(SETTING, &[&kind, &key, &anew]).await?;
    }
    staff::seal_anew(piece.session, &piece.sealer).await?;
    Ok(None)
}

/// Seals all kept keys anew.
pub(super) async fn kept_keys(piece: &Piece<'_>) -> Result<Option<Uuid>, Failure> {
    for row in ask(piece.session, KEPT, &[]).await? {
        let name: &str = row.try_get("name")?;
        let Some(secret) = piece.sealer.open_kept(name, row.try_get("sealed")?) else {
            continue;
        };
        let anew = piece.sealer.seal_kept(name, &secret);
        let anew = anew.ok_or(Failure::Unreadable)?;
        piece.write(KEEP, &[&name, &anew]).await?;
    }
    Ok(None)
}

/// Rows of refused sends or unlocks as they are sealed with the newest keys.
#[derive(Default)]
struct Anew {
    ids: Vec<Uuid>,
    numbers: Vec<i64>,
    sealed: Vec<Vec<u8>>,
}

/// Seals some refused sends anew.
pub(super) async fn refusals(piece: &Piece<'_>) -> Result<Option<Uuid>, Failure> {
    let (mut all, mut anew) = (Vec::new(), Anew::default());
    for row in ask(piece.session, REFUSALS, &[&piece.next, &PIECE]).await? {
        let id: Uuid = row.try_get("id")?;
        all.push(id);
        let request = RequestId::from_bytes(id.into_bytes());
        let sealed = refusals::seal_anew(request, row.try_get("sealed")?, &piece.sealer);
        anew.extend(id, sealed);
    }
    anew.write(piece, REFUSAL).await?;
    Ok(last_of(&all))
}

/// Seals some unlocks anew.
pub(super) async fn unlocks(piece: &Piece<'_>) -> Result<Option<Uuid>, Failure> {
    let (mut all, mut anew) = (Vec::new(), Anew::default());
    for row in ask(piece.session, UNLOCKS, &[&piece.next, &PIECE]).await? {
        let id: Uuid = row.try_get("id")?;
        all.push(id);
        let request = RequestId::from_bytes(id.into_bytes());
        let opened = piece.sealer.open_unlock(row.try_get("sealed")?, request);
        let Some(((phone, note), true)) = opened else {
            continue; // sealed with the newest keys, or with none that exist
        };
        let sealed = piece.sealer.seal_unlock(&phone, &note, request);
        let number = piece.sealer.phone(&phone).column();
        anew.extend(id, sealed.map(|sealed| (number, sealed)));
    }
    anew.write(piece, UNLOCK).await?;
    Ok(last_of(&all))
}

impl Anew {
    fn extend(&mut self, id: Uuid, sealed: Option<(i64, Vec<u8>)>) {
        if let Some((number, sealed)) = sealed {
            self.ids.push(id);
            self.numbers.push(number);
            self.sealed.push(sealed);
        }
    }

    async fn write(&self, piece: &Piece<'_>, sql: &'static str) -> Result<(), Failure> {
        piece
            .write(sql, &[&self.ids, &self.numbers, &self.sealed])
            .await
    }
}
