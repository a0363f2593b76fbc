//! The service, put together from its parts: a store, keys, settings and what carries messages.

use std::io;
use std::sync::Arc;
use std::time::Duration;

use anyhow::Context;
use countersign_core::code::checker::Checker;
use countersign_core::country_rules::Countries;
use countersign_core::entropy::Entropy;
use countersign_core::guard::Guard;
use countersign_core::limit::LimitsInUse;
use countersign_core::network::Networks;
use countersign_core::ports::erasure::Eraser;
use countersign_core::ports::ledger::Ledger;
use countersign_core::ports::provider::Provider;
use countersign_core::price::{PriceTable, Prices};
use countersign_core::send::messenger::{Messenger, MessengerParts, Plan};
use countersign_providers::egress::{Egress, Proxy, Reach};
use countersign_store::{Generations, Home, OpenStore};
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;
use tokio_util::task::{AbortOnDropHandle, TaskTracker};

use crate::audit_head::HeadTeller;
use crate::challenge::{Challenges, Verifier};
use crate::config::keys::{Keys, KeysError};
use crate::config::settings::{ServerSettings, Settings, VerifierAccount};
use crate::connection::{self, OpenConnections, Opening};
use crate::console::{SessionParts, Sessions};
use crate::guard;
use crate::http::{self, AppState, Development, Services};
use crate::lifecycle::{self, Door, Doors, Signals};
use crate::low_priority::LowPriority;
use crate::manage::{Manage, ManageParts};
use crate::master_keys::{self, MasterKeys};
use crate::metrics::{MeteredLedger, Metrics};
use crate::price_reload::PriceReload;
use crate::supervisor;
use crate::system::{Machine, SystemClock};
use crate::time_server::TimeServer;
use crate::tls::Tls;
use crate::token::{Minter, SigningKeys, SigningRoom, SubjectKey};
use crate::traces::Tracer;
use crate::vendors::{VendorParts, Vendors};
use crate::wall_clock;

/// Everything that a service is made of and does not make itself.
pub struct ServiceParts {
    /// The store, as its ports.
    pub store: OpenStore,
    /// Holders of phone numbers beside the store.
    pub erasers: Vec<Arc<dyn Eraser>>,
    /// Randomness.
    pub entropy: Arc<dyn Entropy>,
    /// The master keys, and the changing of them.
    pub master_keys: Arc<MasterKeys>,
    /// The key of the pseudonyms in tokens.
    pub subject: SubjectKey,
    /// The keys that sign tokens.
    pub signing_keys: SigningKeys,
    /// The rules of codes and the limits.
    pub settings: Settings,
    /// The prices of messages, as the file in the settings has them.
    pub prices: PriceTable,
    /// Where requests to vendors may go, if the settings do not say.
    pub reach: Reach,
    /// The provider that carries messages no route is for, and the countries that it serves.
    pub otherwise: Option<(Arc<dyn Provider>, Countries)>,
    /// The development phone and what goes with it, in `dev` only.
    pub development: Option<Arc<Development>>,
    /// The URL at which the service is known to others, without a path.
    pub url: String,
    /// The token that proves who can read the data folder.
    pub owner_token: Arc<str>,
    /// The certificate, for a service that speaks TLS itself.
    pub tls: Option<Arc<Tls>>,
    /// The most messages that one search looks at.
    pub looks_at: u32,
}

impl std::fmt::Debug for ServiceParts {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("ServiceParts")
            .field("url", &self.url)
            .finish_non_exhaustive()
    }
}

/// A service that is ready to be served.
#[derive(Debug)]
pub struct Service {
    state: AppState,
    manage: Arc<Manage>,
    audit_head: HeadTeller,
    tasks: TaskTracker,
    idle: Duration,
    opening: Opening,
    shutdown_delay: Duration,
    /// Reads prices again, where an operator keeps any.
    price_reload: Option<PriceReload>,
    /// Plans what other nodes set up, until the service is dropped.
    _follower: AbortOnDropHandle<()>,
    /// Publishes the signing keys that other nodes make, until the service is dropped.
    _signing_keys: AbortOnDropHandle<()>,
    /// Drops keys that nothing needs any more, until the service is dropped.
    _keeper: AbortOnDropHandle<()>,
    /// Makes the guard's blocks durable, until the service is dropped.
    _blocks: AbortOnDropHandle<()>,
    /// Tells the guard the record of the last day, unless the service is dropped before.
    _recall: AbortOnDropHandle<()>,
    /// Compares the clock of the machine with a server, until the service is dropped.
    _time_server: Option<AbortOnDropHandle<()>>,
    /// Says when the clock of the service and the wall clock are apart, until the service is dropped.
    _wall_clock: AbortOnDropHandle<()>,
}

