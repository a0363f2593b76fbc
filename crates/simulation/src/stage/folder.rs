//! The folder of a simulation's store, which ends with the simulation.

use std::fs;
use std::path::PathBuf;
use std::sync::atomic::{AtomicU64, Ordering};

use countersign_core::entropy::{Entropy, EntropyError, random_hex};

/// A folder with a name of its own among the temporary ones, removed with everything in it when this is dropped.
#[derive(Debug)]
pub(super) struct Folder(PathBuf);

/// The number of folders that this process has named.
static NAMED: AtomicU64 = AtomicU64::new(0);

impl Folder {
    /// Names a folder that does not exist yet; the store makes it.
    ///
    /// # Errors
    /// [`EntropyError`] when `entropy` fails.
    pub(super) fn name(entropy: &dyn Entropy) -> Result<Self, EntropyError> {
        let (process, number) = (std::process::id(), NAMED.fetch_add(1, Ordering::Relaxed));
        let random = random_hex::<8>(entropy)?;
        let name = format!("countersign-simulation-{process}-{number}-{random}");
        Ok(Self(std::env::temp_dir().join(name)))
    }

    /// Returns the path of the folder.
    pub(super) fn path(&self) -> PathBuf {
        self.0.clone()
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        // A rest that cannot be removed lies in a folder for temporary files.
        let _ = fs::remove_dir_all(&self.0);
    }
}
