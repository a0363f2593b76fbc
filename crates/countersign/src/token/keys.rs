//! The keys that sign tokens, and what each is for at a time.

use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;

use countersign_api::{JsonWebKeySet, RotatedSigningKey, SigningKeyDto, SigningKeyState};
use countersign_core::application::TokenAlgorithm;
use countersign_core::ports::StoreError;
use countersign_core::time::{Clock, Timestamp};
use countersign_store::OpenStore;
use tokio::runtime::Handle;
use tokio::sync::Mutex;

use super::key_file::KeyFile;
use super::key_ring::KeyRing;
use super::schedule::Role;
use super::shared_keys::SharedKeys;
use super::signing_key::SigningKey;

/// The time between two looks for a key that another node has made: short beside the minute by which [`LEAD`](super::schedule::LEAD) is longer
/// than anyone may keep the published keys.
const PACE: Duration = Duration::from_secs(5);

/// The keys of a deployment, with what each is for at a time.
#[derive(Debug)]
pub struct SigningKeys {
    /// Held while keys are made, or read again.
    place: Mutex<Place>,
    keys: RwLock<KeyRing>,
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
    /// It does not hold signing keys.
    #[error(
        "the signing key file {0} does not hold signing keys: restore it, or remove it, and new keys take the place of \
         all in it"
    )]
    Garbled(String),
    /// The keys that nodes share cannot be read or written.
    #[error("the signing keys that all nodes share cannot be used: {0}")]
    Shared(#[from] StoreError),
    /// What nodes share does not hold signing keys.
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
        /// The keys.
        key: Box<RotatedSigningKey>,
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
            None => KeyRing::first(now),
        };
        let (mut shared, mut keys) = SharedKeys::open(Arc::clone(shared), first).await?;
        if keys.es256.is_empty() {
            keys.complete(now)?;
            match shared.put(&keys).await {
                Err(SigningKeysError::Overtaken) => {
                    keys = shared.newer().await?.ok_or(SigningKeysError::Overtaken)?;
                }
                put => put?,
            }
        }
        Ok(Self::at(Place::Shared(shared), keys))
    }

    /// The keys in `folder`, made at first use. Blocks: on the file, and while a key is made.
    ///
    /// # Errors
    /// [`SigningKeysError`], each with what to do about it.
    pub fn of(folder: &Path, now: Timestamp) -> Result<Self, SigningKeysError> {
        let file = KeyFile::of(folder);
        let keys = match file.read()? {
            None => {
                let first = KeyRing::first(now)?;
                file.write(&first)?;
                first
            }
            Some(read) => {
                let mut keys = read.still_needed(now);
                keys.complete(now)?;
                if keys.sizes() != read.sizes() {
                    file.write(&keys)?;
                }
                keys
            }
        };
        Ok(Self::at(Place::File(file), keys))
    }

    fn at(place: Place, keys: KeyRing) -> Self {
        Self {
            place: Mutex::new(place),
            keys: RwLock::new(keys),
        }
    }

    /// Makes a key of each algorithm and publishes them; they begin to sign [`LEAD`](super::LEAD) later, in place of those
    /// that sign now. `announce` puts them on record before they are kept. Blocks: on the file or the store, on the record, and while the keys
    /// are made. Call this on a thread that may block, of the runtime of the store.
    ///
    /// # Errors
    /// [`RotateError::Waiting`] while there is such a key, else what kept it from being made. The keys are as they were
    /// then.
    pub fn rotate(
        &self,
        now: Timestamp,
        announce: impl FnOnce(&RotatedSigningKey) -> Result<(), StoreError>,
    ) -> Result<RotatedSigningKey, RotateError> {
        let mut place = self.place.blocking_lock();
        if let Some(newer) = place.newer(&self.snapshot(), now)? {
            self.replace(newer);
        }
        let old = self.snapshot();
        if let Some(waiting) = old.rs256.last().filter(|key| key.signs_from > now) {
            return Err(RotateError::Waiting {
                signs_from: waiting.signs_from,
            });
        }
        let mut keys = old.still_needed(now);
        let [rs256, es256] = keys.add_next(now)?;
        let key = RotatedSigningKey {
            kid: rs256.public.kid.clone(),
            es256_kid: es256.public.kid.clone(),
            signs_from: rs256.signs_from.to_string(),
        };
        announce(&key)?;
        if let Err(error) = place.put(&old, &keys) {
            let key = Box::new(key);
            return Err(RotateError::NotKept { key, error });
        }
        self.replace(keys);
        tracing::info!(
            kid = key.kid,
            es256_kid = key.es256_kid,
            "a new signing key is published"
        );
        Ok(key)
    }

    /// Publishes the keys that other nodes make, for as long as it is polled.
    pub async fn follow(&self, clock: &dyn Clock) {
        loop {
            tokio::time::sleep(PACE).await;
            let mut place = self.place.lock().await;
            let Place::Shared(shared) = &mut *place else {
                return;
            };
            match shared.merged(&self.snapshot(), clock.now()).await {
                Ok(Some(keys)) => self.replace(keys),
                Ok(None) => {}
                Err(error) => {
                    tracing::debug!(%error, "the signing keys cannot be looked at now");
                }
            }
        }
    }

    /// All keys that are published at `now`: those for RS256, then those for ES256, of each the one that signs first.
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

    /// The public keys for RS256 at `now`, for readers that have no other algorithm; the one that signs first, because some
    /// readers take the first.
    #[must_use]
    pub fn published(&self, now: Timestamp) -> JsonWebKeySet {
        public(self.snapshot().in_use(TokenAlgorithm::Rs256, now))
    }

    /// The public keys that verify the tokens of any application at `now`: those of [`SigningKeys::published`], then those
    /// for ES256.
    #[must_use]
    pub fn published_to_application(&self, now: Timestamp) -> JsonWebKeySet {
        public(self.in_use(now))
    }

    /// The key that signs at `now` for applications that chose this algorithm: one for RS256 while the first one for ES256
    /// waits.
    pub(super) fn signer(
        &self,
        algorithm: TokenAlgorithm,
        now: Timestamp,
    ) -> Option<Arc<SigningKey>> {
        let keys = self.snapshot();
        let signer = |algorithm| {
            let mut keys = keys.in_use(algorithm, now).into_iter();
            keys.find(|(role, _)| *role == Role::Signing)
        };
        let key = signer(algorithm).or_else(|| signer(TokenAlgorithm::Rs256));
        key.map(|(_, key)| key)
    }

    /// The key of that name, if it is published at `now`.
    pub(super) fn find(&self, kid: &str, now: Timestamp) -> Option<Arc<SigningKey>> {
        let mut keys = self.in_use(now).into_iter().map(|(_, key)| key);
        keys.find(|key| key.public.kid == kid)
    }

    fn in_use(&self, now: Timestamp) -> Vec<(Role, Arc<SigningKey>)> {
        let keys = self.snapshot();
        let of = |algorithm| keys.in_use(algorithm, now);
        TokenAlgorithm::ALL.into_iter().flat_map(of).collect()
    }

    fn replace(&self, keys: KeyRing) {
        *self.keys.write().unwrap_or_else(PoisonError::into_inner) = keys;
    }

    fn snapshot(&self) -> KeyRing {
        let keys = self.keys.read().unwrap_or_else(PoisonError::into_inner);
        keys.clone()
    }
}

