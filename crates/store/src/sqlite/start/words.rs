//! The errors of SQLite and of the operating system in words, each of SQLite's with the mend.

use rusqlite::ErrorCode;
use rusqlite_migration::MigrationDefinitionError::DatabaseTooFarAhead;

/// The words for a database with a page that cannot be read.
pub(super) const DAMAGED: &str = "it is damaged: restore it from a backup";

/// The words for a database whose schema this version does not know.
pub(super) const NEWER: &str = "a newer version of countersign has written it: start that version, or name another folder with --data";

/// Says why the database cannot be opened: a fragment that follows "the database in the data folder cannot be opened".
pub(super) fn of(error: &rusqlite::Error) -> String {
    let words = match error.sqlite_error_code() {
        Some(ErrorCode::NotADatabase) => {
            "it is no database: restore it from a backup, or name an empty folder with --data"
        }
        Some(ErrorCode::DatabaseCorrupt) => DAMAGED,
        Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => {
            "another program has locked it: end that program, and start again"
        }
        Some(ErrorCode::DiskFull) => "the disk is full: make room on it, and start again",
        Some(ErrorCode::SystemIoFailure) => {
            "the disk cannot be written to: it may be full or failing, or the size of files limited (ulimit -f)"
        }
        Some(ErrorCode::CannotOpen | ErrorCode::ReadOnly | ErrorCode::PermissionDenied) => {
            "this user may not write to it: make the file and its folder writable with chmod u+w, or mount the disk so"
        }
        _ => return error.to_string(),
    };
    words.to_owned()
}

/// Says why the database cannot be brought to the schema of this version.
pub(super) fn of_migration(error: &rusqlite_migration::Error) -> String {
    match error {
        rusqlite_migration::Error::MigrationDefinition(DatabaseTooFarAhead) => NEWER.to_owned(),
        rusqlite_migration::Error::RusqliteError { err, .. } => of(err),
        error => error.to_string(),
    }
}

/// Says what the operating system refused, without the number of the error.
pub(super) fn of_system(error: &std::io::Error) -> String {
    let text = error.to_string();
    let words = text.split_once(" (os error ").map(|(words, _)| words);
    words.unwrap_or(&text).to_owned()
}
