//! Name resolution that leaves out addresses out of reach. Every connection to a name dials what this resolver answers.

use std::io;
use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;

use futures_util::FutureExt as _;
use futures_util::future::BoxFuture;

use super::ExchangeError;
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

const NOT_FOUND: ExchangeError = ExchangeError::NotConnected("dns");

/// The addresses of a name that are within reach.
///
/// # Errors
/// [`ExchangeError::NotConnected`] where it has none, and [`ExchangeError::Refused`] where it has other addresses only.
pub(super) async fn resolve(
    reach: Reach,
    lookup: &Lookup,
    name: &str,
) -> Result<Vec<SocketAddr>, ExchangeError> {
    // Plain http is allowed to this machine only, so a name of this machine must not lead elsewhere.
    let here = reach == Reach::Loopback && is_localhost(name);
    let reached = |ip: IpAddr| reach.reaches(ip) && (!here || ip.to_canonical().is_loopback());
    let found = lookup(name.to_owned()).await;
    let mut addresses = found.map_err(|_| NOT_FOUND)?;
    if addresses.is_empty() {
        return Err(NOT_FOUND);
    }
    addresses.retain(|address| reached(address.ip()));
    match addresses.is_empty() {
        true => Err(ExchangeError::Refused),
        false => Ok(addresses),
    }
}
