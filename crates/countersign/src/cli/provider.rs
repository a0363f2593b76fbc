//! `countersign provider add --file aliyun.toml`, `countersign provider list`, `countersign provider test aliyun --to ...`

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::bail;
use clap::{Args, Subcommand};
use countersign_api::{
    DeleteSmsProviderRequest, MessageDto, RenewReceiptsPathRequest, SetSmsProviderRequest,
    SmsProviderDto, TestSmsProviderRequest,
};

use super::next_steps::NextSteps;
use super::owner::{self, OwnerArgs};
use super::recipient::Recipient;
use super::{kinds, message, overlap, private_input, program, say};

#[derive(Args)]
#[command(
    after_help = "Examples:\n  countersign provider kinds\n  countersign provider add --file aliyun.toml\n  \
        countersign provider test aliyun --to 18800008888\n  countersign provider list\n\n\
        The file, for example:\n  name = \"aliyun\"\n  kind = \"alibaba-cloud\"\n  [settings]\n  \
        access_key_id = \"LTAI5t...\"\n  [secrets]\n  access_key_secret = \"...\"\n\n\
        `countersign provider kinds` lists all kinds and their fields."
)]
pub(super) struct Provider {
    #[command(subcommand)]
    verb: Verb,
}

#[derive(Subcommand)]
enum Verb {
    /// Set up a vendor account, or change it; secrets that the file leaves out stay
    #[command(after_help = kinds::help())]
    Add {
        /// Name, kind, settings and secrets, in TOML; `-` reads standard input
        #[arg(long, value_name = "FILE")]
        file: PathBuf,
        #[command(flatten)]
        owner: OwnerArgs,
    },
    /// Show all kinds of vendor accounts, and their fields
    Kinds {
        /// Print the kinds as JSON
        #[arg(long)]
        json: bool,
    },
    /// Show all vendor accounts, how they do, and where they report
    List {
        #[command(flatten)]
        owner: OwnerArgs,
    },
    /// Send a real code through one vendor account, and show what became of it
    Test {
        /// Its name; needed if there is more than one
        name: Option<String>,
        #[command(flatten)]
        recipient: Recipient,
        /// The application that sends
        #[arg(long, value_name = "APP_ID", default_value = super::dev::APP_ID)]
        app: String,
        #[command(flatten)]
        owner: OwnerArgs,
    },
    /// Give a vendor account a new path for delivery reports; the one before is taken for a while
    RenewReceipts {
        /// Its name
        name: String,
        /// How long reports are taken at the path before too, such as 90m, 24h or 30d; 0 ends it at once
        #[arg(long, value_name = "TIME", default_value = "24h", value_parser = overlap::seconds)]
        overlap: u64,
        #[command(flatten)]
        owner: OwnerArgs,
    },
    /// Forget a vendor account and its secrets
    #[command(visible_alias = "delete")]
    Remove {
        /// Its name
        name: String,
        #[command(flatten)]
        owner: OwnerArgs,
    },
}

impl Provider {
    pub(super) fn json(&self) -> bool {
        match &self.verb {
            Verb::Add { owner, .. }
            | Verb::List { owner }
            | Verb::Test { owner, .. }
            | Verb::RenewReceipts { owner, .. }
            | Verb::Remove { owner, .. } => owner.json,
            Verb::Kinds { json } => *json,
        }
    }

    pub(super) async fn run(self) -> anyhow::Result<ExitCode> {
        match self.verb {
            Verb::Add { file, owner } => add(&owner, &file).await?,
            Verb::Kinds { json: true } => say(serde_json::to_string(&kinds::listed())?),
            Verb::Kinds { json: false } => say(kinds::help()),
            Verb::List { owner } => list(&owner).await?,
            Verb::Test {
                name,
                recipient,
                app,
                owner,
            } => return test(&owner, name, recipient, app).await,
            Verb::RenewReceipts {
                name,
                overlap,
                owner,
            } => renew_receipts(&owner, name, overlap).await?,
            Verb::Remove { name, owner } => remove(&owner, name).await?,
        }
        Ok(ExitCode::SUCCESS)
    }
}

