//! The acts of an operator: the one place for what may be set up, changed, deleted and looked up.
//!
//! The HTTP API and the pages of the [console](crate::console) call [`Manage`], and every other way in that lets people manage
//! has to. Types of `core` go in and come out; a [`ManageError`] names the field that it is about. Nothing else calls
//! [`SetupStore::change`].
//!
//! A change is judged on the version of the setup that was read, and is made only if that is still the newest one.
//! Otherwise the newer setup is read and the change is judged again. So two operators, on one node or on two, never
//! act on a setup that is no longer true.
//!
//! Whatever changes anything takes the [`Author`] of the act, and is on the audit record.

mod access_keys;
mod applications;
mod audit;
mod countries;
mod erasures;
mod error;
mod fullest;
mod guard;
mod known_secrets;
mod lately;
mod limits;
mod master_keys;
mod messages;
mod nodes;
mod providers;
mod quotas;
mod renewals;
mod replays;
mod reveals;
mod routes;
mod rule;
mod second_factor;
mod sessions;
mod sign_in;
mod signing_keys;
mod staff;
mod templates;
mod test_numbers;
mod unlocks;

use std::sync::{Arc, OnceLock};
use std::time::Duration;

use countersign_core::application::{AppId, Application};
use countersign_core::audit::{Author, Door, Target};
use countersign_core::entropy::Entropy;
use countersign_core::limit::BaseLimits;
use countersign_core::ports::audit::AuditLog;
use countersign_core::ports::erasure::Eraser;
use countersign_core::ports::ledger::Ledger;
use countersign_core::ports::nodes::NodeBook;
use countersign_core::ports::records::Records;
use countersign_core::ports::refusals::Refusals;
use countersign_core::ports::setup::{
    Change, ChangeError, SettingKey, Setup, SetupStore, SetupVersion,
};
use countersign_core::ports::staff::Staff;
use countersign_core::ports::tallies::TallyBook;
use countersign_core::retention::Retention;
use countersign_core::send::messenger::Messenger;
use countersign_core::send::route::ProviderName;
use countersign_core::time::Clock;
use tokio::sync::Mutex;
use tokio::time::timeout;
use tokio_util::task::TaskTracker;

use crate::master_keys::MasterKeys;
use crate::passwords::Passwords;
use crate::token::Minter;
use crate::vendors::Vendors;

pub use applications::{ApplicationChange, CreatedApplication, NewApplication};
pub use audit::{ActQuery, Backup, FoundActs};
pub use countries::ServedCountry;
pub use error::{BrokenField, BrokenFields, LastChange, ManageError};
pub use fullest::LimitsNow;
pub use lately::Lately;
pub use messages::{LOOKS_AT, TestMessage};
pub use providers::ProviderDraft;
pub use renewals::{Overlap, RenewedSecret};
pub use replays::ReplayedHistory;
pub use rule::Rule;
pub use sessions::EndedSessions;
pub use sign_in::Proof;
pub use staff::{Invited, NewPerson, Welcome};
pub use templates::{PreviewedTemplate, SavedTemplate};
pub use test_numbers::NewTestNumber;
pub use unlocks::Note;

/// How long a caller waits for a change. A change that takes longer goes on without its caller.
const PATIENCE: Duration = Duration::from_millis(1_500);

/// How many times a change is judged when others come first.
const TRIES: usize = 8;

/// Finds the change that is right for a setup.
type Judge = Box<dyn Fn(&Setup) -> Result<Change, ManageError> + Send + Sync>;

/// Manages a deployment.
pub struct Manage {
    parts: ManageParts,
    passwords: Passwords,
    /// Lets the changes of this node queue, so that many at once do not make each other stale. A change of another node
    /// can still come first.
    turns: Arc<Mutex<()>>,
    /// The access key that every start makes, if there is one.
    made_at_start: OnceLock<String>,
    /// The last reading of the whole deployment.
    lately: Mutex<Option<Arc<Lately>>>,
}

/// The parts that [`Manage`] works with.
pub struct ManageParts {
    /// The setup.
    pub setup: Arc<dyn SetupStore>,
    /// The vendor accounts in use, which follow the setup.
    pub vendors: Arc<Vendors>,
    /// Forgets the wrong guesses about a number.
    pub ledger: Arc<dyn Ledger>,
    /// Keeps the acts.
    pub audit: Arc<dyn AuditLog>,
    /// Reads timelines and unlocks.
    pub records: Arc<dyn Records>,
    /// Knows the nodes of the deployment.
    pub nodes: Arc<dyn NodeBook>,
    /// Sessions, used codes and tries of the people who work with the console.
    pub staff: Arc<dyn Staff>,
    /// Counts messages.
    pub tallies: Arc<dyn TallyBook>,
    /// Everything that holds phone numbers.
    pub erasers: Vec<Arc<dyn Eraser>>,
    /// Finds the sends that limits refused.
    pub refusals: Arc<dyn Refusals>,
    /// The master keys.
    pub master_keys: Arc<MasterKeys>,
    /// The limits of the settings.
    pub limits: BaseLimits,
    /// How long what happened is kept.
    pub retention: Retention,
    /// The time by which the ledger decides.
    pub clock: Arc<dyn Clock>,
    /// The sender of test messages.
    pub messenger: Arc<Messenger>,
    /// The minter of tokens, which keeps their signing keys.
    pub tokens: Arc<Minter>,
    /// The source of ids and secrets.
    pub entropy: Arc<dyn Entropy>,
    /// The tasks that a shutdown waits for.
    pub tasks: TaskTracker,
    /// The most messages that one search looks at: [`LOOKS_AT`], but in tests.
    pub looks_at: u32,
}

