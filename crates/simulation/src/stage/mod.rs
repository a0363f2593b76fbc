//! The stage of a simulation: the parts of a service that judge sends and checks, over a real store in virtual time.
//!
//! The [`Messenger`], the [`Checker`] and the embedded store are those of a service. Played are the clock, the vendor
//! that carries messages, and the disk: commits do not wait for it.

mod carrier;
mod clock;
mod committing;
mod deployment;
mod folder;
mod place;

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use countersign_core::application::Application;
use countersign_core::code::check::{Caller, Checked};
use countersign_core::code::checker::{Checker, GuessInput};
use countersign_core::code::keyring::PasscodeKeyring;
use countersign_core::country_rules::Countries;
use countersign_core::entropy::Entropy;
use countersign_core::guard::Guard;
use countersign_core::id::RequestId;
use countersign_core::limit::guess_sources::GuessSource;
use countersign_core::limit::{LimitsInUse, Refusal, SendLimits, Standing};
use countersign_core::ports::ledger::Ledger;
use countersign_core::ports::setup::SetupStore;
use countersign_core::send::messenger::{Messenger, MessengerParts, Plan, SendError, SendRequest};
use countersign_core::send::route::Routes;
use countersign_core::time::{Clock, Timestamp};
use countersign_store::RecentRefusals;
use countersign_store::sqlite::{SimulatedWriter, SqliteStore};
use futures_util::future::join_all;

use crate::SimulationError;
use crate::quotas;
use crate::traffic::day::Forecast;
use crate::traffic::{Act, Answer, App, Ask, Guess, Second};
use carrier::Carrier;
use clock::VirtualClock;
use committing::committing;
pub use deployment::Deployment;
use folder::Folder;
pub use place::Keep;
use place::Place;

/// The parts of a service, ready to be used.
pub(crate) struct Stage {
    clock: Arc<VirtualClock>,
    messenger: Messenger,
    checker: Checker,
    carrier: Arc<Carrier>,
    entropy: Arc<dyn Entropy>,
    apps: BTreeMap<App, Arc<Application>>,
    writer: Mutex<SimulatedWriter>,
    midnight: Timestamp,
    // Dropped last: the store writes into it until it is dropped.
    _folder: Option<Folder>,
}

/// The answer to an act, with the rule behind it where there is one.
#[derive(Debug)]
pub(crate) struct Told {
    pub(crate) answer: Answer,
    pub(crate) refusal: Option<Refusal>,
}

impl Told {
    const fn plain(answer: Answer) -> Self {
        Self {
            answer,
            refusal: None,
        }
    }
}

impl Stage {
    /// Sets the stage with an empty store, which ends with it unless it is to be kept.
    ///
    /// # Errors
    /// [`SimulationError`] when the store cannot be opened, or the limits cannot be judged together.
    pub(crate) async fn set(
        deployment: &Deployment,
        foreseen: &[Forecast],
        keep: Option<Keep>,
    ) -> Result<Self, SimulationError> {
        let place = match keep {
            Some(keep) => Place::kept(keep),
            None => Place::temporary(&*deployment.entropy)?,
        };
        let midnight = place.midnight;
        let quotas = quotas::raised(deployment.limits.clone(), foreseen);
        let limits = LimitsInUse::from(SendLimits::at_home(deployment.home, quotas)?);
        let clock = Arc::new(VirtualClock::at(midnight));
        let (store, writer) =
            SqliteStore::open_for_simulation(place.owned, &place.keys, Arc::clone(&clock) as _)?;
        let (store, writer) = (Arc::new(store), Mutex::new(writer));
        let apps = deployment::applications(midnight);
        let setup: &dyn SetupStore = &*store;
        committing(
            &writer,
            deployment::set_up(&apps, setup, &*deployment.entropy),
        )
        .await?;
        let ledger: Arc<dyn Ledger> = store;
        let keys = PasscodeKeyring::new(place.passcodes);
        let carrier = Arc::new(Carrier::default());
        let guard = Arc::new(Guard::of_one_process(deployment.guard));
        let messenger = MessengerParts {
            ledger: Arc::clone(&ledger),
            refusals: Arc::new(RecentRefusals::default()),
            clock: Arc::clone(&clock) as _,
            entropy: Arc::clone(&deployment.entropy),
            keys: keys.clone(),
            policy: deployment.codes.clone(),
            limits: limits.clone(),
            countries: deployment.countries(),
            prices: Arc::default(),
            guard: Arc::clone(&guard),
        };
        let plan = Plan {
            routes: Routes::through(Arc::clone(&carrier) as _, Countries::All),
            ..Plan::default()
        };
        let codes = deployment.codes.clone();
        Ok(Self {
            messenger: Messenger::new(messenger, plan),
            checker: Checker::new(ledger, keys, codes, midnight, limits, guard),
            clock,
            carrier,
            entropy: Arc::clone(&deployment.entropy),
            apps,
            writer,
            midnight,
            _folder: place.temporary,
        })
    }

