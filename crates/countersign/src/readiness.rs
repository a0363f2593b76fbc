//! Whether the service can take requests, and why it cannot.

use std::fmt;
use std::time::Duration;

use crate::http::AppState;
use crate::time_server;
use crate::wall_clock::APART;

/// How long the store may take to show that it can write.
const PATIENCE: Duration = Duration::from_secs(2);

/// A reason why the service is not ready. `Display` is a line of `/readyz`: the word of the reason, and what it is about.
#[derive(Debug)]
pub(crate) enum Unready {
    /// The process was told to stop.
    Stopping,
    /// The store does not make anything durable.
    Store(&'static str),
    /// The clock of the machine is behind the newest record, by so many seconds.
    BehindRecord(i64),
    /// The clock of the machine is so many seconds ahead of an SNTP server.
    OffServer(i64),
}

impl Unready {
    /// The words of all reasons.
    pub(crate) const WORDS: [&str; 3] = ["stopping", "store", "clock"];

    /// The word of the reason.
    pub(crate) const fn word(&self) -> &'static str {
        let [stopping, store, clock] = Self::WORDS;
        match self {
            Unready::Stopping => stopping,
            Unready::Store(_) => store,
            Unready::BehindRecord(_) | Unready::OffServer(_) => clock,
        }
    }
}

impl fmt::Display for Unready {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.word())?;
        match self {
            Unready::Stopping => Ok(()),
            Unready::Store(why) => write!(f, ": it {why}"),
            Unready::BehindRecord(seconds) => write!(f, ": {seconds} s behind the newest record"),
            Unready::OffServer(ahead) => {
                let direction = if *ahead < 0 { "behind" } else { "ahead of" };
                write!(f, ": {} s {direction} the SNTP server", ahead.abs())
            }
        }
    }
}

/// Returns every reason why the service is not ready; none if it is.
pub(crate) async fn reasons(state: &AppState) -> Vec<Unready> {
    let stopping = state.stopping.is_cancelled().then_some(Unready::Stopping);
    let store = store(state).await.map(Unready::Store);
    let ahead = state.clock.now().as_millis() - state.clock.wall().as_millis();
    let record = (ahead >= APART).then_some(Unready::BehindRecord(ahead / 1_000));
    let server = state.time_server.as_ref().and_then(|server| server.ahead());
    let server = server.filter(|ahead| time_server::is_off(*ahead));
    let server = server.map(|ahead| Unready::OffServer(ahead / 1_000));
    [stopping, store, record, server]
        .into_iter()
        .flatten()
        .collect()
}

/// Lets the store make something durable; returns how it fails.
async fn store(state: &AppState) -> Option<&'static str> {
    match tokio::time::timeout(PATIENCE, state.ledger.probe()).await {
        Ok(Ok(())) => None,
        Ok(Err(error)) => {
            tracing::warn!(%error, "the store cannot write");
            Some("cannot write")
        }
        Err(_) => Some("does not answer"),
    }
}
