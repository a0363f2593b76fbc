//! Logs: on standard error, one line an event. `RUST_LOG` chooses the level.
//!
//! Codes, secrets and full phone numbers never appear in one: their types have no `Display`, and
//! their `Debug` shows nothing.

use std::io::{self, IsTerminal};

use tracing_subscriber::filter::LevelFilter;

/// Starts logging at the level that `RUST_LOG` names (`error`, `warn`, `info`, `debug`, `trace`,
/// `off`), or at `default`.
pub fn start(default: LevelFilter) {
    #[expect(
        clippy::disallowed_methods,
        reason = "this is the one place that reads the environment"
    )]
    let asked = std::env::var("RUST_LOG").ok();
    let level = asked
        .and_then(|level| level.parse().ok())
        .unwrap_or(default);
    let started = tracing_subscriber::fmt()
        .with_writer(io::stderr)
        .with_ansi(io::stderr().is_terminal())
        .with_max_level(level)
        .try_init();
    if started.is_err() {
        tracing::debug!("logging was started before");
    }
}
