//! A service on a data folder, from its start to its end: the same for `dev` and `serve`.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::path::Path;
use std::sync::Arc;

use anyhow::{Context, bail};
use countersign_core::entropy::random_hex;
use countersign_store::{DatabaseAddress, Home, OpenStore};
use tokio::net::TcpListener;

use super::{listen, say};
use crate::config::keys::{KeySource, Keys, KeysError};
use crate::config::owner::{OwnerNote, PostedNote};
use crate::lifecycle::Signals;
use crate::master_keys::MasterKeys;
use crate::service::{self, Listeners, Service};
use crate::supervisor;
use crate::system::OsEntropy;
use crate::tls::{Renewal, Tls};
use crate::token::SubjectKey;
use crate::watch;

/// An open store, and the socket that listens.
pub(super) struct Opened {
    pub(super) store: OpenStore,
    pub(super) master_keys: Arc<MasterKeys>,
    /// The key of the pseudonyms in tokens.
    pub(super) subject: SubjectKey,
    /// Where the service listens, with the real port.
    pub(super) address: SocketAddr,
    /// What the note tells the command line.
    pub(super) note: OwnerNote,
    /// The certificate, where the service speaks TLS itself.
    pub(super) tls: Option<Arc<Tls>>,
    listener: TcpListener,
    posted: PostedNote,
}

impl Opened {
    /// Claims the folder `data`, opens the store in it or in `database` with the keys that `keys` finds at `source`, and
    /// listens on `listen`.
    pub(super) async fn new(
        data: &Path,
        database: Option<DatabaseAddress>,
        source: &KeySource,
        keys: impl FnOnce(&Path) -> Result<Keys, KeysError>,
        listen: SocketAddr,
        tls: Option<Tls>,
        accept_restored: bool,
    ) -> anyhow::Result<Self> {
        let home = Home::claim(data, database)?;
        let keys = keys(home.path())?;
        let listener = listen::on(listen)?;
        let address = listener.local_addr()?;
        let store = service::open_store(home, &keys, accept_restored).await?;
        let note = OwnerNote {
            url: format!("{}://{}", scheme(tls.as_ref()), from_here(address)),
            token: random_hex::<32>(&OsEntropy)?,
            certificates: tls.iter().map(|tls| tls.shown().digest).collect(),
        };
        let posted = note
            .post(data)
            .context("the note to the command line cannot be left in the data folder")?;
        let subject = service::subject_key(&*store.generations, &keys).await?;
        let master_keys = MasterKeys::new(
            Arc::clone(&store.generations),
            &keys,
            source.clone(),
            data.to_owned(),
            Arc::new(OsEntropy),
        );
        Ok(Self {
            store,
            master_keys: Arc::new(master_keys),
            subject,
            address,
            note,
            tls: tls.map(Arc::new),
            listener,
            posted,
        })
    }

    /// Says where `service` listens, and serves until told to stop.
    pub(super) async fn serve(
        self,
        service: Service,
        (monitor, console): (Option<TcpListener>, Option<TcpListener>),
        mut signals: Signals,
        data: &Path,
    ) -> anyhow::Result<()> {
        warn_of_proxies();
        let posted = Arc::new(self.posted);
        let renewal = match &self.tls {
            Some(tls) => {
                let renewal = Renewal {
                    tls: Arc::clone(tls),
                    note: Arc::downgrade(&posted),
                    clock: Arc::clone(&self.store.clock),
                };
                Some(renewal.on(signals.reloads()?))
            }
            None => None,
        };
        let scheme = scheme(self.tls.as_deref());
        say(format!("listening on {scheme}://{}", self.address));
        let watching = watch::watch(Arc::clone(&self.store.housekeeping), signals.stopper());
        let listeners = Listeners {
            api: self.listener,
            monitor,
            console,
        };
        supervisor::ready();
        service.serve(listeners, signals).await?;
        drop((renewal, posted, watching));
        if !self.store.housekeeping.is_in_place() {
            bail!(
                "the data folder {} was moved, replaced or removed while countersign was running: put it back, and \
                 start again",
                data.display()
            );
        }
        Ok(())
    }
}

/// The environment variables by which other programs find a proxy, in capitals or not.
const PROXIES: [&str; 3] = ["HTTPS_PROXY", "HTTP_PROXY", "ALL_PROXY"];

/// Warns of variables that name a proxy: requests to vendors go through the one in the settings, or none. The log has no
/// value, which may hold a password.
fn warn_of_proxies() {
    let set = std::env::vars_os().filter(|(_, value)| !value.is_empty());
    let names = set.filter_map(|(name, _)| name.into_string().ok());
    let is_proxy = |name: &String| PROXIES.iter().any(|proxy| name.eq_ignore_ascii_case(proxy));
    let ignored: Vec<_> = names.filter(is_proxy).collect();
    if !ignored.is_empty() {
        let variables = ignored.join(" ");
        tracing::warn!(%variables, "a proxy of the environment is ignored: [providers] proxy in the settings names the one for requests to vendors");
    }
}

fn scheme(tls: Option<&Tls>) -> &'static str {
    match tls {
        Some(_) => "https",
        None => "http",
    }
}

/// The address by which this machine reaches a listener: one that listens everywhere is on loopback too.
pub(super) fn from_here(address: SocketAddr) -> SocketAddr {
    let ip = match address.ip() {
        IpAddr::V4(ip) if ip.is_unspecified() => Ipv4Addr::LOCALHOST.into(),
        IpAddr::V6(ip) if ip.is_unspecified() => Ipv6Addr::LOCALHOST.into(),
        ip => ip,
    };
    SocketAddr::new(ip, address.port())
}
