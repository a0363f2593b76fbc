//! `countersign doctor`: looks a deployment over, a line for each check, and says how to mend what is broken.
//!
//! It looks by itself whether the service runs or not: at the settings, the keys, the folder, the database through a
//! connection of its own that only reads, the clock, and the vendors by requests that send no message. A running service
//! is asked in addition. Nothing is changed.

mod certificate;
mod clock;
mod database;
mod finding;
mod folder;
mod keys;
mod prices;
mod providers;
mod routes;
mod service;
mod settings;
mod test_numbers;

use std::process::ExitCode;

use clap::Args;
use countersign_store::Inspection;

use self::finding::{Findings, Verdict};
use super::place::{Deployment, Place};
use super::{failed, say};

/// The exit codes: something is broken; nothing could be looked at.
const BROKEN: u8 = 1;
const NO_LOOK: u8 = 2;

#[derive(Args)]
#[command(
    after_help = "Examples:\n  countersign doctor --config /etc/countersign/countersign.toml\n  \
        countersign doctor --data ./countersign-data --json\n\n\
        Exit codes: 0 nothing is broken, 1 something is, 2 nothing could be looked at."
)]
pub(super) struct Doctor {
    #[command(flatten)]
    place: Place,
    /// Print the checks as JSON
    #[arg(long)]
    pub(super) json: bool,
}

impl Doctor {
    pub(super) async fn run(self) -> anyhow::Result<ExitCode> {
        let deployment = match self.place.deployment() {
            Ok(deployment) => deployment,
            Err(error) => {
                failed(&error, self.json);
                return Ok(ExitCode::from(NO_LOOK));
            }
        };
        let findings = self.examine(&deployment).await;
        if self.json {
            say(findings.json()?);
        } else {
            say(findings.lines());
        }
        Ok(match findings.worst() {
            Verdict::Broken => ExitCode::from(BROKEN),
            Verdict::Ok | Verdict::Warning => ExitCode::SUCCESS,
        })
    }

    async fn examine(&self, deployment: &Deployment) -> Findings {
        let mut findings = Findings::default();
        settings::check(deployment, &mut findings);
        let keys = keys::check(deployment, &mut findings);
        let bytes = database::size(&deployment.kept.data);
        folder::check(&deployment.kept.data, bytes, &mut findings);
        let database = match keys {
            Some(keys) => database::check(deployment, &keys, &mut findings).await,
            None => None,
        };
        let newest = database.as_deref().map(|found: &Inspection| found.newest);
        clock::check(deployment, newest, &mut findings).await;
        certificate::check(deployment, &mut findings);
        let setup = database.as_deref().map(|found| &found.setup);
        prices::check(deployment, setup, &mut findings);
        if let Some(database) = &database {
            routes::check(deployment, &database.setup, &mut findings);
            providers::check(deployment, &database.setup, &mut findings).await;
            test_numbers::check(deployment, &database.setup, &mut findings);
        }
        service::check(&self.place, deployment, &mut findings).await;
        findings
    }
}