impl std::fmt::Debug for Manage {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Manage").finish_non_exhaustive()
    }
}

impl std::fmt::Debug for ManageParts {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("ManageParts").finish_non_exhaustive()
    }
}

impl Manage {
    /// Takes the parts.
    #[must_use]
    pub fn new(parts: ManageParts) -> Self {
        Self {
            passwords: Passwords::new(Arc::clone(&parts.entropy)),
            parts,
            turns: Arc::default(),
            made_at_start: OnceLock::new(),
            lately: Mutex::default(),
        }
    }

    /// Returns the newest setup that this node knows of.
    #[must_use]
    pub fn setup(&self) -> Arc<Setup> {
        self.parts.setup.setup()
    }

    /// Returns the limits of the settings, over which the changes of the setup lie.
    #[must_use]
    pub fn limits(&self) -> &BaseLimits {
        &self.parts.limits
    }

    /// Returns how long what happened is kept.
    #[must_use]
    pub const fn retention(&self) -> Retention {
        self.parts.retention
    }

    /// Makes the change that `judge` finds right for the newest setup, on record as an act of `by`, and returns the
    /// setup after it. Messages go by it from then on.
    ///
    /// The change runs in a task that a shutdown waits for: a caller that hangs up stops nothing half-way.
    ///
    /// # Errors
    /// The error of `judge`; [`ManageError::Unavailable`] when the change could not be made durable in time, or others
    /// came first too many times.
    fn change(
        &self,
        by: Author,
        judge: impl Fn(&Setup) -> Result<Change, ManageError> + Send + Sync + 'static,
    ) -> impl Future<Output = Result<Arc<Setup>, ManageError>> {
        self.change_by(by, Box::new(judge))
    }

    /// Makes a change like [`change`](Self::change). The judge has no type of its own, so that one task is compiled for all.
    /// A person at the console hears who came first.
    async fn change_by(&self, by: Author, judge: Judge) -> Result<Arc<Setup>, ManageError> {
        let is_person = by.door == Door::Console;
        match self.change_in_turn(by, judge).await {
            Err(ManageError::Changed { version, mut last }) if is_person => {
                last.by = self.last_change(&last.target).await;
                Err(ManageError::Changed { version, last })
            }
            made => made,
        }
    }

    async fn change_in_turn(&self, by: Author, judge: Judge) -> Result<Arc<Setup>, ManageError> {
        let (store, vendors) = (
            Arc::clone(&self.parts.setup),
            Arc::clone(&self.parts.vendors),
        );
        let turns = Arc::clone(&self.turns);
        let made = self.parts.tasks.spawn(async move {
            // A change that waited in vain is not made later: nobody would hear of it.
            let turn = timeout(PATIENCE, turns.lock()).await;
            let _turn = turn.map_err(|_| ManageError::Unavailable)?;
            let setup = make(&*store, by, &*judge).await?;
            vendors.plan(&setup);
            Ok(setup)
        });
        match timeout(PATIENCE, made).await {
            Ok(made) => made.map_err(|_| ManageError::Internal)?,
            Err(_) => Err(ManageError::Unavailable),
        }
    }
}

/// Judges and makes a change until no other comes first.
async fn make(
    store: &dyn SetupStore,
    by: Author,
    judge: &(dyn Fn(&Setup) -> Result<Change, ManageError> + Send + Sync),
) -> Result<Arc<Setup>, ManageError> {
    for _ in 0..TRIES {
        let seen = store.setup();
        let change = judge(&seen)?;
        match store.change(seen.version, change, by.clone()).await {
            Ok(setup) => return Ok(setup),
            Err(ChangeError::Stale) => {}
            Err(ChangeError::Store(_)) => return Err(ManageError::Unavailable),
        }
    }
    Err(ManageError::Unavailable)
}

/// Refuses a change of the setting `key` when its version is not the one that the caller expects.
fn check_version(
    setup: &Setup,
    key: &SettingKey,
    expected: Option<SetupVersion>,
) -> Result<(), ManageError> {
    let version = setup.version_of(key);
    match expected {
        Some(expected) if expected != version => {
            let target = Target::setting(key);
            let last = Box::new(LastChange { target, by: None });
            Err(ManageError::Changed { version, last })
        }
        _ => Ok(()),
    }
}

/// Returns the application `id`.
fn known_application<'a>(
    setup: &'a Setup,
    id: &AppId,
) -> Result<&'a Arc<Application>, ManageError> {
    setup.application(id).ok_or(ManageError::UnknownApplication)
}

/// Refuses a provider that does not exist, by the field that names it.
fn known_provider(setup: &Setup, name: &ProviderName, field: &str) -> Result<(), ManageError> {
    if setup.providers.contains_key(name) {
        return Ok(());
    }
    Err(ManageError::rule(field, Rule::NoProvider(name.clone())))
}

#[cfg(test)]
pub(crate) mod tests;
