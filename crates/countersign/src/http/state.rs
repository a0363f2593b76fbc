//! What handlers share.

use std::ops::Deref;
use std::sync::Arc;

use countersign_api::Fault;
use countersign_core::code::check::Checked;
use countersign_core::code::checker::{Checker, Typed};
use countersign_core::entropy::Entropy;
use countersign_core::ports::setup::{Setup, SetupStore};
use countersign_core::ports::store::Store;
use countersign_core::send::messenger::Messenger;
use countersign_providers::development::outbox::Outbox;
use tokio_util::task::TaskTracker;

use crate::manage::Manage;
use crate::token::Minter;
use crate::vendors::Vendors;

/// The parts behind the door, shared by all requests.
#[derive(Clone)]
pub struct AppState(Arc<Parts>);

impl AppState {
    /// These parts.
    #[must_use]
    pub fn new(parts: Parts) -> Self {
        Self(Arc::new(parts))
    }
}

impl Deref for AppState {
    type Target = Parts;

    fn deref(&self) -> &Parts {
        &self.0
    }
}

/// What there is behind the door.
pub struct Parts {
    /// Sends codes.
    pub messenger: Arc<Messenger>,
    /// Checks them.
    pub checker: Arc<Checker>,
    /// The acts of an operator.
    pub manage: Arc<Manage>,
    /// The vendor accounts in use.
    pub vendors: Arc<Vendors>,
    /// Everything that an operator has set up, applications among it.
    pub setup_store: Arc<dyn SetupStore>,
    /// Limits, codes, timelines, time.
    pub store: Arc<dyn Store>,
    /// Verification tokens, and their keys.
    pub tokens: Arc<Minter>,
    /// Randomness for request ids and secrets.
    pub entropy: Arc<dyn Entropy>,
    /// Sends and checks under way: they outlive their callers, and a shutdown waits for them.
    pub sends: TaskTracker,
    /// What management calls must show.
    pub operator_token: Arc<str>,
    /// The development phone, where there is one.
    pub outbox: Option<Arc<Outbox>>,
}

impl std::fmt::Debug for AppState {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.0.fmt(f)
    }
}

impl std::fmt::Debug for Parts {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Parts")
            .field("messenger", &self.messenger)
            .finish_non_exhaustive()
    }
}

impl AppState {
    /// Returns the newest setup.
    pub(crate) fn setup(&self) -> Arc<Setup> {
        self.setup_store.setup()
    }

    /// Checks a code, in a task of its own like a send: whoever hangs up takes no guess back.
    pub(crate) async fn check(&self, typed: Typed) -> Result<Option<Checked>, Fault> {
        let checker = Arc::clone(&self.checker);
        let check = self.sends.spawn(async move { checker.check(typed).await });
        let found = check.await.map_err(|_| Fault::Internal)?;
        found.map_err(|_| Fault::Unavailable)
    }
}
