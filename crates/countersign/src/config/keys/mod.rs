//! The keys of a deployment: in a key file that is made once and read by its owner only, or each by itself.

mod generation;
mod source;

use std::io;
use std::path::{Path, PathBuf};

use countersign_core::code::passcode::PasscodeKey;
use countersign_core::entropy::Entropy;
use countersign_store::StoreKeys;
use zeroize::Zeroizing;

pub use self::generation::Generation;
pub use self::source::{KeyPlace, KeyPlaces, KeySource};
use super::private_file;
use crate::token::SubjectKey;

/// All keys of a deployment.
#[derive(Debug)]
pub struct Keys {
    /// Keys the MACs of codes.
    pub passcode: PasscodeKey,
    /// Keys everything that the store keeps.
    pub store: StoreKeys,
    /// Keys the pseudonyms in verification tokens; derived, so that a backup has it too.
    pub subject: SubjectKey,
    generation: Generation,
}

/// Why there are no keys.
#[derive(Debug, thiserror::Error)]
pub enum KeysError {
    /// The file cannot be read or made.
    #[error("the key file {} cannot be used", path.display())]
    Io {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// Others than its owner can read it.
    #[error("the key file {0} can be read by others than its owner: run chmod 600 {0}")]
    Exposed(String),
    /// It does not hold three keys.
    #[error(
        "the key file {0} does not hold three keys of 64 hexadecimal digits: restore it from a backup"
    )]
    Garbled(String),
    /// The database is there and its keys are not.
    #[error(
        "the key file {0} is missing, and the database beside it cannot be read without it: restore it, or name an empty folder with --data"
    )]
    Lost(String),
    /// A file that should be there is not.
    #[error(
        "the key file {0} is missing: restore it, or make a new deployment with `countersign init`"
    )]
    Missing(String),
    /// Any user can read the file of one key.
    #[error(
        "the key file {0} can be read by any user: run chmod 600 {0}, or mount it with mode 0400"
    )]
    ExposedKey(String),
    /// The file of one key is not there.
    #[error("the key file {0} is missing: restore it, or mount it where [keys] says")]
    MissingKey(String),
    /// A file or variable of one key holds something else.
    #[error(
        "{0} does not hold a key, which is 64 hexadecimal digits, as `openssl rand -hex 32` prints them"
    )]
    NoKey(String),
    /// The key of codes is not the one that the database was used with.
    #[error(
        "the key `passcode` in the key file is not the one that the codes in the database were made with: restore the \
         file from a backup"
    )]
    OtherPasscodeKey,
    /// The random source failed.
    #[error("no keys could be made: the random source failed")]
    Entropy,
}

/// The name of the file in a data folder.
pub(crate) const KEY_FILE: &str = "keys.json";

impl Keys {
    /// The keys in `folder`, made at first use.
    ///
    /// # Errors
    /// [`KeysError`], each with what to do about it.
    pub fn of(folder: &Path, entropy: &dyn Entropy) -> Result<Self, KeysError> {
        let path = folder.join(KEY_FILE);
        match private_file::read(&path) {
            Ok(bytes) => Self::read(&path, &bytes),
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                if folder.join("countersign.db").exists() {
                    return Err(KeysError::Lost(path.display().to_string()));
                }
                Self::make(&path, entropy)
            }
            Err(source) => Err(KeysError::Io { path, source }),
        }
    }

    /// The keys in the file at `path`, which is there already. The path may lead through links, as the files of secrets
    /// do that are mounted into a container.
    ///
    /// # Errors
    /// [`KeysError`], each with what to do about it.
    pub fn at(path: &Path) -> Result<Self, KeysError> {
        let read = path
            .canonicalize()
            .and_then(|path| private_file::read(&path));
        match read {
            Ok(bytes) => Self::read(path, &bytes),
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                Err(KeysError::Missing(path.display().to_string()))
            }
            Err(source) => Err(KeysError::Io {
                path: path.to_owned(),
                source,
            }),
        }
    }

    fn read(path: &Path, bytes: &[u8]) -> Result<Self, KeysError> {
        let shown = path.display().to_string();
        if private_file::exposed(path).map_err(|source| KeysError::Io {
            path: path.to_owned(),
            source,
        })? {
            return Err(KeysError::Exposed(shown));
        }
        let generation = Generation::parse(bytes).ok_or(KeysError::Garbled(shown))?;
        Self::of_generation(generation)
    }

    /// Makes keys, and the file at `path` with them.
    ///
    /// # Errors
    /// [`KeysError`] when the file is there already, or cannot be made.
    pub fn make(path: &Path, entropy: &dyn Entropy) -> Result<Self, KeysError> {
        let generation = Generation::draw(entropy)?;
        let written = generation.file().map_err(io::Error::from);
        let written = written.and_then(|text| private_file::create(path, &text));
        written.map_err(|source| KeysError::Io {
            path: path.to_owned(),
            source,
        })?;
        Self::of_generation(generation)
    }

    /// Returns the content of a key file that holds these keys.
    ///
    /// # Errors
    /// Never: text can be written as JSON.
    pub fn file(&self) -> serde_json::Result<Zeroizing<Vec<u8>>> {
        self.generation.file()
    }

    fn of_generation(generation: Generation) -> Result<Self, KeysError> {
        let store = generation.store();
        Ok(Self {
            passcode: generation.passcode(),
            // Unreachable: HMAC takes a key of any length.
            subject: SubjectKey::derive(&store.index).ok_or(KeysError::Entropy)?,
            store,
            generation,
        })
    }
}

impl PartialEq for Keys {
    fn eq(&self, other: &Self) -> bool {
        self.generation == other.generation
    }
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;
    use crate::system::OsEntropy;

    #[test]
    fn keys_are_made_once_and_kept_from_others() {
        let dir = tempfile::tempdir().unwrap();
        let made = Keys::of(dir.path(), &OsEntropy).unwrap();
        let read = Keys::of(dir.path(), &OsEntropy).unwrap();
        assert_eq!(made.store.seal, read.store.seal);
        assert_ne!(made.store.seal, made.store.index);
        let path = dir.path().join(KEY_FILE);
        assert!(!private_file::exposed(&path).unwrap());
    }

    #[cfg(unix)]
    #[test]
    fn bad_key_files_are_refused_with_the_mend() {
        use std::os::unix::fs::PermissionsExt;
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join(KEY_FILE);
        Keys::of(dir.path(), &OsEntropy).unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(0o644)).unwrap();
        let error = Keys::of(dir.path(), &OsEntropy).unwrap_err().to_string();
        assert!(error.contains("chmod 600"), "{error}");
        fs::set_permissions(&path, fs::Permissions::from_mode(0o600)).unwrap();
        fs::write(&path, r#"{"index":"00","seal":"00","passcode":"00"}"#).unwrap();
        assert!(matches!(
            Keys::of(dir.path(), &OsEntropy),
            Err(KeysError::Garbled(_))
        ));
        fs::remove_file(&path).unwrap();
        fs::write(dir.path().join("countersign.db"), "").unwrap();
        assert!(matches!(
            Keys::of(dir.path(), &OsEntropy),
            Err(KeysError::Lost(_))
        ));
    }
}
