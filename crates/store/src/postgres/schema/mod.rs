//! The versions of the schema, and how a start brings a database to the newest one.
//!
//! Nodes of two releases run beside each other during an upgrade, so a version *expands*: it adds what the next release
//! needs, and takes nothing away that the release before reads or writes. A later version *contracts*: it removes what no
//! running release needs any more, and says so in [`Version::oldest`].

use tokio_postgres::Client;

use super::connect::SCHEMA;
use super::start::{OpenError, unusable as database};

/// One version of the schema; its number is its place in [`VERSIONS`], from 1 on.
struct Version {
    sql: &'static str,
    /// The oldest version that a program may know which runs on this one.
    oldest: i32,
}

const VERSIONS: &[Version] = &[
    Version {
        sql: include_str!("0001_deployment.sql"),
        oldest: 1,
    },
    Version {
        sql: include_str!("0002_ledger.sql"),
        oldest: 1,
    },
    Version {
        sql: include_str!("0003_setup.sql"),
        oldest: 1,
    },
    Version {
        sql: include_str!("0004_refusals.sql"),
        oldest: 1,
    },
    Version {
        sql: include_str!("0005_leases.sql"),
        oldest: 1,
    },
    Version {
        sql: include_str!("0006_clock.sql"),
        oldest: 1,
    },
    Version {
        sql: include_str!("0007_guesses.sql"),
        oldest: 1,
    },
    Version {
        sql: include_str!("0008_marks.sql"),
        oldest: 1,
    },
    Version {
        sql: include_str!("0009_records.sql"),
        oldest: 1,
    },
    Version {
        sql: include_str!("0010_upkeep.sql"),
        oldest: 1,
    },
    Version {
        sql: include_str!("0011_nodes.sql"),
        oldest: 1,
    },
    Version {
        sql: include_str!("0012_import.sql"),
        oldest: 1,
    },
    Version {
        sql: include_str!("0013_slow_catch_up.sql"),
        oldest: 1,
    },
    Version {
        sql: include_str!("0014_time.sql"),
        oldest: 1,
    },
    Version {
        sql: include_str!("0015_generations.sql"),
        oldest: 1,
    },
    Version {
        sql: include_str!("0016_clock_in_one_plan.sql"),
        oldest: 1,
    },
    Version {
        sql: include_str!("0017_staff.sql"),
        oldest: 1,
    },
];

/// The oldest version that a program may know once the keys of a deployment have changed. The functions of that version have the
/// number too.
const CHANGES_OF_KEYS: i32 = 15;

/// The advisory lock that a start holds while it changes what is told once: the schema, and the keys.
const STARTING: i64 = 0x636f_756e_7465_7273;

/// Waits until no other node changes the schema or the keys, and keeps it so until the session ends.
pub(super) async fn lock(client: &Client) -> Result<(), tokio_postgres::Error> {
    let lock = "SELECT pg_advisory_lock($1)";
    client.execute(lock, &[&STARTING]).await.map(drop)
}

/// Refuses programs from now on that know nothing of changes of keys.
pub(super) async fn outgrow(client: &Client) -> Result<(), tokio_postgres::Error> {
    let raise = "UPDATE version SET oldest = greatest(oldest, $1) WHERE number = (SELECT max(number) FROM version)";
    client.execute(raise, &[&CHANGES_OF_KEYS]).await.map(drop)
}

/// How old the schema of a database is.
pub(super) enum Age {
    /// There is none yet.
    Unborn,
    /// A start brings it to the newest version.
    Older,
    /// This program can run on it as it is.
    Newest,
}

/// Returns how old the schema is.
///
/// # Errors
/// [`OpenError`] when the database has a version on which this program cannot run, or cannot be read.
pub(super) async fn age(client: &Client) -> Result<Age, OpenError> {
    match standing(client).await? {
        None | Some((0, _)) => Ok(Age::Unborn),
        Some((_, oldest)) if oldest > newest() => Err(OpenError::newer()),
        Some((number, _)) if number < newest() => Ok(Age::Older),
        Some(_) => Ok(Age::Newest),
    }
}

/// Returns the number of the newest version that this program knows.
fn newest() -> i32 {
    i32::try_from(VERSIONS.len()).unwrap_or(i32::MAX)
}

/// Brings the database to the newest version, one transaction for each. Call this under [`lock`].
///
/// # Errors
/// [`OpenError`] when the database has a version on which this program cannot run, or cannot be changed.
pub(super) async fn migrate(client: &mut Client) -> Result<(), OpenError> {
    let prepare = format!(
        "CREATE SCHEMA IF NOT EXISTS {SCHEMA};
         CREATE TABLE IF NOT EXISTS version (
             number integer     NOT NULL PRIMARY KEY,
             oldest integer     NOT NULL,
             at     timestamptz NOT NULL DEFAULT now()
         )"
    );
    if standing(client).await?.is_none() {
        client.batch_execute(&prepare).await.map_err(database)?;
    }
    let (number, oldest) = standing(client).await?.unwrap_or_default();
    if oldest > newest() {
        return Err(OpenError::newer());
    }
    let missing = (1..).zip(VERSIONS).filter(|(place, _)| *place > number);
    for (number, version) in missing {
        raise(client, number, version).await.map_err(database)?;
    }
    Ok(())
}

/// Returns the newest version of the database, and the oldest that a program may know; `None` where there is no version yet.
async fn standing(client: &Client) -> Result<Option<(i32, i32)>, OpenError> {
    let known = "SELECT to_regclass('version') IS NOT NULL";
    let known = client.query_one(known, &[]).await.map_err(database)?;
    if !known.try_get::<_, bool>(0).map_err(database)? {
        return Ok(None);
    }
    let newest = "SELECT number, oldest FROM version ORDER BY number DESC LIMIT 1";
    let newest = client.query_opt(newest, &[]).await.map_err(database)?;
    let Some(row) = newest else {
        return Ok(Some((0, 0)));
    };
    let number = row.try_get("number").map_err(database)?;
    let oldest = row.try_get("oldest").map_err(database)?;
    Ok(Some((number, oldest)))
}

async fn raise(
    client: &mut Client,
    number: i32,
    version: &Version,
) -> Result<(), tokio_postgres::Error> {
    let change = client.transaction().await?;
    change.batch_execute(version.sql).await?;
    // What a version before has outgrown stays outgrown.
    let note =
        "INSERT INTO version (number, oldest) SELECT $1, greatest($2, max(oldest)) FROM version";
    change.execute(note, &[&number, &version.oldest]).await?;
    change.commit().await
}
