//! A file, into an empty database.
//!
//! The file is checked as a whole before the first row is written. Rows go in pieces, each durable with the number of rows that are
//! there, so that an import which was interrupted goes on with the next row. In the end the database is read and compared with the
//! footer; only then does a start go on with it.

use std::path::Path;

use super::Kind;
use super::digest::{ByKind, Counted, Digests, line_of};
use super::ends::{Standing, Target};
use super::export::given;
use super::file::{Checked, Header, Reader};
use super::row::Row;
use super::{Hear, MoveError, PIECE, Progress, Stage};
use crate::home::Home;
use crate::inspect::KeysBeside;
use crate::seal::StoreKeys;

/// What has arrived, or would.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Arrival {
    /// The rows of the file.
    pub counted: Counted,
    /// The rows of these kinds that the database does not keep.
    pub left_out: Counted,
    /// The rows that an earlier call has brought.
    pub before: u64,
}

/// Brings everything in the file at `path` into the store at `home`, which holds nothing yet, or a part of this file. The file must have
/// been exported under the first of `keys`, and under those of `beside` that it knows. With `dry_run`, everything is read and checked,
/// and nothing is written.
///
/// # Errors
/// [`MoveError`], with how to mend it. A database that holds a part of the file then is refused by every start, until another call
/// with the same file brings the rest.
pub async fn import(
    home: Home,
    keys: &[StoreKeys],
    beside: &KeysBeside<'_>,
    path: &Path,
    dry_run: bool,
    hear: Hear<'_>,
) -> Result<Arrival, MoveError> {
    let file = Reader::open(path)?.check(&given(keys, beside)?, hear)?;
    let mut target = home.target().await?;
    let before = match target.standing().await? {
        Standing::Empty => None,
        Standing::Half { file: half, rows } if half == file.digest => Some(rows),
        Standing::Half { .. } => return Err(MoveError::OtherFile),
        Standing::Taken(why) => return Err(MoveError::Taken(why)),
    };
    let arrival = Arrival {
        counted: Counted::of(&file.kinds),
        left_out: left_out(&file.kinds, &*target),
        before: before.unwrap_or_default(),
    };
    if dry_run {
        return Ok(arrival);
    }
    if before.is_none() {
        target.begin(&file.header, &file.digest).await?;
    }
    put_all(&mut *target, path, &file, arrival.before, hear).await?;
    target.round_off(&file.header).await?;
    compare(&mut *target, &file, hear).await?;
    target.end().await?;
    Ok(arrival)
}

fn left_out(kinds: &ByKind, target: &dyn Target) -> Counted {
    let mut counted = Counted::of(kinds);
    counted.0.retain(|(kind, _)| !target.keeps(*kind));
    counted
}

/// Writes the rows of the file after the first `before`.
async fn put_all(
    target: &mut dyn Target,
    path: &Path,
    file: &Checked,
    before: u64,
    hear: Hear<'_>,
) -> Result<(), MoveError> {
    let mut reader = same(path, &file.header)?;
    let (mut piece, mut rows) = (Vec::<Row>::with_capacity(PIECE), 0);
    loop {
        let next = reader.next()?;
        let goes_on = next.as_ref().map(Row::kind) == piece.first().map(Row::kind);
        if !piece.is_empty() && (!goes_on || piece.len() == PIECE) {
            put(target, std::mem::take(&mut piece), rows).await?;
            hear(Progress {
                stage: Stage::Importing,
                rows,
                of: Some(file.rows()),
            });
        }
        let Some(row) = next else {
            return Ok(());
        };
        rows += 1;
        if rows > before {
            piece.push(row);
        }
    }
}

/// Opens the file that was checked once more.
fn same(path: &Path, header: &Header) -> Result<Reader, MoveError> {
    let reader = Reader::open(path)?;
    match reader.header == *header {
        true => Ok(reader),
        false => Err(MoveError::damaged(path, "was changed meanwhile")),
    }
}

async fn put(target: &mut dyn Target, piece: Vec<Row>, until: u64) -> Result<(), MoveError> {
    let Some(kind) = piece.first().map(Row::kind) else {
        return Ok(());
    };
    target.put(kind, piece, until).await
}

/// Reads what the database has, and compares it with the footer.
async fn compare(target: &mut dyn Target, file: &Checked, hear: Hear<'_>) -> Result<(), MoveError> {
    let mut digests = Digests::default();
    let kept: Vec<_> = Kind::ALL
        .into_iter()
        .filter(|kind| target.keeps(*kind))
        .collect();
    for kind in &kept {
        let mut add = |row: Row| {
            digests.add(&row, &line_of(&row)?)?;
            let rows = digests.rows();
            if rows.is_multiple_of(PIECE as u64) {
                hear(Progress {
                    stage: Stage::Comparing,
                    rows,
                    of: Some(file.rows()),
                });
            }
            Ok(())
        };
        target.read(*kind, &mut add).await?;
    }
    let found = digests.finish();
    let differs = kept
        .into_iter()
        .find(|kind| file.kinds.get(kind) != found.get(kind));
    let Some(kind) = differs else {
        return Ok(());
    };
    let rows = |kinds: &ByKind| kinds.get(&kind).map_or(0, |digested| digested.rows);
    Err(MoveError::Differs {
        kind,
        expected: rows(&file.kinds),
        found: rows(&found),
    })
}
