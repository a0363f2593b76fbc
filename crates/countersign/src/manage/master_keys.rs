//! Master keys: show and change.

use std::sync::Arc;

use countersign_core::audit::Author;
use countersign_store::GenerationStatus;

use super::{Manage, ManageError};
use crate::master_keys::RotateKeysError;

impl Manage {
    /// Returns the generations of master keys that something still needs, the newest first.
    ///
    /// # Errors
    /// [`ManageError::Unavailable`] when the store cannot be read.
    pub async fn master_key_status(&self) -> Result<Vec<GenerationStatus>, ManageError> {
        Ok(self.parts.master_keys.status().await?)
    }

    /// Makes a generation of master keys and uses it from now on, and returns the generations as they are then. Runs in a
    /// task that a shutdown waits for: a caller that hangs up stops nothing half-way.
    ///
    /// # Errors
    /// [`ManageError::Fields`] where the keys come from elsewhere, too many generations are needed, or the key file cannot be
    /// written; [`ManageError::Unavailable`] when the change could not be made durable: the next call or start uses the keys.
    pub async fn rotate_master_key(
        &self,
        by: Author,
    ) -> Result<Vec<GenerationStatus>, ManageError> {
        let keys = Arc::clone(&self.parts.master_keys);
        let rotated = self.parts.tasks.spawn(async move { keys.rotate(by).await });
        match rotated.await.map_err(|_| ManageError::Internal)? {
            Ok(()) => self.master_key_status().await,
            Err(RotateKeysError::Store(_)) => Err(ManageError::Unavailable),
            Err(error) => {
                tracing::error!(%error, "the master keys were not changed");
                Err(ManageError::field("keys", error))
            }
        }
    }
}
