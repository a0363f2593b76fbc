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

/// The version of the key file that this release writes.
const VERSION: u32 = 2;

/// The keys of one generation, each made by itself.
#[derive(Clone, Zeroize, ZeroizeOnDrop)]
pub struct Generation {
    /// The number of the generation in the key file, from 1 on. Databases count by themselves.
    pub(super) id: u32,
    index: Key,
    seal: Key,
    passcode: Key,
}

/// The key file: generations, newest first.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct KeyFile {
    version: u32,
    generations: Vec<Entry>,
}

/// A generation in the key file: each key as 64 hexadecimal digits. A file of releases before 0.2 is the first, alone.
#[derive(Serialize, Deserialize, ZeroizeOnDrop)]
#[serde(deny_unknown_fields)]
struct Entry {
    #[serde(default = "first")]
    id: u32,
    index: String,
    seal: String,
    passcode: String,
}

const fn first() -> u32 {
    1
}

impl Generation {
    pub(super) fn new(id: u32, index: Key, seal: Key, passcode: Key) -> Self {
        Self {
            id,
            index,
            seal,
            passcode,
        }
    }

    /// Draws a new generation.
    ///
    /// # Errors
    /// [`KeysError::Entropy`] when `entropy` fails.
    pub(super) fn draw(id: u32, entropy: &dyn Entropy) -> Result<Self, KeysError> {
        let fresh = || {
            let mut key = [0; 32];
            entropy.fill(&mut key).map_err(|_| KeysError::Entropy)?;
            Ok(key)
        };
        Ok(Self::new(id, fresh()?, fresh()?, fresh()?))
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

    fn of_entry(entry: &Entry) -> Option<Self> {
        Some(Self::new(
            entry.id,
            key(&entry.index)?,
            key(&entry.seal)?,
            key(&entry.passcode)?,
        ))
    }

    fn entry(&self) -> Entry {
        Entry {
            id: self.id,
            index: hex::encode(self.index),
            seal: hex::encode(self.seal),
            passcode: hex::encode(self.passcode),
        }
    }
}

/// Reads the generations in a key file, newest first and at least one; `None` for any other bytes.
pub(super) fn parse(bytes: &[u8]) -> Option<Vec<Generation>> {
    let entries = match serde_json::from_slice::<KeyFile>(bytes) {
        Ok(file) if file.version == VERSION => file.generations,
        Ok(_) => return None,
        Err(_) => vec![serde_json::from_slice(bytes).ok()?],
    };
    let mut generations: Vec<_> = entries
        .iter()
        .map(Generation::of_entry)
        .collect::<Option<_>>()?;
    generations.sort_by_key(|generation| std::cmp::Reverse(generation.id));
    (!generations.is_empty()).then_some(generations)
}

/// Returns the content of a key file with these generations.
pub(super) fn file(generations: &[Generation]) -> serde_json::Result<Zeroizing<Vec<u8>>> {
    let file = KeyFile {
        version: VERSION,
        generations: generations.iter().map(Generation::entry).collect(),
    };
    serde_json::to_vec_pretty(&file).map(Zeroizing::new)
}

impl PartialEq for Generation {
    /// Compares the keys: two files may count them apart.
    fn eq(&self, other: &Self) -> bool {
        (self.index, self.seal, self.passcode) == (other.index, other.seal, other.passcode)
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
