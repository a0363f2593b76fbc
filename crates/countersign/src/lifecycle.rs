//! From accepting connections to having none left.
//!
//! The first SIGTERM or SIGINT stops accepting, lets requests and sends under way come to their end,
//! and returns. [`DRAIN`] bounds the wait; a second signal ends it.

use std::io;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use hyper::server::conn::http1;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::server::graceful::GracefulShutdown;
use hyper_util::service::TowerToHyperService;
use tokio::net::{TcpListener, TcpStream};
use tokio_util::task::TaskTracker;

use crate::connection::Stream;
use crate::http::{Gate, Pass};

/// The longest that a shutdown waits: as long as a send may take.
pub(crate) const DRAIN: Duration = Duration::from_secs(10);

/// How long the head of a request may take to arrive, and how long a connection may idle before one.
const HEAD: Duration = Duration::from_secs(5);

/// The most bytes and fields of the head of a request.
const HEAD_BYTES: usize = 16 * 1024;
const HEAD_FIELDS: usize = 64;

/// How long to wait where no connection can be taken, such as for want of file handles.
const BREATH: Duration = Duration::from_millis(50);

/// Serves until told to stop, then drains.
pub async fn serve(listener: TcpListener, site: Router, tasks: TaskTracker, mut signals: Signals) {
    let (graceful, gate) = (GracefulShutdown::new(), Arc::new(Gate::default()));
    loop {
        let accepted = tokio::select! {
            accepted = listener.accept() => accepted,
            () = signals.next() => break,
        };
        match accepted {
            Ok((connection, peer)) => match gate.enter(peer.ip()) {
                Some(pass) => attend(connection, pass, site.clone(), &graceful),
                None => tracing::debug!("a connection too many was closed"),
            },
            Err(error) => {
                tracing::warn!(%error, "a connection could not be taken");
                tokio::time::sleep(BREATH).await;
            }
        }
    }
    tracing::info!("stopping: no new requests, finishing those under way");
    drop(listener);
    let drained = async {
        // Requests first: one that is being read may still become a send.
        graceful.shutdown().await;
        tasks.close();
        tasks.wait().await;
    };
    tokio::select! {
        () = drained => tracing::info!("stopped"),
        () = tokio::time::sleep(DRAIN) => tracing::warn!("stopped with connections still open"),
        () = signals.next() => tracing::warn!("stopped at once: a second signal came"),
    }
}

/// Serves one connection in a task of its own.
fn attend(connection: TcpStream, pass: Pass, site: Router, graceful: &GracefulShutdown) {
    // Answers are small: waiting to fill a packet only costs the caller time.
    if let Err(error) = connection.set_nodelay(true) {
        tracing::debug!(%error, "no TCP_NODELAY");
    }
    let served = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(HEAD)
        .max_buf_size(HEAD_BYTES)
        .max_headers(HEAD_FIELDS)
        // A caller that has said all it has to say still gets its answer.
        .half_close(true)
        .serve_connection(
            TokioIo::new(Stream::new(connection)),
            TowerToHyperService::new(site),
        );
    let served = graceful.watch(served);
    tokio::spawn(async move {
        if let Err(error) = served.await {
            tracing::debug!(%error, "a connection ended early");
        }
        drop(pass);
    });
}

/// The signals that end the process. Listen early: until then they kill it.
#[cfg(unix)]
#[derive(Debug)]
pub struct Signals {
    terminate: tokio::signal::unix::Signal,
    interrupt: tokio::signal::unix::Signal,
}

#[cfg(unix)]
impl Signals {
    /// Listens from now on.
    ///
    /// # Errors
    /// When the system does not allow it.
    pub fn listen() -> io::Result<Self> {
        use tokio::signal::unix::{SignalKind, signal};
        Ok(Self {
            terminate: signal(SignalKind::terminate())?,
            interrupt: signal(SignalKind::interrupt())?,
        })
    }

    /// Waits for the next one.
    pub(crate) async fn next(&mut self) {
        tokio::select! {
            _ = self.terminate.recv() => {}
            _ = self.interrupt.recv() => {}
        }
    }
}

/// The signals that end the process.
#[cfg(not(unix))]
#[derive(Debug)]
pub struct Signals;

#[cfg(not(unix))]
impl Signals {
    /// Listens from now on.
    ///
    /// # Errors
    /// Never.
    pub fn listen() -> io::Result<Self> {
        Ok(Self)
    }

    /// Waits for the next one.
    pub(crate) async fn next(&mut self) {
        let _ = tokio::signal::ctrl_c().await;
    }
}
