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

/// The addresses of a name that are within reach.
///
/// # Errors
/// [`LookupFailed`], or [`OutOfReach`] where the name has other addresses only.
pub(super) async fn resolve(
    reach: Reach,
    lookup: &Lookup,
    name: &str,
) -> Result<Vec<SocketAddr>, Box<dyn std::error::Error + Send + Sync>> {
    // Plain http is allowed to this machine only, so a name of this machine must not lead elsewhere.
    let here = reach == Reach::Loopback && is_localhost(name);
    let reached = |ip: IpAddr| reach.reaches(ip) && (!here || ip.to_canonical().is_loopback());
    let mut addresses = lookup(name.to_owned()).await.map_err(LookupFailed)?;
    if addresses.is_empty() {
        let none = io::Error::new(io::ErrorKind::NotFound, "no address");
        return Err(LookupFailed(none).into());
    }
    addresses.retain(|address| reached(address.ip()));
    if addresses.is_empty() {
        return Err(OutOfReach.into());
    }
    Ok(addresses)
}

impl Resolve for Resolver {
    fn resolve(&self, name: Name) -> Resolving {
        let (reach, lookup) = (self.reach, Arc::clone(&self.lookup));
        Box::pin(async move {
            let addresses = resolve(reach, &lookup, name.as_str()).await?;
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
