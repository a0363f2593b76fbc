//! The keys that sign tokens: `signing-keys.json` of a data folder.

use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError, RwLock};

use countersign_api::{JsonWebKeySet, SigningKeyDto, SigningKeyState};
use countersign_core::ports::StoreError;
use countersign_core::time::Timestamp;
use serde::{Deserialize, Serialize};
use zeroize::{ZeroizeOnDrop, Zeroizing};

use super::schedule::{self, LEAD, Role};
use super::signing_key::SigningKey;
use crate::config::private_file;

/// The keys of a data folder, with what each is for at a time.
#[derive(Debug)]
pub struct SigningKeys {
    path: PathBuf,
    /// In the order in which they begin to sign; never empty.
    keys: RwLock<Vec<Arc<SigningKey>>>,
    rotating: Mutex<()>,
}

/// Why there are no signing keys.
#[derive(Debug, thiserror::Error)]
pub enum SigningKeysError {
    /// The file cannot be read or written.
    #[error("the signing key file {} cannot be used", path.display())]
    Io {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// Others than its owner can read it.
    #[error("the signing key file {0} can be read by others than its owner: run chmod 600 {0}")]
    Exposed(String),
    /// It does not hold RSA keys.
    #[error(
        "the signing key file {0} does not hold RSA keys: restore it, or remove it, and a new key takes the place of \
         all in it"
    )]
    Garbled(String),
    /// No key could be made.
    #[error("no signing key could be made: the cryptographic library failed")]
    Generation,
}

