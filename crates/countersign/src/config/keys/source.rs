//! The places that keys come from: one file with all of them, or each key by itself.

use std::io;
use std::path::{Path, PathBuf};

use countersign_core::secret::Secret;
use zeroize::Zeroizing;

use super::generation::{self, Generation, Key};
use super::{KEY_FILE, Keys, KeysError};
use crate::config::private_file;

/// The place that the keys of a deployment come from.
#[derive(Debug, Clone, Default)]
pub enum KeySource {
    /// The key file in the data folder.
    #[default]
    Folder,
    /// A key file.
    File(PathBuf),
    /// Each key by itself.
    Each {
        /// Those to make everything new with.
        newest: Box<KeyPlaces>,
        /// Those of before, after a change of keys.
        previous: Option<Box<KeyPlaces>>,
    },
}

/// The places of single keys.
#[derive(Debug, Clone)]
pub struct KeyPlaces {
    /// That of the key of indexes.
    pub index: KeyPlace,
    /// That of the key that seals.
    pub seal: KeyPlace,
    /// That of the key of codes.
    pub passcode: KeyPlace,
}

/// The place of one key, which is written there as 64 hexadecimal digits.
#[derive(Debug, Clone)]
pub enum KeyPlace {
    /// A file with nothing else in it, such as one that a container mounts.
    File(PathBuf),
    /// A variable of the environment.
    Variable {
        /// Its name.
        name: String,
        /// Its value.
        value: Secret,
    },
}

impl KeySource {
    /// Returns the keys of the data folder `folder`.
    ///
    /// # Errors
    /// [`KeysError`], each with what to do about it.
    pub fn keys(&self, folder: &Path) -> Result<Keys, KeysError> {
        match self {
            KeySource::Folder => Keys::at(&folder.join(KEY_FILE)),
            KeySource::File(path) => Keys::at(path),
            KeySource::Each { newest, previous } => {
                let newest = newest.read(2)?;
                let previous = previous.as_ref().map(|places| places.read(1)).transpose()?;
                let generations = std::iter::once(newest).chain(previous).collect();
                Keys::of_generations(generations).ok_or(KeysError::Entropy)
            }
        }
    }

    /// Returns the path of the key file for `folder`, where there is one.
    #[must_use]
    pub fn file(&self, folder: &Path) -> Option<PathBuf> {
        match self {
            KeySource::Folder => Some(folder.join(KEY_FILE)),
            KeySource::File(path) => Some(path.clone()),
            KeySource::Each { .. } => None,
        }
    }
}

impl KeyPlaces {
    fn read(&self, id: u32) -> Result<Generation, KeysError> {
        Ok(Generation::new(
            id,
            self.index.read()?,
            self.seal.read()?,
            self.passcode.read()?,
        ))
    }
}

impl KeyPlace {
    fn read(&self) -> Result<Key, KeysError> {
        let (place, text) = match self {
            KeyPlace::File(path) => (path.display().to_string(), read(path)?),
            KeyPlace::Variable { name, value } => {
                (name.clone(), Zeroizing::new(value.reveal().to_owned()))
            }
        };
        generation::key(text.trim()).ok_or(KeysError::NoKey(place))
    }
}

/// Reads a file that holds one key. The path may lead through links, as the files of secrets do that are mounted into a
/// container.
fn read(path: &Path) -> Result<Zeroizing<String>, KeysError> {
    let fails = |source: io::Error| match source.kind() {
        io::ErrorKind::NotFound => KeysError::MissingKey(path.display().to_string()),
        _ => KeysError::Io {
            path: path.to_owned(),
            source,
        },
    };
    let target = path.canonicalize().map_err(fails)?;
    if private_file::exposed_to_all(&target).map_err(fails)? {
        return Err(KeysError::ExposedKey(path.display().to_string()));
    }
    let bytes = private_file::read(&target).map_err(fails)?;
    let text = std::str::from_utf8(&bytes).map(|text| Zeroizing::new(text.to_owned()));
    text.map_err(|_| KeysError::NoKey(path.display().to_string()))
}
