//! The settings of a deployment. `countersign.default.toml` describes and holds every default; a settings file, the
//! environment and the flags of a command change what they name, each before the one in front of it.

mod challenge;
mod clock;
mod codes;
mod countries;
mod draft;
mod guard;
mod guesses;
mod keys;
mod layers;
mod limits;
mod maximum;
mod prices;
mod problems;
mod retention;
mod server;
mod telemetry;
mod test_numbers;

use std::collections::BTreeMap;

use anyhow::{Context, bail};
use countersign_core::country_rules::CountryRules;
use countersign_core::guard::GuardSettings;
use countersign_core::limit::guess_sources::GuessLimits;
use countersign_core::limit::{BaseLimits, Mode};
use countersign_core::policy::CodePolicy;
use countersign_core::retention::Retention;
use countersign_providers::egress::{Proxy, Reach};
use serde::Deserialize;
use toml::Table;

use super::keys::KeySource;
use super::price_file::PriceFile;

pub use challenge::VerifierAccount;
pub use clock::ClockSettings;
pub use draft::Draft;
pub use layers::Layers;
pub use problems::Judged;
pub use server::{ConsoleSettings, ServerSettings, StoreSettings, TlsFiles, server_url};
pub use telemetry::TelemetrySettings;

/// What a deployment has decided on.
#[derive(Debug)]
pub struct Settings {
    /// Where the service listens, and for whom.
    pub server: ServerSettings,
    /// Where decisions are kept.
    pub store: StoreSettings,
    /// Where the keys are.
    pub keys: KeySource,
    /// Where the console is; `None` for nowhere but in development.
    pub console: Option<ConsoleSettings>,
    /// With what the clock is compared.
    pub clock: ClockSettings,
    /// The rules of codes.
    pub codes: CodePolicy,
    /// The limits on wrong guesses by where they come from.
    pub guesses: GuessLimits,
    /// The limits on sends.
    pub limits: BaseLimits,
    /// The country of the deployment, and those that its sends may reach.
    pub countries: CountryRules,
    /// The guard against SMS pumping.
    pub guard: GuardSettings,
    /// Where the prices of messages are; `None` where an operator keeps none.
    pub prices: Option<PriceFile>,
    /// How long messages, and events of codes, are kept.
    pub retention: Retention,
    /// Whether numbers for tests are used.
    pub test_numbers: bool,
    /// How far requests to vendors may reach; `None` leaves it to the verb.
    pub reach: Option<Reach>,
    /// The proxy that requests to vendors go through.
    pub proxy: Option<Proxy>,
    /// Where traces go.
    pub telemetry: TelemetrySettings,
    /// The service whose tokens stand in for proof of work.
    pub verifier: Option<VerifierAccount>,
}

/// The verb that settings are read for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Purpose {
    /// `countersign dev`: limits monitor, but for those of a file that say otherwise, and every country is allowed.
    Development,
    /// `countersign serve`: a limit without a mode is enforced, and only the home country is allowed.
    Production,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    #[serde(default)]
    server: server::Server,
    #[serde(default)]
    store: server::Store,
    #[serde(default)]
    keys: keys::KeysSection,
    #[serde(default)]
    console: server::Console,
    #[serde(default)]
    clock: clock::ClockSection,
    #[serde(default)]
    codes: codes::Codes,
    guesses: guesses::GuessesSection,
    #[serde(default)]
    countries: countries::CountriesSection,
    #[serde(default)]
    limits: Vec<limits::LimitSection>,
    #[serde(default)]
    guard: guard::GuardSection,
    #[serde(default)]
    prices: prices::PricesSection,
    #[serde(default)]
    retention: retention::RetentionSection,
    #[serde(default)]
    test_numbers: test_numbers::TestNumbersSection,
    #[serde(default)]
    providers: Providers,
    #[serde(default)]
    telemetry: telemetry::TelemetrySection,
    #[serde(default)]
    challenge: challenge::ChallengeSection,
    #[serde(default)]
    applications: BTreeMap<String, codes::ApplicationSection>,
}

#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct Providers {
    reach: Option<String>,
    proxy: Option<String>,
}

impl Settings {
    /// The settings of these layers.
    ///
    /// # Errors
    /// A sentence that names the setting and the constraint. About a setting that does not exist it names the nearest
    /// one that does.
    pub fn of(layers: &Layers, purpose: Purpose) -> anyhow::Result<Self> {
        let read = || -> anyhow::Result<Self> {
            let settings = Self::read(layers.merged(purpose), purpose)?.beside(layers);
            settings.server.agree().context("server")?;
            Ok(settings)
        };
        read().with_context(|| layers.to_string())
    }

    /// These settings, with relative paths of certificates and prices beside the settings file, and the folder of a node.
    fn beside(mut self, layers: &Layers) -> Self {
        let Some(folder) = layers.folder() else {
            return self;
        };
        if let Some(tls) = &mut self.server.tls {
            tls.beside(folder);
        }
        self.store.beside(folder);
        self.prices = self.prices.map(|file| file.beside(folder));
        self
    }

    fn read(table: Table, purpose: Purpose) -> anyhow::Result<Self> {
        let sources = limits::sources(&table, &layers::defaults(purpose));
        let file: File = layers::typed(table)?;
        let otherwise = match purpose {
            Purpose::Development => Mode::Monitor,
            Purpose::Production => Mode::Enforce,
        };
        let countries = file.countries.rules(purpose).context("countries")?;
        let reach = file.providers.reach.as_deref().map(reach).transpose();
        let proxy = file.providers.proxy.as_deref().map(Proxy::parse);
        let codes = codes::policy(file.codes, file.applications)?;
        let guard = file
            .guard
            .settings(otherwise, codes.longest_life())
            .context("guard")?;
        Ok(Self {
            server: file.server.settings().context("server")?,
            store: file.store.settings().context("store")?,
            keys: file.keys.source().context("keys")?,
            console: file.console.settings().context("console")?,
            clock: file.clock.settings().context("clock")?,
            codes,
            guard,
            limits: limits::limits(file.limits, &sources, otherwise, countries.home)?,
            countries,
            guesses: file.guesses.limits(otherwise).context("guesses")?,
            prices: file.prices.file(),
            retention: file.retention.settings().context("retention")?,
            test_numbers: file.test_numbers.are_allowed(purpose),
            reach: reach.context("providers")?,
            proxy: proxy.transpose().context("providers: proxy")?,
            telemetry: file.telemetry.settings().context("telemetry")?,
            verifier: file.challenge.account().context("challenge")?,
        })
    }
}

fn reach(name: &str) -> anyhow::Result<Reach> {
    Ok(match name {
        "public" => Reach::Public,
        "loopback" => Reach::Loopback,
        "anywhere" => Reach::Anywhere,
        _ => bail!("reach is public, loopback or anywhere, not {name:?}"),
    })
}

#[cfg(test)]
mod tests;
