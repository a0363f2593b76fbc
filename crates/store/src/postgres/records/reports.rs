//! Takes the reports of vendors: finds the messages that each is about, and keeps it with them.

use std::cmp::Reverse;
use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;
use std::time::Duration;

use countersign_core::id::MessageId;
use countersign_core::ports::StoreError;
use countersign_core::receipt::Receipt;
use countersign_core::receipt::about::{self, About, KeptReport, LOOKED_AT};
use countersign_core::send::attempt::Attempt;
use countersign_core::send::settle;
use countersign_core::time::Timestamp;
use tokio_postgres::types::ToSql;
use tokio_postgres::{Error, Row};
use uuid::Uuid;

use super::find::{first_id, uuid};
use super::parts::{attempts, message_id, reports};
use super::{ask, ask_about};
use crate::erased::ERASED;
use crate::postgres::PostgresStore;
use crate::postgres::clock::time;
use crate::postgres::connect::Connected;
use crate::postgres::days::Days;
use crate::postgres::words::Failure;
use crate::seal::{Key, Keys, Sealer};

/// The number of reports that look for their messages at once.
const AT_A_TIME: usize = 128;

/// The time after a message within which a report about it comes that names the vendor's id alone: the search goes back no
/// further.
const REPORTED: Duration = Duration::from_secs(7 * 24 * 3_600);

/// The time by which the clock of a node, which made the id of a message, may be ahead at most.
const CLOCKS: Duration = Duration::from_secs(3_600);

const CLOCK: &str = "SELECT clock() AS now";

const NAMED: &str = "
    SELECT message.* FROM unnest($1::uuid[]) AS wanted (id)
    CROSS JOIN LATERAL (SELECT id, number, decided_at FROM message WHERE id = wanted.id AND id {days} LIMIT 1) AS message";

const NEWEST: &str = "
    SELECT message.* FROM unnest($1::bigint[]) AS wanted (number)
    CROSS JOIN LATERAL (
        SELECT id, number, decided_at FROM message WHERE number = wanted.number AND id >= $2 AND id {days}
        ORDER BY id DESC LIMIT $3
    ) AS message";

const LOCK: &str =
    "SELECT id, number FROM message WHERE id = ANY ($1) AND id {days} ORDER BY id FOR UPDATE";

const INSERT: &str = "
    INSERT INTO receipt (message, place, at, provider, status, vendor_code, claims)
    VALUES ($1, $2, $3, $4, $5, $6, $7)";

/// Keeps the reports of `provider` with the messages that they are about.
pub(super) async fn receive(
    store: &PostgresStore,
    provider: &str,
    receipts: &[Receipt],
) -> Result<(), StoreError> {
    for some in receipts.chunks(AT_A_TIME) {
        let keyring = &store.keyring;
        let find = |session: Arc<Connected>| async move {
            let sealer = keyring.current(&session).await?;
            let found = Candidates::of(&session, some, &sealer).await?;
            Ok(found.judge(provider, some, &sealer))
        };
        let about = store.records.read(find).await?;
        if !about.is_empty() {
            let keep = |session: Arc<Connected>| async move { keep(&session, about).await };
            store.transactions.run(keep).await?;
        }
    }
    Ok(())
}

/// A message that a report may be about.
struct Candidate {
    /// The key of the number that it went to.
    number: Key,
    decided_at: Timestamp,
    attempts: Vec<Attempt>,
}

/// The messages that some reports may be about.
struct Candidates(HashMap<MessageId, Candidate>);

/// A report, and the message that it is to be kept with.
struct Kept {
    message: MessageId,
    report: KeptReport,
}

impl Candidates {
    async fn of(
        session: &Connected,
        receipts: &[Receipt],
        sealer: &Sealer,
    ) -> Result<Self, Failure> {
        let now = clock(session).await?;
        let mut rows = named(session, receipts).await?;
        rows.extend(newest(session, receipts, now, sealer).await?);
        let mut candidates = HashMap::new();
        for row in rows {
            let candidate = Candidate {
                number: Key::of_column(row.try_get("number")?),
                decided_at: time(&row, "decided_at")?,
                attempts: Vec::new(),
            };
            candidates.insert(message_id(&row, "id")?, candidate);
        }
        let messages: Vec<_> = candidates.keys().copied().collect();
        let mut attempts = attempts(session, &messages).await?;
        for (message, candidate) in &mut candidates {
            let attempts = attempts.remove(message).unwrap_or_default();
            candidate.attempts = settle::known_attempts(attempts, candidate.decided_at, now);
        }
        Ok(Self(candidates))
    }

    /// Returns the reports that are about one of the messages, each with it.
    fn judge(&self, provider: &str, receipts: &[Receipt], sealer: &Sealer) -> Vec<Kept> {
        let mut kept = Vec::new();
        for receipt in receipts {
            for about in self.about(provider, receipt, &keys(receipt, sealer)) {
                let (About::OnRecord(message) | About::UnderWay(message)) = about;
                kept.extend(self.0.contains_key(&message).then(|| Kept {
                    message,
                    report: KeptReport::of(&about, provider, receipt),
                }));
            }
        }
        kept
    }

