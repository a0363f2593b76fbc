//! Counts the messages of a quarter of an hour, as they are on record.
//!
//! Outcomes, reports and checks come later than newer messages, so a quarter is counted anew each time. A span of many
//! messages is halved until its parts are small.

use std::collections::{BTreeSet, HashMap};
use std::time::Duration;

use countersign_core::channel::Channel;
use countersign_core::id::MessageId;
use countersign_core::tally::Span;
use countersign_core::time::Timestamp;
use tokio_postgres::Row;
use uuid::Uuid;

use super::Place;
use crate::erased;
use crate::postgres::clock::time;
use crate::postgres::records::ask;
use crate::postgres::records::find::first_id;
use crate::postgres::records::parts::{attempts, message_id, reports};
use crate::postgres::words::Failure;
use crate::tallies::Counts;
use crate::tallies::counted::{CHECKED, CountedMessage};

/// The number of messages that are counted at once.
const PIECE: usize = 4_096;

/// The most by which the time in an id is taken to differ from the time on record: a clock that was set back goes on from the
/// newest time that it told.
const APART: Duration = Duration::from_secs(24 * 3_600);

const MESSAGES: &str = "
    SELECT id, decided_at, app, channel, phone, code_of FROM message
    WHERE decided_at >= $1 AND decided_at < $2 AND id >= $3 AND id < $4 LIMIT $5";

const FIRST: &str = "
    SELECT min(decided_at) FROM message WHERE decided_at >= $1 AND decided_at < $2 AND id >= $3 AND id < $4";

const BUSY: &str = "
    SELECT DISTINCT decided_at - decided_at % 900000 AS at FROM message
    WHERE decided_at >= $1 AND decided_at < $2 AND id >= $3 AND id < $4
    UNION SELECT at FROM tally_flow WHERE at >= $1 AND at < $2";

const USED: &str = "
    SELECT at, messages FROM code_event
    WHERE kind = 'right' AND at >= $1 AND at < $2 AND id >= $3 AND id < $4";

/// The bounds of a span of time, and those of the ids of what was recorded in it.
struct Bounds(i64, i64, Uuid, Uuid);

impl Bounds {
    fn of((from, to): (Timestamp, Timestamp)) -> Self {
        let ids = [from.before(APART), to.after(APART)].map(first_id);
        Self(from.as_millis(), to.as_millis(), ids[0], ids[1])
    }
}

/// Counts the messages of the quarter that starts at `quarter`.
pub(super) async fn quarter(place: &Place<'_>, quarter: Timestamp) -> Result<Counts, Failure> {
    let end = quarter.after(Span::Quarter.length());
    let (mut counts, mut used) = (Counts::new(), None);
    let mut spans = vec![(quarter, end)];
    while let Some((from, to)) = spans.pop() {
        let messages = messages(place, (from, to)).await?;
        let half = from.until(to) / 2;
        if messages.len() > PIECE && half >= Duration::from_millis(1) {
            let middle = from.after(half);
            spans.extend([(middle, to), (from, middle)]);
            continue;
        }
        if messages.is_empty() {
            continue;
        }
        let used = match &mut used {
            Some(used) => used,
            none => none.insert(used_codes(place, quarter, end).await?),
        };
        count(place, &messages, used, &mut counts).await?;
    }
    Ok(counts)
}

/// Returns the first time from `from` to before `to` at which a message was decided on.
pub(super) async fn first_between(
    place: &Place<'_>,
    from: Timestamp,
    to: Timestamp,
) -> Result<Option<Timestamp>, Failure> {
    let Bounds(from, to, since, until) = Bounds::of((from, to));
    let rows = ask(place.session, FIRST, &[&from, &to, &since, &until]).await?;
    let first = rows.first().map(|row| row.try_get(0)).transpose()?;
    Ok(first.flatten().map(Timestamp::from_millis))
}

/// Returns the quarters from `from` on in which a message was decided on, or whose counts are on record.
pub(super) async fn busy_quarters(
    place: &Place<'_>,
    from: Timestamp,
    now: Timestamp,
) -> Result<BTreeSet<Timestamp>, Failure> {
    let end = now.after(Span::Quarter.length());
    let Bounds(from, to, since, until) = Bounds::of((from, end));
    let rows = ask(place.session, BUSY, &[&from, &to, &since, &until]).await?;
    let quarters = rows.iter().map(|row| time(row, "at"));
    Ok(quarters.collect::<Result<_, _>>()?)
}

/// Returns the messages of a span; one more than [`PIECE`] where there are too many. A span of one millisecond is read whole.
async fn messages(
    place: &Place<'_>,
    span: (Timestamp, Timestamp),
) -> Result<Vec<Row>, tokio_postgres::Error> {
    let is_divisible = span.0.until(span.1) > Duration::from_millis(1);
    let most = is_divisible.then_some(PIECE + 1);
    let most = most.and_then(|most| i64::try_from(most).ok());
    let Bounds(from, to, since, until) = Bounds::of(span);
    ask(
        place.session,
        MESSAGES,
        &[&from, &to, &since, &until, &most],
    )
    .await
}

async fn count(
    place: &Place<'_>,
    messages: &[Row],
    used: &HashMap<MessageId, Timestamp>,
    counts: &mut Counts,
) -> Result<(), Failure> {
    let ids = messages.iter().map(|row| message_id(row, "id"));
    let ids: Vec<_> = ids.collect::<Result<_, _>>()?;
    let mut attempts = attempts(place.session, &ids).await?;
    let mut reports = reports(place.session, &ids).await?;
    for (row, id) in messages.iter().zip(ids) {
        let Some(channel) = Channel::parse(row.try_get("channel")?) else {
            continue;
        };
        let is_again = row.try_get::<_, Option<Uuid>>("code_of")?.is_some();
        // Only the country of the number leaves this function.
        let sealed: &[u8] = row.try_get("phone")?;
        let phone = place.sealer.open(sealed, id);
        let message = CountedMessage {
            app: row.try_get("app")?,
            channel,
            country: phone.map_or_else(|| erased::country(sealed), |phone| Some(phone.country())),
            decided_at: time(row, "decided_at")?,
            attempts: attempts.remove(&id).unwrap_or_default(),
            reports: reports.remove(&id).unwrap_or_default(),
            used_at: used.get(&id).filter(|_| !is_again).copied(),
        };
        message.count(place.now, counts);
    }
    Ok(())
}

/// Returns the codes that were used, by the messages that brought them, and when.
async fn used_codes(
    place: &Place<'_>,
    from: Timestamp,
    end: Timestamp,
) -> Result<HashMap<MessageId, Timestamp>, Failure> {
    let Bounds(from, to, since, until) = Bounds::of((from, end.after(CHECKED)));
    let mut used = HashMap::new();
    for row in ask(place.session, USED, &[&from, &to, &since, &until]).await? {
        let codes: Vec<Uuid> = row.try_get("messages")?;
        // The guess is the first of these codes; the others were ended with it.
        if let Some(code) = codes.first() {
            let code = MessageId::from_bytes(*code.as_bytes());
            used.insert(code, time(&row, "at")?);
        }
    }
    Ok(used)
}
