//! The master keys of a running service: changing them, and dropping those that nothing needs any more.
//!
//! A change of keys makes a *generation*. It stands in the key file first, then in the database, and is used from then on; a
//! crash in between leaves a folder that the next start changes over. The store seals anew what older generations sealed, and
//! says when nothing needs one of them.
//!
//! Where several nodes have a database, each reads its keys again every [`PACE`], and tells the others which ones it has; a
//! generation begins once every node has it. Until then the newest keys of the file are not in use yet.

use std::path::PathBuf;
use std::sync::Arc;

use countersign_core::audit::Author;
use countersign_core::code::keyring::PasscodeKeyring;
use countersign_core::entropy::Entropy;
use countersign_core::ports::StoreError;
use countersign_core::ports::nodes::PACE;
use countersign_store::{BeginError, GenerationStatus, Generations, HeldKeys};
use tokio::sync::Mutex;

use crate::config::keys::{KeySource, Keys, KeysError};

/// The name under which the store knows the check value of the key of codes.
pub const PASSCODE: &str = "passcode";

/// The most generations that may be needed at once. Each costs every decision some lookups.
const MOST: usize = 8;

/// The master keys of a service.
pub struct MasterKeys {
    store: Arc<dyn Generations>,
    source: KeySource,
    folder: PathBuf,
    codes: PasscodeKeyring,
    entropy: Arc<dyn Entropy>,
    /// Held while the key file changes.
    turn: Mutex<()>,
}

/// Why the master keys were not changed.
#[derive(Debug, thiserror::Error)]
pub enum RotateKeysError {
    /// The keys do not come from a key file.
    #[error(
        "the keys come each from a place of its own, which this service does not write: make three new keys there, name \
         those of now with [keys] previous_index_file, previous_seal_file and previous_passcode_file (in the environment \
         COUNTERSIGN_KEYS__PREVIOUS_INDEX and so on), and start again; of several nodes start each, and then run this once more"
    )]
    Elsewhere,
    /// Nodes that are alive do not have the new keys: their names.
    #[error(
        "the new keys are in place here, and {} without them: {}. Give every node the same keys, and \
         run this again a few seconds later",
        number_of(.0), .0.join(", ")
    )]
    Lacking(Vec<String>),
    /// Many generations are needed already.
    #[error(
        "{MOST} generations of keys are needed at once and no more: rotate again once one of them has ended"
    )]
    TooMany,
    /// The key file cannot be read or written.
    #[error(transparent)]
    Keys(#[from] KeysError),
    /// The store could not put the change on record. The keys are in the file, and the next start or call uses them.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Returns how many nodes these are, in words.
fn number_of(nodes: &[String]) -> String {
    match nodes.len() {
        1 => "a node is".to_owned(),
        many => format!("{many} nodes are"),
    }
}

impl From<BeginError> for RotateKeysError {
    fn from(error: BeginError) -> Self {
        match error {
            BeginError::Lacking(nodes) => RotateKeysError::Lacking(nodes),
            BeginError::Store(error) => RotateKeysError::Store(error),
        }
    }
}

impl std::fmt::Debug for MasterKeys {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("MasterKeys").finish_non_exhaustive()
    }
}

impl MasterKeys {
    /// Takes the `keys` that `source` has for `folder`, with which `store` is open.
    #[must_use]
    pub fn new(
        store: Arc<dyn Generations>,
        keys: &Keys,
        source: KeySource,
        folder: PathBuf,
        entropy: Arc<dyn Entropy>,
    ) -> Self {
        hold(&*store, keys);
        Self {
            codes: PasscodeKeyring::new(in_order(&*store, keys.clone()).passcodes()),
            store,
            source,
            folder,
            entropy,
            turn: Mutex::new(()),
        }
    }

    /// Returns the keys of codes, which follow every change.
    #[must_use]
    pub fn codes(&self) -> PasscodeKeyring {
        self.codes.clone()
    }

    /// Returns the generations that the database still needs, newest first.
    ///
    /// # Errors
    /// [`StoreError`] when they cannot be read.
    pub async fn status(&self) -> Result<Vec<GenerationStatus>, StoreError> {
        self.store.status().await
    }

