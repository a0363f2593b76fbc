//! The limits: the same HTTP and JSON around less and less work. No service of this kind can be faster.

use std::net::SocketAddr;

use anyhow::ensure;
use axum::Router;
use axum::http::HeaderMap;
use tokio::net::TcpListener;

use crate::say::say;
use crate::wire::APP;

pub(crate) mod constant;
pub(crate) mod memory;

/// Serves `router` on `address` until killed, on a runtime like that of countersign.
fn serve(address: SocketAddr, router: Router) -> anyhow::Result<()> {
    ensure!(
        address.ip().is_loopback(),
        "the limits listen on loopback only"
    );
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()?;
    runtime.block_on(async {
        let listener = TcpListener::bind(address).await?;
        say(format!("listening on http://{}", listener.local_addr()?));
        axum::serve(listener, router).await?;
        Ok(())
    })
}

/// Returns whether the request comes from the application that the bench plays.
fn is_app(headers: &HeaderMap) -> bool {
    let named = headers.get("x-authing-app-id").is_some_and(|id| id == APP);
    named || headers.contains_key("authorization")
}
