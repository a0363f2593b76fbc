//! The keys that sign tokens, and what each is for at a time.

use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;

use countersign_api::{JsonWebKeySet, SigningKeyDto, SigningKeyState};
use countersign_core::ports::StoreError;
use countersign_core::time::Timestamp;
use countersign_store::OpenStore;
use tokio::runtime::Handle;
use tokio::sync::Mutex;

use super::key_file::KeyFile;
use super::schedule::{self, LEAD, Role};
use super::shared_keys::SharedKeys;
use super::signing_key::SigningKey;

/// The time between two looks for a key that another node has made: short beside the minute by which [`LEAD`] is longer than
/// anyone may keep the published keys.
const PACE: Duration = Duration::from_secs(5);

/// The keys of a deployment, with what each is for at a time.
#[derive(Debug)]
pub struct SigningKeys {
    /// Held while keys are made, or read again.
    place: Mutex<Place>,
    /// In the order in which they begin to sign; never empty.
    keys: RwLock<Vec<Arc<SigningKey>>>,
}

/// The place where keys are kept.
#[derive(Debug)]
enum Place {
    /// A file, of a deployment that is one process.
    File(KeyFile),
    /// The store, for all nodes.
    Shared(SharedKeys),
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
    /// The keys that nodes share cannot be read or written.
    #[error("the signing keys that all nodes share cannot be used: {0}")]
    Shared(#[from] StoreError),
    /// What nodes share does not hold RSA keys.
    #[error(
        "the signing keys that all nodes share cannot be read: a newer version may have written them"
    )]
    SharedGarbled,
    /// Another node was first.
    #[error("another node has made a signing key at the same time")]
    Overtaken,
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

impl SigningKeys {
    /// Returns the keys of a deployment: those that its nodes share in `store`, or those in `folder`; made at first use. The
    /// first node that shares keys brings those of its folder along, if there are any.
    ///
    /// # Errors
    /// [`SigningKeysError`], each with what to do about it.
    pub async fn open(store: &OpenStore, folder: &Path) -> Result<Self, SigningKeysError> {
        let now = store.clock.now();
        let Some(shared) = &store.shared_secrets else {
            return Self::of(folder, now);
        };
        let first = || match KeyFile::of(folder).read()? {
            Some(keys) => Ok(keys),
            None => Ok(vec![generate(now, now)?]),
        };
        let (shared, keys) = SharedKeys::open(Arc::clone(shared), first).await?;
        Ok(Self::at(Place::Shared(shared), keys))
    }

    /// The keys in `folder`, made at first use. Blocks: on the file, and while a key is made.
    ///
    /// # Errors
    /// [`SigningKeysError`], each with what to do about it.
    pub fn of(folder: &Path, now: Timestamp) -> Result<Self, SigningKeysError> {
        let file = KeyFile::of(folder);
        let read = file.read()?.unwrap_or_default();
        let mut keys = still_needed(&read, now);
        if keys.is_empty() {
            // Nobody knows another key: this one has nothing to wait for.
            keys.push(generate(now, now)?);
        }
        if keys.len() != read.len() || read.is_empty() {
            file.write(&keys)?;
        }
        Ok(Self::at(Place::File(file), keys))
    }

    fn at(place: Place, keys: Vec<Arc<SigningKey>>) -> Self {
        Self {
            place: Mutex::new(place),
            keys: RwLock::new(keys),
        }
    }

    /// Makes a key and publishes it; it begins to sign [`LEAD`] later, in place of the one that signs
    /// now. `announce` puts it on record before it is kept. Blocks: on the file or the store, on the record, and while the key
    /// is made. Call this on a thread that may block, of the runtime of the store.
    ///
    /// # Errors
    /// [`RotateError::Waiting`] while there is such a key, else what kept it from being made. The keys are as they were
    /// then.
    pub fn rotate(
        &self,
        now: Timestamp,
        announce: impl FnOnce(&SigningKeyDto) -> Result<(), StoreError>,
    ) -> Result<SigningKeyDto, RotateError> {
        let mut place = self.place.blocking_lock();
        if let Some(newer) = place.newer()? {
            self.replace(newer);
        }
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
        if let Err(error) = place.put(&old, &keys) {
            let key = Box::new(key);
            return Err(RotateError::NotKept { key, error });
        }
        self.replace(keys);
        tracing::info!(kid = new.public.kid, "a new signing key is published");
        Ok(key)
    }

    /// Publishes the keys that other nodes make, for as long as it is polled.
    pub async fn follow(&self) {
        loop {
            tokio::time::sleep(PACE).await;
            let mut place = self.place.lock().await;
            let Place::Shared(shared) = &mut *place else {
                return;
            };
            match shared.newer().await {
                Ok(Some(newer)) => self.replace(newer),
                Ok(None) => {}
                Err(error) => {
                    tracing::debug!(%error, "the signing keys cannot be looked at now");
                }
            }
        }
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

    fn replace(&self, keys: Vec<Arc<SigningKey>>) {
        *self.keys.write().unwrap_or_else(PoisonError::into_inner) = keys;
    }

    fn snapshot(&self) -> Vec<Arc<SigningKey>> {
        let keys = self.keys.read().unwrap_or_else(PoisonError::into_inner);
        keys.clone()
    }
}

impl Place {
    /// Returns the keys, if they are others than this process knows. Blocks.
    fn newer(&mut self) -> Result<Option<Vec<Arc<SigningKey>>>, SigningKeysError> {
        match self {
            Place::File(_) => Ok(None),
            Place::Shared(shared) => Handle::current().block_on(shared.newer()),
        }
    }

    /// Puts `new` in place of `old`. Blocks.
    fn put(
        &mut self,
        old: &[Arc<SigningKey>],
        new: &[Arc<SigningKey>],
    ) -> Result<(), SigningKeysError> {
        match self {
            Place::File(file) => file.write(new).inspect_err(|_| {
                // A key that is not published must not begin to sign after the next start.
                let _ = file.write(old);
            }),
            Place::Shared(shared) => Handle::current().block_on(shared.put(new)),
        }
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

#[cfg(test)]
mod tests {
    use std::fs;
    use std::time::Duration;

    use super::super::key_file::KEY_FILE;
    use super::super::schedule::{MANAGEMENT_LIFE, MAX_AGE};
    use super::*;
    use crate::config::private_file;

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
