//! `countersign erase --phone +8618800008888 --reason "request 4711"`

use std::process::ExitCode;

use clap::Args;
use countersign_api::{ErasePhoneRequest, ErasedPhone};

use super::owner::{self, OwnerArgs};
use super::say;

#[derive(Args)]
#[command(
    after_help = "Example:\n  countersign erase --phone +8618800008888 --reason \"request 4711\""
)]
pub(super) struct Erase {
    /// The number
    #[arg(long, value_name = "NUMBER")]
    phone: String,
    /// Its country code, where it names none (default: +86)
    #[arg(long, value_name = "+86")]
    country_code: Option<String>,
    /// Why, for the record: at most 200 characters; what looks like a number in it is not kept
    #[arg(long, value_name = "TEXT")]
    reason: Option<String>,
    #[command(flatten)]
    pub(super) owner: OwnerArgs,
}

impl Erase {
    pub(super) async fn run(self) -> anyhow::Result<ExitCode> {
        let body = ErasePhoneRequest {
            phone_number: self.phone,
            phone_country_code: self.country_code,
            note: self.reason,
        };
        let running = self.owner.find()?;
        let answer = running.ask(running.post("erase-phone").json(&body)).await?;
        let request = answer.request_id.clone();
        let erased: ErasedPhone = owner::data(answer)?;
        if self.owner.json {
            say(serde_json::to_string(&erased)?);
            return Ok(ExitCode::SUCCESS);
        }
        say(format!("erased    request {request}"));
        for (name, count) in [
            ("messages", erased.messages),
            ("checks", erased.checks),
            ("unlocks", erased.unlocks),
            ("refusals", erased.refusals),
        ] {
            say(format!("{name:8}  {count}"));
        }
        if erased.inbox > 0 {
            say(format!("inbox     {}", erased.inbox));
        }
        say(
            "left      backups that `countersign backup` made before still hold the number, and so may vendors:",
        );
        say("          delete the backups, and ask the vendors");
        Ok(ExitCode::SUCCESS)
    }
}
