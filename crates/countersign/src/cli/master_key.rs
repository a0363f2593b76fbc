//! `countersign master-key status`, `countersign master-key rotate`

use std::process::ExitCode;

use clap::{Args, Subcommand};
use countersign_api::{KeyGenerationDto, MasterKeyStatus, NeededForDto};

use super::owner::{self, Owner, OwnerArgs};
use super::say;

#[derive(Args)]
#[command(
    after_help = "Examples:\n  countersign master-key rotate\n  countersign master-key status --json\n\n\
        The service goes on while its keys change. Keep a copy of the key file as it is after that: backups of before need\n\
        the keys of before, which are in the key file until nothing else needs them."
)]
pub(super) struct MasterKey {
    #[command(subcommand)]
    verb: Verb,
}

#[derive(Subcommand)]
enum Verb {
    /// Show which generations of keys are needed, and what for
    Status {
        #[command(flatten)]
        owner: OwnerArgs,
    },
    /// Make new keys and use them from now on
    Rotate {
        #[command(flatten)]
        owner: OwnerArgs,
    },
}

impl MasterKey {
    pub(super) fn json(&self) -> bool {
        match &self.verb {
            Verb::Status { owner } | Verb::Rotate { owner } => owner.json,
        }
    }

    pub(super) async fn run(self) -> anyhow::Result<ExitCode> {
        let (args, request): (_, fn(&Owner) -> _) = match &self.verb {
            Verb::Status { owner } => (owner, |running| running.get("get-master-key-status")),
            Verb::Rotate { owner } => (owner, |running| running.post("rotate-master-key")),
        };
        let running = args.find()?;
        let answer = running.ask(request(&running)).await?;
        let status = owner::data::<MasterKeyStatus>(answer)?;
        if args.json {
            say(serde_json::to_string(&status)?);
            return Ok(ExitCode::SUCCESS);
        }
        say(format!("{:10}  {:24}  STATE", "GENERATION", "SINCE"));
        for generation in &status.generations {
            let KeyGenerationDto { number, since, .. } = generation;
            say(format!("{number:<10}  {since:24}  {}", state(generation)));
        }
        Ok(ExitCode::SUCCESS)
    }
}

/// What a generation is needed for.
fn state(generation: &KeyGenerationDto) -> String {
    let Some(NeededForDto {
        windows_until,
        messages_to_seal,
        unlocks_to_seal,
        index_to_make,
        applications,
    }) = &generation.needed_for
    else {
        return "in use".to_owned();
    };
    let mut reasons = vec![format!("limits and budgets until {windows_until}")];
    if *messages_to_seal > 0 {
        reasons.push(format!("{messages_to_seal} messages to seal anew"));
    }
    if *unlocks_to_seal {
        reasons.push("unlocks to seal anew".to_owned());
    }
    if *index_to_make {
        reasons.push("an index to make anew".to_owned());
    }
    if !applications.is_empty() {
        let applications = applications.join(", ");
        reasons.push(format!("the next use of the secret of {applications}"));
    }
    format!("needed for {}", reasons.join("; "))
}