impl Service {
    /// Puts the parts together. Messages go by the setup from now on. Call this within a tokio runtime.
    ///
    /// # Errors
    /// When the HTTP client cannot start.
    pub fn assemble(parts: ServiceParts) -> anyhow::Result<Self> {
        let tasks = TaskTracker::new();
        let metrics = Arc::new(match parts.tls {
            Some(_) => Metrics::new().with_certificate(),
            None => Metrics::new(),
        });
        let tracer = Tracer::start(parts.settings.telemetry.otlp_endpoint.as_ref())?;
        let store = parts.store;
        let ledger = MeteredLedger::new(store.ledger, Arc::clone(&metrics));
        let ledger: Arc<dyn Ledger> = tracer.ledger(Arc::new(ledger));
        let (records, setup) = (&store.records, &store.setup);
        let (clock, entropy) = (&store.clock, &parts.entropy);
        let limits = LimitsInUse::default();
        let (blocks, begun) = guard::Keeper::new();
        let guard = Arc::new(Guard::new(parts.settings.guard, blocks));
        let prices = Arc::new(Prices::new(parts.prices));
        let messenger = MessengerParts {
            ledger: Arc::clone(&ledger),
            refusals: Arc::clone(&store.refusals),
            clock: Arc::clone(clock),
            entropy: Arc::clone(entropy),
            keys: parts.master_keys.codes(),
            policy: parts.settings.codes.clone(),
            limits: limits.clone(),
            countries: parts.settings.countries,
            guard: Arc::clone(&guard),
            prices: Arc::clone(&prices),
        };
        let messenger = Arc::new(Messenger::new(messenger, Plan::default()));
        let checker = Checker::new(
            Arc::clone(&ledger),
            parts.master_keys.codes(),
            parts.settings.codes,
            clock.now(),
            limits.clone(),
            Arc::clone(&guard),
        )
        .with_guess_limits(parts.settings.guesses);
        let reach = parts.settings.reach.unwrap_or(parts.reach);
        let egress = egress(reach, parts.settings.proxy)?;
        let verifier = parts.settings.verifier.map(VerifierAccount::settings);
        let verifier = verifier
            .transpose()?
            .map(|account| Verifier::new(account, egress.clone()));
        let challenges = Challenges::new(
            parts.master_keys.codes(),
            Arc::clone(clock),
            Arc::clone(entropy),
            verifier,
        );
        let vendors = VendorParts {
            messenger: Arc::clone(&messenger),
            limits: parts.settings.limits.clone(),
            limits_in_use: limits,
            otherwise: parts.otherwise,
            test_numbers: parts.settings.test_numbers,
            records: Arc::clone(records),
            egress,
            clock: Arc::clone(clock),
            entropy: Arc::clone(entropy),
            tracer: tracer.clone(),
        };
        let vendors = Arc::new(Vendors::new(vendors, &setup.setup()));
        let follower = tokio::spawn(Arc::clone(&vendors).follow(Arc::clone(setup)));
        let tokens = Arc::new(Minter::new(
            format!("{}/oidc", parts.url),
            parts.signing_keys,
            parts.subject,
            Arc::clone(entropy),
            Arc::clone(clock),
            SigningRoom::open(SigningRoom::PLACES)?,
        ));
        let manage = Arc::new(Manage::new(ManageParts {
            setup: Arc::clone(setup),
            vendors: Arc::clone(&vendors),
            ledger: Arc::clone(&ledger),
            audit: Arc::clone(&store.audit),
            records: Arc::clone(records),
            nodes: store.nodes,
            staff: Arc::clone(&store.staff),
            tallies: store.tallies,
            erasers: store.erasers.into_iter().chain(parts.erasers).collect(),
            refusals: store.refusals,
            master_keys: Arc::clone(&parts.master_keys),
            limits: parts.settings.limits,
            retention: parts.settings.retention,
            clock: Arc::clone(clock),
            messenger: Arc::clone(&messenger),
            tokens: Arc::clone(&tokens),
            entropy: Arc::clone(entropy),
            tasks: tasks.clone(),
            looks_at: parts.looks_at,
        }));
        let begun = tokio::spawn(guard::keep(begun, Arc::clone(&manage)));
        let recall = guard::recall(Arc::clone(records), guard, clock.now());
        let recall = tokio::spawn(recall);
        // A terminal that closes ends a service in development, as SIGHUP.
        let file = parts
            .settings
            .prices
            .filter(|_| parts.development.is_none());
        let price_reload = file.map(|file| PriceReload { file, prices });
        let opening = opening(&parts.settings.server, parts.tls.as_ref());
        let (signing_keys, of_node) = (Arc::clone(&tokens), Arc::clone(clock));
        let signing_keys = tokio::spawn(async move { signing_keys.keys().follow(&*of_node).await });
        let keeper = tokio::spawn(parts.master_keys.keep());
        let wall_clock = wall_clock::watch(Arc::clone(clock));
        let time_server = parts.settings.clock.sntp.map(TimeServer::new).map(Arc::new);
        let session_parts = SessionParts {
            clock: Arc::clone(&store.clock),
            entropy: Arc::clone(&parts.entropy),
            staff: store.staff,
            setup: Arc::clone(&store.setup),
        };
        let console = parts.settings.console.as_ref();
        let console = console.map(|console| console.url.origin().ascii_serialization());
        let sessions = match parts.development {
            Some(_) => Sessions::of_development(&parts.url, session_parts),
            None => Sessions::of_production(console, session_parts),
        };
        let state = AppState::new(Services {
            messenger,
            checker: Arc::new(checker),
            challenges,
            manage: Arc::clone(&manage),
            vendors,
            setup_store: store.setup,
            ledger,
            records: store.records,
            answers: store.answers,
            clock: store.clock,
            tokens,
            entropy: parts.entropy,
            tasks: tasks.clone(),
            low_priority: LowPriority::start()?,
            operator_token: parts.owner_token,
            metrics,
            tracer,
            stopping: CancellationToken::new(),
            // A proxy in front of a service in development is on this machine: no other can reach it.
            proxies: match parts.development {
                Some(_) => Networks::loopback(),
                None => parts.settings.server.trusted_proxies,
            },
            url: parts.url.clone(),
            tls: parts.tls,
            serves_reference: parts.development.is_some() || parts.settings.server.docs,
            open: OpenConnections::default(),
            time_server: time_server.clone(),
            sessions: Arc::new(sessions),
            development: parts.development,
        });
        Ok(Self {
            state,
            manage,
            audit_head: HeadTeller::start(store.audit),
            tasks,
            idle: parts.settings.server.idle,
            opening,
            _follower: AbortOnDropHandle::new(follower),
            _signing_keys: AbortOnDropHandle::new(signing_keys),
            _keeper: AbortOnDropHandle::new(keeper),
            _blocks: AbortOnDropHandle::new(begun),
            _recall: AbortOnDropHandle::new(recall),
            shutdown_delay: parts.settings.server.shutdown_delay,
            price_reload,
            _wall_clock: wall_clock,
            _time_server: time_server.map(TimeServer::watch),
        })
    }

