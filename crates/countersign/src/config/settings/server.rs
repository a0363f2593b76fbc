//! Where the service listens, and where its store is: `[server]`, `[store]`, `[console]`.

use std::net::SocketAddr;
use std::num::NonZeroU32;
use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::{Context, anyhow, bail};
use countersign_core::network::{InvalidNetwork, Network, Networks};
use countersign_store::DatabaseAddress;
use serde::Deserialize;
use url::{Host, Url};

use crate::config::listen_address;

/// The ports where an address names none.
const API_PORT: u16 = 8480;
const MONITOR_PORT: u16 = 9480;
const CONSOLE_PORT: u16 = 8481;

/// Where the service listens, and for whom.
#[derive(Debug)]
pub struct ServerSettings {
    /// Where the API listens; `None` leaves it to the verb.
    pub listen: Option<SocketAddr>,
    /// The URL by which the world knows the service, without a path: the issuer of tokens.
    pub url: Option<Url>,
    /// The proxies whose word about a caller's address counts.
    pub trusted_proxies: Networks,
    /// Whether those proxies may name callers by the PROXY protocol.
    pub proxy_protocol: bool,
    /// Where health and metrics are; `None` for nowhere.
    pub monitor_listen: Option<SocketAddr>,
    /// The certificate, for a service that speaks TLS itself.
    pub tls: Option<TlsFiles>,
    /// How long a connection may idle.
    pub idle: Duration,
    /// How long the service goes on accepting requests after it was told to stop, and is not ready any more.
    pub shutdown_delay: Duration,
    /// Whether the reference is served under `/docs`.
    pub docs: bool,
    /// Whether the service starts although no provider is set up.
    pub allow_no_provider: bool,
}

/// The files of a certificate, in PEM.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TlsFiles {
    /// The certificate, and after it those that lead to one that callers trust.
    pub certificate: PathBuf,
    /// Its private key.
    pub key: PathBuf,
}

/// Where the console is.
#[derive(Debug, Clone)]
pub struct ConsoleSettings {
    /// Where it listens.
    pub listen: SocketAddr,
    /// The URL by which people reach it, without a path: https, or loopback.
    pub url: Url,
}

/// Where decisions are kept.
#[derive(Debug)]
pub struct StoreSettings {
    /// The data folder; `None` leaves it to the verb.
    pub data: Option<PathBuf>,
    /// The database, where the store is not in that folder.
    pub database: Option<DatabaseAddress>,
}

#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Server {
    listen: Option<String>,
    url: Option<String>,
    #[serde(default)]
    trusted_proxies: Vec<String>,
    proxy_protocol: bool,
    monitor_listen: Option<String>,
    tls: Option<TlsFiles>,
    idle_seconds: u64,
    #[serde(default)]
    shutdown_delay_seconds: u64,
    docs: bool,
    allow_no_provider: bool,
}

#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Store {
    data: Option<PathBuf>,
    database_url: Option<String>,
    replica_url: Option<String>,
    replica_max_lag_seconds: Option<NonZeroU32>,
}

#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Console {
    listen: Option<String>,
    url: Option<String>,
}

impl ServerSettings {
    /// Refuses settings that are good alone and not together.
    ///
    /// # Errors
    /// A sentence with the mend.
    pub(super) fn agree(&self) -> anyhow::Result<()> {
        if self.proxy_protocol && self.trusted_proxies.is_empty() {
            bail!(
                "proxy_protocol needs trusted_proxies: name the proxies that begin their connections with its header"
            );
        }
        Ok(())
    }
}

impl StoreSettings {
    /// Takes the folder `data` beside the settings file, in `folder`, as the data folder of a node that has its store in a
    /// database and names no folder.
    pub(super) fn beside(&mut self, folder: &Path) {
        if self.database.is_some() {
            self.data.get_or_insert_with(|| folder.join("data"));
        }
    }
}

impl TlsFiles {
    /// Reads paths that are relative as beside the settings file, in `folder`.
    pub(super) fn beside(&mut self, folder: &Path) {
        for path in [&mut self.certificate, &mut self.key] {
            *path = folder.join(&*path);
        }
    }
}

