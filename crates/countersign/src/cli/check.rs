//! `countersign check --to +8618800008888 --code 123456`

use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::{anyhow, bail};
use clap::{ArgGroup, Args};
use countersign_api::{
    APP_ID_HEADER, InvalidReason, PreCheckCodeRequest, PreCheckedCode, SmsCodePayload,
    VerifiedCode, VerifyCodeRequest,
};
use serde::Serialize;

use super::owner::{self, OwnerArgs};
use super::recipient::Recipient;
use super::{private_input, program, say};

#[derive(Args)]
#[command(
    group = ArgGroup::new("typed").required(true),
    after_help = "Examples:\n  countersign check --to 18800008888 --code 123456\n  countersign check --to 18800008888 --code 123456 --keep\n  \
        countersign check --to 18800008888 --code-file - --app shop --secret-file shop.secret\n\n\
        Every user of this machine can read the arguments of a command: by --code-file and --secret-file, code and secret \
        are not among them.\n\n\
        Exit codes: 0 the code is right, 1 it is not, or nobody can tell."
)]
pub(super) struct Check {
    #[command(flatten)]
    recipient: Recipient,
    /// The code that was typed
    #[arg(long, value_name = "CODE", allow_hyphen_values = true, group = "typed")]
    code: Option<String>,
    /// File with the code that was typed, - for standard input
    #[arg(long, value_name = "FILE", group = "typed")]
    code_file: Option<PathBuf>,
    /// The application that sent it
    #[arg(long, value_name = "APP_ID", default_value = super::dev::APP_ID)]
    app: String,
    /// File with the secret of that application, - for standard input; the development application's is known
    #[arg(long, value_name = "FILE", conflicts_with_all = ["keep", "secret"])]
    secret_file: Option<PathBuf>,
    /// The secret of the development application, which everybody knows; that of another needs --secret-file
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
        let files = [&self.code_file, &self.secret_file];
        let read = files.into_iter().flatten();
        if read
            .filter(|file| private_input::is_standard_input(file))
            .count()
            > 1
        {
            bail!("--code-file and --secret-file cannot both be -: standard input is read once");
        }
        let code = self.code()?;
        if self.keep {
            self.look(code).await
        } else {
            self.verify(code).await
        }
    }

    /// The code, from the command line or from a file.
    fn code(&self) -> anyhow::Result<String> {
        match &self.code_file {
            Some(file) => private_input::word("--code-file", file),
            None => Ok(self.code.clone().unwrap_or_default()),
        }
    }

    /// The secret of the application.
    ///
    /// # Errors
    /// When it is not known, or stands on the command line though it is not the one that everybody knows.
    fn secret(&self) -> anyhow::Result<String> {
        let known = self.app == super::dev::APP_ID;
        match (&self.secret_file, &self.secret) {
            (Some(file), _) => private_input::word("--secret-file", file),
            (None, Some(secret)) if known => Ok(secret.clone()),
            (None, Some(_)) => bail!(
                "every user of this machine can read --secret: put the secret of {} in a file and name it with \
                 --secret-file, or give it by standard input with --secret-file -",
                self.app
            ),
            (None, None) if known => Ok(super::dev::APP_SECRET.to_owned()),
            (None, None) => bail!(
                "--secret-file must name a file with the secret of {}, or be - for standard input; or only look with \
                 --keep",
                self.app
            ),
        }
    }

    async fn look(self, code: String) -> anyhow::Result<ExitCode> {
        let running = self.owner.find()?;
        let body = PreCheckCodeRequest {
            challenge_solution: None,
            code_type: "SMS".to_owned(),
            sms_code_payload: Some(SmsCodePayload {
                phone: self.recipient.to,
                phone_country_code: self.recipient.country_code,
                pass_code: code,
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

    async fn verify(self, code: String) -> anyhow::Result<ExitCode> {
        let secret = self.secret()?;
        let running = self.owner.find()?;
        let body = VerifyCodeRequest {
            channel: self.recipient.channel,
            phone_number: self.recipient.to,
            phone_country_code: self.recipient.country_code,
            pass_code: code,
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
        (InvalidReason::Replaced, ..) => "a newer code has replaced it".to_owned(),
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
