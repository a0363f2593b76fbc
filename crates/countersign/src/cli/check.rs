//! `countersign check --to +8618800008888 --code 123456`

use std::process::ExitCode;

use anyhow::{anyhow, bail};
use clap::Args;
use countersign_api::{
    APP_ID_HEADER, InvalidReason, PreCheckCodeRequest, PreCheckedCode, SmsCodePayload,
    VerifiedCode, VerifyCodeRequest,
};
use serde::Serialize;

use super::owner::{self, OwnerArgs};
use super::recipient::Recipient;
use super::{program, say};

#[derive(Args)]
#[command(
    after_help = "Examples:\n  countersign check --to 18800008888 --code 123456\n  countersign check --to 18800008888 --code 123456 --keep\n\n\
        Exit codes: 0 the code is right, 1 it is not, or nobody can tell."
)]
pub(super) struct Check {
    #[command(flatten)]
    recipient: Recipient,
    /// The code that was typed
    #[arg(long, value_name = "CODE", allow_hyphen_values = true)]
    code: String,
    /// The application that sent it
    #[arg(long, value_name = "APP_ID", default_value = super::dev::APP_ID)]
    app: String,
    /// The secret of that application; the development application's is known
    #[arg(long, value_name = "SECRET", conflicts_with = "keep")]
    secret: Option<String>,
    /// Only look: the code is not used up, and no secret is needed
    #[arg(long)]
    keep: bool,
    #[command(flatten)]
    pub(super) owner: OwnerArgs,
}

impl Check {
    pub(super) async fn run(self) -> anyhow::Result<ExitCode> {
        if self.keep {
            self.look().await
        } else {
            self.verify().await
        }
    }

    async fn look(self) -> anyhow::Result<ExitCode> {
        let running = self.owner.find()?;
        let body = PreCheckCodeRequest {
            code_type: "SMS".to_owned(),
            sms_code_payload: Some(SmsCodePayload {
                phone: self.recipient.to,
                phone_country_code: self.recipient.country_code,
                pass_code: self.code,
                channel: self.recipient.channel,
            }),
        };
        let request = running
            .post("pre-check-code")
            .header(APP_ID_HEADER, self.app)
            .json(&body);
        let data: PreCheckedCode = owner::data(running.ask(request).await?)?;
        let sentence = match data.is_valid {
            true => "right; it is not used up".to_owned(),
            false => data.message.clone().unwrap_or_default(),
        };
        report(self.owner.json, data.is_valid, &data, &sentence)
    }

    async fn verify(self) -> anyhow::Result<ExitCode> {
        let secret = match self.secret {
            Some(secret) => secret,
            None if self.app == super::dev::APP_ID => super::dev::APP_SECRET.to_owned(),
            None => bail!(
                "--secret must name the secret of {}; or only look with --keep",
                self.app
            ),
        };
        let running = self.owner.find()?;
        let body = VerifyCodeRequest {
            channel: self.recipient.channel,
            phone_number: self.recipient.to,
            phone_country_code: self.recipient.country_code,
            pass_code: self.code,
            with_token: Some(self.owner.json),
            client_id: Some(self.app),
            client_secret: Some(secret),
        };
        let request = running.post("verify-code").json(&body);
        let data: VerifiedCode = owner::data(running.ask(request).await?)?;
        report(self.owner.json, data.is_valid, &data, &sentence(&data))
    }
}

fn sentence(data: &VerifiedCode) -> String {
    let Some(reason) = data.reason else {
        return "right; it is used up now".to_owned();
    };
    match (reason, data.tries_left, data.retry_after) {
        (InvalidReason::Wrong, Some(left), _) => format!("wrong; it survives {left} more"),
        (InvalidReason::Wrong, None, _) => "wrong".to_owned(),
        (InvalidReason::Expired, ..) => "its life is over".to_owned(),
        (InvalidReason::Used, ..) => "it was used".to_owned(),
        (InvalidReason::Exhausted, ..) => "wrong guesses have killed it".to_owned(),
        (InvalidReason::NotSent, ..) => {
            "no code is known for this number, channel and application".to_owned()
        }
        (InvalidReason::Locked, _, Some(seconds)) => {
            format!("too many wrong guesses about this number: nothing is compared for {seconds} s")
        }
        (InvalidReason::Locked, _, None) => format!(
            "too many wrong guesses about this number: see `{} unlock --help`",
            program::name()
        ),
        (InvalidReason::Malformed, ..) => {
            "a code of this application and channel has another number of digits, and digits only"
                .to_owned()
        }
    }
}

fn report(
    json: bool,
    valid: bool,
    data: &impl Serialize,
    sentence: &str,
) -> anyhow::Result<ExitCode> {
    if json {
        say(serde_json::to_string(data)?);
        return Ok(if valid {
            ExitCode::SUCCESS
        } else {
            ExitCode::FAILURE
        });
    }
    if !valid {
        return Err(anyhow!("not valid: {sentence}"));
    }
    say(sentence);
    Ok(ExitCode::SUCCESS)
}
