//! `countersign serve`: the service in production.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;

use anyhow::{Context, anyhow, bail};
use clap::Args;
use countersign_core::application::AppId;
use countersign_core::phone;
use countersign_core::ports::setup::SetupStore;
use countersign_providers::egress::Reach;
use countersign_store::RecentRefusals;
use countersign_store::sqlite::SqliteStore;
use tracing_subscriber::filter::LevelFilter;

use super::running::Opened;
use super::{dev, listen, program};
use crate::config::listen_address;
use crate::config::price_file::PriceFile;
use crate::config::settings::{Layers, Purpose, Settings};
use crate::lifecycle::Signals;
use crate::service::{Service, ServiceParts};
use crate::system::OsEntropy;
use crate::telemetry;
use crate::tls::Tls;
use crate::token::SigningKeys;

/// The address of the API where none is named, and its port.
const LISTEN: SocketAddr = SocketAddr::new(IpAddr::V4(Ipv4Addr::LOCALHOST), PORT);
const PORT: u16 = 8480;

#[derive(Args)]
#[command(
    after_help = "Examples:\n  countersign init /etc/countersign --url https://sms.example.com\n  \
        countersign serve --config /etc/countersign/countersign.toml"
)]
pub(super) struct Serve {
    /// Settings to go by (countersign.default.toml describes them)
    #[arg(long, value_name = "FILE")]
    config: PathBuf,
    /// Address of the API, before the one in the settings; port 0 picks a free one
    #[arg(long, value_name = "ADDR", value_parser = address)]
    listen: Option<SocketAddr>,
    /// Folder for everything that is kept, before the one in the settings
    #[arg(long, value_name = "DIR", conflicts_with = "database_url")]
    data: Option<String>,
    /// Take the database as one that was put back: earlier codes are dead, and sends wait for a minute
    #[arg(long)]
    accept_restored: bool,
    /// PostgreSQL instead of a folder (not built yet)
    #[arg(long, value_name = "URL")]
    database_url: Option<String>,
}

impl Serve {
    pub(super) async fn run(self) -> anyhow::Result<ExitCode> {
        // Warnings about settings are lines of the log too.
        let _logs = telemetry::start(LevelFilter::INFO)?;
        let settings = Settings::of(&self.layers()?, Purpose::Production)?;
        if settings.store.names_database || self.database_url.is_some() {
            bail!(
                "PostgreSQL is not built yet: name a folder for the embedded store with [store] data"
            );
        }
        let prices = settings.prices.as_ref().map(PriceFile::read).transpose()?;
        let tls = settings.server.tls.clone().map(Tls::open).transpose()?;
        let data = settings.store.data.clone();
        let data = data.context("[store] data must name a folder for everything that is kept")?;
        let url = settings.server.url.as_ref();
        let url = url.context("[server] url must say how the world reaches the service, such as https://sms.example.com")?;
        let url = url.as_str().trim_end_matches('/').to_owned();
        let listen = settings.server.listen.unwrap_or(LISTEN);
        let signals = Signals::listen()?;
        phone::warm_up();
        let source = settings.keys.clone();
        let keys = |folder: &std::path::Path| source.keys(folder);
        let opened = Opened::new(&data, &source, keys, listen, tls, self.accept_restored)?;
        check_secrets(&opened.store)?;
        check_providers(&opened.store, settings.server.allow_no_provider)?;
        warn_of_test_numbers(&opened.store, settings.test_numbers);
        let monitor = settings.server.monitor_listen.map(listen::on);
        let monitor = monitor.transpose()?;
        opened.store.keep_for(settings.retention);
        let clock = opened.store.clock();
        let refusals = Arc::new(RecentRefusals::default());
        let service = Service::assemble(ServiceParts {
            signing_keys: SigningKeys::of(&data, clock.now())?,
            ledger: Arc::<SqliteStore>::clone(&opened.store),
            audit: Arc::<SqliteStore>::clone(&opened.store),
            records: Arc::<SqliteStore>::clone(&opened.store),
            answers: Arc::<SqliteStore>::clone(&opened.store),
            tallies: Arc::<SqliteStore>::clone(&opened.store),
            erasers: vec![
                Arc::<SqliteStore>::clone(&opened.store),
                Arc::<RecentRefusals>::clone(&refusals),
            ],
            refusals,
            setup: Arc::<SqliteStore>::clone(&opened.store),
            clock,
            entropy: Arc::new(OsEntropy),
            master_keys: Arc::clone(&opened.master_keys),
            subject: opened.subject.clone(),
            settings,
            prices: prices.unwrap_or_default(),
            reach: Reach::Public,
            otherwise: None,
            development: None,
            url,
            owner_token: opened.note.token.clone().into(),
            tls: opened.tls.clone(),
        })?;
        opened.serve(service, monitor, signals, &data).await?;
        Ok(ExitCode::SUCCESS)
    }

    fn layers(&self) -> anyhow::Result<Layers> {
        let layers = Layers::of(Some(&self.config))?
            .with_flag(
                "server",
                "listen",
                self.listen.map(|listen| listen.to_string()),
            )
            .with_flag("store", "data", self.data.clone());
        Ok(layers)
    }
}

fn address(text: &str) -> Result<SocketAddr, String> {
    listen_address::parse(text, PORT)
}

/// Refuses a data folder that development used: everybody knows the secrets in it.
fn check_secrets(store: &SqliteStore) -> anyhow::Result<()> {
    let now = store.clock().now();
    let app = store.application_with_secret(&AppId::parse(dev::APP_ID)?, dev::APP_SECRET, now);
    if app.is_some() || store.setup().access_keys.contains_key(dev::ACCESS_KEY) {
        return Err(anyhow!(
            "`{name} dev` has used the data folder, and everybody knows the secrets that it makes: name a new folder, which \
             `{name} init` prepares",
            name = program::name()
        ));
    }
    Ok(())
}

/// Refuses a service that could send nothing, unless the operator allows it, for the time until a provider is set up.
fn check_providers(store: &SqliteStore, is_allowed: bool) -> anyhow::Result<()> {
    if !store.setup().providers.is_empty() {
        return Ok(());
    }
    if !is_allowed {
        return Err(anyhow!(
            "no SMS provider is set up: set allow_no_provider = true in [server], start, and add one with `{} provider \
             add --config FILE`",
            program::name()
        ));
    }
    tracing::warn!(
        "no SMS provider is set up: every send is refused with apiCode 2990001 until one is"
    );
    Ok(())
}

/// Says in the log that numbers for tests are allowed, or set up and not used.
fn warn_of_test_numbers(store: &SqliteStore, are_allowed: bool) {
    let numbers = store.setup().test_numbers.len();
    if are_allowed {
        tracing::warn!(
            numbers,
            "test numbers are allowed: messages to them reach no vendor, and anyone who knows a fixed code can prove such a number"
        );
    } else if numbers > 0 {
        tracing::warn!(
            numbers,
            "test numbers are set up and not used: messages to them go to vendors"
        );
    }
}
