//! From accepting connections to having none left.
//!
//! The first of the [`Signals`] stops accepting, lets requests and sends under way come to their end, and returns.
//! [`DRAIN`] bounds the wait; a second signal ends it.

mod signals;
#[cfg(test)]
mod tests;

use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;

use countersign_core::network::Networks;
use hyper_util::server::graceful::GracefulShutdown;
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;
use tokio_util::task::{AbortOnDropHandle, TaskTracker};

use crate::connection::{self, Answers, Arrived, Closing, Opening, Places};
use crate::supervisor;

pub use signals::{Reloads, Signals, Stopper, take_limits_as_errors};

/// The longest that a shutdown waits: as long as a send may take.
pub(crate) const DRAIN: Duration = Duration::from_secs(10);

/// How long to wait where no connection can be taken, such as for want of file handles.
const BREATH: Duration = Duration::from_millis(50);

/// A socket that listens, and its answers.
#[derive(Debug)]
pub struct Door {
    /// The socket.
    pub listener: TcpListener,
    /// Its answers.
    pub answers: Answers,
    /// The proxies in front of it, which bring the connections of many callers.
    pub proxies: Networks,
    /// How its connections begin.
    pub opening: Opening,
}

/// The doors of a service.
#[derive(Debug)]
pub struct Doors {
    /// For callers.
    pub api: Door,
    /// For those who watch: open until the process ends, so that they see it drain.
    pub monitor: Option<Door>,
    /// For people who manage, where the API has another one.
    pub console: Option<Door>,
}

impl Door {
    /// Lets callers in, for ever.
    async fn open(self, graceful: &GracefulShutdown, stopping: &CancellationToken) -> Infallible {
        let places = Arc::new(Places::of_this_process(self.proxies));
        loop {
            match self.listener.accept().await {
                Ok((connection, peer)) => match places.take(peer.ip()) {
                    Some(place) => {
                        let arrived = Arrived {
                            connection,
                            peer: peer.ip(),
                            place,
                        };
                        let closing = Closing {
                            watcher: graceful.watcher(),
                            stopping: stopping.clone(),
                        };
                        let (opening, answers) = (self.opening.clone(), self.answers.clone());
                        connection::serve(arrived, opening, answers, closing);
                    }
                    None => tracing::debug!("a connection too many was closed"),
                },
                Err(error) => {
                    tracing::warn!(%error, "a connection could not be taken");
                    tokio::time::sleep(BREATH).await;
                }
            }
        }
    }
}

/// Lets people in by a door for ever, where there is one.
async fn open(
    door: Option<Door>,
    graceful: &GracefulShutdown,
    stopping: &CancellationToken,
) -> Infallible {
    match door {
        Some(door) => door.open(graceful, stopping).await,
        None => std::future::pending().await,
    }
}

/// Waits until the process is told to stop and cancels `stopping`, so that it is not ready any more. Then goes on for
/// `delay`, in which whoever balances load takes it out, or until a second signal.
async fn told(signals: &mut Signals, stopping: &CancellationToken, delay: Duration) {
    signals.next().await;
    supervisor::stopping();
    stopping.cancel();
    if delay.is_zero() {
        return;
    }
    let seconds = delay.as_secs();
    tracing::info!(
        seconds,
        "told to stop: not ready any more, and still serving"
    );
    tokio::select! {
        () = tokio::time::sleep(delay) => {}
        () = signals.insisted() => {}
    }
}

/// Serves until told to stop, cancels `stopping`, goes on for `delay`, and drains.
pub async fn serve(
    doors: Doors,
    tasks: TaskTracker,
    stopping: CancellationToken,
    delay: Duration,
    mut signals: Signals,
) {
    let (callers, closing) = (GracefulShutdown::new(), CancellationToken::new());
    let _monitor = doors.monitor.map(|monitor| {
        let open = async move {
            let (graceful, stopping) = (GracefulShutdown::new(), CancellationToken::new());
            monitor.open(&graceful, &stopping).await
        };
        AbortOnDropHandle::new(tokio::spawn(open))
    });
    tokio::select! {
        _ = doors.api.open(&callers, &closing) => {}
        _ = open(doors.console, &callers, &closing) => {}
        () = told(&mut signals, &stopping, delay) => {}
    }
    tracing::info!("stopping: no new requests, finishing those under way");
    closing.cancel();
    let drained = async {
        // Requests first: one that is being read may still become a send.
        callers.shutdown().await;
        tasks.close();
        tasks.wait().await;
    };
    tokio::select! {
        () = drained => tracing::info!("stopped"),
        () = tokio::time::sleep(DRAIN) => tracing::warn!("stopped with connections still open"),
        () = signals.insisted() => tracing::warn!("stopped at once: a second signal came"),
    }
}
