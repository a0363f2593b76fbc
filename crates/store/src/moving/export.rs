//! Everything that a deployment keeps, into a file.

use std::path::Path;
use std::sync::Arc;

use countersign_core::time::Clock;

use super::Kind;
use super::digest::Counted;
use super::ends::GivenKeys;
use super::file::Writer;
use super::{Hear, MoveError, PIECE, Progress, Stage};
use crate::home::{Home, OpenError};
use crate::inspect::KeysBeside;
use crate::seal::StoreKeys;
use crate::sqlite;

/// Writes everything that the store at `home` keeps into a new file, which its owner alone can read. The store must be the one that
/// was written with the first of `keys`, and nobody may use it: a message whose sender has ended without an outcome becomes unknown,
/// as at a start. The file appears whole, or not at all. The store stays as it is; whoever goes on with the file must not go on
/// with the store, since each would admit a send in the same minute.
///
/// # Errors
/// [`MoveError`], with how to mend it.
pub async fn export(
    home: Home,
    keys: &[StoreKeys],
    clock: Arc<dyn Clock>,
    file: &Path,
    hear: Hear<'_>,
) -> Result<Counted, MoveError> {
    let given = given(keys, &[])?;
    let mut source = home.source(keys, clock).await?;
    let header = source.header().await?;
    let mut writer = Writer::begin(file, &header)?;
    for kind in Kind::ALL {
        let mut add = |row| {
            let rows = writer.add(&row)?;
            if rows.is_multiple_of(PIECE as u64) {
                hear(Progress {
                    stage: Stage::Exporting,
                    rows,
                    of: None,
                });
            }
            Ok(())
        };
        source.read(kind, &mut add).await?;
    }
    writer.end(&given)
}

pub(super) fn given<'a>(
    keys: &[StoreKeys],
    beside: &'a KeysBeside<'a>,
) -> Result<GivenKeys<'a>, MoveError> {
    GivenKeys::of(keys, beside).ok_or(MoveError::Open(OpenError::Embedded(
        sqlite::OpenError::Keys,
    )))
}
