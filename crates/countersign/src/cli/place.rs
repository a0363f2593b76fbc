//! The data folder that a command is about: named by itself, or by the settings of a service in production.

use std::path::PathBuf;

use anyhow::{Context, anyhow, bail};
use clap::Args;
use countersign_providers::egress::Reach;

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

/// A deployment, as far as its settings can be read.
pub(super) struct Deployment {
    /// The settings file, if it has one.
    pub(super) file: Option<PathBuf>,
    /// The settings that are good.
    pub(super) settings: Settings,
    /// The number of settings that differ from the defaults, or repeat them.
    pub(super) changed_settings: usize,
    /// A sentence for each setting that is not good.
    pub(super) problems: Vec<String>,
    /// The data folder and the key file.
    pub(super) kept: Kept,
    /// How far requests to vendors may go where the settings do not say.
    pub(super) reach: Reach,
}

impl Place {
    /// The deployment, whatever its settings are like.
    ///
    /// # Errors
    /// When the settings file cannot be read at all, or no data folder is named, or the one that is named by itself is
    /// not there.
    pub(super) fn deployment(&self) -> anyhow::Result<Deployment> {
        let (purpose, reach) = match &self.config {
            Some(_) => (Purpose::Production, Reach::Public),
            None => (Purpose::Development, Reach::Loopback),
        };
        let layers = Layers::of(self.config.as_deref())?;
        let judged = Settings::judged(&layers, purpose)?;
        let kept = match &self.config {
            Some(_) => self.kept_by(&judged.settings)?,
            None if self.data.is_dir() => Kept::in_folder(self.data.clone()),
            None => bail!(
                "there is no data folder {}: name one with --data, or the settings of a service with --config",
                self.data.display()
            ),
        };
        Ok(Deployment {
            file: self.config.clone(),
            settings: judged.settings,
            changed_settings: judged.count,
            problems: judged.problems,
            kept,
            reach,
        })
    }

    /// The folder and its keys.
    pub(super) fn kept(&self) -> anyhow::Result<Kept> {
        let Some(config) = &self.config else {
            return Ok(Kept::in_folder(self.data.clone()));
        };
        let settings = Settings::of(&Layers::of(Some(config))?, Purpose::Production)?;
        self.kept_by(&settings)
    }

    /// The folder and the keys that settings name.
    fn kept_by(&self, settings: &Settings) -> anyhow::Result<Kept> {
        let data = settings.store.data.clone();
        let file = self.config.as_deref().unwrap_or(&self.data);
        let data = data.with_context(|| format!("{} names no [store] data", file.display()))?;
        Ok(Kept {
            data,
            keys: settings.keys.clone(),
            database: settings.store.database.clone(),
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
