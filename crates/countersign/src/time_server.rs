//! Compares the clock of this machine with an SNTP server, once a minute, in the background.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio_util::task::AbortOnDropHandle;

use crate::sntp::{self, NoTime};
use crate::system::{Machine, OsEntropy};
use crate::wall_clock::APART;

/// The pause between two questions.
const PAUSE: Duration = Duration::from_secs(60);

/// An SNTP server, and what its last answer said.
#[derive(Debug)]
pub(crate) struct TimeServer {
    host: String,
    port: u16,
    /// Milliseconds by which the clock of this machine was ahead.
    ahead: Mutex<Option<i64>>,
}

impl TimeServer {
    /// A server that was not asked yet.
    pub(crate) fn new((host, port): (String, u16)) -> Self {
        Self {
            host,
            port,
            ahead: Mutex::default(),
        }
    }

    /// Returns by how many milliseconds the clock of this machine was ahead when the server last told the time; `None` if
    /// it never did. A server that went silent leaves its last word standing.
    pub(crate) fn ahead(&self) -> Option<i64> {
        *self.ahead.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Asks at once and then once a minute, until the value is dropped. Call this within a tokio runtime.
    pub(crate) fn watch(self: Arc<Self>) -> AbortOnDropHandle<()> {
        AbortOnDropHandle::new(tokio::spawn(async move {
            loop {
                let answer = sntp::ask((&self.host, self.port), &Machine, &OsEntropy).await;
                self.heard(answer.map(|distance| distance.ahead));
                tokio::time::sleep(PAUSE).await;
            }
        }))
    }

    fn heard(&self, answer: Result<i64, NoTime>) {
        let server = &*self.host;
        let ahead = match answer {
            Ok(ahead) => ahead,
            Err(error) => return tracing::warn!(server, %error, "the SNTP server tells no time"),
        };
        let before = self
            .ahead
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .replace(ahead);
        let was_off = before.is_some_and(is_off);
        let ahead_seconds = ahead / 1_000;
        match (was_off, is_off(ahead)) {
            (false, true) => tracing::error!(
                server,
                ahead_seconds,
                "the clock of this machine is off: set it"
            ),
            (true, false) => tracing::info!(
                server,
                "the clock of this machine agrees with the SNTP server"
            ),
            _ => {}
        }
    }
}

/// Whether a clock that is so many milliseconds ahead is off.
pub(crate) const fn is_off(ahead: i64) -> bool {
    ahead.unsigned_abs() >= APART.unsigned_abs()
}
