//! What belongs to messages that were found: their limits, attempts and reports, and the states of their codes.

use std::collections::{BTreeSet, HashMap};

use countersign_core::id::{MessageId, RequestId};
use countersign_core::limit::RuleSet;
use countersign_core::message::Timeline;
use countersign_core::receipt::Delivery;
use countersign_core::receipt::about::{self, KeptReport};
use countersign_core::send::attempt::Attempt;
use countersign_core::send::settle;
use countersign_core::time::Timestamp;
use tokio_postgres::Row;
use uuid::Uuid;

use super::find::uuid;
use super::{ask, ask_about, checks};
use crate::limits_at_rest;
use crate::message_record::{MessageColumns, MessageRecord};
use crate::outcome_at_rest::outcome_from_columns;
use crate::postgres::clock::time;
use crate::postgres::connect::Connected;
use crate::postgres::row::code::CodeRows;
use crate::postgres::words::Failure;
use crate::seal::{Key, Keys, Sealer};

/// The moment of a database that is no replica.
pub(super) const DEPLOYMENT: &str = "
    SELECT clock() AS now, dead_before, (SELECT max(number) FROM key_generation) AS generation FROM deployment";
const RULE_SETS: &str = "SELECT id, limits FROM rule_set WHERE id = ANY ($1)";
const CODES: &str = "SELECT key, at, codes FROM code WHERE key = ANY ($1)";

// A lateral part with a limit goes by the index of the one partition that an id is in.

const TRIES: &str = "
    SELECT message.id, message.code_tries FROM unnest($1::uuid[]) AS wanted (id)
    CROSS JOIN LATERAL (SELECT id, code_tries FROM message WHERE id = wanted.id AND id {days} LIMIT 1) AS message";

const ATTEMPTS: &str = "
    SELECT attempt.* FROM unnest($1::uuid[]) AS wanted (id)
    CROSS JOIN LATERAL (SELECT * FROM attempt WHERE message = wanted.id AND message {days} ORDER BY place LIMIT 64) AS attempt
    ORDER BY message, place";

const REPORTS: &str = "
    SELECT receipt.* FROM unnest($1::uuid[]) AS wanted (id)
    CROSS JOIN LATERAL (SELECT * FROM receipt WHERE message = wanted.id AND message {days} ORDER BY place LIMIT 64) AS receipt
    ORDER BY message, place";

/// The time by the clock of the database, and the moment before which every code is dead.
#[derive(Debug, Clone, Copy)]
struct Moment {
    now: Timestamp,
    dead_before: Timestamp,
    /// The generation of keys that is written with.
    generation: i32,
}

impl Moment {
    async fn read(session: &Connected, moment: &'static str) -> Result<Self, Failure> {
        let rows = ask(session, moment, &[]).await?;
        let row = rows.first().ok_or(Failure::Unreadable)?;
        Ok(Self {
            now: time(row, "now")?,
            dead_before: time(row, "dead_before")?,
            generation: row.try_get("generation")?,
        })
    }
}

/// Returns the timelines of the messages in these rows, as they look at the moment that the statement `moment` returns.
///
/// # Errors
/// [`Failure::OtherKeys`] when the database is written with newer keys than the sealer knows: the rows may be too few.
pub(super) async fn timelines(
    session: &Connected,
    rows: Vec<Row>,
    sealer: &Sealer,
    moment: &'static str,
) -> Result<Vec<Timeline>, Failure> {
    let moment = Moment::read(session, moment).await?;
    if moment.generation.unsigned_abs() > sealer.number {
        return Err(Failure::OtherKeys);
    }
    let mut records = records(session, &rows, sealer).await?;
    let ids: Vec<_> = records.iter().map(|record| record.timeline.id).collect();
    let mut attempts = attempts(session, &ids).await?;
    let mut reports = reports(session, &ids).await?;
    for record in &mut records {
        let timeline = &mut record.timeline;
        let attempts = attempts.remove(&timeline.id).unwrap_or_default();
        timeline.attempts = settle::known_attempts(attempts, timeline.decided_at, moment.now);
        let kept = reports.remove(&timeline.id).unwrap_or_default();
        timeline.receipts = about::counted(kept, &timeline.attempts);
    }
    add_tries(session, &mut records).await?;
    checks::add(session, &mut records, sealer).await?;
    shown(session, records, moment, sealer).await
}

/// Reads the messages in these rows, as yet without their attempts, reports and checks.
async fn records(
    session: &Connected,
    rows: &[Row],
    sealer: &Sealer,
) -> Result<Vec<MessageRecord>, Failure> {
    let sets = rows.iter().map(|row| row.try_get("rule_set"));
    let sets: BTreeSet<i64> = sets.collect::<Result<_, _>>()?;
    let sets = rule_sets(session, sets.into_iter().collect()).await?;
    let mut records = Vec::with_capacity(rows.len());
    for row in rows {
        match record(row, &sets, sealer)? {
            Some(record) => records.push(record),
            None => tracing::error!("a message on record cannot be read with these keys"),
        }
    }
    Ok(records)
}

fn record(
    row: &Row,
    sets: &HashMap<i64, RuleSet>,
    sealer: &Sealer,
) -> Result<Option<MessageRecord>, Failure> {
    let tries: i16 = row.try_get("code_tries")?;
    let columns = MessageColumns {
        id: message_id(row, "id")?,
        request_id: request_id(row, "request_id")?,
        app: row.try_get("app")?,
        channel: row.try_get("channel")?,
        phone: row.try_get("phone")?,
        decided_at: time(row, "decided_at")?,
        limits: sets
            .get(&row.try_get("rule_set")?)
            .ok_or(Failure::Unreadable)?,
        refusals: row.try_get("refusals")?,
        code_of: row.try_get::<_, Option<Uuid>>("code_of")?.map(of_uuid),
        code_ends: time(row, "code_ends")?,
        code_tries: u8::try_from(tries).unwrap_or_default(),
    };
    let Some(mut record) = MessageRecord::of(&columns, sealer) else {
        return Ok(None);
    };
    record.timeline.gave_back = row.try_get("gave_back")?;
    Ok(Some(record))
}

