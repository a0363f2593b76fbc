//! The versions of the schema.

use rusqlite_migration::{M, Migrations};

/// Every version, oldest first; a database of an older one is brought to the newest when it is opened.
pub(crate) fn migrations() -> Migrations<'static> {
    Migrations::new(vec![
        M::up(include_str!("0001_log.sql")),
        M::up(include_str!("0002_vendors.sql")),
        M::up(include_str!("0003_setup.sql")),
    ])
}
