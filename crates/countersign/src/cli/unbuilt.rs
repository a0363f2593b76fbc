//! Verbs that are planned: each refuses in one sentence.

use std::process::ExitCode;

use anyhow::bail;
use clap::{Args, Subcommand};

#[derive(Subcommand)]
pub(super) enum Unbuilt {
    /// Run in production (not built yet)
    Serve(Anything),
    /// Check a deployment (not built yet)
    Doctor(Anything),
    /// Show and check configuration (not built yet)
    Config(Anything),
}

#[derive(Args)]
pub(super) struct Anything {
    #[arg(trailing_var_arg = true, allow_hyphen_values = true, hide = true)]
    rest: Vec<String>,
}

impl Unbuilt {
    pub(super) fn run(self) -> anyhow::Result<ExitCode> {
        let (verb, arguments) = match self {
            Unbuilt::Serve(arguments) => ("serve", arguments),
            Unbuilt::Doctor(arguments) => ("doctor", arguments),
            Unbuilt::Config(arguments) => ("config", arguments),
        };
        drop(arguments.rest);
        let name = super::program::name();
        bail!("`{name} {verb}` is not built yet; `{name} dev` is what runs today");
    }
}
