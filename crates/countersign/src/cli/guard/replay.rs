//! `countersign guard replay --rules draft.toml --days 30`

use std::path::PathBuf;
use std::time::Duration;

use anyhow::Context as _;
use clap::Args;
use countersign_api::{ReplayGuardRequest, ReplayedGuard, ReplayedRule};

use crate::cli::owner::{self, OwnerArgs};
use crate::cli::{say, weight};

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
        let replayed = owner::data::<ReplayedGuard>(running.ask(request).await?)?;
        match self.owner.json {
            true => say(serde_json::to_string(&replayed)?),
            false => show(&replayed),
        }
        Ok(())
    }
}

fn show(replayed: &ReplayedGuard) {
    say(line("RULE", ["REFUSED", "NUMBERS", "VERIFIED"], "COST"));
    for rule in &replayed.rules {
        say(match rule.is_tried {
            true => {
                let counts = [rule.refused, rule.numbers, rule.verified];
                let [refused, numbers, verified] = counts.map(|count| count.to_string());
                line(&rule.rule, [&refused, &numbers, &verified], &cost(rule))
            }
            false => format!(
                "{:32}  not tried: the record has no addresses of callers, or messages have no price",
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

fn line(rule: &str, [refused, numbers, verified]: [&str; 3], cost: &str) -> String {
    format!("{rule:32}  {refused:>9}  {numbers:>9}  {verified:>9}  {cost:>12}")
}

/// What the refused sends cost, a sum for each currency.
fn cost(rule: &ReplayedRule) -> String {
    let sums = rule.cost.iter();
    let sums: Vec<_> = sums
        .map(|sum| weight::told(sum.amount, Some(&sum.currency)))
        .collect();
    match sums.is_empty() {
        true => "-".to_owned(),
        false => sums.join(", "),
    }
}
