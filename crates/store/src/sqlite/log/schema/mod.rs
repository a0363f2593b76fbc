//! The versions of the schema.

use rusqlite_migration::{M, Migrations};

/// Returns every version, oldest first. Opening a database of an older version migrates it to the newest.
pub(crate) fn migrations() -> Migrations<'static> {
    Migrations::new(vec![
        M::up(include_str!("0001_log.sql")),
        M::up(include_str!("0002_vendors.sql")),
        M::up(include_str!("0003_setup.sql")),
        M::up(include_str!("0004_seals.sql")),
        M::up(include_str!("0005_reports.sql")),
        M::up(include_str!("0006_identity.sql")),
        M::up(include_str!("0007_key_check.sql")),
        M::up(include_str!("0008_audit.sql")),
        M::up(include_str!("0009_retention.sql")),
        M::up(include_str!("0010_erasure.sql")),
        M::up(include_str!("0011_numbering_plan.sql")),
        M::up(include_str!("0012_generations.sql")),
        M::up(include_str!("0013_ended_sends.sql")),
        M::up(include_str!("0014_keyed_calls.sql")),
        M::up(include_str!("0015_money.sql")),
        M::up(include_str!("0016_import.sql")),
        M::up(include_str!("0017_staff.sql")),
    ])
}
