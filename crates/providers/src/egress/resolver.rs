//! Name resolution that leaves out addresses out of reach. Every connection to a name dials what this resolver answers.

use std::io;
use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;

use futures_util::FutureExt as _;
use futures_util::future::BoxFuture;
use reqwest::dns::{Addrs, Name, Resolve, Resolving};

use super::reach::{Reach, is_localhost};

/// Looks up the addresses of a name.
pub(super) type Lookup =
    Arc<dyn Fn(String) -> BoxFuture<'static, io::Result<Vec<SocketAddr>>> + Send + Sync>;

/// The lookup of the operating system.
pub(super) fn system() -> Lookup {
    Arc::new(|name| {
        async move {
            let found = tokio::net::lookup_host((name, 0)).await?;
            Ok(found.collect())
        }
        .boxed()
    })
}

/// A resolver that leaves out the addresses that are out of reach.
pub(super) struct Resolver {
    pub(super) reach: Reach,
    pub(super) lookup: Lookup,
}

/// The error for a name all of whose addresses are out of reach.
#[derive(Debug, thiserror::Error)]
#[error("the name leads out of reach")]
pub(super) struct OutOfReach;

/// The error for a name whose addresses could not be looked up.
#[derive(Debug, thiserror::Error)]
#[error("the name could not be looked up")]
pub(super) struct LookupFailed(#[source] io::Error);

impl Resolve for Resolver {
    fn resolve(&self, name: Name) -> Resolving {
        // Plain http is allowed to this machine only, so a name of this machine must not lead elsewhere.
        let here = self.reach == Reach::Loopback && is_localhost(name.as_str());
        let reach = self.reach;
        let reached =
            move |ip: IpAddr| reach.reaches(ip) && (!here || ip.to_canonical().is_loopback());
        let found = (self.lookup)(name.as_str().to_owned());
        Box::pin(async move {
            let mut addresses = found.await.map_err(LookupFailed)?;
            if addresses.is_empty() {
                let none = io::Error::new(io::ErrorKind::NotFound, "no address");
                return Err(LookupFailed(none).into());
            }
            addresses.retain(|address| reached(address.ip()));
            if addresses.is_empty() {
                return Err(OutOfReach.into());
            }
            Ok(Box::new(addresses.into_iter()) as Addrs)
        })
    }
}

/// Whether a request failed because its host is out of reach.
pub(super) fn is_out_of_reach(error: &reqwest::Error) -> bool {
    let mut cause = std::error::Error::source(error);
    while let Some(error) = cause {
        if error.is::<OutOfReach>() {
            return true;
        }
        cause = error.source();
    }
    false
}
