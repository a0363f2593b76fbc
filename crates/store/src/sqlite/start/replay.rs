//! Rebuilds the live state from the log at a start, and settles what a crash left open.

use countersign_core::code::Code;
use countersign_core::code::passcode::SealedPasscode;
use countersign_core::id::MessageId;
use countersign_core::send::attempt::Attempt;
use countersign_core::send::settle::GiveBack;
use countersign_core::time::Timestamp;
use rusqlite::types::ValueRef;
use rusqlite::{Connection, Row, Rows};

use crate::erased::ERASED;
use crate::hit::{self, LoggedHit};
use crate::seal::Key;
use crate::sqlite::log::attempt::{self, SettlementRow};
use crate::sqlite::log::event::EventRow;
use crate::sqlite::log::find::{self, Table};
use crate::sqlite::log::imported::Imported;
use crate::sqlite::log::mark;
use crate::sqlite::log::pruning;
use crate::sqlite::log::record::{Appender, Record};
use crate::sqlite::log::rule_set::{self, RuleSets};
use crate::sqlite::memory::Live;
use crate::sqlite::writer::horizon::{self, Horizon, REPLAY};

/// Returns the live state of the log at `now`, with this newest generation of keys. First settles the messages that a crash left pending as unknown,
/// since they may have been sent.
pub(crate) fn rebuild(
    log: &mut Connection,
    horizon: &Horizon,
    rule_sets: &mut RuleSets,
    generation: u32,
    now: Timestamp,
) -> rusqlite::Result<Live> {
    settle_interrupted(log, rule_sets, now)?;
    let mut live = Live::default();
    live.begin_generation(generation);
    let imported = Imported::read(log, now)?;
    horizon::restore_carried(log, &mut live, now)?;
    horizon::restore_in_a_row(log, &mut live)?;
    pruning::restore_carried(log, &mut live, now)?;
    live.kill_codes_before(mark::dead_before(log)?);
    let counts = rule_sets.longest_window().max(REPLAY);
    let own = find::first_at(log, Table::Message, now.before(counts))?.max(imported.own_from());
    let checkable = find::first_at(log, Table::Message, now.before(REPLAY))?;
    let first = own.min(checkable).min(mark::settled_until(log)?);
    let mut select = log.prepare(MESSAGES)?;
    let mut attempts = log.prepare(ATTEMPTS)?;
    let mut outcomes = Outcomes::new(attempts.query([attempt::first_attempt(first)])?)?;
    let mut messages = select.query([first])?;
    let mut newest_message = first - 1;
    while let Some(row) = messages.next()? {
        newest_message = row.get(SEQ)?;
        let outcome = outcomes.of(newest_message)?;
        replay(row, outcome, rule_sets, &imported, now, &mut live)?;
    }
    horizon::restore_ends(log, &mut live)?;
    // A new message may reuse the number of one that was rolled back, but no number before the mark.
    let newest_message = newest_message.max(mark::settled_until(log)? - 1);
    let mut select = log.prepare(EVENTS)?;
    let mut rows = select.query([horizon.event()])?;
    let mut newest_event = horizon.event() - 1;
    while let Some(row) = rows.next()? {
        let event = EventRow::read(row)?;
        newest_event = event.seq;
        live.apply(&event);
    }
    live.number_after(newest_message, newest_event);
    live.sweep(now);
    Ok(live)
}

const MESSAGES: &str = "
    SELECT seq, id, decided_at, scope, code_mac, code_ends, code_tries, code_keeps, code_sealed, code_of,
           rule_set, buckets, price
    FROM message WHERE seq >= ? ORDER BY seq";

// The columns, by position: looking them up by name takes longer than reading them.
const SEQ: usize = 0;
const ID: usize = 1;
const DECIDED_AT: usize = 2;
const SCOPE: usize = 3;
const CODE_MAC: usize = 4;
const CODE_ENDS: usize = 5;
const CODE_TRIES: usize = 6;
const CODE_KEEPS: usize = 7;
const CODE_SEALED: usize = 8;
const CODE_OF: usize = 9;
const RULE_SET: usize = 10;
const BUCKETS: usize = 11;
const PRICE: usize = 12;

const ATTEMPTS: &str = "
    SELECT id, outcome = 'not_accepted', give_back, ended_at, cost FROM attempt WHERE id >= ? AND settles
    ORDER BY id";

const EVENTS: &str = "
    SELECT seq, id, at, kind, door, phone, scope, messages, hits, older FROM code_event WHERE seq >= ? ORDER BY seq";

/// The outcomes of messages, read along with the messages.
struct Outcomes<'a> {
    rows: Rows<'a>,
    next: Option<RecordedOutcome>,
}

/// The outcome of one message.
struct RecordedOutcome {
    seq: i64,
    not_sent: bool,
    give_back: GiveBack,
    /// The hits that count from `at` on, instead of those given back.
    give_back_hits: Vec<LoggedHit>,
    at: Timestamp,
    /// What a message that was sent costs, where it is not the reserved price.
    cost: Option<u64>,
}

impl<'a> Outcomes<'a> {
    fn new(rows: Rows<'a>) -> rusqlite::Result<Self> {
        let mut outcomes = Self { rows, next: None };
        outcomes.step()?;
        Ok(outcomes)
    }

