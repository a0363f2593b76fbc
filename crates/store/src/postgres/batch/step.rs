//! One thing to decide on in a batch.

use countersign_core::ports::StoreError;
use countersign_core::time::Timestamp;
use tokio::sync::oneshot;

use super::place::Place;
use super::rows::Rows;
use crate::seal::Key;

/// Something that is decided on over locked rows. It knows its rows before they are locked.
pub(crate) trait Judge: Send + 'static {
    /// What its caller is told once the batch is durable.
    type Answer: Send + 'static;

    /// Returns the rows that it is about.
    fn places(&self) -> Vec<Place>;

    /// Returns the keys of the application whose guesses it looks at.
    fn guesses(&self) -> Vec<Key> {
        Vec::new()
    }

    /// Returns the time in the id of the row that it may add, if it adds one to a table that is partitioned by day.
    fn day(&self) -> Option<Timestamp> {
        None
    }

    /// Returns the generation of keys by which it knows its rows, if it knows any by keys. Where the database is written with
    /// another one, it is not judged, and prepared to be decided on once more.
    fn generation(&self) -> Option<u32> {
        None
    }

    /// Returns whether it has to be decided on with other rows than these. It is not judged then.
    fn is_outdated(&self, _: &Rows) -> bool {
        false
    }

    /// Prepares it to be decided on once more: nothing came of the batch, or it was outdated. Its rows may be others afterwards.
    fn repeat(&mut self) {}

    /// Judges over `rows`, and changes them. It calls [`Rows::keep`] where its answer rests on the commit.
    ///
    /// # Errors
    /// [`StoreError`] when nothing can be decided. It has changed nothing then.
    fn judge(&mut self, rows: &mut Rows) -> Result<Self::Answer, StoreError>;
}

/// A [`Judge`] of any kind, with the caller that waits for it.
pub(super) trait Step: Send {
    /// Judges, unless the step is outdated.
    fn judge(&mut self, rows: &mut Rows);

    /// Returns whether it was judged, and not outdated.
    fn is_judged(&self) -> bool;

    /// Forgets the answer of a transaction of which nothing was committed.
    fn forget(&mut self);

    /// Prepares it to be decided on once more, and returns its rows.
    fn repeat(&mut self) -> Vec<Place>;

    /// Tells the caller what came of it, now that the batch is durable or has failed.
    fn answer(self: Box<Self>, committed: Result<(), StoreError>);

    /// Returns whether the caller has gone.
    fn is_forsaken(&self) -> bool;

    fn day(&self) -> Option<Timestamp>;

    fn guesses(&self) -> Vec<Key>;
}

/// A judge, and the caller that waits for its answer.
pub(super) struct Waiting<J: Judge> {
    pub(super) judge: J,
    pub(super) answer: Option<Result<J::Answer, StoreError>>,
    pub(super) caller: oneshot::Sender<Result<J::Answer, StoreError>>,
}

impl<J: Judge> Step for Waiting<J> {
    fn judge(&mut self, rows: &mut Rows) {
        let generation = self.judge.generation();
        let has_other_keys = generation.is_some_and(|generation| generation != rows.generation);
        let is_outdated = has_other_keys || self.judge.is_outdated(rows);
        self.answer = (!is_outdated).then(|| self.judge.judge(rows));
    }

    fn is_judged(&self) -> bool {
        self.answer.is_some()
    }

    fn forget(&mut self) {
        self.answer = None;
    }

    fn repeat(&mut self) -> Vec<Place> {
        self.forget();
        self.judge.repeat();
        self.judge.places()
    }

    fn answer(self: Box<Self>, committed: Result<(), StoreError>) {
        let unjudged = || Err(StoreError::Unavailable("it was not decided on".to_owned()));
        let answer = match committed {
            Ok(()) => self.answer.unwrap_or_else(unjudged),
            Err(error) => Err(error),
        };
        // A caller that has gone has given up.
        let _ = self.caller.send(answer);
    }

    fn is_forsaken(&self) -> bool {
        self.caller.is_closed()
    }

    fn day(&self) -> Option<Timestamp> {
        self.judge.day()
    }

    fn guesses(&self) -> Vec<Key> {
        self.judge.guesses()
    }
}
