//! The command line: one verb, one file.

mod app;
mod dev;
mod owner;
mod screen;
mod send;
mod unbuilt;

use std::io::{self, Write};
use std::process::ExitCode;

use clap::{Parser, Subcommand};

#[derive(Parser)]
#[command(
    name = "countersign",
    version,
    about = "One-time passcodes by SMS, a drop-in for GenAuth's V3 \"Send SMS\""
)]
struct Cli {
    #[command(subcommand)]
    verb: Verb,
}

#[derive(Subcommand)]
enum Verb {
    /// Run everything on this machine for development, without any configuration
    Dev(dev::Dev),
    /// Send a code through the running countersign
    Send(send::Send),
    /// List and create applications of the running countersign
    App(app::App),
    #[command(flatten)]
    Unbuilt(unbuilt::Unbuilt),
}

/// Runs the command line of this process.
#[must_use]
pub fn run() -> ExitCode {
    let verb = Cli::parse().verb;
    let runtime = match tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
    {
        Ok(runtime) => runtime,
        Err(error) => return failed(&error.into()),
    };
    let result = runtime.block_on(async {
        match verb {
            Verb::Dev(dev) => dev.run().await,
            Verb::Send(send) => send.run().await,
            Verb::App(app) => app.run().await,
            Verb::Unbuilt(verb) => verb.run(),
        }
    });
    match result {
        Ok(code) => code,
        Err(error) => failed(&error),
    }
}

fn failed(error: &anyhow::Error) -> ExitCode {
    // A closed standard error leaves nobody to tell.
    let _ = writeln!(io::stderr(), "countersign: {error:#}");
    ExitCode::FAILURE
}

/// Writes a line to standard output. A reader that went away is no reason to fail.
fn say(line: impl std::fmt::Display) {
    let mut out = io::stdout().lock();
    let _ = writeln!(out, "{line}");
    let _ = out.flush();
}
