//! `countersign app list`, `countersign app create --name Shop`

use std::process::ExitCode;

use clap::{Args, Subcommand};
use countersign_api::{ApplicationDto, CreateApplicationRequest, CreatedApplication};

use super::owner::{self, OwnerArgs};
use super::say;

#[derive(Args)]
#[command(
    after_help = "Examples:\n  countersign app create --name Shop --origin https://shop.example\n  countersign app list --json"
)]
pub(super) struct App {
    #[command(subcommand)]
    verb: Verb,
}

#[derive(Subcommand)]
enum Verb {
    /// Show all applications
    List {
        #[command(flatten)]
        owner: OwnerArgs,
    },
    /// Create an application; its secret is shown this once
    Create {
        /// The name shown in messages: 1 to 20 characters
        #[arg(long)]
        name: String,
        /// The public id (default: made up)
        #[arg(long)]
        id: Option<String>,
        /// A web origin whose pages may call as it, such as `https://shop.example` (repeatable)
        #[arg(long = "origin", value_name = "ORIGIN")]
        origins: Vec<String>,
        #[command(flatten)]
        owner: OwnerArgs,
    },
}

impl App {
    pub(super) fn json(&self) -> bool {
        match &self.verb {
            Verb::List { owner } | Verb::Create { owner, .. } => owner.json,
        }
    }

    pub(super) async fn run(self) -> anyhow::Result<ExitCode> {
        match self.verb {
            Verb::List { owner } => list(&owner).await?,
            Verb::Create {
                name,
                id,
                origins,
                owner,
            } => {
                let body = CreateApplicationRequest {
                    app_name: name,
                    app_id: id,
                    allowed_origins: Some(origins),
                    web_host: None,
                    android_app_hash: None,
                };
                create(&owner, &body).await?;
            }
        }
        Ok(ExitCode::SUCCESS)
    }
}

async fn list(args: &OwnerArgs) -> anyhow::Result<()> {
    let running = args.find()?;
    let answer = running
        .ask::<Vec<ApplicationDto>>(running.get("list-applications"))
        .await?;
    let apps = owner::data(answer)?;
    if args.json {
        say(serde_json::to_string(&apps)?);
        return Ok(());
    }
    let width = apps
        .iter()
        .map(|app| app.app_id.len())
        .max()
        .unwrap_or_default()
        .max("APP ID".len());
    say(format!("{:width$}  {:24}  NAME", "APP ID", "CREATED"));
    for app in apps {
        say(format!(
            "{:width$}  {:24}  {}",
            app.app_id, app.created_at, app.app_name
        ));
    }
    Ok(())
}

async fn create(args: &OwnerArgs, body: &CreateApplicationRequest) -> anyhow::Result<()> {
    let running = args.find()?;
    let answer = running
        .ask::<CreatedApplication>(running.post("create-application").json(body))
        .await?;
    let app = owner::data(answer)?;
    if args.json {
        say(serde_json::to_string(&app)?);
    } else {
        say(format!("app id      {}", app.app_id));
        say(format!(
            "app secret  {}   (shown this once)",
            app.app_secret
        ));
    }
    Ok(())
}
