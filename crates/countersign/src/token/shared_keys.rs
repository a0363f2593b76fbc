//! Signing keys that all nodes share, in their store.

use std::fmt;
use std::sync::Arc;

use countersign_store::SharedSecrets;
use zeroize::Zeroizing;

use super::key_file;
use super::key_ring::KeyRing;
use super::keys::SigningKeysError;

/// The name under which the store keeps them.
const NAME: &str = "signing keys";

/// The keys as the store has them.
pub(super) struct SharedKeys {
    store: Arc<dyn SharedSecrets>,
    /// The text that this node has seen last.
    seen: Zeroizing<Vec<u8>>,
}

// Written by hand: the text holds private keys.
impl fmt::Debug for SharedKeys {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SharedKeys(..)")
    }
}

impl SharedKeys {
    /// Returns the keys in `store`. Where there are none yet, the `first` ones are put there, unless another node does so at the
    /// same moment.
    pub(super) async fn open(
        store: Arc<dyn SharedSecrets>,
        first: impl FnOnce() -> Result<KeyRing, SigningKeysError>,
    ) -> Result<(Self, KeyRing), SigningKeysError> {
        let seen = match store.shared(NAME).await? {
            Some(kept) => kept,
            None => {
                let new = written(&first()?)?;
                match store.share(NAME, None, &new).await? {
                    true => new,
                    false => store.shared(NAME).await?.unwrap_or_default(),
                }
            }
        };
        let keys = key_file::read(&seen).ok_or(SigningKeysError::SharedGarbled)?;
        Ok((Self { store, seen }, keys))
    }

    /// Returns the keys, if they are others than this node has seen last.
    pub(super) async fn newer(&mut self) -> Result<Option<KeyRing>, SigningKeysError> {
        let kept = self.store.shared(NAME).await?.unwrap_or_default();
        if kept == self.seen {
            return Ok(None);
        }
        let keys = key_file::read(&kept).ok_or(SigningKeysError::SharedGarbled)?;
        self.seen = kept;
        Ok(Some(keys))
    }

    /// Puts these keys in place of those that this node has seen last.
    pub(super) async fn put(&mut self, keys: &KeyRing) -> Result<(), SigningKeysError> {
        let new = written(keys)?;
        if !self.store.share(NAME, Some(&self.seen), &new).await? {
            return Err(SigningKeysError::Overtaken);
        }
        self.seen = new;
        Ok(())
    }
}

fn written(keys: &KeyRing) -> Result<Zeroizing<Vec<u8>>, SigningKeysError> {
    key_file::written(keys).ok_or(SigningKeysError::Generation)
}
