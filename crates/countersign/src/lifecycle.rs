//! From accepting connections to having none left.
//!
//! The first of the [`Signals`] stops accepting, lets requests and sends under way come to their end, and returns.
//! [`DRAIN`] bounds the wait; a second signal ends it.

mod signals;

use std::sync::Arc;
use std::time::Duration;

use hyper_util::server::graceful::GracefulShutdown;
use tokio::net::TcpListener;
use tokio_util::task::TaskTracker;

use crate::connection::{self, Answers, Places};

pub use signals::{Signals, Stopper};

/// The longest that a shutdown waits: as long as a send may take.
pub(crate) const DRAIN: Duration = Duration::from_secs(10);

/// How long to wait where no connection can be taken, such as for want of file handles.
const BREATH: Duration = Duration::from_millis(50);

/// Serves until told to stop, then drains.
pub async fn serve(
    listener: TcpListener,
    answers: Answers,
    tasks: TaskTracker,
    mut signals: Signals,
) {
    let (graceful, places) = (GracefulShutdown::new(), Arc::new(Places::of_this_process()));
    loop {
        let accepted = tokio::select! {
            accepted = listener.accept() => accepted,
            () = signals.next() => break,
        };
        match accepted {
            Ok((connection, peer)) => match places.take(peer.ip()) {
                Some(place) => {
                    connection::serve(connection, place, answers.clone(), &graceful);
                }
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
