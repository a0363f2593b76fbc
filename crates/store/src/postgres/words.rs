//! The errors of the database in words. None shows a value: what PostgreSQL says beside its message may.

use countersign_core::ports::StoreError;
use tokio_postgres::error::SqlState;

use super::connect::NotOpened;

/// Says what went wrong.
pub(super) fn of(error: &tokio_postgres::Error) -> String {
    match error.as_db_error() {
        Some(told) => format!("{} (SQLSTATE {})", told.message(), told.code().code()),
        None => {
            let source = std::error::Error::source(error);
            source.map_or_else(|| error.to_string(), |source| format!("{error}: {source}"))
        }
    }
}

/// The reason why a statement, or what it returned, is of no use.
#[derive(Debug)]
pub(super) enum Failure {
    /// The database refused, or was not reached.
    Refused(tokio_postgres::Error),
    /// There is no session with the database.
    Unreachable,
    /// A row holds what this program did not write.
    Unreadable,
    /// The database is written with keys that this node does not have.
    OtherKeys,
    /// No answer came in time.
    Silent,
    /// The program is ending.
    Stopping,
}

impl Failure {
    /// Returns whether the session was lost, so that another one may do better: the connection ended, or the server said that
    /// it ends it.
    pub(super) fn is_of_lost_session(&self) -> bool {
        let Failure::Refused(error) = self else {
            return false;
        };
        let ends = [
            SqlState::ADMIN_SHUTDOWN,
            SqlState::CRASH_SHUTDOWN,
            SqlState::CANNOT_CONNECT_NOW,
        ];
        error.code().is_none_or(|code| ends.contains(code))
    }
}

impl From<tokio_postgres::Error> for Failure {
    fn from(error: tokio_postgres::Error) -> Self {
        Failure::Refused(error)
    }
}

impl From<NotOpened> for Failure {
    fn from(error: NotOpened) -> Self {
        match error {
            NotOpened::Refused(error) => Failure::Refused(error),
            NotOpened::Stopping => Failure::Stopping,
        }
    }
}

impl From<Failure> for StoreError {
    fn from(failure: Failure) -> Self {
        match failure {
            Failure::Refused(error) => unavailable(&error),
            Failure::Unreachable => {
                StoreError::Unavailable("the database is not reached".to_owned())
            }
            Failure::Unreadable => {
                StoreError::Unavailable("the database holds a row that cannot be read".to_owned())
            }
            Failure::OtherKeys => StoreError::Unavailable(
                "the database is written with keys that this node does not have".to_owned(),
            ),
            Failure::Silent => StoreError::Unavailable("the database does not answer".to_owned()),
            Failure::Stopping => StoreError::Unavailable("the program is ending".to_owned()),
        }
    }
}

/// The error for callers of a store.
pub(super) fn unavailable(error: &tokio_postgres::Error) -> StoreError {
    StoreError::Unavailable(of(error))
}

/// Says why a store cannot be opened, with the mend where it is known.
pub(super) fn of_start(error: &tokio_postgres::Error) -> String {
    let mend = match error.code() {
        Some(code) if *code == SqlState::INVALID_CATALOG_NAME => {
            ": make the database with createdb, or name another one"
        }
        Some(code) if *code == SqlState::INSUFFICIENT_PRIVILEGE => {
            ": the role needs CREATE on the database, or must own the schema countersign"
        }
        _ => "",
    };
    format!("{}{mend}", of(error))
}
