//! `countersign send --to +8618800008888`

use std::process::ExitCode;

use anyhow::anyhow;
use clap::Args;
use countersign_api::{APP_ID_HEADER, Channel, SendSmsRequest};

use super::owner::OwnerArgs;
use super::say;

#[derive(Args)]
#[command(
    after_help = "Examples:\n  countersign send --to 18800008888\n  countersign send --to +14155550132 --channel register --json"
)]
pub(super) struct Send {
    /// The number, such as 18800008888 or +14155550132
    #[arg(long, value_name = "NUMBER")]
    to: String,
    /// Its country code, where it names none (default: +86)
    #[arg(long, value_name = "+86")]
    country_code: Option<String>,
    /// What the code is for, such as login, register or reset-password
    #[arg(long, value_name = "CHANNEL", default_value = "login", value_parser = channel)]
    channel: Channel,
    /// The application that sends
    #[arg(long, value_name = "APP_ID", default_value = super::dev::APP_ID)]
    app: String,
    #[command(flatten)]
    pub(super) owner: OwnerArgs,
}

impl Send {
    pub(super) async fn run(self) -> anyhow::Result<ExitCode> {
        let owner = self.owner.find()?;
        let body = SendSmsRequest {
            channel: self.channel,
            phone_number: self.to,
            phone_country_code: self.country_code,
        };
        let request = owner
            .post("send-sms")
            .header(APP_ID_HEADER, self.app)
            .json(&body);
        let answer = owner.ask::<()>(request).await?;
        if self.owner.json {
            say(serde_json::to_string(&answer)?);
        } else if answer.status_code == 200 {
            say(format!("sent (request {})", answer.request_id));
        } else {
            return Err(anyhow!(
                "{} (statusCode {})",
                answer.message,
                answer.status_code
            ));
        }
        Ok(if answer.status_code == 200 {
            ExitCode::SUCCESS
        } else {
            ExitCode::FAILURE
        })
    }
}

/// A channel by its wire name, or by the short one that people type.
fn channel(text: &str) -> Result<Channel, String> {
    let name = text.to_ascii_uppercase().replace('-', "_");
    let name = if name.starts_with("CHANNEL_") {
        name
    } else {
        format!("CHANNEL_{name}")
    };
    serde_json::from_value(name.into()).map_err(|_| {
        let short = Channel::NAMES.map(|name| {
            name.trim_start_matches("CHANNEL_")
                .to_lowercase()
                .replace('_', "-")
        });
        format!("must be one of {}", short.join(", "))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_channel_has_a_short_name() {
        assert_eq!(channel("login"), Ok(Channel::Login));
        assert_eq!(channel("reset-password"), Ok(Channel::ResetPassword));
        assert_eq!(channel("CHANNEL_UNBIND_MFA"), Ok(Channel::UnbindMfa));
        assert!(
            channel("sign-in")
                .unwrap_err()
                .contains("identity-verification")
        );
    }
}
