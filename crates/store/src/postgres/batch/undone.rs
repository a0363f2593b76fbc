//! Batches that failed, and whether anything of them may have been committed.

use countersign_core::ports::StoreError;

use crate::postgres::steady::Leap;
use crate::postgres::words::Failure;

/// The reason why a batch failed.
#[derive(Debug)]
pub(super) struct Undone {
    pub(super) error: StoreError,
    /// Whether its steps may be decided on once more: nothing was committed, and it may go better.
    pub(super) may_repeat: bool,
    /// Whether somebody else has inserted a row meanwhile that was missing.
    pub(super) is_overtaken: bool,
    /// The leap of the database's clock that has to be put on record before.
    pub(super) leap: Option<Leap>,
}

impl Undone {
    /// A batch of which certainly nothing was committed.
    pub(super) fn certainly(failure: impl Into<Failure>) -> Self {
        Self {
            error: failure.into().into(),
            may_repeat: true,
            is_overtaken: false,
            leap: None,
        }
    }

    /// A batch of which certainly nothing was committed, since a row that was missing is there by now.
    pub(super) fn overtaken(failure: impl Into<Failure>) -> Self {
        Self {
            is_overtaken: true,
            ..Self::certainly(failure)
        }
    }

    /// A batch that was not judged, since the clock of the database has leapt.
    pub(super) fn by_leap(leap: Leap) -> Self {
        Self {
            error: StoreError::Unavailable("the clock of the database leapt".to_owned()),
            may_repeat: true,
            is_overtaken: false,
            leap: Some(leap),
        }
    }

    /// A batch that may have been committed.
    pub(super) fn maybe(failure: impl Into<Failure>) -> Self {
        Self {
            error: failure.into().into(),
            may_repeat: false,
            is_overtaken: false,
            leap: None,
        }
    }

    /// A batch that was not begun, for a reason that holds for each of its steps.
    pub(super) fn before_it_began(error: StoreError) -> Self {
        Self {
            error,
            may_repeat: false,
            is_overtaken: false,
            leap: None,
        }
    }
}
