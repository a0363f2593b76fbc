//! Sockets to listen with, and the reasons why one cannot be had.

use std::io::ErrorKind;
use std::net::SocketAddr;

use anyhow::anyhow;
use tokio::net::TcpListener;

use crate::connection;

/// Listens on `address`.
///
/// # Errors
/// One sentence with the mend.
pub(super) fn on(address: SocketAddr) -> anyhow::Result<TcpListener> {
    connection::listen(address).map_err(|error| match error.kind() {
        ErrorKind::AddrInUse => anyhow!(
            "another program listens on {address}: end that one, or name another address with --listen (port 0 picks a \
             free one)"
        ),
        ErrorKind::AddrNotAvailable => anyhow!(
            "this machine has no address {}: name another one with --listen",
            address.ip()
        ),
        ErrorKind::PermissionDenied => anyhow!(
            "this user may not listen on port {}: name one from 1024 up with --listen",
            address.port()
        ),
        _ => anyhow::Error::new(error)
            .context(format!("cannot listen on {address}: name another address with --listen")),
    })
}