    /// Returns the acts of an operator on this service.
    #[must_use]
    pub fn manage(&self) -> &Manage {
        &self.manage
    }

    /// Serves until told to stop, then lets requests and tasks under way come to their end.
    ///
    /// # Errors
    /// When the system allows no listening for SIGHUP.
    pub async fn serve(self, listeners: Listeners, mut signals: Signals) -> io::Result<()> {
        let reloads = |reload: PriceReload| Ok::<_, io::Error>(reload.on(signals.reloads()?));
        let _price_reload = self.price_reload.map(reloads).transpose()?;
        let api = Door {
            listener: listeners.api,
            answers: connection::Answers {
                site: http::site(self.state.clone()),
                refusals: http::refusals(self.state.clone()),
                idle: self.idle,
                open: self.state.open.clone(),
            },
            proxies: self.state.proxies.clone(),
            opening: self.opening,
        };
        let monitor = listeners.monitor.map(|listener| Door {
            listener,
            answers: connection::Answers {
                site: http::monitor(self.state.clone()),
                refusals: connection::Refusals::bare(),
                idle: self.idle,
                open: OpenConnections::default(),
            },
            proxies: Networks::loopback(),
            opening: Opening::default(),
        });
        let console = listeners.console.map(|listener| Door {
            listener,
            answers: connection::Answers {
                site: http::console(self.state.clone()),
                refusals: connection::Refusals::bare(),
                idle: self.idle,
                open: OpenConnections::default(),
            },
            proxies: self.state.proxies.clone(),
            opening: Opening::default(),
        });
        let _watchdog = supervisor::feed(Arc::clone(&self.state.ledger));
        let stopping = self.state.stopping.clone();
        let doors = Doors {
            api,
            monitor,
            console,
        };
        lifecycle::serve(doors, self.tasks, stopping, self.shutdown_delay, signals).await;
        self.audit_head.say().await;
        self.state.tracer.clone().end().await;
        Ok(())
    }
}

