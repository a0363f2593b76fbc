//! The rows of a batch: read under their locks, changed by its steps, and written back whole.

use std::collections::HashSet;

use countersign_core::time::Timestamp;
use uuid::Uuid;

use super::place::Place;
use crate::postgres::row::audit::AuditRows;
use crate::postgres::row::bucket::BucketRows;
use crate::postgres::row::call::CallRows;
use crate::postgres::row::code::CodeRows;
use crate::postgres::row::event::EventRow;
use crate::postgres::row::guesses::GuessRows;
use crate::postgres::row::message::MessageRows;
use crate::postgres::row::number::NumberRows;
use crate::postgres::steady::Reading;

/// Everything that the steps of one batch read and change.
#[derive(Debug, Default)]
pub(crate) struct Rows {
    /// The clock of the database, read after the locks were granted.
    pub(super) reading: Reading,
    /// The generation of keys that the database is written with, until the batch has ended.
    pub(super) generation: u32,
    /// Codes decided on before this moment are dead.
    pub(crate) dead_before: Timestamp,
    /// The moment before which no send is decided on.
    pub(crate) held_until: Timestamp,
    pub(crate) calls: CallRows,
    pub(crate) messages: MessageRows,
    pub(crate) numbers: NumberRows,
    pub(crate) codes: CodeRows,
    pub(crate) buckets: BucketRows,
    pub(crate) guesses: GuessRows,
    pub(crate) audit: AuditRows,
    pub(crate) events: Vec<EventRow>,
    /// The numbers, scopes and buckets that have a row, which is locked. The rows of others are inserted.
    pub(super) found: HashSet<Place>,
    /// The lane that writes the batch, and the number of its commit.
    pub(super) mark: Option<(Uuid, i64)>,
    /// The moment after which the batch must not be written.
    pub(super) until: Option<Timestamp>,
    /// Whether an answer rests on the commit. A batch of refused sends alone leaves nothing.
    pub(super) is_kept: bool,
}

impl Rows {
    /// Returns the moment of a step about these places: the time of the database, and never before the newest event of a row,
    /// also where the clock of the database was set back.
    pub(crate) fn now(&self, places: &[Place]) -> Timestamp {
        let newest = places.iter().filter_map(|place| match place {
            Place::Number(key) => self.numbers.newest(*key),
            Place::Scope(key) => self.codes.newest(*key),
            Place::Bucket(key) => self.buckets.at(*key),
            Place::Call(_) | Place::Message(_) | Place::Audit => None,
        });
        newest.fold(self.reading.time(), Timestamp::max)
    }

    /// Lets the batch be written at `end` at the latest.
    pub(crate) fn write_until(&mut self, end: Timestamp) {
        self.until = Some(self.until.map_or(end, |until| until.min(end)));
    }

    /// Lets the answers of the batch wait for its commit, also where it changes no row.
    pub(crate) fn keep(&mut self) {
        self.is_kept = true;
    }
}