    fn about(&self, provider: &str, receipt: &Receipt, number: &Keys) -> Vec<About<MessageId>> {
        let is_to = |candidate: &Candidate| number.all().any(|key| key == candidate.number);
        if let Some(message) = receipt.message {
            let named = self.0.get(&message).filter(|candidate| is_to(candidate));
            let named =
                named.filter(|candidate| about::may_be_through(provider, &candidate.attempts));
            return named
                .map(|_| About::OnRecord(message))
                .into_iter()
                .collect();
        }
        let Some(id) = &receipt.provider_message_id else {
            return Vec::new();
        };
        let to = self.0.iter().filter(|(_, candidate)| is_to(candidate));
        let mut newest: Vec<_> = to
            .map(|(message, candidate)| (*message, candidate.attempts.clone()))
            .collect();
        newest.sort_by_key(|(message, _)| Reverse(*message));
        newest.truncate(LOOKED_AT.into());
        about::with_vendors_id(provider, id, &newest)
    }
}

/// Returns the rows of the messages that reports name.
async fn named(session: &Connected, receipts: &[Receipt]) -> Result<Vec<Row>, Error> {
    let named = receipts.iter().filter_map(|receipt| receipt.message);
    let named: BTreeSet<Uuid> = named.map(uuid).collect();
    let named: Vec<_> = named.into_iter().collect();
    ask_about(session, NAMED, &named).await
}

/// Returns the rows of the newest messages to the numbers of reports that name none.
async fn newest(
    session: &Connected,
    receipts: &[Receipt],
    now: Timestamp,
    sealer: &Sealer,
) -> Result<Vec<Row>, Error> {
    let nameless = receipts.iter().filter(|receipt| receipt.message.is_none());
    let numbers = nameless.flat_map(|receipt| keys(receipt, sealer).all().collect::<Vec<_>>());
    let numbers: BTreeSet<i64> = numbers.map(Key::column).collect();
    let numbers: Vec<_> = numbers.into_iter().collect();
    if numbers.is_empty() {
        return Ok(Vec::new());
    }
    let since = now.before(REPORTED);
    let days = Days::between(since, now.after(CLOCKS));
    let newest = session.prepared_for(days, NEWEST).await?;
    let values: [&(dyn ToSql + Sync); 3] = [&numbers, &first_id(since), &i64::from(LOOKED_AT)];
    session.client.query(&newest, &values).await
}

/// Keeps reports with their messages, as far as those have room for them, and their numbers were not erased meanwhile.
async fn keep(session: &Connected, about: Vec<Kept>) -> Result<(), Failure> {
    let messages: BTreeSet<_> = about.iter().map(|kept| kept.message).collect();
    let messages: Vec<_> = messages.into_iter().collect();
    let ids: Vec<_> = messages.iter().map(|id| uuid(*id)).collect();
    let mut standing = BTreeSet::new();
    for row in ask_about(session, LOCK, &ids).await? {
        if Key::of_column(row.try_get("number")?) != ERASED {
            standing.insert(message_id(&row, "id")?);
        }
    }
    let known = reports(session, &messages).await?;
    let now = clock(session).await?;
    let mut known: HashMap<_, Vec<KeptReport>> = known
        .into_iter()
        .map(|(message, kept)| {
            (
                message,
                kept.into_iter().map(|(_, report)| report).collect(),
            )
        })
        .collect();
    for kept in about {
        let known = known.entry(kept.message).or_default();
        if standing.contains(&kept.message) && kept.report.fits_beside(known) {
            insert(session, &kept, known.len(), now).await?;
            known.push(kept.report);
        }
    }
    Ok(())
}

async fn insert(
    session: &Connected,
    kept: &Kept,
    place: usize,
    now: Timestamp,
) -> Result<(), Failure> {
    let insert = session.prepared(INSERT).await?;
    let (message, place) = (uuid(kept.message), i16::try_from(place).unwrap_or(i16::MAX));
    let KeptReport {
        provider,
        status,
        vendor_code,
        claims,
    } = &kept.report;
    let (status, now) = (status.as_str(), now.as_millis());
    let values: [&(dyn ToSql + Sync); 7] = [
        &message,
        &place,
        &now,
        provider,
        &status,
        vendor_code,
        claims,
    ];
    session.client.execute(&insert, &values).await?;
    Ok(())
}

async fn clock(session: &Connected) -> Result<Timestamp, Failure> {
    let rows = ask(session, CLOCK, &[]).await?;
    let row = rows.first().ok_or(Failure::Unreadable)?;
    Ok(time(row, "now")?)
}

fn keys(receipt: &Receipt, sealer: &Sealer) -> Keys {
    sealer.keys(|each| each.phone(&receipt.phone))
}