    /// Makes a generation of keys and uses it from now on, on record as an act of `by`. A generation in the key file that an earlier call could not bring
    /// into use is used instead. Run this future to its end.
    ///
    /// # Errors
    /// [`RotateKeysError`], each with what to do about it.
    pub async fn rotate(&self, by: Author) -> Result<(), RotateKeysError> {
        let _turn = self.turn.lock().await;
        let mut keys = self.source.keys(&self.folder)?;
        if self.store.needs(&keys.newest().store()) {
            let file = self.source.file(&self.folder);
            let file = file.ok_or(RotateKeysError::Elsewhere)?;
            if self.store.in_use().needed >= MOST {
                return Err(RotateKeysError::TooMany);
            }
            keys = keys.rotated(&*self.entropy)?;
            keys.put(&file)?;
        }
        hold(&*self.store, &keys);
        let newest = keys.newest();
        let check = (PASSCODE, newest.passcode().check_value());
        self.store.begin(&newest.store(), check, by).await?;
        self.codes.replace(in_order(&*self.store, keys).passcodes());
        tracing::info!(
            "the master keys were changed; what older keys sealed is sealed anew in the background"
        );
        Ok(())
    }

    /// Uses the keys that other nodes have brought into use, and drops generations from the key file once the database does not
    /// need them, for as long as it is polled.
    pub fn keep(self: &Arc<Self>) -> impl Future<Output = ()> + Send + use<> {
        let keys = Arc::clone(self);
        async move {
            loop {
                let seen = keys.store.in_use();
                if let Err(error) = keys.drop_now().await {
                    tracing::warn!(%error, "keys that nothing needs any more are still in the key file; the next start drops them");
                }
                tokio::select! {
                    () = keys.store.differ_from(seen) => {}
                    () = keys.read_again() => {}
                }
            }
        }
    }

    /// Holds what the key source has, again and again, where other nodes may bring new keys into use. Ends never.
    async fn read_again(&self) {
        if !self.store.has_other_nodes() {
            return std::future::pending().await;
        }
        let mut is_told = false;
        loop {
            tokio::time::sleep(PACE).await;
            let _turn = self.turn.lock().await;
            match self.source.keys(&self.folder) {
                Ok(keys) => {
                    hold(&*self.store, &keys);
                    let keys = in_order(&*self.store, keys);
                    // A file that lacks the keys in use takes none away from codes.
                    if self.store.is_newest(&keys.newest().store()) {
                        self.codes.replace(keys.passcodes());
                    }
                    is_told = false;
                }
                Err(error) if !is_told => {
                    tracing::warn!(%error, "the keys cannot be read again: those that were read before are in use");
                    is_told = true;
                }
                Err(_) => {}
            }
        }
    }

    async fn drop_now(&self) -> Result<(), KeysError> {
        let _turn = self.turn.lock().await;
        let keys = self.source.keys(&self.folder)?;
        let count = keys.all().count();
        let needed = keys.retain(|generation| self.store.needs(&generation.store()));
        let dropped = count - needed.all().count();
        let in_use = in_order(&*self.store, needed.clone());
        self.codes.replace(in_use.passcodes());
        if dropped == 0 {
            return Ok(());
        }
        match self.source.file(&self.folder) {
            Some(file) => {
                needed.put(&file)?;
                tracing::info!(
                    dropped,
                    "master keys that nothing needs any more were dropped from the key file"
                );
            }
            None => tracing::info!(
                "nothing needs the master keys of before any more: remove what [keys] names with previous_"
            ),
        }
        Ok(())
    }
}

/// Returns `keys` with those first that the database is written with. Others before them are for a change that is to come.
#[must_use]
pub fn in_order(store: &dyn Generations, keys: Keys) -> Keys {
    keys.with_first(|generation| store.is_newest(&generation.store()))
}

/// Tells the store which keys this node has.
fn hold(store: &dyn Generations, keys: &Keys) {
    let held = keys.all().map(|generation| HeldKeys {
        store: generation.store(),
        beside: generation.passcode().check_value(),
    });
    store.hold(&held.collect::<Vec<_>>());
}
