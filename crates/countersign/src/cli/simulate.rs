//! `countersign simulate attack|day`: the limits and the guard against played traffic, in virtual time.

use std::fmt::Display;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;

use anyhow::bail;
use clap::{Args, Subcommand};
use countersign_simulation::{Deployment, Keep, Scale, attack, day};
use countersign_store::OwnedFolder;
use serde::Serialize;

use super::say;
use crate::config::keys::Keys;
use crate::config::settings::{Layers, Purpose, Settings};
use crate::lifecycle::Signals;
use crate::system::{self, OsEntropy};

#[derive(Args)]
#[command(
    after_help = "Examples:\n  countersign simulate attack                 what fraud costs with the limits that ship\n  \
        countersign simulate day --seed 7           what an ordinary day is like with them\n  \
        countersign simulate day --config /etc/countersign/countersign.toml\n  \
        countersign simulate day --data simulated   leaves the day's record for countersign guard replay\n\n\
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
    /// Keep the record of the day in this new folder, for countersign dev, as if the day had just passed
    #[arg(long, value_name = "DIR")]
    data: Option<PathBuf>,
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
            Traffic::Day(Day {
                tenth,
                data,
                choice,
            }) => {
                let scale = if tenth { Scale::Tenth } else { Scale::Whole };
                let deployment = choice.deployment()?;
                let keep = data.as_deref().map(keep).transpose()?;
                let report = day(choice.seed, scale, &deployment, keep).await?;
                choice.tell(&report, report.is_met())
            }
        }
    }
}

/// A new data folder for the record of a day that has just passed, with keys of its own.
fn keep(data: &Path) -> anyhow::Result<Keep> {
    let is_used = fs::read_dir(data).is_ok_and(|mut entries| entries.next().is_some());
    if is_used {
        bail!(
            "the folder {} is not empty: name a new one with --data",
            data.display()
        );
    }
    let folder = OwnedFolder::claim(data)?;
    let keys = Keys::of(folder.path(), &OsEntropy)?;
    Ok(Keep {
        folder,
        keys: keys.store(),
        passcodes: keys.passcodes(),
        now: system::wall(),
    })
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
