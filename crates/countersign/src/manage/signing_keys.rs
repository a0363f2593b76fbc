//! Signing keys of tokens: list and replace.

use countersign_api::SigningKeyDto;

use super::{Manage, ManageError};
use crate::token::{RotateError, SigningKeysError};

impl Manage {
    /// Returns the keys that are published: the one that signs, the next one, and those that were replaced.
    #[must_use]
    pub fn signing_keys(&self) -> Vec<SigningKeyDto> {
        self.parts.tokens.keys().list(self.parts.clock.now())
    }

    /// Makes the next signing key and publishes it. Runs in a task that a shutdown waits for: a caller that hangs up
    /// stops nothing half-way.
    ///
    /// # Errors
    /// [`ManageError::SigningKeyWaits`] when there is a next key already, and [`ManageError::Unavailable`] when the file
    /// of the keys cannot be written, such as on a full disk: the keys are as they were then.
    pub async fn rotate_signing_key(&self) -> Result<SigningKeyDto, ManageError> {
        let (tokens, now) = (self.parts.tokens.clone(), self.parts.clock.now());
        let rotate = move || tokens.keys().rotate(now);
        let rotated = self.parts.tasks.spawn_blocking(rotate).await;
        match rotated.map_err(|_| ManageError::Internal)? {
            Ok(key) => Ok(key),
            Err(RotateError::Waiting { signs_from }) => {
                Err(ManageError::SigningKeyWaits { signs_from })
            }
            Err(RotateError::Keys(error)) => {
                tracing::error!(%error, "no new signing key");
                Err(match error {
                    SigningKeysError::Io { .. } => ManageError::Unavailable,
                    _ => ManageError::Internal,
                })
            }
        }
    }
}
