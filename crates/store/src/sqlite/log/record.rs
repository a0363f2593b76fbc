//! One thing to append to the log, and the statements that append it.

use countersign_core::time::Timestamp;
use rusqlite::{CachedStatement, Connection};

use super::act::ActRow;
use super::attempt::SettlementRow;
use super::erasing::Erasing;
use super::event::EventRow;
use super::generation::{Beginning, Ending};
use super::keyed;
use super::mark;
use super::message::MessageRow;
use super::pruning::Pruning;
use super::receipt::ReceiptRow;
use super::resealed::{NewerMac, Resealed};
use super::rule_set::RuleSets;
use super::setup::SetupRow;
use super::staff::StaffRow;
use crate::call_at_rest::{DecidedCall, SealedAnswer};
use crate::mark::Mark;

/// One thing to append to the log.
#[derive(Debug)]
pub(crate) enum Record {
    Message(Box<MessageRow>),
    Settlement(SettlementRow),
    Event(Box<EventRow>),
    /// The time only, for an answer that must not be given while the store cannot write.
    Barrier(Timestamp),
    /// A call with an idempotency key whose guess was compared and changed nothing.
    Keyed(Box<DecidedCall>),
    /// The answer of a call with an idempotency key.
    Answer(Box<SealedAnswer>),
    Setup(Box<SetupRow>),
    Receipt(Box<ReceiptRow>),
    /// An act that changes nothing else in the database.
    Act(Box<ActRow>),
    /// Rows that go, since they are older than the retention.
    Pruning(Box<Pruning>),
    /// A number that goes, since its owner asks.
    Erasing(Box<Erasing>),
    Beginning(Box<Beginning>),
    Ending(Ending),
    Resealed(Box<Resealed>),
    NewerMac(Box<NewerMac>),
    /// Sessions, used steps and tries of people.
    Staff(Box<StaffRow>),
}

impl Record {
    /// Returns whether the queue takes this even if it is full. The caller of an event or a barrier has asked before,
    /// and decisions bound settlements, since there is one for each.
    pub(crate) fn passes_full_queue(&self) -> bool {
        match self {
            Record::Settlement(_)
            | Record::Event(_)
            | Record::Barrier(_)
            | Record::Keyed(_)
            | Record::Answer(_) => true,
            Record::Message(_)
            | Record::Setup(_)
            | Record::Receipt(_)
            | Record::Beginning(_)
            | Record::Ending(_)
            | Record::Resealed(_)
            | Record::NewerMac(_)
            | Record::Act(_)
            | Record::Staff(_)
            | Record::Pruning(_)
            | Record::Erasing(_) => false,
        }
    }

    /// Returns whether the writer records this even if its caller has gone, and retries until it is on record: it
    /// has already taken effect in memory, or its vendor has been answered. A message is not owed, since nothing is
    /// sent for one whose sender has gone.
    pub(crate) fn is_owed(&self) -> bool {
        match self {
            Record::Settlement(_)
            | Record::Event(_)
            | Record::Receipt(_)
            | Record::NewerMac(_)
            | Record::Answer(_) => true,
            Record::Message(_)
            | Record::Keyed(_)
            | Record::Setup(_)
            | Record::Barrier(_)
            | Record::Beginning(_)
            | Record::Ending(_)
            | Record::Resealed(_)
            | Record::Act(_)
            | Record::Staff(_)
            | Record::Pruning(_)
            | Record::Erasing(_) => false,
        }
    }

    /// Moves `mark` over this record, once it is durable. Outcomes and reports do not move it: without an outcome a
    /// message counts as sent, and a report changes no rule.
    pub(crate) fn advance(&self, mark: &mut Mark) {
        match self {
            Record::Message(row) => mark.messages = mark.messages.max(row.admission.seq + 1),
            Record::Event(row) => mark.events = mark.events.max(row.seq + 1),
            Record::Setup(row) => mark.setup = mark.setup.max(row.version()),
            Record::Settlement(_)
            | Record::Barrier(_)
            | Record::Keyed(_)
            | Record::Answer(_)
            | Record::Receipt(_)
            | Record::Beginning(_)
            | Record::Ending(_)
            | Record::Resealed(_)
            | Record::NewerMac(_)
            | Record::Act(_)
            | Record::Staff(_)
            | Record::Pruning(_)
            | Record::Erasing(_) => {}
        }
    }

    /// Returns whether this counts as waiting while it is retried: its number is bounded by the queue alone.
    pub(crate) fn is_bounded_by_queue(&self) -> bool {
        matches!(
            self,
            Record::Event(_) | Record::Receipt(_) | Record::NewerMac(_) | Record::Answer(_)
        )
    }
}

/// Appends records to the log, with statements that are prepared once.
pub(crate) struct Appender<'a> {
    log: &'a Connection,
    rule_sets: &'a mut RuleSets,
    message: Option<CachedStatement<'a>>,
    attempt: Option<CachedStatement<'a>>,
    event: Option<CachedStatement<'a>>,
    buckets: Vec<u8>,
}

impl<'a> Appender<'a> {
    pub(crate) fn new(log: &'a Connection, rule_sets: &'a mut RuleSets) -> Self {
        Self {
            log,
            rule_sets,
            message: None,
            attempt: None,
            event: None,
            buckets: Vec::new(),
        }
    }

    pub(crate) fn append(&mut self, record: &Record) -> rusqlite::Result<()> {
        match record {
            Record::Message(row) => {
                row.insert(
                    prepared(&mut self.message, self.log, MessageRow::INSERT)?,
                    self.log,
                    self.rule_sets,
                    &mut self.buckets,
                )?;
                self.append_keyed(row.keyed.as_deref())
            }
            Record::Settlement(row) => row.insert(prepared(
                &mut self.attempt,
                self.log,
                SettlementRow::INSERT,
            )?),
            Record::Event(row) => {
                row.insert(prepared(&mut self.event, self.log, EventRow::INSERT)?)?;
                self.append_keyed(row.keyed.as_deref())?;
                match &row.act {
                    Some(act) => act.append(self.log),
                    None => Ok(()),
                }
            }
            Record::Barrier(now) => mark::set_time(self.log, *now),
            Record::Keyed(row) => {
                self.append_keyed(Some(&**row))?;
                mark::set_time(self.log, row.at)
            }
            Record::Answer(answer) => keyed::write_answer(self.log, answer),
            Record::Setup(row) => row.write(self.log),
            Record::Receipt(receipt) => receipt.insert(self.log),
            Record::Act(act) => act.append(self.log),
            Record::Pruning(pruning) => pruning.write(self.log, self.rule_sets),
            Record::Erasing(step) => step.write(self.log, self.rule_sets),
            Record::Beginning(beginning) => beginning.write(self.log),
            Record::Ending(ending) => ending.write(self.log),
            Record::Resealed(rows) => rows.write(self.log),
            Record::NewerMac(mac) => mac.write(self.log),
            Record::Staff(row) => row.write(self.log),
        }
    }

    fn append_keyed(&self, row: Option<&DecidedCall>) -> rusqlite::Result<()> {
        row.map_or(Ok(()), |row| keyed::insert(self.log, row))
    }
}

fn prepared<'s, 'a>(
    statement: &'s mut Option<CachedStatement<'a>>,
    log: &'a Connection,
    sql: &str,
) -> rusqlite::Result<&'s mut CachedStatement<'a>> {
    Ok(match statement {
        Some(statement) => statement,
        None => statement.insert(log.prepare_cached(sql)?),
    })
}
