//! A draft of rules to be tried on the record: `[[limits]]` and `[guard]`, as in a settings file.

use std::time::Duration;

use anyhow::Context as _;
use countersign_core::guard::GuardSettings;
use countersign_core::limit::{LimitSource, Mode, SendLimits};
use countersign_core::phone::Country;
use serde::Deserialize;

use super::guard::GuardSection;
use super::layers;
use super::limits::{self, LimitSection};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    #[serde(default)]
    limits: Vec<LimitSection>,
    #[serde(default)]
    guard: GuardSection,
}

/// Rules that are not in force.
#[derive(Debug)]
pub struct Draft {
    /// The limits.
    pub limits: SendLimits,
    /// The guard.
    pub guard: GuardSettings,
}

impl Draft {
    /// Reads a draft in TOML, of a deployment at home in this country whose codes live so long at most.
    ///
    /// # Errors
    /// A sentence that names the line or the setting, and the constraint.
    pub fn parse(text: &str, home: Country, life: Duration) -> anyhow::Result<Self> {
        let file: File = layers::typed(toml::from_str(text)?)?;
        let sources = vec![LimitSource::File; file.limits.len()];
        let limits = limits::limits(file.limits, &sources, Mode::Enforce, home)?;
        Ok(Self {
            limits: limits.changed(|_| None)?,
            guard: file.guard.settings(Mode::Enforce, life).context("guard")?,
        })
    }
}
