//! Connections that read the log and cannot write to it.

use std::path::Path;

use rusqlite::{Connection, OpenFlags};

/// Opens `database` for reading alone. One thread uses a connection at a time, so SQLite need not lock it at each call.
pub(crate) fn open(database: &Path) -> rusqlite::Result<Connection> {
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    Connection::open_with_flags(database, flags)
}
