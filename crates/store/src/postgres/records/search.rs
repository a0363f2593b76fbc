//! Searches for messages by what they have in common: part after part of those in the order of time, with a bound.

use countersign_core::id::MessageId;
use countersign_core::message::Timeline;
use countersign_core::ports::records::{FoundMessages, MessageSearch, SearchedTo};
use tokio_postgres::Row;

use super::find::{self, APART};
use super::parts::{self, message_id};
use crate::postgres::clock::time;
use crate::postgres::connect::Connected;
use crate::postgres::words::Failure;
use crate::seal::Sealer;

/// The most rows that are read at once.
const AT_ONCE: u32 = 2_000;

/// Returns the newest messages that a search finds, as they look at the moment that the statement `moment` returns.
pub(super) async fn search(
    session: &Connected,
    search: &MessageSearch,
    sealer: &Sealer,
    moment: &'static str,
) -> Result<FoundMessages, Failure> {
    let limit = usize::from(search.among.limit);
    let mut query = search.among.clone();
    let (mut timelines, mut looks_at) = (Vec::new(), search.looks_at);
    // Where most messages fit, few rows are enough.
    let mut at_once = u32::from(query.limit).min(AT_ONCE);
    loop {
        at_once = at_once.min(looks_at);
        query.limit = u16::try_from(at_once).unwrap_or(u16::MAX);
        let rows = find::messages(session, &query, sealer).await?;
        let (read, last) = (u32::try_from(rows.len()).unwrap_or(at_once), last(&rows)?);
        timelines.extend(fitting(session, rows, search, sealer, moment).await?);
        let is_found = timelines.len() >= limit;
        let Some(last) = last.filter(|last| !is_found && read == at_once && !is_over(search, last))
        else {
            timelines.truncate(limit);
            return Ok(FoundMessages {
                timelines,
                searched_to: None,
            });
        };
        looks_at -= read;
        if looks_at == 0 {
            return Ok(FoundMessages {
                timelines,
                searched_to: Some(last),
            });
        }
        query.before = Some(last.message);
        at_once = at_once.saturating_mul(2).min(AT_ONCE);
    }
}

fn last(rows: &[Row]) -> Result<Option<SearchedTo>, Failure> {
    let last = rows.last().map(|row| {
        Ok(SearchedTo {
            message: message_id(row, "id")?,
            decided_at: time(row, "decided_at")?,
        })
    });
    last.transpose()
}

/// Returns whether no message after this one is in the range of the search. Rows come in the order of their ids, or of their
/// times.
fn is_over(search: &MessageSearch, last: &SearchedTo) -> bool {
    let from = search.decided_from;
    from.is_some_and(|from| last.decided_at < from.before(APART))
}

/// Returns the timelines of those messages in `rows` that fit.
async fn fitting(
    session: &Connected,
    rows: Vec<Row>,
    search: &MessageSearch,
    sealer: &Sealer,
    moment: &'static str,
) -> Result<Vec<Timeline>, Failure> {
    let filter = &search.filter;
    let mut able = Vec::new();
    for row in rows {
        if can_fit(&row, search, sealer)? {
            able.push(row);
        }
    }
    if filter.asks_for_attempts() {
        let ids = able.iter().map(|row| message_id(row, "id"));
        let ids: Vec<_> = ids.collect::<Result<_, _>>()?;
        let attempts = parts::attempts(session, &ids).await?;
        // A message without attempts may be overdue: its timeline tells.
        let can_have = |id: &MessageId| attempts.get(id).is_none_or(|known| filter.can_have(known));
        let mut can_have = ids.iter().map(can_have);
        able.retain(|_| can_have.next().unwrap_or(true));
    }
    if able.is_empty() {
        return Ok(Vec::new());
    }
    let mut timelines = parts::timelines(session, able, sealer, moment).await?;
    timelines.retain(|timeline| filter.fits(timeline));
    Ok(timelines)
}

/// Returns whether the message in a row can fit, as far as its row tells.
fn can_fit(row: &Row, search: &MessageSearch, sealer: &Sealer) -> Result<bool, Failure> {
    let filter = &search.filter;
    let decided_at = time(row, "decided_at")?;
    let is_in_range = search.decided_from.is_none_or(|from| decided_at >= from);
    if !is_in_range || !filter.can_be_of(row.try_get("app")?, row.try_get("channel")?) {
        return Ok(false);
    }
    if filter.country.is_none() {
        return Ok(true);
    }
    let phone = sealer.open(row.try_get("phone")?, message_id(row, "id")?);
    Ok(phone.is_none_or(|phone| filter.can_be_to(&phone)))
}
