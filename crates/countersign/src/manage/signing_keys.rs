//! Signing keys of tokens: list and replace.

use countersign_api::{RotatedSigningKey, SigningKeyDto};
use countersign_core::audit::{Act, Author, Target, Verb};

use tokio::runtime::Handle;

use super::{Manage, ManageError};
use crate::token::{RotateError, SigningKeysError};

impl Manage {
    /// Returns the keys that are published: the one that signs, the next one, and those that were replaced.
    #[must_use]
    pub fn signing_keys(&self) -> Vec<SigningKeyDto> {
        self.parts.tokens.keys().list(self.parts.clock.now())
    }

    /// Makes the next signing keys, and publishes them once that is on record. Runs in a task that a shutdown waits for: a caller that hangs up
    /// stops nothing half-way.
    ///
    /// # Errors
    /// [`ManageError::SigningKeyWaits`] when there is a next key already, and [`ManageError::Unavailable`] when the act
    /// cannot be recorded, or the keys cannot be kept, such as on a full disk: the keys are as they were
    /// then.
    pub async fn rotate_signing_key(&self, by: Author) -> Result<RotatedSigningKey, ManageError> {
        let (tokens, now) = (self.parts.tokens.clone(), self.parts.clock.now());
        let audit = self.parts.audit.clone();
        // On a thread that may block.
        let record = move |act| Handle::current().block_on(audit.record(act));
        let rotate = move || {
            let announce = |key: &RotatedSigningKey| record(act(by.clone(), key));
            let rotated = tokens.keys().rotate(now, announce);
            if let Err(RotateError::NotKept { key, .. }) = &rotated
                && let Err(error) = record(act(by.clone(), key).failed())
            {
                tracing::error!(%error, "it could not be recorded that a rotation failed");
            }
            rotated
        };
        let rotated = self.parts.tasks.spawn_blocking(rotate).await;
        match rotated.map_err(|_| ManageError::Internal)? {
            Ok(key) => Ok(key),
            Err(RotateError::Waiting { signs_from }) => {
                Err(ManageError::SigningKeyWaits { signs_from })
            }
            Err(RotateError::Unrecorded(error)) => Err(error.into()),
            Err(RotateError::Keys(error) | RotateError::NotKept { error, .. }) => {
                tracing::error!(%error, "no new signing key");
                Err(match error {
                    SigningKeysError::Io { .. }
                    | SigningKeysError::Shared(_)
                    | SigningKeysError::Overtaken => ManageError::Unavailable,
                    _ => ManageError::Internal,
                })
            }
        }
    }
}

/// The act of making `key`.
fn act(by: Author, key: &RotatedSigningKey) -> Act {
    let target = Target::new("signing_key", key.kid.clone());
    let facts = [
        ("es256Kid", key.es256_kid.as_str()),
        ("signsFrom", key.signs_from.as_str()),
    ];
    Act::outside(by, Verb::SigningKeyRotated, target, &facts)
}
