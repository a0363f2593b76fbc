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
//! | setting | meaning |
//! |---|---|
//! | `method` | `POST` unless it is `GET`, `PUT` or `PATCH` |
//! | `url`, `headers`, `body` | with placeholders, which are encoded for where they stand |
//! | `format` | the language of the body: `json`, `form`, or `raw` for plain text |
//! | `auth` | `basic`: with the secrets `username` and `password` |
//! | `content` | `text` (as it is, or composed around `{code}`) or `template` |
//! | `success` | the statuses of an answer that means yes, and perhaps a value in it, or a pattern such as `0: *` |
//! | `message_id`, `error_code`, `error_message` | where the vendor's id, code and sentence are in an answer: a JSON pointer, into JSON or XML, or a pattern such as `ERR: {}` |
//! | `errors` | the meaning of codes, and of statuses such as `HTTP 503` |
//! | `reports` | where a report says what, and in which words ([`report`]) |
//! | `signature` | `standard-webhooks`: with the secret `webhook_secret`, and `webhook_secret_next` while it changes |
//!
//! Placeholders: `{to}` `{to_digits}` `{code}` `{text}` `{message_id}` `{minutes}` `{app}` `{channel}` `{language}`,
//! `{template_id}` and `{signature}` of a vendor's template, and `{secret.NAME}` of `key`, `password`, `token`,
//! `username`. A literal brace is written twice. A document inside a string of another document is not escaped again:
//! there `{code}` and `{minutes}` are safe, and `{app}` and `{text}` are not.
//!
//! The text of a form and the query of a URL are written percent-encoded. A `+` in them is refused, since it stands for a
//! space, and so is a `%` that begins no escape. The fields of a form that is written as a table are plain.
//!
//! A rule of success with a status alone relies on the vendor: an answer with that status is accepted, whatever its body
//! holds. [`report`] documents the reports, which must be signed where there is a `webhook_secret`.

#[cfg(test)]
mod account_tests;
mod address;
mod body;
mod document;
mod encoded;
mod header;
mod pattern;
mod placeholders;
mod pointer;
mod reading;
mod report;
mod request;
mod sample;
mod settings;
#[cfg(test)]
mod tests;
mod words;
mod xml;

use std::sync::Arc;

use async_trait::async_trait;
use countersign_core::phone::PhoneNumber;
use countersign_core::ports::provider::{Content, Provider, Sms};
use countersign_core::receipt::{Callback, InvalidCallback, Receipts};
use countersign_core::send::outcome::{NotAccepted, Outcome, RefusalKind};
use countersign_core::send::route::ProviderName;
use countersign_core::time::Clock;

use self::reading::AnswerRules;
use self::report::ReportRules;
use self::request::RequestTemplate;
pub use self::sample::sample;
use self::settings::{ContentKind, Settings};
use crate::account::{Account, InvalidSetup};
use crate::egress::{Answer, Egress};
use crate::kind::Kind;
use crate::meaning::{self, ErrorMap};
use crate::signing::standard_webhooks::{self, InvalidKey, Key};

/// The kind in the table of vendors.
pub(crate) const KIND: Kind = Kind {
    name: "http",
    about: "any vendor with an HTTP interface, as you describe it",
    content: "text, or a template of the vendor's where settings.content says so",
    template: settings::template,
    country: None,
    reports: "let the vendor post JSON there: to, status, and messageId or providerMessageId",
    fields: settings::FIELDS,
    check: |account| HttpAccount::check(account).map(drop),
    endpoint: |account| HttpAccount::check(account).map(|account| account.request.origin().clone()),
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
    content: ContentKind,
    request: RequestTemplate,
    rules: AnswerRules,
    reports: ReportRules,
    /// The keys that sign reports. Without any, reports need no signature.
    keys: Vec<Key>,
}

/// Reads answers by the rules of an account, without sending anything.
pub struct AnswerReader(HttpAccount);

impl AnswerReader {
    /// The reader of an account.
    ///
    /// # Errors
    /// [`InvalidSetup`] names the setting or the secret at fault.
    pub fn new(account: &Account) -> Result<Self, InvalidSetup> {
        HttpAccount::check(account).map(Self)
    }

    /// Returns the outcome that `answer` means, before the gate of [`carriage`](crate::carriage) looks it over.
    #[must_use]
    pub fn outcome(&self, answer: &Answer) -> Outcome {
        self.0.outcome(answer)
    }
}

impl std::fmt::Debug for AnswerReader {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("AnswerReader").finish_non_exhaustive()
    }
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
        let content = settings.content;
        let keys = keys(account);
        let rules = answer_rules(&mut settings);
        let reports = ReportRules::new(&settings.reports);
        let signing = keys.as_deref().unwrap_or_default();
        let request = RequestTemplate::new(settings, account, signing);
        InvalidSetup::refuse_any([
            keys.as_ref().err(),
            rules.as_ref().err(),
            reports.as_ref().err(),
            request.as_ref().err(),
        ])?;
        Ok(Self {
            reports: reports?,
            content,
            request: request?,
            rules: rules?,
            keys: keys?,
        })
    }

    /// The outcome that `answer` means, with the vendor's sentence.
    fn outcome(&self, answer: &Answer) -> Outcome {
        let sentence = self.rules.sentence(answer);
        meaning::with_sentence(self.rules.outcome(answer), sentence.as_deref())
    }
}

/// The rules by which answers are read. The settings lose those of them that are tables.
fn answer_rules(settings: &mut Settings) -> Result<AnswerRules, InvalidSetup> {
    let errors = std::mem::take(&mut settings.errors);
    let of_status = |pattern: &String| pattern.starts_with("HTTP ");
    if settings.error_code.is_none() && !errors.keys().all(of_status) {
        return Err(InvalidSetup::setting("error_code", "needed by errors"));
    }
    let errors = ErrorMap::try_from(errors);
    AnswerRules::new(
        std::mem::take(&mut settings.success),
        settings.message_id.as_deref(),
        settings.error_code.as_deref(),
        settings.error_message.as_deref(),
        errors.map_err(|why| InvalidSetup::setting("errors", why))?,
    )
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
        match self.account.content {
            ContentKind::Text => Content::Text,
            ContentKind::Template => Content::Template,
        }
    }

    fn warm(&self) {
        self.egress.warm(self.account.request.origin());
    }

    async fn send(&self, sms: &Sms) -> Outcome {
        if self.account.content == ContentKind::Template && sms.template.is_none() {
            return Outcome::not_accepted(RefusalKind::NoTemplate);
        }
        let request = match self.account.request.write(sms, self.clock.wall()) {
            Ok(request) => request,
            Err(why) => {
                return Outcome::NotAccepted(NotAccepted {
                    kind: RefusalKind::ConfigError,
                    vendor_code: Some(why.to_string()),
                    retry_after: None,
                });
            }
        };
        match self.egress.exchange(request).await {
            Ok(answer) => self.account.outcome(&answer),
            Err(lost) => lost.outcome(),
        }
    }

    fn receipts(&self, callback: &Callback<'_>) -> Result<Receipts, InvalidCallback> {
        if !self.account.keys.is_empty() {
            standard_webhooks::verify(&self.account.keys, callback)?;
        }
        self.account.reports.read(callback)
    }
}
