//! Reading the file: once to check it, and once more for its rows.

use std::fs::File;
use std::io::{BufRead, BufReader, Read as _};
use std::path::{Path, PathBuf};

use serde_json::Value;
use sha2::{Digest as _, Sha256};

use super::{End, FORMAT, Footer, Header};
use crate::moving::digest::{ByKind, Digests};
use crate::moving::ends::GivenKeys;
use crate::moving::row::Row;
use crate::moving::{Hear, Kind, MoveError, PIECE, Progress, Stage};

/// The most bytes that a line may have.
const LONGEST: u64 = 64 << 20;

/// A file that is being read.
pub(crate) struct Reader {
    path: PathBuf,
    file: BufReader<File>,
    line: Vec<u8>,
    /// The number of the line that was read last.
    number: u64,
    pub(crate) header: Header,
}

/// A file that is whole.
pub(crate) struct Checked {
    pub(crate) header: Header,
    pub(crate) kinds: ByKind,
    /// The digest of everything in it.
    pub(crate) digest: Vec<u8>,
}

impl Checked {
    /// Returns the number of rows.
    pub(crate) fn rows(&self) -> u64 {
        self.kinds.values().map(|digested| digested.rows).sum()
    }
}

impl Reader {
    /// Opens a file, and reads its header.
    ///
    /// # Errors
    /// [`MoveError`] when it cannot be read, or is of no export or of one that this version does not know.
    pub(crate) fn open(path: &Path) -> Result<Self, MoveError> {
        let file = File::open(path).map_err(MoveError::io(path))?;
        let mut file = BufReader::with_capacity(1 << 16, file);
        let mut line = Vec::new();
        read_line(&mut file, &mut line).map_err(MoveError::io(path))?;
        let header = header(&line).map_err(|why| MoveError::Unknown {
            path: path.to_owned(),
            why,
        })?;
        Ok(Self {
            path: path.to_owned(),
            file,
            line,
            number: 1,
            header,
        })
    }

    /// Reads all of it, and compares it with its footer.
    ///
    /// # Errors
    /// [`MoveError`] when it is not as it was exported, or under other keys.
    pub(crate) fn check(
        mut self,
        keys: &GivenKeys<'_>,
        hear: Hear<'_>,
    ) -> Result<Checked, MoveError> {
        keys.check(&self.header, &self.path)?;
        let (mut digest, mut digests) = (Sha256::new(), Digests::default());
        digest.update(&self.line);
        let mut last = Kind::Generation;
        while let Some(row) = self.next()? {
            if row.kind() < last {
                return Err(self.damaged(format!("has line {} out of order", self.number)));
            }
            last = row.kind();
            keys.check_row(&row, &self.path)?;
            digests.add(&row, &self.line)?;
            digest.update(&self.line);
            let rows = self.number - 1;
            if rows.is_multiple_of(PIECE as u64) {
                hear(Progress {
                    stage: Stage::Checking,
                    rows,
                    of: None,
                });
            }
        }
        let end = self.footer()?;
        self.compare(&end, digests.finish())?;
        let digest = digest.finalize().to_vec();
        if end.sha256.0 != digest {
            return Err(self.damaged("has another header than when it was exported"));
        }
        if !keys.is_mac_of_file(&digest, &end.mac.0) {
            return Err(self.damaged("has a footer that was not made with these keys"));
        }
        Ok(Checked {
            header: self.header,
            kinds: end.kinds,
            digest,
        })
    }

    /// Returns the next row; `None` at the footer.
    ///
    /// # Errors
    /// [`MoveError`] when the file ends before its footer, or the line is none of an export.
    pub(crate) fn next(&mut self) -> Result<Option<Row>, MoveError> {
        self.line.clear();
        let read = read_line(&mut self.file, &mut self.line);
        read.map_err(MoveError::io(&self.path))?;
        self.number += 1;
        if !self.line.ends_with(b"\n") {
            return Err(self.damaged(format!("ends in line {}, before its footer", self.number)));
        }
        if self.line.starts_with(b"{\"end\":") {
            return Ok(None);
        }
        let row = serde_json::from_slice(&self.line);
        let row = row
            .map_err(|_| self.damaged(format!("has a line {} that no export wrote", self.number)));
        row.map(Some)
    }

    fn footer(&mut self) -> Result<End, MoveError> {
        let footer: Result<Footer, _> = serde_json::from_slice(&self.line);
        let footer = footer.map_err(|_| self.damaged("has a footer that no export wrote"))?;
        let mut more = [0];
        let more = self
            .file
            .read(&mut more)
            .map_err(MoveError::io(&self.path))?;
        match more {
            0 => Ok(footer.end),
            _ => Err(self.damaged("goes on after its footer")),
        }
    }

    /// Compares the rows that were read with what the footer says of them.
    fn compare(&self, end: &End, read: ByKind) -> Result<(), MoveError> {
        let differs = Kind::ALL
            .into_iter()
            .find(|kind| end.kinds.get(kind) != read.get(kind));
        let Some(kind) = differs else {
            return Ok(());
        };
        let count = |kinds: &ByKind| kinds.get(&kind).map_or(0, |digested| digested.rows);
        let (then, now, kind) = (count(&end.kinds), count(&read), kind.as_str());
        Err(self.damaged(match then == now {
            true => format!("has other {kind} than when it was exported"),
            false => format!("has {now} {kind}, and {then} were exported"),
        }))
    }

    fn damaged(&self, why: impl Into<String>) -> MoveError {
        MoveError::damaged(&self.path, why)
    }
}

fn read_line(file: &mut BufReader<File>, line: &mut Vec<u8>) -> std::io::Result<usize> {
    file.take(LONGEST).read_until(b'\n', line)
}

/// Reads a header, or says in words why the line is none.
fn header(line: &[u8]) -> Result<Header, String> {
    let value: Value = serde_json::from_slice(line)
        .map_err(|_| "it does not begin as an export does".to_owned())?;
    match value.get("countersign_export").and_then(Value::as_u64) {
        None => Err("it does not begin as an export does".to_owned()),
        Some(format) if format != u64::from(FORMAT) => Err(format!(
            "it has the form {format}, and this version reads the form {FORMAT}"
        )),
        Some(_) => {
            serde_json::from_value(value).map_err(|_| "its header cannot be read".to_owned())
        }
    }
}
