//! The database of the model: the records of a primary, of which its synchronous standby may have fewer.

use super::MINUTE;

/// One commit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum Record {
    /// The store admitted a message at that tick, which is a hit of the minute.
    Message { number: u8, at: u8 },
    /// A message has an outcome.
    Settled { number: u8, outcome: Outcome },
    /// The code of a message is used up.
    Used { number: u8 },
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum Outcome {
    Sent,
    /// The message was certainly not sent, and gives its hit back.
    NotSent,
    Unknown,
}

/// A commit is visible to every node at once, and answered when the standby has it. PostgreSQL shows it later, which
/// leaves fewer ways for things to go wrong.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash)]
pub(super) struct Database {
    records: Vec<Record>,
    /// The number of records that were answered, and so are on the standby; those after them may be there or not.
    pub(super) answered: usize,
    pub(super) is_promoted: bool,
    /// Whether the promotion lost a record.
    pub(super) has_lost: bool,
}

impl Database {
    /// Commits a record, and returns the number of records that the standby must have before the commit is answered.
    pub(super) fn commit(&mut self, record: Record) -> usize {
        self.records.push(record);
        self.records.len()
    }

    /// Answers a commit.
    pub(super) fn answer(&mut self, records: usize) {
        if !self.is_promoted {
            self.answered = self.answered.max(records);
        }
    }

    /// The primary is lost, and the standby has the first `kept` records.
    pub(super) fn promote(&mut self, kept: usize) {
        self.has_lost = kept < self.records.len();
        self.records.truncate(kept);
        self.is_promoted = true;
    }

    /// Returns the numbers of records that a standby which is promoted now may have.
    pub(super) fn may_keep(&self) -> std::ops::RangeInclusive<usize> {
        self.answered..=self.records.len()
    }

    /// Records the outcome of a message, unless it has one.
    pub(super) fn settle(&mut self, number: u8, outcome: Outcome) {
        if self.outcome(number).is_none() {
            self.commit(Record::Settled { number, outcome });
        }
    }

    /// Returns whether the rules admit a message at `now`.
    pub(super) fn admits(&self, now: u8) -> bool {
        let in_window = (0..=now).filter(|tick| tick + MINUTE > now);
        in_window.map(|tick| self.hits(tick)).sum::<usize>() == 0
    }

    /// Returns the hits of a tick. All of them are equal, so an outcome gives any of them back.
    fn hits(&self, tick: u8) -> usize {
        let made = self.messages().filter(|(_, at)| *at == tick).count();
        let gives_back = |record: &&Record| match record {
            Record::Settled {
                number,
                outcome: Outcome::NotSent,
            } => self.messages().any(|message| message == (*number, tick)),
            _ => false,
        };
        made.saturating_sub(self.records.iter().filter(gives_back).count())
    }

    /// Returns the messages on record, and when the store admitted each.
    pub(super) fn messages(&self) -> impl Iterator<Item = (u8, u8)> {
        self.records.iter().filter_map(|record| match record {
            Record::Message { number, at } => Some((*number, *at)),
            _ => None,
        })
    }

    /// Returns the messages on record without an outcome, and when the store admitted each.
    pub(super) fn open(&self) -> impl Iterator<Item = (u8, u8)> {
        let messages = self.messages();
        messages.filter(|(number, _)| self.outcome(*number).is_none())
    }

    /// Returns the outcome of a message.
    pub(super) fn outcome(&self, wanted: u8) -> Option<Outcome> {
        self.records.iter().find_map(|record| match record {
            Record::Settled { number, outcome } if *number == wanted => Some(*outcome),
            _ => None,
        })
    }

    /// Returns whether a message is on record.
    pub(super) fn has(&self, wanted: u8) -> bool {
        self.messages().any(|(number, _)| number == wanted)
    }

    /// Returns whether the code of a message is used up.
    pub(super) fn is_used(&self, number: u8) -> bool {
        self.records.contains(&Record::Used { number })
    }
}
