//! Signing keys that all nodes share, in their store.

use std::fmt;
use std::sync::Arc;

use countersign_core::time::Timestamp;
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
    /// Whether that text lacks keys which this node has.
    lacks_some: bool,
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
        let shared = Self {
            store,
            seen,
            lacks_some: false,
        };
        Ok((shared, keys))
    }

    /// Returns the keys, if they are others than this node has seen last, together with those of its `own` that are missing there. Those
    /// are put back, now or at a later call.
    pub(super) async fn merged(
        &mut self,
        own: &KeyRing,
        now: Timestamp,
    ) -> Result<Option<KeyRing>, SigningKeysError> {
        let newer = self.newer().await?;
        let merged = newer.map(|newer| {
            let sizes = newer.sizes();
            let merged = newer.with_es256_of(own, now);
            self.lacks_some = merged.sizes() != sizes;
            merged
        });
        if self.lacks_some {
            match self.put(merged.as_ref().unwrap_or(own)).await {
                Ok(()) => self.lacks_some = false,
                Err(error) => tracing::debug!(%error, "the keys for ES256 are not put back yet"),
            }
        }
        Ok(merged)
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

#[cfg(test)]
mod tests {
    use std::sync::Mutex;
    use std::sync::atomic::{AtomicBool, Ordering};
    use std::time::Duration;

    use async_trait::async_trait;
    use countersign_core::ports::StoreError;

    use super::*;

    const START: Timestamp = Timestamp::from_millis(1_795_000_000_000);

    /// The row of a database that may be away for writers.
    #[derive(Default)]
    struct Row {
        text: Mutex<Option<Zeroizing<Vec<u8>>>>,
        is_away: AtomicBool,
    }

    #[async_trait]
    impl SharedSecrets for Row {
        async fn shared(&self, _: &'static str) -> Result<Option<Zeroizing<Vec<u8>>>, StoreError> {
            Ok(self.text.lock().unwrap().clone())
        }

        async fn share(
            &self,
            _: &'static str,
            seen: Option<&[u8]>,
            new: &[u8],
        ) -> Result<bool, StoreError> {
            if self.is_away.load(Ordering::SeqCst) {
                return Err(StoreError::Unavailable("away".to_owned()));
            }
            let mut text = self.text.lock().unwrap();
            let is_seen = text.as_ref().map(|text| text.as_slice()) == seen;
            if is_seen {
                *text = Some(Zeroizing::new(new.to_vec()));
            }
            Ok(is_seen)
        }
    }

    impl Row {
        fn keys(&self) -> KeyRing {
            key_file::read(self.text.lock().unwrap().as_ref().unwrap()).unwrap()
        }

        /// Writes these keys as a version without ES256 does.
        fn write_as_before(&self, keys: &KeyRing) {
            let es256 = Vec::new();
            let rs256 = keys.rs256.clone();
            let text = key_file::written(&KeyRing { rs256, es256 });
            *self.text.lock().unwrap() = text;
        }
    }

    fn es256(keys: &KeyRing) -> Vec<String> {
        keys.es256
            .iter()
            .map(|key| key.public.kid.clone())
            .collect()
    }

    #[tokio::test]
    async fn keys_that_an_older_node_leaves_out_are_put_back() {
        let row = Arc::new(Row::default());
        let store: Arc<dyn SharedSecrets> = Arc::clone(&row) as _;
        let opened = SharedKeys::open(store, || KeyRing::first(START)).await;
        let (mut shared, own) = opened.unwrap();
        assert!(shared.merged(&own, START).await.unwrap().is_none());

        row.write_as_before(&own);
        row.is_away.store(true, Ordering::SeqCst);
        let merged = shared.merged(&own, START).await.unwrap().unwrap();
        assert_eq!(es256(&merged), es256(&own), "they verify all the while");
        assert!(shared.merged(&merged, START).await.unwrap().is_none());
        assert!(row.keys().es256.is_empty());
        row.is_away.store(false, Ordering::SeqCst);
        assert!(shared.merged(&merged, START).await.unwrap().is_none());
        assert_eq!(es256(&row.keys()), es256(&own), "at a later look");

        // Another node has found none, and made one.
        let mut others = KeyRing {
            rs256: own.rs256.clone(),
            es256: Vec::new(),
        };
        let later = START.after(Duration::from_secs(60));
        others.complete(later).unwrap();
        *row.text.lock().unwrap() = key_file::written(&others);
        let merged = shared.merged(&own, later).await.unwrap().unwrap();
        let both = [es256(&own), es256(&others)].concat();
        assert_eq!(es256(&merged), both);
        assert_eq!(es256(&row.keys()), both);
    }
}
