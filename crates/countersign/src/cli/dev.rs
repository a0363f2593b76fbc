//! `countersign dev`: the whole service on this machine, nothing to configure.

use std::collections::BTreeSet;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;

use anyhow::{Context, bail};
use clap::Args;
use countersign_core::application::{AppId, AppName, Origin, Origins};
use countersign_core::country_rules::Countries;
use countersign_core::phone::{self, Country};
use countersign_core::ports::provider::Provider;
use countersign_core::time::Clock;
use countersign_providers::carriage::Guarded;
use countersign_providers::development::loopback::Loopback;
use countersign_providers::development::outbox::Outbox;
use countersign_providers::development::sink::Sink;
use countersign_providers::egress::Reach;
use tracing_subscriber::filter::LevelFilter;

use super::running::Opened;
use super::screen::Screen;
use super::{program, say};
use crate::config::keys::{KeySource, Keys};
use crate::config::listen_address;
use crate::config::price_file::PriceFile;
use crate::config::provider::ProviderSpec;
use crate::config::settings::{Layers, Purpose, Settings};
use crate::first_calls::FirstCalls;
use crate::http::Development;
use crate::lifecycle::Signals;
use crate::manage::{LOOKS_AT, Manage};
use crate::service::{Service, ServiceParts};
use crate::system::OsEntropy;
use crate::telemetry;
use crate::token::SigningKeys;

pub(super) const DATA: &str = "countersign-data";
/// The port that is listened on where none is named.
const PORT: u16 = 8480;
pub(super) const APP_ID: &str = "dev-app";
pub(super) const APP_SECRET: &str = "dev-app-secret";
pub(super) const ACCESS_KEY: &str = "dev-access-key";
const ACCESS_KEY_SECRET: &str = "dev-access-key-secret";
const APP_NAME: &str = "Countersign";

#[derive(Args)]
#[command(
    after_help = "Examples:\n  countersign dev\n  countersign dev --countries CN,US --data /tmp/try\n  countersign dev --quiet --provider http:http://127.0.0.1:9000/sms"
)]
pub(super) struct Dev {
    /// Address to listen on, loopback only; port 0 picks a free one
    #[arg(long, value_name = "ADDR", default_value = "127.0.0.1:8480", value_parser = address)]
    listen: SocketAddr,
    /// Folder for everything that is kept
    #[arg(long, value_name = "DIR", default_value = DATA)]
    data: PathBuf,
    /// PostgreSQL that several nodes share; the folder holds keys and the phone then
    #[arg(long, value_name = "URL")]
    database_url: Option<String>,
    /// Countries to serve, such as CN,US (default: all)
    #[arg(long, value_name = "LIST", value_parser = countries)]
    countries: Option<Countries>,
    /// Who carries messages: outbox, sink or http:URL of a loopback listener
    #[arg(long, value_name = "PROVIDER", default_value = "outbox")]
    provider: ProviderSpec,
    /// Settings to go by (countersign.default.toml describes them)
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,
    /// Take the database as one that was put back: earlier codes are dead, and sends wait for a minute
    #[arg(long)]
    accept_restored: bool,
    /// The most messages that one search looks at, for tests of what a search says that goes no further
    #[arg(long, hide = true, default_value_t = LOOKS_AT)]
    looks_at: u32,
    /// Draw nothing, and log warnings and errors only
    #[arg(long)]
    quiet: bool,
}

impl Dev {
    pub(super) async fn run(self) -> anyhow::Result<ExitCode> {
        if !self.listen.ip().is_loopback() {
            bail!(
                "dev listens on loopback only, not on {}: its secret is known and it shows codes to anyone who asks",
                self.listen
            );
        }
        let layers = Layers::of(self.config.as_deref())?.with_flag(
            "store",
            "database_url",
            self.database_url.clone(),
        );
        let settings = Settings::of(&layers, Purpose::Development)?;
        let prices = settings.prices.as_ref().map(PriceFile::read).transpose()?;
        let signals = Signals::listen()?;
        let _logs = telemetry::start(self.log_level())?;
        phone::warm_up();

        let opened = Opened::new(
            &self.data,
            settings.store.database.clone(),
            &KeySource::Folder,
            |folder| Keys::of(folder, &OsEntropy),
            self.listen,
            None,
            self.accept_restored,
        );
        let opened = opened.await?;
        let store = &opened.store;
        let outbox = self.outbox(Arc::clone(&store.clock))?;
        let provider = Guarded::unbounded(self.provider(&outbox)?, Arc::clone(&store.clock));

        store.housekeeping.keep_for(settings.retention);
        let countries = self.countries.clone().unwrap_or(Countries::All);
        let calls = FirstCalls::new(opened.note.url.clone(), APP_ID, APP_SECRET, &countries)?;
        let development = Arc::new(Development {
            outbox: Arc::clone(&outbox),
            calls,
            program: program::name(),
        });
        let service = Service::assemble(ServiceParts {
            signing_keys: SigningKeys::open(store, &self.data).await?,
            store: store.clone(),
            erasers: vec![outbox],
            entropy: Arc::new(OsEntropy),
            master_keys: Arc::clone(&opened.master_keys),
            subject: opened.subject.clone(),
            settings,
            prices: prices.unwrap_or_default(),
            reach: Reach::Loopback,
            otherwise: Some((Arc::new(provider), countries)),
            development: Some(Arc::clone(&development)),
            url: opened.note.url.clone(),
            owner_token: opened.note.token.clone().into(),
            tls: None,
            looks_at: self.looks_at,
        })?;
        ensure_known_secrets(service.manage()).await?;
        if !self.quiet {
            say(banner(&development.calls, &self.data));
        }
        opened
            .serve(service, (None, None), signals, &self.data)
            .await?;
        Ok(ExitCode::SUCCESS)
    }