/// Why there is no new key.
#[derive(Debug, thiserror::Error)]
pub enum RotateError {
    /// One waits already.
    #[error("a new signing key waits already, and begins to sign at {signs_from}")]
    Waiting {
        /// When it begins to sign.
        signs_from: Timestamp,
    },
    /// It could not be made.
    #[error(transparent)]
    Keys(#[from] SigningKeysError),
    /// It could not be put on record.
    #[error(transparent)]
    Unrecorded(#[from] StoreError),
    /// It was put on record, and could not be kept.
    #[error("{error}")]
    NotKept {
        /// The key.
        key: Box<SigningKeyDto>,
        /// Why.
        error: SigningKeysError,
    },
}

#[derive(Serialize, Deserialize)]
struct KeyFile {
    keys: Vec<KeyRecord>,
}

#[derive(Serialize, Deserialize, ZeroizeOnDrop)]
#[serde(rename_all = "camelCase")]
struct KeyRecord {
    /// Unix time in milliseconds.
    created_at: i64,
    /// Unix time in milliseconds.
    signs_from: i64,
    /// The private key, DER in hexadecimal.
    pkcs8: String,
}

/// The name of the file in a data folder.
pub(crate) const KEY_FILE: &str = "signing-keys.json";

impl SigningKeys {
    /// The keys in `folder`, made at first use. Blocks: on the file, and while a key is made.
    ///
    /// # Errors
    /// [`SigningKeysError`], each with what to do about it.
    pub fn of(folder: &Path, now: Timestamp) -> Result<Self, SigningKeysError> {
        let path = folder.join(KEY_FILE);
        let read = match private_file::read(&path) {
            Ok(bytes) => read(&path, &bytes)?,
            Err(error) if error.kind() == io::ErrorKind::NotFound => vec![],
            Err(source) => return Err(SigningKeysError::Io { path, source }),
        };
        let mut keys = still_needed(&read, now);
        if keys.is_empty() {
            // Nobody knows another key: this one has nothing to wait for.
            keys.push(generate(now, now)?);
        }
        if keys.len() != read.len() || read.is_empty() {
            write(&path, &keys)?;
        }
        Ok(Self {
            path,
            keys: RwLock::new(keys),
            rotating: Mutex::new(()),
        })
    }

    /// Makes a key and publishes it; it begins to sign [`LEAD`] later, in place of the one that signs
    /// now. `announce` puts it on record before it is kept. Blocks: on the file, on the record, and while the key is made.
    ///
    /// # Errors
    /// [`RotateError::Waiting`] while there is such a key, else what kept it from being made. The keys are as they were
    /// then.
    pub fn rotate(
        &self,
        now: Timestamp,
        announce: impl FnOnce(&SigningKeyDto) -> Result<(), StoreError>,
    ) -> Result<SigningKeyDto, RotateError> {
        let _alone = self.rotating.lock().unwrap_or_else(PoisonError::into_inner);
        let old = self.snapshot();
        if let Some(waiting) = old.last().filter(|key| key.signs_from > now) {
            return Err(RotateError::Waiting {
                signs_from: waiting.signs_from,
            });
        }
        let mut keys = still_needed(&old, now);
        let new = generate(now, now.after(LEAD))?;
        keys.push(Arc::clone(&new));
        let key = note(&new, SigningKeyState::Next, None);
        announce(&key)?;
        if let Err(error) = write(&self.path, &keys) {
            // A key that is not published must not begin to sign after the next start.
            let _ = write(&self.path, &old);
            let key = Box::new(key);
            return Err(RotateError::NotKept { key, error });
        }
        *self.keys.write().unwrap_or_else(PoisonError::into_inner) = keys;
        tracing::info!(kid = new.public.kid, "a new signing key is published");
        Ok(key)
    }

    /// All keys that are published at `now`; the one that signs first.
    #[must_use]
    pub fn list(&self, now: Timestamp) -> Vec<SigningKeyDto> {
        let notes = self.in_use(now).into_iter().filter_map(|(role, key)| {
            let (state, until) = match role {
                Role::Signing => (SigningKeyState::Signing, None),
                Role::Next => (SigningKeyState::Next, None),
                Role::Retiring { until } => (SigningKeyState::Retiring, Some(until)),
                Role::Over => return None,
            };
            Some(note(&key, state, until))
        });
        notes.collect()
    }

    /// The public keys at `now`; the one that signs first, because some readers take the first.
    #[must_use]
    pub fn published(&self, now: Timestamp) -> JsonWebKeySet {
        let keys = self.in_use(now).into_iter();
        JsonWebKeySet {
            keys: keys.map(|(_, key)| key.public.clone()).collect(),
        }
    }

    /// The key that signs at `now`.
    pub(super) fn signer(&self, now: Timestamp) -> Option<Arc<SigningKey>> {
        self.in_use(now).into_iter().next().map(|(_, key)| key)
    }

    /// The key of that name, if it is published at `now`.
    pub(super) fn find(&self, kid: &str, now: Timestamp) -> Option<Arc<SigningKey>> {
        let mut keys = self.in_use(now).into_iter().map(|(_, key)| key);
        keys.find(|key| key.public.kid == kid)
    }

    fn in_use(&self, now: Timestamp) -> Vec<(Role, Arc<SigningKey>)> {
        let mut keys = with_roles(&self.snapshot(), now);
        keys.sort_by_key(|(role, _)| *role);
        keys
    }

    fn snapshot(&self) -> Vec<Arc<SigningKey>> {
        let keys = self.keys.read().unwrap_or_else(PoisonError::into_inner);
        keys.clone()
    }
}

/// The keys that are published at `now`, with what each is for.
fn with_roles(keys: &[Arc<SigningKey>], now: Timestamp) -> Vec<(Role, Arc<SigningKey>)> {
    let signs_from: Vec<_> = keys.iter().map(|key| key.signs_from).collect();
    let roles = schedule::roles(&signs_from, now).into_iter();
    roles
        .zip(keys.iter().map(Arc::clone))
        .filter(|(role, _)| *role != Role::Over)
        .collect()
}

fn still_needed(keys: &[Arc<SigningKey>], now: Timestamp) -> Vec<Arc<SigningKey>> {
    let keys = with_roles(keys, now).into_iter();
    keys.map(|(_, key)| key).collect()
}

fn generate(now: Timestamp, signs_from: Timestamp) -> Result<Arc<SigningKey>, SigningKeysError> {
    let key = SigningKey::generate(now, signs_from).ok_or(SigningKeysError::Generation)?;
    Ok(Arc::new(key))
}

fn note(key: &SigningKey, state: SigningKeyState, until: Option<Timestamp>) -> SigningKeyDto {
    SigningKeyDto {
        kid: key.public.kid.clone(),
        state,
        created_at: key.created_at.to_string(),
        signs_from: key.signs_from.to_string(),
        published_until: until.map(|until| until.to_string()),
    }
}

fn read(path: &Path, bytes: &[u8]) -> Result<Vec<Arc<SigningKey>>, SigningKeysError> {
    let shown = path.display().to_string();
    let exposed = private_file::exposed(path).map_err(|source| SigningKeysError::Io {
        path: path.to_owned(),
        source,
    })?;
    if exposed {
        return Err(SigningKeysError::Exposed(shown));
    }
    let file: Option<KeyFile> = serde_json::from_slice(bytes).ok();
    let keys: Option<Vec<_>> = file.and_then(|file| file.keys.iter().map(parse).collect());
    let mut keys = keys
        .filter(|keys| !keys.is_empty())
        .ok_or(SigningKeysError::Garbled(shown))?;
    keys.sort_by_key(|key| key.signs_from);
    Ok(keys)
}

fn parse(record: &KeyRecord) -> Option<Arc<SigningKey>> {
    let der = hex::decode(&record.pkcs8).map(Zeroizing::new).ok()?;
    let (created_at, signs_from) = (record.created_at, record.signs_from);
    let times = [created_at, signs_from].map(Timestamp::from_millis);
    let [created_at, signs_from] = times;
    SigningKey::from_pkcs8(&der, created_at, signs_from).map(Arc::new)
}

fn write(path: &Path, keys: &[Arc<SigningKey>]) -> Result<(), SigningKeysError> {
    let record = |key: &Arc<SigningKey>| {
        Some(KeyRecord {
            created_at: key.created_at.as_millis(),
            signs_from: key.signs_from.as_millis(),
            pkcs8: hex::encode(key.to_pkcs8()?.as_ref()),
        })
    };
    let records: Option<Vec<_>> = keys.iter().map(record).collect();
    let file = KeyFile {
        keys: records.ok_or(SigningKeysError::Generation)?,
    };
    let text = serde_json::to_vec_pretty(&file).map(Zeroizing::new);
    let written = text
        .map_err(io::Error::from)
        .and_then(|text| private_file::replace(path, &text));
    written.map_err(|source| SigningKeysError::Io {
        path: path.to_owned(),
        source,
    })
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::time::Duration;

    use super::super::schedule::{MANAGEMENT_LIFE, MAX_AGE};
    use super::*;

    const START: Timestamp = Timestamp::from_millis(1_795_000_000_000);

    fn kids(keys: &SigningKeys, now: Timestamp) -> Vec<String> {
        let published = keys.published(now).keys.into_iter();
        published.map(|key| key.kid).collect()
    }

    #[test]
    fn a_rotation_goes_by_the_clock_and_over_restarts() {
        let dir = tempfile::tempdir().unwrap();
        let keys = SigningKeys::of(dir.path(), START).unwrap();
        let old = kids(&keys, START).remove(0);
        let now = START.after(Duration::from_secs(86_400));
        let new = keys.rotate(now, |_| Ok(())).unwrap().kid;
        assert!(matches!(
            keys.rotate(now.after(MAX_AGE), |_| Ok(())),
            Err(RotateError::Waiting { signs_from }) if signs_from == now.after(LEAD)
        ));
        let switch = now.after(LEAD);
        let end = switch.after(MANAGEMENT_LIFE).after(MAX_AGE);
        let before = |time: Timestamp| time.before(Duration::from_millis(1));
        let restarted = SigningKeys::of(dir.path(), now).unwrap();
        for keys in [&keys, &restarted] {
            assert_eq!(kids(keys, before(switch)), [&*old, &*new]);
            assert_eq!(kids(keys, switch), [&*new, &*old]);
            assert_eq!(kids(keys, before(end)), [&*new, &*old]);
            assert_eq!(kids(keys, end), [&*new]);
            assert_eq!(keys.signer(switch).unwrap().public.kid, new);
            assert!(keys.find(&old, end).is_none());
        }
        let record = |needle: &str| {
            fs::read_to_string(dir.path().join(KEY_FILE))
                .unwrap()
                .matches(needle)
                .count()
        };
        assert_eq!(record("pkcs8"), 2);
        SigningKeys::of(dir.path(), end).unwrap();
        assert_eq!(record("pkcs8"), 1, "what is over is dropped from the file");
        assert_eq!(
            kids(&SigningKeys::of(dir.path(), end).unwrap(), end),
            [&*new]
        );
    }

    #[test]
    fn a_key_that_cannot_be_kept_is_not_published() {
        let dir = tempfile::tempdir().unwrap();
        let keys = SigningKeys::of(dir.path(), START).unwrap();
        let before = kids(&keys, START);
        dir.close().unwrap();
        let refused = keys.rotate(START, |_| Ok(()));
        assert!(matches!(refused, Err(RotateError::NotKept { .. })));
        assert_eq!(kids(&keys, START), before);
    }

    #[cfg(unix)]
    #[test]
    fn bad_key_files_are_refused_with_the_mend() {
        use std::os::unix::fs::PermissionsExt;
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join(KEY_FILE);
        SigningKeys::of(dir.path(), START).unwrap();
        assert!(!private_file::exposed(&path).unwrap());
        fs::set_permissions(&path, fs::Permissions::from_mode(0o640)).unwrap();
        let error = SigningKeys::of(dir.path(), START).unwrap_err().to_string();
        assert!(error.contains("chmod 600"), "{error}");
        fs::set_permissions(&path, fs::Permissions::from_mode(0o600)).unwrap();
        for garbled in [
            "",
            r#"{"keys":[]}"#,
            r#"{"keys":[{"createdAt":0,"signsFrom":0,"pkcs8":"00"}]}"#,
        ] {
            fs::write(&path, garbled).unwrap();
            let error = SigningKeys::of(dir.path(), START).unwrap_err().to_string();
            assert!(error.contains("remove it"), "{error}");
        }
    }
}