    /// Returns the outcome of the message with this `seq`. Callers must ask for messages in ascending order.
    fn of(&mut self, seq: i64) -> rusqlite::Result<Option<RecordedOutcome>> {
        while self.next.as_ref().is_some_and(|ended| ended.seq < seq) {
            self.step()?;
        }
        if self.next.as_ref().is_none_or(|ended| ended.seq > seq) {
            return Ok(None);
        }
        let found = self.next.take();
        self.step()?;
        Ok(found)
    }

    fn step(&mut self) -> rusqlite::Result<()> {
        let Some(row) = self.rows.next()? else {
            self.next = None;
            return Ok(());
        };
        let (give_back, give_back_hits) = attempt::give_back(row.get_ref(2)?.as_blob_or_null()?)?;
        self.next = Some(RecordedOutcome {
            seq: attempt::message_of(row.get(0)?),
            not_sent: row.get(1)?,
            give_back,
            give_back_hits,
            at: Timestamp::from_millis(row.get(3)?),
            cost: row.get::<_, Option<i64>>(4)?.map(hit::weight_of_column),
        });
        Ok(())
    }
}

fn replay(
    row: &Row<'_>,
    outcome: Option<RecordedOutcome>,
    rule_sets: &RuleSets,
    imported: &Imported,
    now: Timestamp,
    live: &mut Live,
) -> rusqlite::Result<()> {
    let is_own = row.get::<_, i64>(SEQ)? >= imported.own_from();
    let scope = Key::of_column(row.get(SCOPE)?);
    if scope == ERASED {
        return Ok(()); // its hits are carried, and its code is dead
    }
    let decided_at = Timestamp::from_millis(row.get(DECIDED_AT)?);
    let set = rule_set::named(rule_sets, row.get_ref(RULE_SET)?)?;
    let (keys, _) = row.get_ref(BUCKETS)?.as_blob()?.as_chunks::<8>();
    let give_back = outcome
        .as_ref()
        .map_or(GiveBack::No, |ended| ended.give_back);
    let keys: Vec<_> = keys
        .iter()
        .map(|key| Key(u64::from_be_bytes(*key)))
        .collect();
    let paid = match &outcome {
        Some(ended) if ended.not_sent => 0,
        Some(RecordedOutcome {
            cost: Some(cost), ..
        }) => *cost,
        _ => hit::weight_of_column(row.get(PRICE)?),
    };
    let kinds = set.buckets().iter().zip(0..);
    let hits = kinds.filter_map(|(kind, place)| {
        let counts =
            is_own && !give_back.takes(kind.refundable) && decided_at.after(kind.window) > now;
        counts.then(|| LoggedHit::among(&keys, place, kind, hit::weight(kind, paid)))?
    });
    live.restore_send_hits(&hits.collect::<Vec<_>>(), decided_at);
    let Some(outcome) = outcome else {
        return Ok(()); // unreachable: open messages were settled above
    };
    for hit in &outcome.give_back_hits {
        live.add_send_hit(hit, outcome.at);
    }
    let code_ends = Timestamp::from_millis(row.get(CODE_ENDS)?);
    let again = row.get_ref(CODE_OF)? != ValueRef::Null;
    if outcome.not_sent || again || decided_at <= now.before(REPLAY) {
        return Ok(());
    }
    let message = MessageId::from_bytes(row.get(ID)?);
    let code = Code::recorded(message, decided_at, code_ends, row.get(CODE_MAC)?)
        .with_tries(row.get(CODE_TRIES)?)
        .with_keeps(row.get(CODE_KEEPS)?);
    let code = if is_own {
        Some(code)
    } else {
        imported.code(code)
    };
    let Some(code) = code else {
        return Ok(());
    };
    let sealed: Option<Vec<u8>> = row.get(CODE_SEALED)?;
    let sealed = sealed.and_then(SealedPasscode::from_bytes);
    live.restore_code(scope, code, sealed, now);
    Ok(())
}

fn settle_interrupted(
    log: &mut Connection,
    rule_sets: &mut RuleSets,
    now: Timestamp,
) -> rusqlite::Result<()> {
    let transaction = log.transaction()?;
    let recent = mark::settled_until(&transaction)?;
    let open: Vec<(i64, Timestamp)> = transaction
        .prepare(
            "SELECT seq, decided_at FROM message WHERE seq >= ?
             AND NOT EXISTS (SELECT 1 FROM attempt WHERE id BETWEEN 16 * seq AND 16 * seq + 15)",
        )?
        .query_map([recent], |row| {
            Ok((row.get(0)?, Timestamp::from_millis(row.get(1)?)))
        })?
        .collect::<rusqlite::Result<_>>()?;
    if !open.is_empty() {
        tracing::warn!(
            messages = open.len(),
            "messages were under way when the process ended; they count as sent"
        );
    }
    let mut appender = Appender::new(&transaction, rule_sets);
    for (seq, decided_at) in open {
        let interrupted = vec![Attempt::interrupted(decided_at, now)];
        let row = SettlementRow::without_give_back(seq, interrupted);
        appender.append(&Record::Settlement(row))?;
    }
    drop(appender);
    transaction.commit()
}
