//! Searches for messages by what they have in common, beside the writer: from row to row, with a bound.

use countersign_core::id::MessageId;
use countersign_core::ports::records::{MessageSearch, SearchedTo};
use countersign_core::send::settle;
use countersign_core::time::Timestamp;
use rusqlite::{Connection, Row, params};

use super::timelines::{self, MESSAGES, complete, rows_of};
use crate::message_record::MessageRecord;
use crate::seal::Sealer;
use crate::sqlite::log::find::{self, Table};
use crate::sqlite::log::rule_set::RuleSets;

/// The most messages whose checks are read at once.
const AT_ONCE: usize = 200;

/// The messages that were found, and the last one that was looked at where the search may look at no more.
type Found = (Vec<MessageRecord>, Option<SearchedTo>);

/// Returns the newest messages that a search finds at `now`.
pub(crate) fn search(
    log: &Connection,
    search: &MessageSearch,
    sealer: &Sealer,
    now: Timestamp,
) -> rusqlite::Result<Found> {
    let (mut found, searched_to) = fitting(log, search, sealer, now)?;
    timelines::checks(log, &mut found)?;
    Ok((found, searched_to))
}

fn fitting(
    log: &Connection,
    search: &MessageSearch,
    sealer: &Sealer,
    now: Timestamp,
) -> rusqlite::Result<Found> {
    let rows_looked_at = Rows {
        log,
        search,
        rule_sets: RuleSets::read(log)?,
        sealer,
        now,
    };
    let first = match search.decided_from {
        Some(from) => find::first_at(log, Table::Message, from)?,
        None => 0,
    };
    let limit = usize::from(search.among.limit);
    let (mut found, mut waiting) = (Vec::new(), Vec::new());
    let (mut looked_at, mut last) = (0, None);
    let mut select = log.prepare_cached(MESSAGES)?;
    for (from, to) in rows_of(log, &search.among, sealer)? {
        let mut rows = select.query(params![from.max(first), to, -1])?;
        while let Some(row) = rows.next()? {
            if looked_at == search.looks_at {
                found.extend(rows_looked_at.checked(waiting)?);
                last = last.filter(|_| found.len() < limit);
                found.truncate(limit);
                return Ok((found, last));
            }
            looked_at += 1;
            last = Some(looked_at_row(row)?);
            waiting.extend(rows_looked_at.message(row)?);
            if waiting.len() >= rows_looked_at.at_once() {
                found.extend(rows_looked_at.checked(std::mem::take(&mut waiting))?);
            }
            if found.len() >= limit {
                found.truncate(limit);
                return Ok((found, None));
            }
        }
    }
    found.extend(rows_looked_at.checked(waiting)?);
    found.truncate(limit);
    Ok((found, None))
}

fn looked_at_row(row: &Row<'_>) -> rusqlite::Result<SearchedTo> {
    Ok(SearchedTo {
        message: MessageId::from_bytes(row.get("id")?),
        decided_at: Timestamp::from_millis(row.get("decided_at")?),
    })
}

/// The rows that a search looks at.
struct Rows<'a> {
    log: &'a Connection,
    search: &'a MessageSearch,
    rule_sets: RuleSets,
    sealer: &'a Sealer,
    now: Timestamp,
}

impl Rows<'_> {
    /// The number of messages that are read before their checks are.
    fn at_once(&self) -> usize {
        match self.search.filter.asks_for_checks() {
            true => AT_ONCE,
            false => 1,
        }
    }

    /// Returns those messages that fit by their checks.
    fn checked(&self, mut messages: Vec<MessageRecord>) -> rusqlite::Result<Vec<MessageRecord>> {
        if self.search.filter.asks_for_checks() {
            timelines::checks_of_all(self.log, &mut messages)?;
            messages.retain(|message| message.timeline.is_verified());
        }
        Ok(messages)
    }

    /// Reads the message in a row; `None` if it does not fit, whatever its checks are.
    fn message(&self, row: &Row<'_>) -> rusqlite::Result<Option<MessageRecord>> {
        let filter = &self.search.filter;
        let (app, channel) = (row.get_ref("app")?.as_str()?, row.get_ref("channel")?);
        if !filter.can_be_of(app, channel.as_str()?) {
            return Ok(None);
        }
        let seq = row.get("seq")?;
        if filter.asks_for_attempts() {
            let (attempts, _) = timelines::attempts(self.log, seq)?;
            let decided_at = Timestamp::from_millis(row.get("decided_at")?);
            if !filter.can_have(&settle::known_attempts(attempts, decided_at, self.now)) {
                return Ok(None);
            }
        }
        let Some(mut message) = timelines::message(row, &self.rule_sets, self.sealer)? else {
            return Ok(None);
        };
        if !filter.can_be_to(&message.timeline.phone) {
            return Ok(None);
        }
        complete(self.log, seq, &mut message)?;
        let shown = message.timeline.clone().with_overdue_attempt(self.now);
        Ok(filter.fits_but_for_checks(&shown).then_some(message))
    }
}