async fn rule_sets(session: &Connected, ids: Vec<i64>) -> Result<HashMap<i64, RuleSet>, Failure> {
    let mut sets = HashMap::new();
    for row in ask(session, RULE_SETS, &[&ids]).await? {
        let set = limits_at_rest::from_json(row.try_get("limits")?);
        sets.insert(row.try_get("id")?, set.ok_or(Failure::Unreadable)?);
    }
    Ok(sets)
}

/// Reads the attempts at these messages, in order.
pub(crate) async fn attempts(
    session: &Connected,
    messages: &[MessageId],
) -> Result<HashMap<MessageId, Vec<Attempt>>, Failure> {
    let mut attempts: HashMap<_, Vec<_>> = HashMap::new();
    for row in ask_about(session, ATTEMPTS, &uuids(messages)).await? {
        let of = attempts.entry(message_id(&row, "message")?);
        of.or_default().push(attempt(&row)?);
    }
    Ok(attempts)
}

/// Reads an attempt.
pub(crate) fn attempt(row: &Row) -> Result<Attempt, Failure> {
    Ok(Attempt {
        provider: row.try_get("provider")?,
        started_at: time(row, "started_at")?,
        ended_at: time(row, "ended_at")?,
        outcome: outcome_from_columns(
            row.try_get("outcome")?,
            row.try_get("kind")?,
            row.try_get("detail")?,
            row.try_get("provider_message_id")?,
        ),
    })
}

/// The reports of a message in the order in which they came, each with its time.
pub(crate) type KeptReports = Vec<(Timestamp, KeptReport)>;

/// Reads the reports that are kept with these messages.
pub(crate) async fn reports(
    session: &Connected,
    messages: &[MessageId],
) -> Result<HashMap<MessageId, KeptReports>, Failure> {
    let mut reports: HashMap<_, KeptReports> = HashMap::new();
    for row in ask_about(session, REPORTS, &uuids(messages)).await? {
        let of = reports.entry(message_id(&row, "message")?);
        of.or_default().push((time(&row, "at")?, report(&row)?));
    }
    Ok(reports)
}

/// Reads a report.
pub(crate) fn report(row: &Row) -> Result<KeptReport, Failure> {
    Ok(KeptReport {
        provider: row.try_get("provider")?,
        status: Delivery::parse(row.try_get("status")?).unwrap_or(Delivery::Underway),
        vendor_code: row.try_get("vendor_code")?,
        claims: row.try_get("claims")?,
    })
}

/// Adds the tries of its code to each message that brought an older one once more.
async fn add_tries(session: &Connected, records: &mut [MessageRecord]) -> Result<(), Failure> {
    let again = records.iter_mut();
    let mut again: Vec<_> = again.filter(|of| of.code_of != of.timeline.id).collect();
    if again.is_empty() {
        return Ok(());
    }
    let wanted: Vec<_> = again.iter().map(|record| uuid(record.code_of)).collect();
    let mut tries: HashMap<_, i16> = HashMap::new();
    for row in ask_about(session, TRIES, &wanted).await? {
        tries.insert(message_id(&row, "id")?, row.try_get("code_tries")?);
    }
    for record in &mut again {
        let known = tries.get(&record.code_of).copied().unwrap_or_default();
        record.code_tries = u8::try_from(known).unwrap_or_default();
    }
    Ok(())
}

/// Returns the timelines as they look at this moment, with the states of their codes.
async fn shown(
    session: &Connected,
    records: Vec<MessageRecord>,
    moment: Moment,
    sealer: &Sealer,
) -> Result<Vec<Timeline>, Failure> {
    let scopes: Vec<Keys> = records.iter().map(|record| record.scope(sealer)).collect();
    let keys = scopes.iter().flat_map(Keys::all).map(Key::column);
    let keys: BTreeSet<_> = keys.collect();
    let keys: Vec<_> = keys.into_iter().collect();
    let mut codes = CodeRows::default();
    for row in ask(session, CODES, &[&keys]).await? {
        let key = Key::of_column(row.try_get("key")?);
        let read = codes.read(key, time(&row, "at")?, row.try_get("codes")?);
        read.ok_or(Failure::Unreadable)?;
    }
    let Moment {
        now, dead_before, ..
    } = moment;
    let timelines = records.into_iter().zip(scopes).map(|(record, scope)| {
        // A clock that was set back is not before anything that it decided.
        let now = now.max(record.timeline.decided_at);
        let remembered = codes.state(&scope, record.code_of, now, dead_before);
        record.shown(remembered, now, dead_before)
    });
    Ok(timelines.collect())
}

fn uuids(messages: &[MessageId]) -> Vec<Uuid> {
    messages.iter().map(|id| uuid(*id)).collect()
}

/// Reads the id of a message.
pub(crate) fn message_id(row: &Row, column: &str) -> Result<MessageId, tokio_postgres::Error> {
    row.try_get(column).map(of_uuid)
}

pub(super) fn request_id(row: &Row, column: &str) -> Result<RequestId, tokio_postgres::Error> {
    let id: Uuid = row.try_get(column)?;
    Ok(RequestId::from_bytes(id.into_bytes()))
}

fn of_uuid(id: Uuid) -> MessageId {
    MessageId::from_bytes(id.into_bytes())
}
