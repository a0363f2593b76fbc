//! The three keys that belong together, and the file that holds them.

use std::fmt;

use countersign_core::code::passcode::PasscodeKey;
use countersign_core::entropy::Entropy;
use countersign_store::StoreKeys;
use serde::{Deserialize, Serialize};
use zeroize::{Zeroize, ZeroizeOnDrop, Zeroizing};

use super::KeysError;

/// A key: 32 random bytes.
pub(super) type Key = [u8; 32];

/// The keys of one generation, each made by itself.
#[derive(Clone, PartialEq, Eq, Zeroize, ZeroizeOnDrop)]
pub struct Generation {
    index: Key,
    seal: Key,
    passcode: Key,
}

/// The key file: each key as 64 hexadecimal digits.
#[derive(Serialize, Deserialize, ZeroizeOnDrop)]
struct KeyFile {
    index: String,
    seal: String,
    passcode: String,
}

impl Generation {
    pub(super) fn new(index: Key, seal: Key, passcode: Key) -> Self {
        Self {
            index,
            seal,
            passcode,
        }
    }

    /// Draws a new generation.
    ///
    /// # Errors
    /// [`KeysError::Entropy`] when `entropy` fails.
    pub(super) fn draw(entropy: &dyn Entropy) -> Result<Self, KeysError> {
        let fresh = || {
            let mut key = [0; 32];
            entropy.fill(&mut key).map_err(|_| KeysError::Entropy)?;
            Ok(key)
        };
        Ok(Self::new(fresh()?, fresh()?, fresh()?))
    }

    /// Reads the content of a key file; `None` for any other bytes.
    pub(super) fn parse(bytes: &[u8]) -> Option<Self> {
        let file: KeyFile = serde_json::from_slice(bytes).ok()?;
        Some(Self::new(
            key(&file.index)?,
            key(&file.seal)?,
            key(&file.passcode)?,
        ))
    }

    /// Returns the content of a key file.
    ///
    /// # Errors
    /// Never: text can be written as JSON.
    pub(super) fn file(&self) -> serde_json::Result<Zeroizing<Vec<u8>>> {
        let file = KeyFile {
            index: hex::encode(self.index),
            seal: hex::encode(self.seal),
            passcode: hex::encode(self.passcode),
        };
        serde_json::to_vec_pretty(&file).map(Zeroizing::new)
    }

    /// Returns the keys of the store.
    #[must_use]
    pub fn store(&self) -> StoreKeys {
        StoreKeys {
            index: self.index,
            seal: self.seal,
        }
    }

    /// Returns the key of codes.
    #[must_use]
    pub fn passcode(&self) -> PasscodeKey {
        PasscodeKey::new(self.passcode)
    }
}

impl fmt::Debug for Generation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Generation(..)")
    }
}

/// Reads a key from its 64 hexadecimal digits; `None` for any other text.
pub(super) fn key(text: &str) -> Option<Key> {
    Key::try_from(hex::decode(text).ok()?).ok()
}
