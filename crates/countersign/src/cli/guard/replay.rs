//! `countersign guard replay --rules draft.toml --days 30`

use std::path::PathBuf;
use std::time::Duration;

use anyhow::Context as _;
use clap::Args;
use countersign_api::{ReplayGuardRequest, ReplayedGuard};

use crate::cli::owner::{self, OwnerArgs};
use crate::cli::say;

/// The longest that the service may take to read the record: some microseconds a message.
const PATIENCE: Duration = Duration::from_secs(300);

#[derive(Args)]
pub(super) struct Replay {
    /// The draft: `[[limits]]` and `[guard]`, as in the settings file
    #[arg(long, value_name = "FILE")]
    rules: PathBuf,
    /// How many days back
    #[arg(long, value_name = "DAYS", default_value_t = 30, value_parser = clap::value_parser!(u64).range(1..=365))]
    days: u64,
    #[command(flatten)]
    pub(super) owner: OwnerArgs,
}

impl Replay {
    pub(super) async fn run(self) -> anyhow::Result<()> {
        let rules = std::fs::read_to_string(&self.rules);
        let body = ReplayGuardRequest {
            rules: rules.with_context(|| format!("{} cannot be read", self.rules.display()))?,
            days: Some(self.days),
        };
        let running = self.owner.find()?;
        let request = running.post("replay-guard").json(&body).timeout(PATIENCE);
        let replayed = owner::data(running.ask::<ReplayedGuard>(request).await?)?;
        match self.owner.json {
            true => say(serde_json::to_string(&replayed)?),
            false => show(&replayed),
        }
        Ok(())
    }
}

fn show(replayed: &ReplayedGuard) {
    say(format!(
        "{:32}  {:>9}  {:>9}  {:>9}",
        "RULE", "REFUSED", "NUMBERS", "VERIFIED"
    ));
    for rule in &replayed.rules {
        say(match rule.is_tried {
            true => format!(
                "{:32}  {:>9}  {:>9}  {:>9}",
                rule.rule, rule.refused, rule.numbers, rule.verified
            ),
            false => format!(
                "{:32}  not tried: the record has no addresses of callers and no prices",
                rule.rule
            ),
        });
    }
    say(format!(
        "{} of {} sends refused, from {} to {}",
        replayed.refused, replayed.sends, replayed.from, replayed.to
    ));
    if !replayed.is_whole {
        say("earlier messages of that time are on record too, and were not replayed");
    }
}