/// How connections of callers begin.
fn opening(server: &ServerSettings, tls: Option<&Arc<Tls>>) -> Opening {
    Opening {
        heralds: match server.proxy_protocol {
            true => server.trusted_proxies.clone(),
            false => Networks::default(),
        },
        tls: tls.map(|tls| tls.acceptor()),
    }
}

/// The way out to vendors, through a proxy where the settings name one.
///
/// # Errors
/// When the operating system has no certificates to trust.
pub fn egress(reach: Reach, proxy: Option<Proxy>) -> anyhow::Result<Egress> {
    let straight = Egress::new(reach)?;
    Ok(match proxy {
        Some(proxy) => straight.through(proxy),
        None => straight,
    })
}

/// The sockets that a service listens with.
#[derive(Debug)]
pub struct Listeners {
    /// For callers.
    pub api: TcpListener,
    /// For health and metrics.
    pub monitor: Option<TcpListener>,
    /// For the console, in production.
    pub console: Option<TcpListener>,
}

/// Opens the store of `home`, with a clock that stays ahead of the record. With `accept_restored`, the database is taken as
/// one that was put back; without, such a database is refused.
///
/// # Errors
/// When the folder cannot be written to, or the database cannot be opened with these keys or was put back.
pub async fn open_store(
    home: Home,
    keys: &Keys,
    accept_restored: bool,
) -> anyhow::Result<OpenStore> {
    let unwritable = "the data folder cannot be written to";
    let path = home.path().to_owned();
    let clock = Arc::new(SystemClock::of(&path, Machine)?);
    let time = Arc::clone(&clock) as _;
    let store = home.open(&keys.store(), time, accept_restored).await?;
    let in_order = master_keys::in_order(&*store.generations, keys.clone());
    let check_values = in_order.passcodes().check_values();
    let knows = store
        .generations
        .knows_key(master_keys::PASSCODE, &check_values);
    if !knows.await? {
        return Err(KeysError::OtherPasscodeKey.into());
    }
    let behind = store.housekeeping.clock_was_behind();
    clock.keep_ahead(&path, behind).context(unwritable)?;
    Ok(store)
}

/// Returns the key of the pseudonyms in tokens, which `store` keeps from the first of its master keys on.
///
/// # Errors
/// When the database cannot be read or written.
pub async fn subject_key(store: &dyn Generations, keys: &Keys) -> anyhow::Result<SubjectKey> {
    let oldest = keys.all().last().unwrap_or(keys.newest()).store();
    let first = SubjectKey::derive(&oldest.index).unwrap_or_default();
    let kept = store.kept_key("subject", &first).await?;
    SubjectKey::new(&kept).context("the key of pseudonyms cannot be used")
}
