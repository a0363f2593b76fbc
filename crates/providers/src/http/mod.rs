//! Any vendor with an HTTP interface, as an operator describes it.
//!
//! ```toml
//! kind = "http"
//! [settings]
//! url = "https://sms.vendor.example/v1/{secret.username}/messages"
//! format = "json"
//! body = '{"to": "{to}", "text": "{text}", "reference": "{message_id}"}'
//! headers = { authorization = "Bearer {secret.token}" }
//! success = { statuses = [200, 201], pointer = "/status", equals = ["queued"] }
//! message_id = "/id"
//! error_code = "/error/code"
//! errors = { "21211" = "bad_number", "HTTP 503" = "transient" }
//! ```
//!
//! | setting | what it is |
//! |---|---|
//! | `method` | `POST` unless it is `GET`, `PUT` or `PATCH` |
//! | `url`, `headers`, `body` | with placeholders, which are encoded for where they stand |
//! | `format` | of the body: `json`, `form`, or `raw` for plain text |
//! | `auth` | `basic`: with the secrets `username` and `password` |
//! | `content` | `text` (as it is, or composed around `{code}`) or `template` |
//! | `success` | the statuses of an answer that means yes, and perhaps what it says where |
//! | `message_id`, `error_code` | JSON pointers to the vendor's id and code in an answer |
//! | `errors` | what codes mean, and statuses, such as `HTTP 503` |
//! | `signature` | `standard-webhooks`: with the secret `webhook_secret`, and `webhook_secret_next` while it changes |
//!
//! Placeholders: `{to}` `{to_digits}` `{code}` `{text}` `{message_id}` `{minutes}` `{app}` `{channel}` `{language}`,
//! `{template_id}` and `{signature}` of a vendor's template, and `{secret.NAME}` of `key`, `password`, `token`,
//! `username`. Braces that are meant are written twice. A document inside a string of another is not escaped once more:
//! there `{code}` and `{minutes}` are safe, `{app}` and `{text}` are not.
//!
//! A success that goes by the status alone is a promise of the vendor's: whatever an answer of that status says, it is
//! accepted. Reports are read as [`report`] says, and must be signed where there is a `webhook_secret`.

mod address;
mod body;
mod gaps;
mod header;
mod reading;
mod report;
mod request;
mod settings;
#[cfg(test)]
mod setup_tests;
#[cfg(test)]
mod tests;

use std::sync::Arc;

use async_trait::async_trait;
use countersign_core::phone::PhoneNumber;
use countersign_core::ports::provider::{Content, Provider, Sms};
use countersign_core::receipt::{Callback, InvalidCallback, Receipts};
use countersign_core::send::outcome::{NotAccepted, Outcome, RefusalKind};
use countersign_core::send::route::ProviderName;
use countersign_core::time::Clock;

use self::reading::Rules;
use self::request::Letter;
use self::settings::{Sends, Settings};
use crate::account::{Account, InvalidSetup};
use crate::egress::Egress;
use crate::kind::Kind;
use crate::meaning::ErrorMap;
use crate::signing::standard_webhooks::{self, InvalidKey, Key};

/// The kind in the table of vendors.
pub(crate) const KIND: Kind = Kind {
    name: "http",
    about: "any vendor with an HTTP interface, as you describe it",
    content: "text, or a template of the vendor's where settings.content says so",
    fields: settings::FIELDS,
    check: |account| HttpAccount::check(account).map(drop),
    open: |account, resources| {
        Ok(Arc::new(HttpVendor {
            account: HttpAccount::check(&account)?,
            name: account.name,
            egress: resources.egress,
            clock: resources.clock,
        }))
    },
};

/// An account whose settings and secrets have been checked.
struct HttpAccount {
    sends: Sends,
    letter: Letter,
    rules: Rules,
    /// The keys that sign reports. Without any, reports need no signature.
    keys: Vec<Key>,
}

