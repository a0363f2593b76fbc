//! `countersign unlock --to +8618800008888 --note "the owner called"`, `countersign unlock --list`

use std::process::ExitCode;

use clap::Args;
use countersign_api::{UnlockDto, UnlockPhoneRequest};

use super::owner::{self, OwnerArgs};
use super::say;

#[derive(Args)]
#[command(
    after_help = "Examples:\n  countersign unlock --to 18800008888 --note \"the owner called\"\n  countersign unlock --list"
)]
pub(super) struct Unlock {
    /// The number whose wrong guesses are to be forgotten
    #[arg(long, value_name = "NUMBER", required_unless_present = "list")]
    to: Option<String>,
    /// Its country code, where it names none (default: +86)
    #[arg(long, value_name = "+86")]
    country_code: Option<String>,
    /// Why, for the record: at most 200 characters
    #[arg(long, value_name = "TEXT")]
    note: Option<String>,
    /// Show who was unlocked, newest first
    #[arg(long, conflicts_with_all = ["to", "country_code", "note"])]
    list: bool,
    #[command(flatten)]
    pub(super) owner: OwnerArgs,
}

impl Unlock {
    pub(super) async fn run(self) -> anyhow::Result<ExitCode> {
        match self.to {
            Some(to) => {
                let body = UnlockPhoneRequest {
                    phone_number: to,
                    phone_country_code: self.country_code,
                    note: self.note,
                };
                unlock(&self.owner, &body).await?;
            }
            None => list(&self.owner).await?,
        }
        Ok(ExitCode::SUCCESS)
    }
}

async fn unlock(args: &OwnerArgs, body: &UnlockPhoneRequest) -> anyhow::Result<()> {
    let running = args.find()?;
    let answer = running.ask(running.post("unlock-phone").json(body)).await?;
    owner::succeeded(&answer)?;
    say(match args.json {
        true => serde_json::to_string(&answer)?,
        false => format!("unlocked (request {})", answer.request_id),
    });
    Ok(())
}

async fn list(args: &OwnerArgs) -> anyhow::Result<()> {
    let running = args.find()?;
    let answer = running.ask(running.get("list-unlocks")).await?;
    let unlocks: Vec<UnlockDto> = owner::data(answer)?;
    if args.json {
        say(serde_json::to_string(&unlocks)?);
        return Ok(());
    }
    say(format!("{:24}  {:16}  NOTE", "AT", "TO"));
    for unlock in unlocks {
        say(format!(
            "{:24}  {:16}  {}",
            unlock.at, unlock.to, unlock.note
        ));
    }
    Ok(())
}
