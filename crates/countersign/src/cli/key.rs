//! `countersign key list`, `countersign key rotate`

use std::process::ExitCode;

use clap::{Args, Subcommand};
use countersign_api::{RotatedSigningKey, SigningKeyDto, SigningKeyState};

use super::owner::{self, OwnerArgs};
use super::say;

#[derive(Args)]
#[command(after_help = "Examples:\n  countersign key rotate\n  countersign key list --json")]
pub(super) struct Key {
    #[command(subcommand)]
    verb: Verb,
}

#[derive(Subcommand)]
enum Verb {
    /// Show the published keys of each algorithm, the one that signs first
    List {
        #[command(flatten)]
        owner: OwnerArgs,
    },
    /// Make a new key of each algorithm; they begin to sign when every cache of the keys knows them
    Rotate {
        #[command(flatten)]
        owner: OwnerArgs,
    },
}

impl Key {
    pub(super) fn json(&self) -> bool {
        match &self.verb {
            Verb::List { owner } | Verb::Rotate { owner } => owner.json,
        }
    }

    pub(super) async fn run(self) -> anyhow::Result<ExitCode> {
        match self.verb {
            Verb::List { owner } => list(&owner).await?,
            Verb::Rotate { owner } => rotate(&owner).await?,
        }
        Ok(ExitCode::SUCCESS)
    }
}

async fn list(args: &OwnerArgs) -> anyhow::Result<()> {
    let running = args.find()?;
    let answer = running.ask(running.get("list-signing-keys")).await?;
    let keys = owner::data::<Vec<SigningKeyDto>>(answer)?;
    if args.json {
        say(serde_json::to_string(&keys)?);
        return Ok(());
    }
    say(format!(
        "{:43}  {:5}  {:24}  STATE",
        "KID", "ALG", "CREATED"
    ));
    for key in keys {
        let state = match (key.state, key.published_until) {
            (SigningKeyState::Signing, _) => "signing".to_owned(),
            (SigningKeyState::Next, _) => format!("next, signs from {}", key.signs_from),
            (SigningKeyState::Retiring, until) => {
                format!("retiring, published until {}", until.unwrap_or_default())
            }
        };
        say(format!(
            "{:43}  {:5}  {:24}  {state}",
            key.kid, key.algorithm, key.created_at
        ));
    }
    Ok(())
}

async fn rotate(args: &OwnerArgs) -> anyhow::Result<()> {
    let running = args.find()?;
    let answer = running.ask(running.post("rotate-signing-key")).await?;
    let key = owner::data::<RotatedSigningKey>(answer)?;
    if args.json {
        say(serde_json::to_string(&key)?);
    } else {
        say(format!("kid         {}", key.kid));
        say(format!("for ES256   {}", key.es256_kid));
        say(format!("signs from  {}", key.signs_from));
    }
    Ok(())
}