async fn add(args: &OwnerArgs, file: &Path) -> anyhow::Result<()> {
    let body: SetSmsProviderRequest =
        toml::from_str(&private_input::text(file)?).map_err(|error| {
            // Its own words repeat the line, which may hold a secret.
            anyhow::anyhow!("{}: {}", file.display(), error.message())
        })?;
    let running = args.find()?;
    let request = running.post("set-sms-provider").json(&body);
    let provider = owner::data::<SmsProviderDto>(running.ask(request).await?)?;
    if args.json {
        say(serde_json::to_string(&provider)?);
        return Ok(());
    }
    say(format!("provider  {} ({})", provider.name, provider.kind));
    for (name, end) in &provider.secrets {
        say(format!("secret    {name} {end}"));
    }
    say(format!("reports   {}", provider.receipts_url));
    let next = NextSteps::of(&running, &provider).await?;
    if let Some(reports) = next.reports {
        say(format!("          {reports}"));
    }
    for (place, command) in next.commands.iter().enumerate() {
        let label = if place == 0 { "next" } else { "" };
        say(format!("{label:8}  {command}"));
    }
    Ok(())
}

async fn list(args: &OwnerArgs) -> anyhow::Result<()> {
    let running = args.find()?;
    let providers = all(&running).await?;
    if args.json {
        say(serde_json::to_string(&providers)?);
        return Ok(());
    }
    let width = providers.iter().map(|provider| provider.kind.len()).max();
    let width = width.unwrap_or_default().max("KIND".len());
    say(format!(
        "{:16}  {:width$}  {:9}  {:>6}  {:>6}  REPORTS TO",
        "NAME", "KIND", "CIRCUIT", "CALLS", "FAILED"
    ));
    for provider in providers {
        let (circuit, calls, failed) = match provider.health {
            Some(health) => (health.circuit, health.calls, health.failed),
            None => ("unusable".to_owned(), 0, 0),
        };
        say(format!(
            "{:16}  {:width$}  {circuit:9}  {calls:>6}  {failed:>6}  {}",
            provider.name, provider.kind, provider.receipts_path
        ));
    }
    Ok(())
}

async fn all(running: &owner::Owner) -> anyhow::Result<Vec<SmsProviderDto>> {
    owner::data(running.ask(running.get("list-sms-providers")).await?)
}

async fn test(
    args: &OwnerArgs,
    name: Option<String>,
    recipient: Recipient,
    app: String,
) -> anyhow::Result<ExitCode> {
    let running = args.find()?;
    let name = match name {
        Some(name) => name,
        None => only_one(all(&running).await?)?,
    };
    let body = TestSmsProviderRequest {
        name,
        app_id: app,
        channel: Some(recipient.channel.as_str().to_owned()),
        phone_number: recipient.to,
        phone_country_code: recipient.country_code,
    };
    let request = running.post("test-sms-provider").json(&body);
    let message = owner::data::<MessageDto>(running.ask(request).await?)?;
    message::show(args, &message)?;
    let accepted = message
        .attempts
        .iter()
        .any(|attempt| attempt.outcome == "accepted");
    Ok(if accepted {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    })
}

fn only_one(providers: Vec<SmsProviderDto>) -> anyhow::Result<String> {
    let names: Vec<_> = providers
        .into_iter()
        .map(|provider| provider.name)
        .collect();
    match names.as_slice() {
        [one] => Ok(one.clone()),
        [] => bail!(
            "no provider is set up: add one with `{} provider add --file FILE`",
            program::name()
        ),
        many => bail!("name the provider: {}", many.join(", ")),
    }
}

async fn renew_receipts(args: &OwnerArgs, name: String, overlap: u64) -> anyhow::Result<()> {
    let running = args.find()?;
    let body = RenewReceiptsPathRequest {
        name,
        overlap_seconds: Some(overlap),
        if_version: None,
    };
    let request = running.post("renew-receipts-path").json(&body);
    let provider = owner::data::<SmsProviderDto>(running.ask(request).await?)?;
    if args.json {
        say(serde_json::to_string(&provider)?);
        return Ok(());
    }
    say(format!("reports   {}", provider.receipts_url));
    let before = match &provider.replaced_receipts_path_expires {
        Some(expires) => format!("taken until {expires}"),
        None => "taken no longer".to_owned(),
    };
    say(format!("before    {before}"));
    Ok(())
}

async fn remove(args: &OwnerArgs, name: String) -> anyhow::Result<()> {
    let running = args.find()?;
    let request = running.post("delete-sms-provider");
    let answer = running
        .ask(request.json(&DeleteSmsProviderRequest { name }))
        .await?;
    super::done(args, &answer, "removed")
}
