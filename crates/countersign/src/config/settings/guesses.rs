//! The limits on wrong guesses by where they come from: `[guesses]`.

use anyhow::bail;
use countersign_core::limit::Mode;
use countersign_core::limit::guess_sources::GuessLimits;
use serde::Deserialize;

/// `[guesses]`.
#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct GuessesSection {
    address_challenge: u32,
    address_hour: u32,
    mode: Option<String>,
}

impl GuessesSection {
    /// The limits; without a mode of their own they have the mode `otherwise`.
    pub(super) fn limits(self, otherwise: Mode) -> anyhow::Result<GuessLimits> {
        let mode = match self.mode.as_deref() {
            None => otherwise,
            Some("enforce") => Mode::Enforce,
            Some("monitor") => Mode::Monitor,
            Some(other) => bail!("mode is monitor or enforce, not {other:?}"),
        };
        if !(1..=100_000).contains(&self.address_hour) {
            bail!("address_hour is 1 to 100000, not {}", self.address_hour);
        }
        if self.address_challenge > self.address_hour {
            bail!(
                "address_challenge is address_hour at most, not {}",
                self.address_challenge
            );
        }
        Ok(GuessLimits::new(
            self.address_challenge,
            self.address_hour,
            mode,
        ))
    }
}
