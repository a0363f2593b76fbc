//! Logs: on standard error, one line an event; `docs/logging.md` lists their fields. JSON, unless
//! standard error is a terminal. `RUST_LOG` chooses the level.
//!
//! Codes, secrets and full phone numbers never appear in one: their types have no `Display`, and
//! their `Debug` shows nothing.

mod json_lines;
mod lines;

use std::io::{self, BufWriter, IsTerminal};

use tracing_subscriber::filter::LevelFilter;

use json_lines::JsonLines;

pub use lines::LogWriter;

/// Starts logging at the level that `RUST_LOG` names (`error`, `warn`, `info`, `debug`, `trace`,
/// `off`), or at `default`. Lines are written for as long as the [`LogWriter`] lives.
///
/// Lines wait in memory for whoever reads standard error; when too many do, the newest are lost. A
/// reader that went to sleep never stops the service.
///
/// # Errors
/// When the system has no thread left for the writer.
pub fn start(default: LevelFilter) -> io::Result<LogWriter> {
    #[expect(
        clippy::disallowed_methods,
        reason = "the level of logs comes from the environment"
    )]
    let asked = std::env::var("RUST_LOG").ok();
    let level = asked
        .and_then(|level| level.parse().ok())
        .unwrap_or(default);
    let (lines, writer) = lines::start(BufWriter::with_capacity(64 * 1024, io::stderr()))?;
    let logs = tracing_subscriber::fmt()
        .with_writer(move || lines.clone())
        .with_max_level(level);
    let started = if io::stderr().is_terminal() {
        logs.with_target(false).compact().try_init()
    } else {
        logs.event_format(JsonLines).try_init()
    };
    if started.is_err() {
        tracing::debug!("logging was started before");
    }
    Ok(writer)
}
