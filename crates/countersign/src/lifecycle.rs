//! From accepting requests to having none left.
//!
//! The first SIGTERM or SIGINT stops accepting, lets requests and sends under way come to their end,
//! and returns. [`DRAIN`] bounds the wait; a second signal ends it.

use std::io;
use std::time::Duration;

use axum::Router;
use axum::serve::ListenerExt;
use tokio::net::TcpListener;
use tokio_util::task::TaskTracker;

/// The longest that a shutdown waits: a provider's deadline and a little for the record.
const DRAIN: Duration = Duration::from_secs(10);

/// Serves until told to stop, then drains.
///
/// # Errors
/// When signals cannot be listened for.
pub async fn serve(listener: TcpListener, site: Router, sends: TaskTracker) -> io::Result<()> {
    let mut signals = Signals::listen()?;
    let (stop, stopped) = tokio::sync::oneshot::channel::<()>();
    let listener = listener.tap_io(|connection| {
        // Answers are small: waiting to fill a packet only costs the caller time.
        if let Err(error) = connection.set_nodelay(true) {
            tracing::debug!(%error, "no TCP_NODELAY");
        }
    });
    let server = axum::serve(listener, site).with_graceful_shutdown(async {
        let _ = stopped.await;
    });
    let mut server = tokio::spawn(std::future::IntoFuture::into_future(server));

    signals.next().await;
    tracing::info!("stopping: no new requests, finishing those under way");
    let _ = stop.send(());
    sends.close();
    let drained = async {
        sends.wait().await;
        let _ = (&mut server).await;
    };
    tokio::select! {
        () = drained => tracing::info!("stopped"),
        () = tokio::time::sleep(DRAIN) => tracing::warn!("stopped with connections still open"),
        () = signals.next() => tracing::warn!("stopped at once: a second signal came"),
    }
    server.abort();
    Ok(())
}

#[cfg(unix)]
struct Signals {
    terminate: tokio::signal::unix::Signal,
    interrupt: tokio::signal::unix::Signal,
}

#[cfg(unix)]
impl Signals {
    fn listen() -> io::Result<Self> {
        use tokio::signal::unix::{SignalKind, signal};
        Ok(Self {
            terminate: signal(SignalKind::terminate())?,
            interrupt: signal(SignalKind::interrupt())?,
        })
    }

    async fn next(&mut self) {
        tokio::select! {
            _ = self.terminate.recv() => {}
            _ = self.interrupt.recv() => {}
        }
    }
}

#[cfg(not(unix))]
struct Signals;

#[cfg(not(unix))]
impl Signals {
    fn listen() -> io::Result<Self> {
        Ok(Self)
    }

    async fn next(&mut self) {
        let _ = tokio::signal::ctrl_c().await;
    }
}
