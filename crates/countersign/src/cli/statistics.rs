//! `countersign statistics --by country --from 2026-11-01T00:00:00Z`

use std::process::ExitCode;

use clap::Args;
use countersign_api::{SmsCounts, SmsStatistics};

use super::owner::{self, OwnerArgs};
use super::{say, write};
use crate::http::wire::statistics;

#[derive(Args)]
#[command(
    after_help = "Examples:\n  countersign statistics                      the last 24 hours\n  \
        countersign statistics --by country --from 2026-11-01T00:00:00Z\n  \
        countersign statistics --by hour --app shop\n  \
        countersign statistics --by country --csv > countries.csv"
)]
pub(super) struct Statistics {
    /// What each row is about: hour, day, application, channel, country or provider
    #[arg(long, value_name = "WHAT", default_value = "day")]
    by: String,
    /// Messages from this time on (default: 24 hours before the end)
    #[arg(long, value_name = "TIME")]
    from: Option<String>,
    /// Messages before this time (default: now)
    #[arg(long, value_name = "TIME")]
    to: Option<String>,
    /// Only messages of this application
    #[arg(long, value_name = "ID")]
    app: Option<String>,
    /// Only messages of this channel, such as CHANNEL_LOGIN
    #[arg(long, value_name = "CHANNEL")]
    channel: Option<String>,
    /// Only messages to numbers of this country, such as CN
    #[arg(long, value_name = "CN")]
    country: Option<String>,
    /// Only messages whose outcome this provider decided
    #[arg(long, value_name = "NAME")]
    provider: Option<String>,
    /// Print the rows as comma-separated values, for spreadsheets
    #[arg(long, conflicts_with = "json")]
    csv: bool,
    #[command(flatten)]
    pub(super) owner: OwnerArgs,
}

impl Statistics {
    pub(super) async fn run(self) -> anyhow::Result<ExitCode> {
        let asked = [
            ("by", Some(self.by)),
            ("from", self.from),
            ("to", self.to),
            ("appId", self.app),
            ("channel", self.channel),
            ("country", self.country),
            ("provider", self.provider),
        ];
        let query = asked
            .into_iter()
            .filter_map(|(name, value)| Some((name, value?)));
        let query: Vec<_> = query.collect();
        let running = self.owner.find()?;
        let answer = running.ask(running.get("get-sms-statistics").query(&query));
        let found: SmsStatistics = owner::data(answer.await?)?;
        match (self.csv, self.owner.json) {
            (true, _) => write(statistics::csv(&found).as_bytes()),
            (false, true) => say(serde_json::to_string(&found)?),
            (false, false) => show(&found),
        }
        Ok(ExitCode::SUCCESS)
    }
}

fn show(found: &SmsStatistics) {
    say(format!(
        "{:24}  {:>8}  {:>8}  {:>8}  {:>8}  {:>9}  {:>8}  {:>8}",
        found.by.to_uppercase(),
        "ADMITTED",
        "ACCEPTED",
        "UNKNOWN",
        "NOT SENT",
        "DELIVERED",
        "FAILED",
        "VERIFIED"
    ));
    for row in &found.rows {
        let key = match row.key.is_empty() {
            true => "(not known)",
            false => row.key.as_str(),
        };
        say(line(key, &row.counts));
    }
    say(line("total", &found.total));
    say(format!("from {} to {}", found.from, found.to));
    if let Some(from) = &found.counted_from {
        say(format!("messages before {from} are still being counted"));
    }
}

fn line(key: &str, counts: &SmsCounts) -> String {
    format!(
        "{key:24}  {:>8}  {:>8}  {:>8}  {:>8}  {:>9}  {:>8}  {:>8}",
        counts.admitted,
        counts.accepted,
        counts.unknown,
        counts.not_sent.values().sum::<u64>(),
        counts.delivered,
        counts.failed,
        counts.verified
    )
}
