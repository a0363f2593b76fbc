//! The limits on sends beside the minute: `[[limits]]`.

use std::time::Duration;

use anyhow::{Context, anyhow, bail};
use countersign_core::limit::{Mode, Part, SendLimit, SendLimits};
use serde::Deserialize;

/// One `[[limits]]`.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct LimitSection {
    name: String,
    #[serde(default)]
    by: Vec<String>,
    window_seconds: u64,
    max: u32,
    mode: Option<String>,
}

/// The limits of these sections; a section without a mode has the mode `otherwise`.
pub(super) fn limits(sections: Vec<LimitSection>, otherwise: Mode) -> anyhow::Result<SendLimits> {
    let limits = sections.into_iter().map(|section| section.limit(otherwise));
    let limits = limits.collect::<anyhow::Result<_>>()?;
    SendLimits::new(limits).context("limits")
}

impl LimitSection {
    fn limit(self, otherwise: Mode) -> anyhow::Result<SendLimit> {
        let at = format!("the limit {:?}", self.name);
        let parts: anyhow::Result<Vec<_>> = self.by.iter().map(|name| part(name)).collect();
        let by = parts.with_context(|| at.clone())?;
        let window = Duration::from_secs(self.window_seconds);
        Ok(SendLimit {
            mode: match self.mode.as_deref() {
                Some("enforce") => Mode::Enforce,
                Some("monitor") => Mode::Monitor,
                None => otherwise,
                Some(other) => bail!("{at}: mode is monitor or enforce, not {other:?}"),
            },
            ..SendLimit::new(&self.name, &by, window, self.max)
        })
    }
}

fn part(name: &str) -> anyhow::Result<Part> {
    let found = Part::ALL.into_iter().find(|part| part.as_str() == name);
    found.ok_or_else(|| {
        let all = Part::ALL.map(Part::as_str).join(", ");
        anyhow!("sends are counted by {all}, not by {name:?}")
    })
}
