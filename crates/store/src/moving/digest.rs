//! Counting and digesting rows, kind by kind, so that what has arrived can be compared with what was sent off.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use super::Kind;
use super::hex::Bytes;
use super::row::{Bucket, Counts, Row};

/// The number of rows of one kind, and their digest.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Digested {
    pub(crate) rows: u64,
    /// The SHA-256 of the rows, each as a line of the file.
    pub(crate) sha256: Bytes,
}

/// The rows of each kind. A kind without rows is left out.
pub(crate) type ByKind = BTreeMap<Kind, Digested>;

/// The number of rows of each kind.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Counted(pub Vec<(Kind, u64)>);

impl Counted {
    pub(crate) fn of(by_kind: &ByKind) -> Self {
        let counts = by_kind
            .iter()
            .map(|(kind, digested)| (*kind, digested.rows));
        Self(counts.collect())
    }

    /// Returns the number of all rows.
    #[must_use]
    pub fn rows(&self) -> u64 {
        self.0.iter().map(|(_, rows)| rows).sum()
    }
}

/// Returns what is written of a value: a line of JSON.
pub(crate) fn line_of(value: &impl Serialize) -> serde_json::Result<Vec<u8>> {
    let mut line = serde_json::to_vec(value)?;
    line.push(b'\n');
    Ok(line)
}

/// Counts and digests rows.
#[derive(Default)]
pub(crate) struct Digests(BTreeMap<Kind, (u64, Sha256)>);

impl Digests {
    /// Adds a row, and its line of the file. Rows of one kind must come in the order of the file.
    ///
    /// # Errors
    /// Never for a row that can be written as JSON, as all can.
    pub(crate) fn add(&mut self, row: &Row, line: &[u8]) -> serde_json::Result<()> {
        let (rows, digest) = self.0.entry(row.kind()).or_default();
        *rows += 1;
        match row {
            // Only one kind of store knows what a bucket counts.
            Row::Bucket(bucket) if bucket.counts != Counts::Either => {
                let bucket = Bucket {
                    counts: Counts::Either,
                    ..bucket.clone()
                };
                digest.update(line_of(&Row::Bucket(bucket))?);
            }
            _ => digest.update(line),
        }
        Ok(())
    }

    /// Returns the number of all rows.
    pub(crate) fn rows(&self) -> u64 {
        self.0.values().map(|(rows, _)| rows).sum()
    }

    pub(crate) fn finish(self) -> ByKind {
        let digested = self.0.into_iter().map(|(kind, (rows, digest))| {
            let sha256 = Bytes(digest.finalize().to_vec());
            (kind, Digested { rows, sha256 })
        });
        digested.collect()
    }
}
