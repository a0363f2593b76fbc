//! Writing the file. It has its name once all of it is on the disk.

use std::fs::{self, File, OpenOptions};
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};

use sha2::{Digest as _, Sha256};

use super::{End, Footer, Header};
use crate::custody;
use crate::moving::MoveError;
use crate::moving::digest::{Counted, Digests, line_of};
use crate::moving::ends::GivenKeys;
use crate::moving::hex::Bytes;
use crate::moving::row::Row;

/// A file that is being written.
pub(crate) struct Writer {
    path: PathBuf,
    draft: PathBuf,
    file: BufWriter<File>,
    digest: Sha256,
    digests: Digests,
}

impl Writer {
    /// Begins a file, which its owner alone can read.
    ///
    /// # Errors
    /// [`MoveError::Io`] when there is a file of this name, or it cannot be written.
    pub(crate) fn begin(path: &Path, header: &Header) -> Result<Self, MoveError> {
        let fails = MoveError::io(path);
        if path.symlink_metadata().is_ok() {
            let there = "there is a file of this name already: name another";
            return Err(fails(io::Error::new(io::ErrorKind::AlreadyExists, there)));
        }
        let mut name = path.file_name().unwrap_or_default().to_owned();
        name.push(format!(".{}.new", std::process::id()));
        let draft = path.with_file_name(name);
        let mut options = OpenOptions::new();
        let file = custody::private(options.write(true).create_new(true)).open(&draft);
        let mut writer = Self {
            path: path.to_owned(),
            draft,
            file: BufWriter::with_capacity(1 << 16, file.map_err(&fails)?),
            digest: Sha256::new(),
            digests: Digests::default(),
        };
        let line = line_of(header)?;
        writer.digest.update(&line);
        writer.write(&line)?;
        Ok(writer)
    }

    /// Adds a row. Returns the number of rows.
    ///
    /// # Errors
    /// [`MoveError::Io`] when the file cannot be written.
    pub(crate) fn add(&mut self, row: &Row) -> Result<u64, MoveError> {
        let line = line_of(row)?;
        self.digests.add(row, &line)?;
        self.digest.update(&line);
        self.write(&line)?;
        Ok(self.digests.rows())
    }

    /// Adds the footer, waits until the file is on the disk, and gives it its name.
    ///
    /// # Errors
    /// [`MoveError::Io`] when the file cannot be written.
    pub(crate) fn end(mut self, keys: &GivenKeys<'_>) -> Result<Counted, MoveError> {
        let sha256 = std::mem::take(&mut self.digest).finalize().to_vec();
        let kinds = std::mem::take(&mut self.digests).finish();
        let counted = Counted::of(&kinds);
        let mac = Bytes(keys.mac_of_file(&sha256).to_vec());
        let sha256 = Bytes(sha256);
        let end = End { kinds, sha256, mac };
        self.write(&line_of(&Footer { end })?)?;
        self.take_name().map_err(MoveError::io(&self.path))?;
        Ok(counted)
    }

    fn write(&mut self, line: &[u8]) -> Result<(), MoveError> {
        let written = self.file.write_all(line);
        written.map_err(MoveError::io(&self.path))
    }

    fn take_name(&mut self) -> io::Result<()> {
        self.file.flush()?;
        self.file.get_ref().sync_all()?;
        // A link, since it never replaces another file.
        fs::hard_link(&self.draft, &self.path)?;
        let folder = self
            .path
            .parent()
            .filter(|path| !path.as_os_str().is_empty());
        File::open(folder.unwrap_or(Path::new(".")))?.sync_all()
    }
}

impl Drop for Writer {
    fn drop(&mut self) {
        let _ = fs::remove_file(&self.draft);
    }
}
