//! A draft of rules to be tried on the record: `[[limits]]` and `[guard]`, as in a settings file.

use std::time::Duration;

use anyhow::{Context as _, bail};
use countersign_core::guard::GuardSettings;
use countersign_core::limit::{LimitSource, Mode, SendLimits};
use countersign_core::phone::Country;
use serde::Deserialize;
use toml::Table;

use super::guard::GuardSection;
use super::layers;
use super::limits::{self, LimitSection};

/// The sections of a draft.
const SECTIONS: [&str; 2] = ["limits", "guard"];

#[derive(Deserialize)]
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
        let table: Table = toml::from_str(text)?;
        let names = table.keys().map(String::as_str);
        let others: Vec<_> = names.filter(|name| !SECTIONS.contains(name)).collect();
        if !others.is_empty() {
            let others = others.join(", ");
            bail!("a draft has [[limits]] and [guard] alone, and not {others}");
        }
        let file: File = layers::typed(table)?;
        let sources = vec![LimitSource::File; file.limits.len()];
        let limits = limits::limits(file.limits, &sources, Mode::Enforce, home)?;
        Ok(Self {
            limits: limits.changed(|_| None)?,
            guard: file.guard.settings(Mode::Enforce, life).context("guard")?,
        })
    }
}