/// An account with a vendor that an operator describes.
struct HttpVendor {
    name: ProviderName,
    account: HttpAccount,
    egress: Egress,
    clock: Arc<dyn Clock>,
}

impl HttpAccount {
    fn check(account: &Account) -> Result<Self, InvalidSetup> {
        let mut settings: Settings = account.settings()?;
        let keys = keys(account)?;
        let errors = std::mem::take(&mut settings.errors);
        let of_status = |pattern: &String| pattern.starts_with("HTTP ");
        if settings.error_code.is_none() && !errors.keys().all(of_status) {
            return Err(InvalidSetup::setting("error_code", "needed by errors"));
        }
        let errors = ErrorMap::try_from(errors);
        let rules = Rules::new(
            std::mem::take(&mut settings.success),
            settings.message_id.as_deref(),
            settings.error_code.as_deref(),
            errors.map_err(|why| InvalidSetup::setting("errors", why))?,
        )?;
        Ok(Self {
            sends: settings.content,
            letter: Letter::new(settings, account, &keys)?,
            rules,
            keys,
        })
    }
}

/// The keys that sign reports, and messages where the settings say so.
fn keys(account: &Account) -> Result<Vec<Key>, InvalidSetup> {
    let mut keys = Vec::new();
    for name in ["webhook_secret", "webhook_secret_next"] {
        if account.secrets.contains_key(name) {
            let key = Key::parse(account.secret(name)?.reveal());
            keys.push(key.map_err(|InvalidKey| InvalidSetup::secret(name, InvalidKey::WHY))?);
        }
    }
    if !keys.is_empty() {
        account.secret("webhook_secret")?;
    }
    Ok(keys)
}

#[async_trait]
impl Provider for HttpVendor {
    fn name(&self) -> &str {
        self.name.as_str()
    }

    fn content(&self, _: &PhoneNumber) -> Content {
        match self.account.sends {
            Sends::Text => Content::Text,
            Sends::Template => Content::Template,
        }
    }

    async fn send(&self, sms: &Sms) -> Outcome {
        if self.account.sends == Sends::Template && sms.template.is_none() {
            return Outcome::not_accepted(RefusalKind::NoTemplate);
        }
        let request = match self.account.letter.write(sms, self.clock.now()) {
            Ok(request) => request,
            Err(why) => {
                return Outcome::NotAccepted(NotAccepted {
                    kind: RefusalKind::ConfigError,
                    vendor_code: Some(why.to_string()),
                });
            }
        };
        match self.egress.exchange(request).await {
            Ok(answer) => without_echo(self.account.rules.outcome(&answer), sms),
            Err(lost) => lost.outcome(),
        }
    }

    fn receipts(&self, callback: &Callback<'_>) -> Result<Receipts, InvalidCallback> {
        if !self.account.keys.is_empty() {
            standard_webhooks::verify(&self.account.keys, callback)?;
        }
        report::read(callback)
    }
}

/// The outcome without what the vendor only said after us: pointers may point at anything in its answer.
fn without_echo(outcome: Outcome, sms: &Sms) -> Outcome {
    let (code, digits) = (sms.passcode.reveal(), sms.to.e164().trim_start_matches('+'));
    match outcome {
        Outcome::Accepted {
            provider_message_id,
        } => {
            // Ids are long runs of digits, in which a code is found by chance.
            let echo = |id: &String| id.contains(digits) || id == code;
            Outcome::Accepted {
                provider_message_id: provider_message_id.filter(|id| !echo(id)),
            }
        }
        Outcome::NotAccepted(why) => Outcome::NotAccepted(NotAccepted {
            kind: why.kind,
            vendor_code: why.vendor_code.filter(|said| !said.contains(code)),
        }),
        Outcome::Unknown { cause } if cause.contains(code) => Outcome::Unknown {
            cause: "the vendor's code says what must not be said".to_owned(),
        },
        unknown => unknown,
    }
}
