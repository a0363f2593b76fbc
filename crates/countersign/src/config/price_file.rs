//! The file in which an operator keeps the prices of messages.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::Context;
use countersign_core::price::PriceTable;

/// The path of a price file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PriceFile(PathBuf);

impl PriceFile {
    /// Names the file at `path`.
    #[must_use]
    pub fn new(path: PathBuf) -> Self {
        Self(path)
    }

    /// Returns the file, with a path that is relative read as beside the settings file, in `folder`.
    #[must_use]
    pub fn beside(self, folder: &Path) -> Self {
        Self(folder.join(self.0))
    }

    /// Returns the path of the file.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.0
    }

    /// Reads the prices.
    ///
    /// # Errors
    /// When the file cannot be read, or a line of it breaks a constraint: the sentence names the file, the line and the
    /// constraint.
    pub fn read(&self) -> anyhow::Result<PriceTable> {
        let read = || Ok::<_, anyhow::Error>(PriceTable::parse(&fs::read_to_string(&self.0)?)?);
        read().with_context(|| format!("the price file {}", self.0.display()))
    }
}
