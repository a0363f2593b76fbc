//! `countersign simulate attack|day`: the limits and the guard against played traffic, in virtual time.

use std::fmt::Display;
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;

use anyhow::bail;
use clap::{Args, Subcommand};
use countersign_simulation::{Deployment, Scale, attack, day};
use serde::Serialize;

use super::say;
use crate::config::settings::{Layers, Purpose, Settings};
use crate::lifecycle::Signals;
use crate::system::OsEntropy;

#[derive(Args)]
#[command(
    after_help = "Examples:\n  countersign simulate attack                 what fraud costs with the limits that ship\n  \
        countersign simulate day --seed 7           what an ordinary day is like with them\n  \
        countersign simulate day --config /etc/countersign/countersign.toml\n\n\
        Exit codes: 0 every figure is met, 1 one is missed, 2 wrong usage. docs/guides/simulations.md explains the tables."
)]
pub(super) struct Simulate {
    #[command(subcommand)]
    traffic: Traffic,
}

#[derive(Subcommand)]
enum Traffic {
    /// Let attackers pump messages: how many go out, what they cost, and which rule stops them
    Attack(Choice),
    /// Let an ordinary day pass: who gets a code, who has to wait, and who is wrongly refused
    Day(Day),
}

#[derive(Args)]
struct Choice {
    /// Which traffic; the same seed makes the same
    #[arg(long, value_name = "N", default_value_t = 1)]
    seed: u64,
    /// Settings to go by instead of those that ship (countersign.default.toml describes them)
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,
    /// Answer in JSON, for programs
    #[arg(long)]
    json: bool,
}

#[derive(Args)]
struct Day {
    /// A tenth of the people, with a tenth of the addresses and numbers that they share
    #[arg(long)]
    tenth: bool,
    #[command(flatten)]
    choice: Choice,
}

impl Simulate {
    pub(super) const fn json(&self) -> bool {
        match &self.traffic {
            Traffic::Attack(choice) | Traffic::Day(Day { choice, .. }) => choice.json,
        }
    }

    pub(super) async fn run(self) -> anyhow::Result<ExitCode> {
        let mut signals = Signals::listen()?;
        tokio::select! {
            passed = self.pass() => passed,
            () = signals.next() => bail!("the simulation was stopped"),
        }
    }

    async fn pass(self) -> anyhow::Result<ExitCode> {
        match self.traffic {
            Traffic::Attack(choice) => {
                let report = attack(choice.seed, &choice.deployment()?).await?;
                choice.tell(&report, report.is_met())
            }
            Traffic::Day(Day { tenth, choice }) => {
                let scale = if tenth { Scale::Tenth } else { Scale::Whole };
                let report = day(choice.seed, scale, &choice.deployment()?).await?;
                choice.tell(&report, report.is_met())
            }
        }
    }
}

impl Choice {
    /// The deployment that goes by these settings as `serve` does.
    fn deployment(&self) -> anyhow::Result<Deployment> {
        let layers = Layers::of(self.config.as_deref())?;
        let settings = Settings::of(&layers, Purpose::Production)?;
        let limits = settings.limits.limits().iter();
        Ok(Deployment {
            limits: limits.map(|(limit, _)| limit.clone()).collect(),
            home: settings.countries.home,
            codes: settings.codes,
            guard: settings.guard,
            entropy: Arc::new(OsEntropy),
        })
    }

    fn tell(&self, report: &(impl Serialize + Display), is_met: bool) -> anyhow::Result<ExitCode> {
        match self.json {
            true => say(serde_json::to_string(report)?),
            false => say(report.to_string().trim_end()),
        }
        Ok(if is_met {
            ExitCode::SUCCESS
        } else {
            ExitCode::FAILURE
        })
    }
}