    /// The level of logs, where `RUST_LOG` names none.
    fn log_level(&self) -> LevelFilter {
        match self.quiet {
            true => LevelFilter::WARN,
            false => LevelFilter::INFO,
        }
    }

    fn provider(&self, outbox: &Arc<Outbox>) -> anyhow::Result<Arc<dyn Provider>> {
        Ok(match &self.provider {
            ProviderSpec::Outbox => Arc::clone(outbox) as Arc<dyn Provider>,
            ProviderSpec::Sink => Arc::new(Sink),
            ProviderSpec::Loopback(url) => Arc::new(Loopback::new(url)?),
        })
    }

    /// The development phone: open in any case, so that what arrived earlier can be read.
    fn outbox(&self, clock: Arc<dyn Clock>) -> anyhow::Result<Arc<Outbox>> {
        let screen = if self.quiet {
            None
        } else {
            Some(Screen::start()?)
        };
        let on_arrival = Box::new(move |message: &_| {
            if let Some(screen) = &screen {
                screen.show(message);
            }
        });
        let outbox = Outbox::open(&self.data, clock, on_arrival);
        Ok(Arc::new(outbox.context(
            "the outbox in the data folder cannot be opened",
        )?))
    }
}

fn address(text: &str) -> Result<SocketAddr, String> {
    listen_address::parse(text, PORT)
}

fn countries(list: &str) -> Result<Countries, String> {
    let mut set = BTreeSet::new();
    for code in list.split(',').map(str::trim) {
        let country =
            Country::parse(&code.to_ascii_uppercase()).filter(|country| country.has_numbers());
        set.insert(country.ok_or(format!(
            "{code:?} is not a two-letter country code such as CN"
        ))?);
    }
    Ok(Countries::Only(set))
}

/// Creates the application and the access key of development, whose secrets everybody knows.
async fn ensure_known_secrets(manage: &Manage) -> anyhow::Result<()> {
    // Pages served from this machine may call, whatever their port.
    let origins = Origins::new(vec![
        Origin::parse("http://localhost:*")?,
        Origin::parse("http://127.0.0.1:*")?,
    ])?;
    let (id, name) = (AppId::parse(APP_ID)?, AppName::parse(APP_NAME)?);
    let application = manage.ensure_application(id, name, origins, APP_SECRET);
    application.await?;
    let access_key = manage.ensure_access_key(ACCESS_KEY, ACCESS_KEY_SECRET);
    Ok(access_key.await?)
}

/// The first thing on the terminal: where everything is, and the first two calls.
fn banner(calls: &FirstCalls, data: &Path) -> String {
    let (url, app_id, app_secret) = (&calls.url, calls.app_id, calls.app_secret);
    format!(
        r#"
  Countersign, for development only: everyone knows these secrets, and codes are shown
  on this terminal and in the inbox. It answers this machine only: a proxy in front that
  hides where its callers come from would open all of this to them.

    start here  {url}/
    inbox       {url}/dev/outbox
    console     {url}/console
    app id {app_id}, its secret {app_secret}
    access key {ACCESS_KEY}, its secret {ACCESS_KEY_SECRET} (management)
    data in {}

  Send a code (in mainland China: "phoneNumber":"18800008888"):

{}

  Check it as your server would, which uses it up. Put the code that arrived in the place
  of CODE:

{}

  Or use GenAuth's own SDK (npm install authing-node-sdk):

    const {{ AuthenticationClient }} = require('authing-node-sdk')
    const client = new AuthenticationClient({{
      appId: '{app_id}', appSecret: '{app_secret}', appHost: '{url}',
    }})
    client.sendSms({{ channel: 'CHANNEL_REGISTER', phoneNumber: '{}' }}).then(console.log)

  Each number gets one code per channel per minute. Stop with Ctrl-C.
"#,
        data.display(),
        indented(&calls.send),
        indented(&calls.verify),
        calls.number,
    )
}

/// These lines, four columns to the right.
fn indented(lines: &str) -> String {
    let lines: Vec<_> = lines.lines().map(|line| format!("    {line}")).collect();
    lines.join("\n")
}
