//! A sample of the request that an account would send, for the operator who describes it. No secret is in it.

use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use countersign_core::application::{AppId, SmsName};
use countersign_core::channel::Channel;
use countersign_core::code::passcode::Passcode;
use countersign_core::id::MessageId;
use countersign_core::phone::PhoneNumber;
use countersign_core::ports::provider::Sms;
use countersign_core::secret::Secret;
use countersign_core::template::{FilledTemplate, Language, SAMPLE_CODE, Sender, render};
use countersign_core::time::Timestamp;

use super::HttpAccount;
use super::settings::ContentKind;
use crate::account::{Account, InvalidSetup, Problem};
use crate::egress::Request;

/// What stands in the place of every secret.
const DOTS: &str = "........";

/// The secrets that a request may repeat.
const NAMED: [&str; 4] = ["key", "password", "token", "username"];

/// The number that the message goes to.
const NUMBER: &str = "+8618800008888";

/// Returns the request that an account would send at `now` for the code 123456 to +8618800008888, as text: its first line, its
/// headers, an empty line and its body. Dots stand for secrets, also for those that the account lacks.
///
/// # Errors
/// [`InvalidSetup`] with what is wrong with the account.
pub fn sample(account: &Account, now: Timestamp) -> Result<String, InvalidSetup> {
    let mut account = account.clone();
    let dots = NAMED.map(|name| (name.to_owned(), Secret::new(DOTS.to_owned())));
    account.secrets = dots.into();
    let key = format!("whsec_{}", STANDARD.encode([0; 32]));
    account
        .secrets
        .insert("webhook_secret".to_owned(), Secret::new(key));
    let checked = HttpAccount::check(&account)?;
    let sms = message(now, checked.content).ok_or_else(|| none("no sample of a message"))?;
    let request = checked.request.write(&sms, now).map_err(none)?;
    Ok(text(&request))
}

fn none(why: impl std::fmt::Display) -> InvalidSetup {
    Problem::new("settings", why).into()
}

/// The message of the sample.
fn message(now: Timestamp, content: ContentKind) -> Option<Sms> {
    let app = SmsName::parse("Shop").ok()?;
    let (language, channel) = (Language::EnUs, Channel::Login);
    let passcode = Passcode::parse(SAMPLE_CODE)?;
    let life = Duration::from_secs(300);
    let template = FilledTemplate {
        id: "TEMPLATE".to_owned(),
        signature: Some("SIGNATURE".to_owned()),
        variables: Vec::new(),
    };
    Some(Sms {
        message_id: MessageId::first_at(now),
        app_id: AppId::parse("shop").ok()?,
        to: PhoneNumber::parse(NUMBER, None).ok()?,
        channel,
        language: language.tag(),
        text: render(language, channel, Sender::from(&app), &passcode, life),
        template: (content == ContentKind::Template).then_some(template),
        app,
        passcode,
        minutes: 5,
        deadline: now,
    })
}

/// The request as text. What is derived from a secret is dots too.
fn text(request: &Request) -> String {
    let mut text = format!("{} {}\n", request.method, request.url);
    for (name, value) in &request.headers {
        let shown = match name.as_str() {
            "webhook-signature" => DOTS,
            "authorization" if value.starts_with("Basic ") => "Basic ........",
            _ => value,
        };
        text.push_str(&format!("{name}: {shown}\n"));
    }
    text.push('\n');
    text.push_str(&String::from_utf8_lossy(&request.body));
    text
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;
    use crate::testing::sample::{NOW, account};

    fn shown(settings: Value, secrets: &[(&str, &str)]) -> Result<String, InvalidSetup> {
        sample(&account(settings, secrets), NOW)
    }

    #[test]
    fn a_sample_is_the_request_without_secrets() {
        let settings = json!({
            "url": "https://sms.vendor.example/v1/{secret.username}?key={secret.key}", "format": "json",
            "body": "{\"to\": \"{to}\", \"text\": \"{text}\"}",
            "headers": {"authorization": "Bearer {secret.token}"}, "signature": "standard-webhooks",
        });
        let text = shown(settings, &[("token", "the-token"), ("key", "the-key")]).unwrap();
        let mut lines = text.lines();
        assert_eq!(
            lines.next(),
            Some("POST https://sms.vendor.example/v1/........?key=........")
        );
        assert!(
            text.contains("\nauthorization: Bearer ........\n"),
            "{text}"
        );
        assert!(text.contains("\nwebhook-signature: ........\n"), "{text}");
        assert!(text.contains("\"to\":\"+8618800008888\"") && text.contains("123456"));
        assert!(!text.contains("the-token") && !text.contains("the-key"));
        let basic = json!({
            "url": "https://sms.vendor.example/{to_digits}/{code}", "method": "GET", "auth": "basic",
        });
        let text = shown(basic, &[("username", "me"), ("password", "mine")]).unwrap();
        assert!(text.contains("\nauthorization: Basic ........\n"), "{text}");
    }

    #[test]
    fn an_account_that_cannot_be_has_no_sample() {
        let wrong = shown(json!({"url": "https://sms.vendor.example/{to}"}), &[]);
        assert!(wrong.unwrap_err().to_string().contains("{code} or {text}"));
    }
}
