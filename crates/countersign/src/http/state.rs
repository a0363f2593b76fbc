//! The services that all requests share.

use std::ops::Deref;
use std::sync::Arc;

use countersign_api::Fault;
use countersign_core::code::check::{Checked, TokenUse};
use countersign_core::code::checker::{Checker, GuessInput};
use countersign_core::entropy::Entropy;
use countersign_core::network::Networks;
use countersign_core::ports::answers::Answers;
use countersign_core::ports::ledger::Ledger;
use countersign_core::ports::records::Records;
use countersign_core::ports::setup::{Setup, SetupStore};
use countersign_core::send::messenger::Messenger;
use countersign_core::time::Clock;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use super::dev::Development;
use super::wire::fault;
use crate::challenge::Challenges;
use crate::connection::OpenConnections;
use crate::console::Sessions;
use crate::low_priority::LowPriority;
use crate::manage::Manage;
use crate::metrics::Metrics;
use crate::time_server::TimeServer;
use crate::tls::Tls;
use crate::token::Minter;
use crate::traces::{self, Tracer};
use crate::vendors::Vendors;

/// The services, shared by all requests.
#[derive(Clone)]
pub struct AppState(Arc<Services>);

impl AppState {
    /// The state of these services.
    #[must_use]
    pub fn new(services: Services) -> Self {
        Self(Arc::new(services))
    }
}

impl Deref for AppState {
    type Target = Services;

    fn deref(&self) -> &Services {
        &self.0
    }
}

/// The services that handlers call.
pub struct Services {
    /// Sends codes.
    pub messenger: Arc<Messenger>,
    /// Checks codes.
    pub checker: Arc<Checker>,
    /// Issues challenges, and judges their solutions.
    pub challenges: Challenges,
    /// The acts of an operator.
    pub manage: Arc<Manage>,
    /// The vendor accounts in use.
    pub vendors: Arc<Vendors>,
    /// Everything that an operator has set up, applications among it.
    pub setup_store: Arc<dyn SetupStore>,
    /// Decides on sends and checks.
    pub ledger: Arc<dyn Ledger>,
    /// Timelines, receipts and unlocks.
    pub records: Arc<dyn Records>,
    /// The answers that are kept under idempotency keys.
    pub answers: Arc<dyn Answers>,
    /// The time by which the ledger decides.
    pub clock: Arc<dyn Clock>,
    /// Verification tokens, and their keys.
    pub tokens: Arc<Minter>,
    /// Randomness for request ids and secrets.
    pub entropy: Arc<dyn Entropy>,
    /// Sends, checks and other work under way: it outlives its callers, and a shutdown waits for it.
    pub tasks: TaskTracker,
    /// Where pages are made.
    pub low_priority: LowPriority,
    /// The owner token of the data folder, which lets its reader manage.
    pub operator_token: Arc<str>,
    /// Is cancelled once the process has been told to stop.
    pub stopping: CancellationToken,
    /// The proxies in front of the service, whose word about a caller's address counts.
    pub proxies: Networks,
    /// The URL by which the world knows the service, without a path.
    pub url: String,
    /// The certificate of the listener, where it speaks TLS itself.
    pub tls: Option<Arc<Tls>>,
    /// Whether `/docs` shows the reference.
    pub serves_reference: bool,
    /// Counts and times.
    pub(crate) metrics: Arc<Metrics>,
    /// Makes the spans of requests.
    pub(crate) tracer: Tracer,
    /// The connections of the API.
    pub open: OpenConnections,
    /// The server with which the clock is compared, where the settings name one.
    pub(crate) time_server: Option<Arc<TimeServer>>,
    /// The sessions of people who are signed in to the console.
    pub sessions: Arc<Sessions>,
    /// The parts of development, in development.
    pub development: Option<Arc<Development>>,
}

impl std::fmt::Debug for AppState {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.0.fmt(f)
    }
}

impl std::fmt::Debug for Services {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Services")
            .field("messenger", &self.messenger)
            .finish_non_exhaustive()
    }
}

impl AppState {
    /// Returns the newest setup.
    pub(crate) fn setup(&self) -> Arc<Setup> {
        self.setup_store.setup()
    }

    /// Returns whether the world reaches the service by https.
    pub(crate) fn is_https(&self) -> bool {
        self.url.starts_with("https://")
    }

    /// Runs `work` to its end, in a task of its own: a caller that hangs up cancels nothing, and a shutdown waits.
    ///
    /// # Errors
    /// [`Fault::Internal`] when `work` panics.
    pub(crate) async fn to_its_end<F>(&self, work: F) -> Result<F::Output, Fault>
    where
        F: Future<Output: Send + 'static> + Send + 'static,
    {
        let ended = self.tasks.spawn(traces::carried(work)).await;
        ended.map_err(|_| Fault::Internal)
    }

    /// Checks a code, to its end.
    ///
    /// # Errors
    /// [`Fault::Unavailable`] when the store cannot record it, and [`Fault::GuessesThrottled`] when a limit on where guesses
    /// come from refuses.
    pub(crate) async fn check(&self, typed: GuessInput) -> Result<Checked, Fault> {
        match self.guess(typed).await? {
            Checked::Refused(refusal) => Err(fault::guess_refused(&refusal)),
            found => Ok(found),
        }
    }

    /// Checks a code, to its end, like [`check`](Self::check), for callers who may be asked for a challenge: the refusal of a
    /// limit is a finding.
    ///
    /// # Errors
    /// [`Fault::Unavailable`] when the store cannot record it.
    pub(crate) async fn guess(&self, typed: GuessInput) -> Result<Checked, Fault> {
        let checker = Arc::clone(&self.checker);
        let checked = self.to_its_end(async move { checker.check(typed).await });
        checked.await?.map_err(fault::of_store)
    }

    /// Records the use of a token, to its end. True the first time that the token is used, and never again within its
    /// life.
    ///
    /// # Errors
    /// [`Fault::Unavailable`] when the store cannot record it.
    pub(crate) async fn use_token(&self, token: TokenUse) -> Result<bool, Fault> {
        let ledger = Arc::clone(&self.ledger);
        let used = self.to_its_end(async move { ledger.use_token(token).await });
        used.await?.map_err(fault::of_store)
    }
}
