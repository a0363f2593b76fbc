//! `countersign access-key create`, `countersign access-key list`, `countersign access-key remove ID`

use std::process::ExitCode;

use clap::{Args, Subcommand};
use countersign_api::{AccessKeyDto, CreatedAccessKey, DeleteAccessKeyRequest};

use super::owner::{self, OwnerArgs};
use super::say;

#[derive(Args)]
#[command(
    after_help = "Examples:\n  countersign access-key create\n  countersign access-key list --json\n  \
        countersign access-key remove 0a1b2c3d4e5f60718293a4b5      its tokens end too"
)]
pub(super) struct AccessKey {
    #[command(subcommand)]
    verb: Verb,
}

#[derive(Subcommand)]
enum Verb {
    /// Make a key, with which a program may manage from anywhere; its secret is shown this once
    Create {
        #[command(flatten)]
        owner: OwnerArgs,
    },
    /// Show all keys, each with the last four characters of its secret
    List {
        #[command(flatten)]
        owner: OwnerArgs,
    },
    /// End a key, and the tokens that were made with it
    #[command(visible_alias = "delete")]
    Remove {
        /// Its public half
        id: String,
        #[command(flatten)]
        owner: OwnerArgs,
    },
}

impl AccessKey {
    pub(super) fn json(&self) -> bool {
        match &self.verb {
            Verb::Create { owner } | Verb::List { owner } | Verb::Remove { owner, .. } => {
                owner.json
            }
        }
    }

    pub(super) async fn run(self) -> anyhow::Result<ExitCode> {
        match self.verb {
            Verb::Create { owner } => create(&owner).await?,
            Verb::List { owner } => list(&owner).await?,
            Verb::Remove { id, owner } => remove(&owner, id).await?,
        }
        Ok(ExitCode::SUCCESS)
    }
}

async fn create(args: &OwnerArgs) -> anyhow::Result<()> {
    let running = args.find()?;
    let answer = running.ask(running.post("create-access-key")).await?;
    let key = owner::data::<CreatedAccessKey>(answer)?;
    if args.json {
        say(serde_json::to_string(&key)?);
    } else {
        say(format!("access key id      {}", key.access_key_id));
        say(format!(
            "access key secret  {}   (shown this once)",
            key.access_key_secret
        ));
    }
    Ok(())
}

async fn list(args: &OwnerArgs) -> anyhow::Result<()> {
    let running = args.find()?;
    let answer = running.ask(running.get("list-access-keys")).await?;
    let keys = owner::data::<Vec<AccessKeyDto>>(answer)?;
    if args.json {
        say(serde_json::to_string(&keys)?);
        return Ok(());
    }
    say(format!("{:24}  {:24}  SECRET", "ACCESS KEY ID", "CREATED"));
    for key in keys {
        say(format!(
            "{:24}  {:24}  ...{}",
            key.access_key_id, key.created_at, key.secret_hint
        ));
    }
    Ok(())
}

async fn remove(args: &OwnerArgs, id: String) -> anyhow::Result<()> {
    let running = args.find()?;
    let request = running.post("delete-access-key");
    let answer = running
        .ask(request.json(&DeleteAccessKeyRequest { access_key_id: id }))
        .await?;
    super::done(args, &answer, "removed")
}
