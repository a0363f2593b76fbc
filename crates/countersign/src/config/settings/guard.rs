//! The guard against SMS pumping: `[guard]`.

use std::time::Duration;

use anyhow::{Context as _, bail};
use countersign_core::guard::GuardSettings;
use countersign_core::limit::Mode;
use serde::Deserialize;

/// `[guard]`.
#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct GuardSection {
    mode: Option<String>,
    /// Absent in a draft alone: the default settings have it.
    #[serde(default)]
    watch_days: u64,
}

const DAY: Duration = Duration::from_secs(24 * 3600);

impl GuardSection {
    /// The settings of the guard of a deployment whose codes live so long at most; without a mode it has the mode
    /// `otherwise`.
    pub(super) fn settings(self, otherwise: Mode, life: Duration) -> anyhow::Result<GuardSettings> {
        let mode = match self.mode.as_deref() {
            None => otherwise,
            Some(name) => Mode::parse(name)
                .with_context(|| format!("mode is enforce, challenge or monitor, not {name:?}"))?,
        };
        let most = GuardSettings::LONGEST_WATCH.as_secs() / DAY.as_secs();
        if self.watch_days > most {
            bail!("watch_days is 0 to {most}, not {}", self.watch_days);
        }
        Ok(GuardSettings {
            mode,
            watches: DAY * u32::try_from(self.watch_days).unwrap_or_default(),
            life,
        })
    }
}