impl Place {
    /// Returns the keys, if they are others than this process knows. Blocks.
    fn newer(
        &mut self,
        own: &KeyRing,
        now: Timestamp,
    ) -> Result<Option<KeyRing>, SigningKeysError> {
        match self {
            Place::File(_) => Ok(None),
            Place::Shared(shared) => Handle::current().block_on(shared.merged(own, now)),
        }
    }

    /// Puts `new` in place of `old`. Blocks.
    fn put(&mut self, old: &KeyRing, new: &KeyRing) -> Result<(), SigningKeysError> {
        match self {
            Place::File(file) => file.write(new).inspect_err(|_| {
                // A key that is not published must not begin to sign after the next start.
                let _ = file.write(old);
            }),
            Place::Shared(shared) => Handle::current().block_on(shared.put(new)),
        }
    }
}

fn public(keys: Vec<(Role, Arc<SigningKey>)>) -> JsonWebKeySet {
    let keys = keys.into_iter();
    JsonWebKeySet {
        keys: keys.map(|(_, key)| key.public.clone()).collect(),
    }
}

fn note(key: &SigningKey, state: SigningKeyState, until: Option<Timestamp>) -> SigningKeyDto {
    SigningKeyDto {
        kid: key.public.kid.clone(),
        algorithm: key.algorithm().as_str().to_owned(),
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
    use super::super::schedule::{LEAD, MANAGEMENT_LIFE, MAX_AGE};
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
            let signer = keys.signer(TokenAlgorithm::Rs256, switch).unwrap();
            assert_eq!(signer.public.kid, new);
            assert!(keys.find(&old, end).is_none());
        }
        let record = |needle: &str| {
            fs::read_to_string(dir.path().join(KEY_FILE))
                .unwrap()
                .matches(needle)
                .count()
        };
        assert_eq!(record("pkcs8"), 4);
        SigningKeys::of(dir.path(), end).unwrap();
        assert_eq!(record("pkcs8"), 2, "what is over is dropped from the file");
        assert_eq!(
            kids(&SigningKeys::of(dir.path(), end).unwrap(), end),
            [&*new]
        );
    }

    /// Takes the keys for ES256 out of the file, as a release before 0.2 writes it.
    fn write_as_before(folder: &Path) {
        let path = folder.join(KEY_FILE);
        let text = fs::read_to_string(&path).unwrap();
        let mut keys: serde_json::Value = serde_json::from_str(&text).unwrap();
        keys.as_object_mut().unwrap().remove("es256").unwrap();
        private_file::replace(&path, keys.to_string().as_bytes()).unwrap();
    }

    #[test]
    fn a_deployment_of_before_gets_a_key_for_es256_that_is_published_before_it_signs() {
        let dir = tempfile::tempdir().unwrap();
        let fresh = SigningKeys::of(dir.path(), START).unwrap();
        let signer = |keys: &SigningKeys, now| keys.signer(TokenAlgorithm::Es256, now).unwrap();
        let first = signer(&fresh, START);
        assert_eq!(
            first.algorithm(),
            TokenAlgorithm::Es256,
            "nobody waits for it"
        );
        let before = kids(&fresh, START);
        write_as_before(dir.path());

        let later = START.after(Duration::from_secs(86_400));
        let keys = SigningKeys::of(dir.path(), later).unwrap();
        assert_eq!(
            kids(&keys, later),
            before,
            "those for RS256 are as they were"
        );
        let published = keys.published_to_application(later).keys;
        let algorithms: Vec<_> = published.iter().map(|key| key.alg.as_str()).collect();
        assert_eq!(algorithms, ["RS256", "ES256"]);
        assert_ne!(published[1].kid, first.public.kid);
        let states: Vec<_> = keys.list(later).iter().map(|key| key.state).collect();
        assert_eq!(states, [SigningKeyState::Signing, SigningKeyState::Next]);
        let switch = later.after(LEAD);
        let restarted = SigningKeys::of(dir.path(), later).unwrap();
        for keys in [&keys, &restarted] {
            let waiting = signer(keys, switch.before(Duration::from_millis(1)));
            assert_eq!(waiting.public.kid, before[0], "RS256 signs in its place");
            assert_eq!(signer(keys, switch).public.kid, published[1].kid);
        }
    }

    #[test]
    fn a_rotation_replaces_the_keys_of_both_algorithms() {
        let dir = tempfile::tempdir().unwrap();
        let keys = SigningKeys::of(dir.path(), START).unwrap();
        let all = |now| {
            let published = keys.published_to_application(now).keys.into_iter();
            published.map(|key| key.kid).collect::<Vec<_>>()
        };
        let [rs256, es256] = <[String; 2]>::try_from(all(START)).unwrap();
        let new = keys.rotate(START, |_| Ok(())).unwrap();
        let switch = START.after(LEAD);
        let waiting = switch.before(Duration::from_millis(1));
        assert_eq!(all(waiting), [&*rs256, &*new.kid, &*es256, &*new.es256_kid]);
        assert_eq!(all(switch), [&*new.kid, &*rs256, &*new.es256_kid, &*es256]);
        let restarted = SigningKeys::of(dir.path(), switch).unwrap();
        let signer = restarted.signer(TokenAlgorithm::Es256, switch).unwrap();
        assert_eq!(signer.public.kid, new.es256_kid);
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
