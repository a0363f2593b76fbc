//! Verbs that are planned: each refuses in one sentence.

use std::process::ExitCode;

use anyhow::bail;
use clap::{Args, Subcommand};

#[derive(Subcommand)]
pub(super) enum Unbuilt {
    /// Check a deployment (not built yet)
    Doctor(Anything),
}

#[derive(Args)]
pub(super) struct Anything {
    #[arg(trailing_var_arg = true, allow_hyphen_values = true, hide = true)]
    rest: Vec<String>,
}

impl Unbuilt {
    pub(super) fn run(self) -> anyhow::Result<ExitCode> {
        let (verb, arguments) = match self {
            Unbuilt::Doctor(arguments) => ("doctor", arguments),
        };
        drop(arguments.rest);
        let name = super::program::name();
        bail!("`{name} {verb}` is not built yet; `{name} dev` is what runs today");
    }
}
