//! The work after a change of keys: everything that older keys sealed is sealed anew, and a generation of keys ends once nothing
//! needs it.
//!
//! | room | what is in it |
//! |---|---|
//! | [`messages`] | messages, with what is found by the keys of their numbers |
//! | [`others`] | settings, kept keys, refused sends and unlocks |
//!
//! Some rows are replaced in one short transaction, which notes how far the work has come; so another node goes on where one was
//! killed. The generation of keys is held meanwhile: what others write is sealed with the newest keys, and need not be looked at
//! again.

mod messages;
mod others;

use std::sync::Arc;

use tokio_postgres::types::ToSql;
use uuid::Uuid;

use super::Place;
use crate::postgres::connect::Connected;
use crate::postgres::keys::status;
use crate::postgres::records::ask;
use crate::postgres::setup;
use crate::postgres::words::Failure;
use crate::seal::Sealer;

/// The number of rows that are looked at in one transaction.
const PIECE: i64 = 256;

const LEFT: &str = "SELECT kind FROM reseal";
const NEXT: &str = "SELECT next FROM reseal WHERE kind = $1 FOR UPDATE";
const GO_ON: &str = "UPDATE reseal SET next = $2 WHERE kind = $1";
const DONE: &str = "DELETE FROM reseal WHERE kind = $1";
/// An erasure that was interrupted has its number sealed, and goes on soon.
const END: &str = "
    UPDATE key_generation SET ended_at = clock()
    WHERE number = $1 AND NOT EXISTS (SELECT FROM erasure WHERE erasure.ended_at IS NULL) RETURNING number";

/// The kinds of rows, in the order in which they are sealed anew.
const KINDS: [&str; 5] = ["setting", "kept_key", "refusal", "unlock", "message"];

/// The transaction that a piece is done in.
struct Piece<'a> {
    session: &'a Connected,
    sealer: Arc<Sealer>,
    /// The first row that was not looked at yet.
    next: Uuid,
}

/// Seals some rows anew, or ends a generation. Returns whether there was work.
pub(super) async fn step(place: &Place<'_>) -> Result<bool, Failure> {
    if place.sealer.older().is_empty() {
        return Ok(false); // nearly always
    }
    let rows = ask(place.session, LEFT, &[]).await?;
    let left = rows.iter().map(|row| row.try_get("kind"));
    let left: Vec<String> = left.collect::<Result<_, _>>()?;
    match KINDS
        .iter()
        .find(|kind| left.iter().any(|left| left == *kind))
    {
        Some(kind) => seal_some(place, kind).await?,
        None => return end_one(place).await,
    }
    Ok(true)
}

async fn seal_some(place: &Place<'_>, kind: &str) -> Result<(), Failure> {
    let session = place.session;
    session.client.batch_execute("BEGIN").await?;
    let sealer = place.keyring.held_in(session).await?;
    if let Some(row) = ask(session, NEXT, &[&kind]).await?.first() {
        let next = row.try_get("next")?;
        let piece = Piece {
            session,
            sealer,
            next,
        };
        let last = match kind {
            "setting" => others::settings(&piece).await?,
            "kept_key" => others::kept_keys(&piece).await?,
            "refusal" => others::refusals(&piece).await?,
            "unlock" => others::unlocks(&piece).await?,
            _ => messages::seal_some(&piece, place.now).await?,
        };
        match last {
            Some(last) => {
                let next = Uuid::from_u128(last.as_u128().saturating_add(1));
                ask(session, GO_ON, &[&kind, &next]).await?
            }
            None => ask(session, DONE, &[&kind]).await?,
        };
    }
    Ok(session.client.batch_execute("COMMIT").await?)
}

/// Ends an older generation that nothing needs any more. Returns whether there was one.
async fn end_one(place: &Place<'_>) -> Result<bool, Failure> {
    let session = place.session;
    let Some(number) = status::ended(session, place.keyring).await? else {
        return Ok(false);
    };
    session.client.batch_execute("BEGIN").await?;
    let piece = Piece {
        session,
        sealer: place.keyring.held_in(session).await?,
        next: Uuid::nil(),
    };
    // A node of a release before, which stood still over the change of keys, may have put a setting after that.
    others::settings(&piece).await?;
    others::kept_keys(&piece).await?;
    let ended = ask(session, END, &[&number.cast_signed()]).await?;
    setup::notify(session).await?;
    session.client.batch_execute("COMMIT").await?;
    place.keyring.follow(&session.client).await?;
    if !ended.is_empty() {
        tracing::info!(
            generation = number,
            "nothing needs this generation of keys any more: it has ended"
        );
    }
    Ok(!ended.is_empty())
}

impl Piece<'_> {
    async fn write(
        &self,
        sql: &'static str,
        values: &[&(dyn ToSql + Sync)],
    ) -> Result<(), Failure> {
        ask(self.session, sql, values).await?;
        Ok(())
    }
}

/// Returns the last of these rows, unless they were the last of all.
fn last_of(ids: &[Uuid]) -> Option<Uuid> {
    let is_full = i64::try_from(ids.len()).is_ok_and(|count| count >= PIECE);
    ids.last().filter(|_| is_full).copied()
}