impl Server {
    pub(super) fn settings(self) -> anyhow::Result<ServerSettings> {
        Ok(ServerSettings {
            listen: self
                .listen
                .as_deref()
                .map(|listen| address("listen", listen, API_PORT))
                .transpose()?,
            url: self.url.as_deref().map(server_url).transpose()?,
            trusted_proxies: proxies(&self.trusted_proxies)?,
            proxy_protocol: self.proxy_protocol,
            monitor_listen: self
                .monitor_listen
                .as_deref()
                .map(|listen| address("monitor_listen", listen, MONITOR_PORT))
                .transpose()?,
            tls: self.tls,
            idle: idle(self.idle_seconds)?,
            shutdown_delay: shutdown_delay(self.shutdown_delay_seconds)?,
            docs: self.docs,
            allow_no_provider: self.allow_no_provider,
        })
    }
}

impl Store {
    pub(super) fn settings(self) -> anyhow::Result<StoreSettings> {
        let read = |url: Option<String>| url.as_deref().map(DatabaseAddress::parse).transpose();
        let database = read(self.database_url).context("database_url")?;
        let replica = read(self.replica_url).context("replica_url")?;
        let most = self.replica_max_lag_seconds.map_or(10, NonZeroU32::get);
        let most = Duration::from_secs(most.into());
        Ok(StoreSettings {
            data: self.data,
            database: match (database, replica) {
                (Some(database), Some(replica)) => Some(database.with_replica(replica, most)),
                (None, Some(_)) => {
                    bail!("replica_url needs a database_url, which it is a replica of")
                }
                (database, None) => database,
            },
        })
    }
}

impl Console {
    /// # Errors
    /// A sentence with the mend, where one of the two is missing, or passwords would go over plain HTTP.
    pub(super) fn settings(self) -> anyhow::Result<Option<ConsoleSettings>> {
        let (listen, url) = match (self.listen, self.url) {
            (None, None) => return Ok(None),
            (Some(listen), Some(url)) => (listen, url),
            (Some(_), None) => bail!(
                "listen needs a url, by which people reach the console, such as https://console.example.com"
            ),
            (None, Some(_)) => bail!("url needs listen, such as 127.0.0.1:8481"),
        };
        let url = server_url(&url)?;
        let is_here = match url.host() {
            Some(Host::Domain(name)) => name == "localhost",
            Some(Host::Ipv4(address)) => address.is_loopback(),
            Some(Host::Ipv6(address)) => address.is_loopback(),
            None => false,
        };
        if url.scheme() != "https" && !is_here {
            bail!(
                "url must be https, since people sign in there: put a proxy that speaks https in front of listen"
            );
        }
        Ok(Some(ConsoleSettings {
            listen: address("listen", &listen, CONSOLE_PORT)?,
            url,
        }))
    }
}

fn address(key: &str, text: &str, port: u16) -> anyhow::Result<SocketAddr> {
    listen_address::parse(text, port).map_err(|why| anyhow!("{key}: {why}, not {text:?}"))
}

/// Reads the URL by which the world knows the service.
///
/// # Errors
/// When it is no URL of HTTP, or has a path.
pub fn server_url(text: &str) -> anyhow::Result<Url> {
    let constraint =
        || format!("url is such as https://sms.example.com, without a path, not {text:?}");
    let url = Url::parse(text).with_context(constraint)?;
    let is_plain = matches!(url.scheme(), "https" | "http")
        && url.has_host()
        && url.path() == "/"
        && url.query().is_none()
        && url.fragment().is_none()
        && url.username().is_empty()
        && url.password().is_none();
    if !is_plain {
        bail!(constraint());
    }
    Ok(url)
}

fn proxies(texts: &[String]) -> anyhow::Result<Networks> {
    let proxies = texts.iter().map(|text| proxy(text));
    let proxies = Networks::new(proxies.collect::<anyhow::Result<_>>()?);
    proxies.context("trusted_proxies")
}

fn proxy(text: &str) -> anyhow::Result<Network> {
    Network::parse(text).map_err(|why| match why {
        InvalidNetwork::Syntax => anyhow!(
            "trusted_proxies holds addresses and networks, such as 10.0.0.0/8, not {text:?}"
        ),
        InvalidNetwork::TooWide => anyhow!(
            "trusted_proxies may not hold {text}: callers could then name any address as their own; name the addresses of \
             your proxies"
        ),
    })
}

fn shutdown_delay(seconds: u64) -> anyhow::Result<Duration> {
    match seconds {
        0..=60 => Ok(Duration::from_secs(seconds)),
        _ => bail!("shutdown_delay_seconds is 0 to 60, not {seconds}"),
    }
}

fn idle(seconds: u64) -> anyhow::Result<Duration> {
    match seconds {
        5..=3_600 => Ok(Duration::from_secs(seconds)),
        _ => bail!("a connection may idle for 5 to 3600 seconds, not {seconds}"),
    }
}
