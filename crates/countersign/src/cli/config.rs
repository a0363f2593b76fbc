//! `countersign config check|dump`: the settings of a service, before it starts.

use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Args, Subcommand};

use super::say;
use crate::config::price_file::PriceFile;
use crate::config::settings::{Layers, Purpose, Settings};

#[derive(Args)]
pub(super) struct Config {
    #[command(subcommand)]
    verb: Verb,
}

#[derive(Subcommand)]
enum Verb {
    /// Say whether `serve` would take these settings
    Check {
        /// Settings to look at
        #[arg(long, value_name = "FILE")]
        config: PathBuf,
    },
    /// Show every setting as it holds in the end, with the environment and the defaults; secrets are dotted
    Dump {
        /// Settings to look at
        #[arg(long, value_name = "FILE")]
        config: PathBuf,
    },
}

impl Config {
    pub(super) fn run(self) -> anyhow::Result<ExitCode> {
        match self.verb {
            Verb::Check { config } => {
                let settings = Settings::of(&Layers::of(Some(&config))?, Purpose::Production)?;
                settings.prices.as_ref().map(PriceFile::read).transpose()?;
                say("The settings are good.");
            }
            Verb::Dump { config } => say(Layers::of(Some(&config))?.dump()?.trim_end()),
        }
        Ok(ExitCode::SUCCESS)
    }
}
