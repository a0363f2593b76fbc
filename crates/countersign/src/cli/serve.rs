//! `countersign serve`: the service in production.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;

use anyhow::{Context, anyhow};
use clap::Args;
use countersign_core::application::AppId;
use countersign_core::phone;
use countersign_core::ports::setup::SetupStore;
use countersign_providers::egress::Reach;
use countersign_store::OpenStore;
use tracing_subscriber::filter::LevelFilter;

use super::running::Opened;
use super::{dev, listen, program};
use crate::config::listen_address;
use crate::config::price_file::PriceFile;
use crate::config::settings::{Layers, Purpose, Settings};
use crate::lifecycle::Signals;
use crate::manage::LOOKS_AT;
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
    #[arg(long, value_name = "DIR")]
    data: Option<String>,
    /// PostgreSQL that the nodes of the deployment share, before the one in the settings; the folder holds keys then
    #[arg(long, value_name = "URL")]
    database_url: Option<String>,
    /// Take the database as one that was put back: earlier codes are dead, and sends wait for a minute
    #[arg(long)]
    accept_restored: bool,
}

impl Serve {
    pub(super) async fn run(self) -> anyhow::Result<ExitCode> {
        // Warnings about settings are lines of the log too.
        let _logs = telemetry::start(LevelFilter::INFO)?;
        let settings = Settings::of(&self.layers()?, Purpose::Production)?;
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
        let database = settings.store.database.clone();
        let opened = Opened::new(
            &data,
            database,
            &source,
            keys,
            listen,
            tls,
            self.accept_restored,
        );
        let opened = opened.await?;
        let store = &opened.store;
        check_secrets(store)?;
        check_providers(&*store.setup, settings.server.allow_no_provider)?;
        warn_of_test_numbers(&*store.setup, settings.test_numbers);
        let monitor = settings.server.monitor_listen.map(listen::on);
        let monitor = monitor.transpose()?;
        let console = settings.console.as_ref();
        let console = console.map(|console| listen::on(console.listen));
        let console = console.transpose().context("[console]")?;
        say_of_staff(&*store.setup, console.is_some());
        store.housekeeping.keep_for(settings.retention);
        let service = Service::assemble(ServiceParts {
            signing_keys: SigningKeys::open(store, &data).await?,
            store: store.clone(),
            erasers: Vec::new(),
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
            looks_at: LOOKS_AT,
        })?;
        opened
            .serve(service, (monitor, console), signals, &data)
            .await?;
        Ok(ExitCode::SUCCESS)
    }

    fn layers(&self) -> anyhow::Result<Layers> {
        let layers = Layers::of(Some(&self.config))?
            .with_flag(
                "server",
                "listen",
                self.listen.map(|listen| listen.to_string()),
            )
            .with_flag("store", "data", self.data.clone())
            .with_flag("store", "database_url", self.database_url.clone());
        Ok(layers)
    }
}

fn address(text: &str) -> Result<SocketAddr, String> {
    listen_address::parse(text, PORT)
}

/// Refuses a data folder that development used: everybody knows the secrets in it.
fn check_secrets(store: &OpenStore) -> anyhow::Result<()> {
    let (setup, now) = (&store.setup, store.clock.now());
    let app = setup.application_with_secret(&AppId::parse(dev::APP_ID)?, dev::APP_SECRET, now);
    if app.is_some() || setup.setup().access_keys.contains_key(dev::ACCESS_KEY) {
        return Err(anyhow!(
            "`{name} dev` has used the data folder, and everybody knows the secrets that it makes: name a new folder, which \
             `{name} init` prepares",
            name = program::name()
        ));
    }
    Ok(())
}

/// Refuses a service that could send nothing, unless the operator allows it, for the time until a provider is set up.
fn check_providers(store: &dyn SetupStore, is_allowed: bool) -> anyhow::Result<()> {
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

/// Says in the log that nobody can sign in to the console yet.
fn say_of_staff(store: &dyn SetupStore, has_console: bool) {
    let setup = store.setup();
    let mut people = setup.people.values();
    if has_console && people.all(|person| person.credentials().is_none()) {
        tracing::warn!(
            "nobody can sign in to the console yet: countersign staff invite --role owner prints a link for the first owner"
        );
    }
}

/// Says in the log that numbers for tests are allowed, or set up and not used.
fn warn_of_test_numbers(store: &dyn SetupStore, are_allowed: bool) {
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