    /// Moves the virtual time to `second`.
    pub(crate) fn turn_to(&self, second: Second) {
        self.clock
            .set(self.midnight.after(Duration::from_secs(second)));
    }

    /// Performs `acts` as a service performs concurrent requests, and returns the answers in the order of the acts.
    ///
    /// # Errors
    /// [`SimulationError`] when the store could not decide.
    pub(crate) async fn perform(&self, acts: &[Act]) -> Result<Vec<Told>, SimulationError> {
        let answers = join_all(acts.iter().map(|act| self.perform_one(act)));
        let told = committing(&self.writer, answers).await;
        told.into_iter().collect()
    }

    async fn perform_one(&self, act: &Act) -> Result<Told, SimulationError> {
        let request_id = RequestId::generate(self.clock.now(), &*self.entropy)?;
        match act {
            Act::Send(ask) => self.send(request_id, ask).await,
            Act::Check(guess) => self.check(request_id, guess).await,
        }
    }

    async fn send(&self, request_id: RequestId, ask: &Ask) -> Result<Told, SimulationError> {
        let request = SendRequest {
            request_id,
            app: self.application(ask.app)?,
            channel: ask.channel,
            phone: ask.phone.clone(),
            caller: Some(ask.client),
            standing: match ask.solved {
                true => Standing::Trusted,
                false => ask.client.standing(ask.app.solves_challenges()),
            },
            language: None,
            claim: None,
        };
        match self.messenger.send(request).await {
            Ok(message) => {
                let code = self.carrier.take(message).ok_or(SimulationError::Lost)?;
                Ok(Told::plain(Answer::Sent(code)))
            }
            Err(SendError::Limited(refusal)) => Ok(Told {
                answer: Answer::Wait(whole_seconds(refusal.wait())),
                refusal: Some(refusal),
            }),
            Err(SendError::ChallengeNeeded(refusal)) => Ok(Told {
                answer: Answer::Challenge,
                refusal: Some(refusal),
            }),
            Err(SendError::CountryNotAllowed(_)) => Ok(Told::plain(Answer::NotAllowed)),
            Err(error) => Err(error.into()),
        }
    }

    async fn check(&self, request_id: RequestId, guess: &Guess) -> Result<Told, SimulationError> {
        let input = GuessInput {
            request_id,
            caller: Caller::Application,
            app: self.application(guess.app)?.id.clone(),
            channel: guess.channel,
            phone: guess.phone.clone(),
            source: GuessSource::UNCOUNTED,
            passcode: guess.typed.clone(),
            claim: None,
        };
        let checked = self.checker.check(input).await?;
        let is_right = matches!(checked, Checked::Right { .. });
        Ok(Told::plain(Answer::Checked(is_right)))
    }

    fn application(&self, app: App) -> Result<Arc<Application>, SimulationError> {
        let known = self.apps.get(&app).cloned();
        known.ok_or(SimulationError::NoApplication)
    }
}

/// Returns a wait in the whole seconds that an answer names (`Retry-After`), rounded up.
fn whole_seconds(wait: Duration) -> u64 {
    u64::try_from(wait.as_millis().div_ceil(1_000)).unwrap_or(u64::MAX)
}
