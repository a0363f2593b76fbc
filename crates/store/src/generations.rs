//! The generations of keys of a store, and the keys of others that it keeps or checks.

use async_trait::async_trait;
use countersign_core::application::AppId;
use countersign_core::audit::Author;
use countersign_core::policy;
use countersign_core::ports::StoreError;
use countersign_core::ports::setup::Setup;
use countersign_core::time::Timestamp;
use zeroize::Zeroizing;

use crate::seal::StoreKeys;

/// Keys that a node has, whether its database is written with them or not.
#[derive(Debug, Clone)]
pub struct HeldKeys {
    /// Those of the store.
    pub store: StoreKeys,
    /// The check value of the key beside them, which the store does not use itself.
    pub beside: [u8; 16],
}

/// The reason why no generation of keys has begun.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum BeginError {
    /// Nodes that are alive do not have the keys: their names, as [`Node::id`](countersign_core::ports::nodes::Node::id).
    #[error("not every node has the keys")]
    Lacking(Vec<String>),
    /// The change could not be put on record: the keys are as they were.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// A generation of keys that the database still needs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GenerationStatus {
    /// Its place among the generations of the database, from 1 on.
    pub number: u32,
    /// The time at which it became the newest.
    pub since: Timestamp,
    /// Why the generation is still needed; `None` for the newest, which is in use.
    pub needed_for: Option<NeededFor>,
}

/// The reasons for which an older generation of keys is still needed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NeededFor {
    /// The time from which on no limit and no code looks at its keys.
    pub windows_until: Timestamp,
    /// The number of messages that have not been looked at yet, to be sealed anew.
    pub messages: u64,
    /// Whether unlocks are still to be sealed anew.
    pub unlocks: bool,
    /// Whether the index by which messages are found by number is still to be made anew.
    pub index: bool,
    /// The applications whose secret was not used since, so that its MAC is still under these keys.
    pub applications: Vec<AppId>,
}

/// The generations of keys that a store uses at one moment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct GenerationsInUse {
    /// The number of the newest one.
    pub newest: u32,
    /// How many are needed, the newest among them.
    pub needed: usize,
}

/// A store as something that was written with keys, of which it keeps some.
#[async_trait]
pub trait Generations: Send + Sync + 'static {
    /// Returns whether other nodes use the database too, so that another one may change its keys, and has to know which keys
    /// this one has.
    fn has_other_nodes(&self) -> bool {
        false
    }

    /// Takes keys that this node has, beside those that it was opened with: they may be used once a generation begins with them.
    fn hold(&self, _: &[HeldKeys]) {}

    /// Writes with `keys` from the next decision on, as soon as that is on record; decisions go on meanwhile. The keys of
    /// before are needed until [`needs`](Self::needs) says that they are not. `key_check` is a new key that the store does
    /// not use itself, by its name and check value; `by` is on record as the author. Does nothing where the database is
    /// written with `keys` already.
    ///
    /// # Errors
    /// [`BeginError`] when another node lacks the keys, or the change could not be put on record: the keys are as they were.
    async fn begin(
        &self,
        keys: &StoreKeys,
        key_check: (&'static str, [u8; 16]),
        by: Author,
    ) -> Result<(), BeginError>;

    /// Returns whether the database is written with `keys`.
    fn is_newest(&self, keys: &StoreKeys) -> bool;

    /// Returns whether something in the database may still need `keys`.
    fn needs(&self, keys: &StoreKeys) -> bool;

    /// Returns the generations in use now.
    fn in_use(&self) -> GenerationsInUse;

    /// Waits until a generation has begun or ended since [`in_use`](Self::in_use) returned `seen`.
    async fn differ_from(&self, seen: GenerationsInUse);

    /// Returns the generations of keys that the database still needs, newest first, with what older ones are needed for.
    ///
    /// # Errors
    /// [`StoreError`] when they cannot be read.
    async fn status(&self) -> Result<Vec<GenerationStatus>, StoreError>;

    /// Returns whether one of the keys `name`, which the store does not use itself, is the one that the database was used
    /// with before, by their check values, newest first. The newest is on record from then on, unless there are
    /// [other nodes](Self::has_other_nodes), which change it by [`begin`](Self::begin) alone.
    ///
    /// # Errors
    /// [`StoreError`] when the database cannot be written to.
    async fn knows_key(&self, name: &str, check_values: &[[u8; 16]]) -> Result<bool, StoreError>;

    /// Returns the key that the database keeps under `name` through every change of keys: the one on record, or `first`,
    /// which is put on record then.
    ///
    /// # Errors
    /// [`StoreError`] when the database cannot be read or written to.
    async fn kept_key(
        &self,
        name: &str,
        first: &[u8; 32],
    ) -> Result<Zeroizing<[u8; 32]>, StoreError>;
}

/// Returns the time from which on no limit and no code looks at the keys of the generation `number`, among those that are needed,
/// each with the time at which it became the newest; `None` for the newest generation.
pub(crate) fn end_of_windows(
    number: u32,
    needed: impl Iterator<Item = (u32, Timestamp)>,
) -> Option<Timestamp> {
    let later = needed.filter(|(other, _)| *other > number);
    let (_, since) = later.min_by_key(|(other, _)| *other)?;
    Some(since.after(policy::OLDER_KEYS))
}

/// Returns the applications whose secret, or secret before, has a MAC under the keys of `generation`.
pub(crate) fn users(setup: &Setup, generation: u32, now: Timestamp) -> Vec<AppId> {
    let uses = setup.applications.iter().filter(|(_, record)| {
        let replaced = record.replaced_secret.as_ref();
        let replaced = replaced.and_then(|replaced| replaced.good_at(now));
        let mut macs = replaced.into_iter().chain([&record.secret]);
        macs.any(|mac| mac.generation() == generation)
    });
    uses.map(|(id, _)| id.clone()).collect()
}
