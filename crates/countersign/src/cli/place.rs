//! The data folder that a command is about: named by itself, or by the settings of a service in production.

use std::path::PathBuf;

use anyhow::{Context, anyhow};
use clap::Args;

use super::program;
use crate::backup::Kept;
use crate::config::settings::{Layers, Purpose, Settings};

/// How to find a data folder.
#[derive(Args)]
pub(super) struct Place {
    /// Data folder
    #[arg(long, value_name = "DIR", default_value = super::dev::DATA, conflicts_with = "config")]
    data: PathBuf,
    /// Settings of a service, which name its data folder and its keys
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,
}

impl Place {
    /// The folder and its keys.
    pub(super) fn kept(&self) -> anyhow::Result<Kept> {
        let Some(config) = &self.config else {
            return Ok(Kept::in_folder(self.data.clone()));
        };
        let settings = Settings::of(&Layers::of(Some(config))?, Purpose::Production)?;
        let data = settings.store.data;
        let data = data.with_context(|| format!("{} names no [store] data", config.display()))?;
        Ok(Kept {
            data,
            keys: settings.keys,
        })
    }

    /// The error where no countersign runs on the folder, with what to do.
    pub(super) fn nobody(&self) -> anyhow::Error {
        let start = self.start();
        match &self.config {
            Some(config) => anyhow!(
                "no countersign is running with the settings {}: start one with `{start}`",
                config.display()
            ),
            None => anyhow!(
                "no countersign is running on {}: start one with `{start}`, or name its folder with --data",
                self.data.display()
            ),
        }
    }

    /// The command that runs a countersign on the folder.
    pub(super) fn start(&self) -> String {
        let name = program::name();
        let quoted = |path: &PathBuf| program::quoted(&path.display().to_string());
        match &self.config {
            Some(config) => format!("{name} serve --config {}", quoted(config)),
            None if self.data.as_os_str() == super::dev::DATA => format!("{name} dev"),
            None => format!("{name} dev --data {}", quoted(&self.data)),
        }
    }
}
