//! The keys of a deployment: in a key file that is made once and read by its owner only, or each by itself.

mod generation;
mod source;

use std::io;
use std::path::{Path, PathBuf};

use countersign_core::code::keyring::PasscodeKeys;
use countersign_core::entropy::Entropy;
use countersign_store::StoreKeys;
use zeroize::Zeroizing;

pub use self::generation::Generation;
pub use self::source::{KeyPlace, KeyPlaces, KeySource};
use super::private_file;

/// All keys of a deployment: one generation, or after a change of keys several, newest first.
#[derive(Debug, Clone)]
pub struct Keys {
    newest: Generation,
    older: Vec<Generation>,
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
        let generations = generation::parse(bytes).unwrap_or_default();
        Self::of_generations(generations).ok_or(KeysError::Garbled(shown))
    }

    /// Makes keys, and the file at `path` with them.
    ///
    /// # Errors
    /// [`KeysError`] when the file is there already, or cannot be made.
    pub fn make(path: &Path, entropy: &dyn Entropy) -> Result<Self, KeysError> {
        let keys = Self::from(Generation::draw(1, entropy)?);
        let written = keys.file().map_err(io::Error::from);
        let written = written.and_then(|text| private_file::create(path, &text));
        written.map_err(|source| KeysError::Io {
            path: path.to_owned(),
            source,
        })?;
        Ok(keys)
    }

    /// Puts these keys into the key file at `path`, in place of those in it. The path may lead through links. A crash
    /// leaves the file as it was, or as it should be.
    ///
    /// # Errors
    /// [`KeysError::Io`] when the file cannot be written.
    pub fn put(&self, path: &Path) -> Result<(), KeysError> {
        let put = || {
            let text = self.file()?;
            private_file::replace(&path.canonicalize()?, &text)
        };
        put().map_err(|source| KeysError::Io {
            path: path.to_owned(),
            source,
        })
    }

    /// Returns the content of a key file that holds these keys.
    ///
    /// # Errors
    /// Never: text can be written as JSON.
    pub fn file(&self) -> serde_json::Result<Zeroizing<Vec<u8>>> {
        generation::file(&self.all().cloned().collect::<Vec<_>>())
    }

    /// Returns the generation that everything new is made with.
    #[must_use]
    pub fn newest(&self) -> &Generation {
        &self.newest
    }

    /// Iterates over all generations, newest first.
    pub fn all(&self) -> impl Iterator<Item = &Generation> {
        std::iter::once(&self.newest).chain(&self.older)
    }

    /// Returns these keys with a new generation before all others.
    ///
    /// # Errors
    /// [`KeysError::Entropy`] when `entropy` fails.
    pub fn rotated(&self, entropy: &dyn Entropy) -> Result<Self, KeysError> {
        Ok(Self {
            newest: Generation::draw(self.newest.id + 1, entropy)?,
            older: self.all().cloned().collect(),
        })
    }

    /// Returns these keys without the older generations that `keep` refuses.
    #[must_use]
    pub fn retain(mut self, keep: impl Fn(&Generation) -> bool) -> Self {
        self.older.retain(keep);
        self
    }

    /// Returns these keys with the generation first that `is_first` accepts, if it accepts one; the others stay in their order.
    #[must_use]
    pub fn with_first(self, is_first: impl Fn(&Generation) -> bool) -> Self {
        let mut generations: Vec<_> = self.all().cloned().collect();
        generations.sort_by_key(|generation| !is_first(generation));
        Self::of_generations(generations).unwrap_or(self)
    }

    /// Returns the keys of the store, newest first.
    #[must_use]
    pub fn store(&self) -> Vec<StoreKeys> {
        self.all().map(Generation::store).collect()
    }

    /// Returns the keys of codes.
    #[must_use]
    pub fn passcodes(&self) -> PasscodeKeys {
        let older = self.older.iter().map(Generation::passcode);
        PasscodeKeys::new(self.newest.passcode(), older.collect())
    }

    /// Returns whether all generations of `other` are among these.
    #[must_use]
    pub fn include(&self, other: &Keys) -> bool {
        other
            .all()
            .all(|theirs| self.all().any(|ours| ours == theirs))
    }

    /// Takes the generations, newest first; `None` if there are none.
    fn of_generations(generations: Vec<Generation>) -> Option<Self> {
        let mut generations = generations.into_iter();
        Some(Self {
            newest: generations.next()?,
            older: generations.collect(),
        })
    }
}

impl From<Generation> for Keys {
    fn from(newest: Generation) -> Self {
        Self {
            newest,
            older: Vec::new(),
        }
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
        assert!(made.include(&read) && read.include(&made));
        let [keys] = made.store().try_into().ok().unwrap();
        assert_ne!(keys.seal, keys.index);
        let path = dir.path().join(KEY_FILE);
        assert!(!private_file::exposed(&path).unwrap());
    }

    #[test]
    fn a_key_file_of_before_is_the_first_generation_and_goes_on_beside_a_new_one() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join(KEY_FILE);
        let key = "ab".repeat(32);
        let text = format!(r#"{{"index":"{key}","seal":"{key}","passcode":"{key}"}}"#);
        private_file::create(&path, text.as_bytes()).unwrap();
        let first = Keys::of(dir.path(), &OsEntropy).unwrap();
        first.rotated(&OsEntropy).unwrap().put(&path).unwrap();
        let both = Keys::of(dir.path(), &OsEntropy).unwrap();
        let ids: Vec<_> = both.all().map(|generation| generation.id).collect();
        assert_eq!(ids, [2, 1]);
        assert!(both.include(&first) && !first.include(&both));
        assert!(!private_file::exposed(&path).unwrap());
        let alone = both.clone().retain(|_| false);
        assert!(both.include(&alone) && !alone.include(&first));
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
