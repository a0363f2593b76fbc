//! The rows of calls with an idempotency key, and how they are found, answered and let go.

use countersign_core::code::check::Checked;
use countersign_core::id::MessageId;
use countersign_core::idempotency::{Claim, KeptAnswer, KeyedCall};
use countersign_core::phone::PhoneNumber;
use countersign_core::time::Timestamp;
use rusqlite::{Connection, OptionalExtension as _, params};

use crate::finding;
use crate::seal::{CallId, CallPart, Key, Sealer};

/// The number of rows that go in one commit.
pub(crate) const PIECE: i64 = 256;

/// A call that was decided on, to be appended in the commit of what was decided.
#[derive(Debug)]
pub(crate) struct KeyedRow {
    id: CallId,
    body: CallId,
    phone: Key,
    at: Timestamp,
    ends: Timestamp,
    message: Option<MessageId>,
    finding: Option<Vec<u8>>,
    /// Keeps the key held until the row is on record.
    _claim: Claim,
}

impl KeyedRow {
    /// The row of a send that led to `message` at `now`.
    pub(crate) fn of_message(
        claim: Claim,
        phone: &PhoneNumber,
        message: MessageId,
        now: Timestamp,
        sealer: &Sealer,
    ) -> Self {
        let row = Self::of(claim, phone, now, sealer);
        Self {
            message: Some(message),
            ..row
        }
    }

    /// The row of a check with this finding at `now`; `None` for a finding that is kept under no key.
    pub(crate) fn of_check(
        claim: Claim,
        phone: &PhoneNumber,
        found: &Checked,
        now: Timestamp,
        sealer: &Sealer,
    ) -> Option<Self> {
        let text = finding::to_text(found)?;
        let row = Self::of(claim, phone, now, sealer);
        let finding = sealer.seal_call(CallPart::Finding, text.as_bytes(), row.id);
        Some(Self { finding, ..row })
    }

    fn of(claim: Claim, phone: &PhoneNumber, now: Timestamp, sealer: &Sealer) -> Self {
        let call = claim.call();
        let id = sealer.call_id(&call.name);
        Self {
            id,
            body: sealer.call_body(id, &call.body),
            phone: sealer.phone(phone),
            at: now,
            ends: now.after(call.name.endpoint.life()),
            message: None,
            finding: None,
            _claim: claim,
        }
    }

    /// Returns the time of the decision.
    pub(crate) const fn at(&self) -> Timestamp {
        self.at
    }

    /// Appends the row. It takes the place of one whose key is over, or was not used after all.
    pub(crate) fn insert(&self, log: &Connection) -> rusqlite::Result<()> {
        log.prepare_cached("INSERT OR REPLACE INTO keyed_call VALUES (?, ?, ?, ?, ?, ?, NULL)")?
            .execute(params![
                self.ends.as_millis(),
                self.id,
                self.body,
                self.phone.column(),
                self.message.as_ref().map(MessageId::as_bytes),
                self.finding,
            ])?;
        Ok(())
    }
}

/// The answer of a call that was decided on, as one record of the log.
#[derive(Debug)]
pub(crate) struct AnswerRow {
    /// The id of the call under each generation of keys, with the answer sealed for it. One of them is on record.
    sealed: Vec<(CallId, Vec<u8>)>,
    /// Keeps the key held until the answer is on record.
    _claim: Claim,
}

impl AnswerRow {
    /// Seals the answer of a call; `None` if it cannot be sealed.
    pub(crate) fn of(claim: Claim, answer: &KeptAnswer, sealer: &Sealer) -> Option<Self> {
        let ids = sealer.all().map(|each| each.call_id(&claim.call().name));
        let sealed = |id| Some((id, sealer.seal_call(CallPart::Answer, &answer.0, id)?));
        Some(Self {
            sealed: ids.map(sealed).collect::<Option<_>>()?,
            _claim: claim,
        })
    }

    /// Records the answer. A call whose number was erased meanwhile stays away.
    pub(crate) fn write(&self, log: &Connection) -> rusqlite::Result<()> {
        let mut update = log.prepare_cached("UPDATE keyed_call SET answer = ?2 WHERE id = ?1")?;
        for (id, sealed) in &self.sealed {
            update.execute(params![id, sealed])?;
        }
        Ok(())
    }
}

/// A call on record whose key is not over.
#[derive(Debug)]
pub(crate) struct FoundCall {
    pub(crate) has_same_body: bool,
    pub(crate) message: Option<MessageId>,
    pub(crate) finding: Option<Checked>,
    pub(crate) answer: Option<KeptAnswer>,
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
        let opened = |part, sealed: Option<Vec<u8>>| sealer.open_call(part, &sealed?, id);
        let found = select.query_row(params![id, now.as_millis()], |row| {
            let finding = opened(CallPart::Finding, row.get("finding")?);
            let finding = finding.and_then(|text| String::from_utf8(text).ok());
            Ok(FoundCall {
                has_same_body: row.get::<_, CallId>("body")? == each.call_body(id, &call.body),
                message: row
                    .get::<_, Option<[u8; 16]>>("message")?
                    .map(MessageId::from_bytes),
                finding: finding.and_then(|text| finding::of_text(&text)),
                answer: opened(CallPart::Answer, row.get("answer")?).map(KeptAnswer),
            })
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
