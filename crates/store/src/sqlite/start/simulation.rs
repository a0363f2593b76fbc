//! Opening a store for a simulation, which nothing needs to survive.

use std::sync::Arc;

use countersign_core::time::Clock;

use super::open::{OpenError, assemble, database};
use super::put_back::OnPutBack;
use crate::folder::OwnedFolder;
use crate::seal::StoreKeys;
use crate::sqlite::SqliteStore;
use crate::sqlite::writer::Writer;

/// The writer of a simulation's store. It has no thread, so that a simulation does not depend on how threads take turns.
pub struct SimulatedWriter(Writer);

impl std::fmt::Debug for SimulatedWriter {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("SimulatedWriter").finish_non_exhaustive()
    }
}

impl SimulatedWriter {
    /// Commits everything that waits for a commit, and tells its callers. Returns whether anything did.
    pub fn commit(&mut self) -> bool {
        self.0.write_waiting()
    }
}

impl Drop for SimulatedWriter {
    /// Leaves a database that a service can open.
    fn drop(&mut self) {
        self.0.end();
    }
}

impl SqliteStore {
    /// Opens the database in `folder` for a simulation in virtual time. The store decides as any other does, but a call
    /// that needs a commit ends only after [`SimulatedWriter::commit`], and commits do not wait for the disk: a loss of
    /// power may leave a database that cannot be read. Nothing works on the log beside the writer: there are no
    /// tallies, no index, and nothing is let go. Never open the store of a service so.
    ///
    /// # Errors
    /// [`OpenError`] when the database cannot be opened.
    pub fn open_for_simulation(
        folder: OwnedFolder,
        keys: &(impl AsRef<[StoreKeys]> + ?Sized),
        clock: Arc<dyn Clock>,
    ) -> Result<(Self, SimulatedWriter), OpenError> {
        let (store, mut writer) = assemble(folder, keys.as_ref(), clock, OnPutBack::Refuse)?;
        writer.wait_for_no_disk().map_err(database)?;
        Ok((store, SimulatedWriter(writer)))
    }
}
