//! `countersign access-key create`, `countersign access-key list`, `countersign access-key delete ID`

use std::process::ExitCode;

use clap::{Args, Subcommand};
use countersign_api::{AccessKeyDto, CreatedAccessKey, DeleteAccessKeyRequest, Envelope};

use super::owner::{self, OwnerArgs};
use super::say;

#[derive(Args)]
#[command(
    after_help = "Examples:\n  countersign access-key create\n  countersign access-key list --json\n  \
        countersign access-key delete 0a1b2c3d4e5f60718293a4b5      its tokens end too"
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
    Delete {
        /// Its public half
        id: String,
        #[command(flatten)]
        owner: OwnerArgs,
    },
}

impl AccessKey {
    pub(super) fn json(&self) -> bool {
        match &self.verb {
            Verb::Create { owner } | Verb::List { owner } | Verb::Delete { owner, .. } => {
                owner.json
            }
        }
    }

    pub(super) async fn run(self) -> anyhow::Result<ExitCode> {
        match self.verb {
            Verb::Create { owner } => create(&owner).await?,
            Verb::List { owner } => list(&owner).await?,
            Verb::Delete { id, owner } => delete(&owner, id).await?,
        }
        Ok(ExitCode::SUCCESS)
    }
}

async fn create(args: &OwnerArgs) -> anyhow::Result<()> {
    let running = args.find()?;
    let answer = running
        .ask::<CreatedAccessKey>(running.post("create-access-key"))
        .await?;
    let key = owner::data(answer)?;
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
    let answer = running
        .ask::<Vec<AccessKeyDto>>(running.get("list-access-keys"))
        .await?;
    let keys = owner::data(answer)?;
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

async fn delete(args: &OwnerArgs, id: String) -> anyhow::Result<()> {
    let running = args.find()?;
    let body = DeleteAccessKeyRequest { access_key_id: id };
    let request = running.post("delete-access-key").json(&body);
    let answer: Envelope<()> = running.ask(request).await?;
    owner::succeeded(&answer)?;
    say(match args.json {
        true => serde_json::to_string(&answer)?,
        false => format!("deleted {}", body.access_key_id),
    });
    Ok(())
}
