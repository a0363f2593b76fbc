//! `countersign send --to +8618800008888`

use std::process::ExitCode;

use anyhow::anyhow;
use clap::Args;
use countersign_api::{APP_ID_HEADER, SendSmsRequest};

use super::owner::{self, OwnerArgs};
use super::recipient::Recipient;
use super::{program, say};

#[derive(Args)]
#[command(
    after_help = "Examples:\n  countersign send --to 18800008888\n  countersign send --to +14155550132 --channel register --json"
)]
pub(super) struct Send {
    #[command(flatten)]
    recipient: Recipient,
    /// The application that sends
    #[arg(long, value_name = "APP_ID", default_value = super::dev::APP_ID)]
    app: String,
    #[command(flatten)]
    pub(super) owner: OwnerArgs,
}

impl Send {
    pub(super) async fn run(self) -> anyhow::Result<ExitCode> {
        let running = self.owner.find()?;
        let body = SendSmsRequest {
            challenge_solution: None,
            channel: self.recipient.channel,
            phone_number: self.recipient.to,
            phone_country_code: self.recipient.country_code,
        };
        let request = running
            .post("send-sms")
            .header(APP_ID_HEADER, self.app)
            .json(&body);
        let answer = running.ask(request).await?;
        if self.owner.json {
            say(serde_json::to_string(&answer)?);
        } else {
            owner::succeeded(&answer).map_err(|error| match answer.status_code {
                429 | 601 | 602 => anyhow!(
                    "{error}: see `{} message show {}`",
                    program::name(),
                    answer.request_id
                ),
                _ => error,
            })?;
            say(format!("sent (request {})", answer.request_id));
        }
        Ok(if answer.status_code == 200 {
            ExitCode::SUCCESS
        } else {
            ExitCode::FAILURE
        })
    }
}
