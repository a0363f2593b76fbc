//! The settings and the secrets of an account.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::Value;

use super::body::Format;
use super::reading::Success;
use super::report::ReportSettings;
use crate::kind::field::{self, Field};
use crate::kind::{TemplateParts, Variables};

/// The fields of an account. Which secrets an account needs depends on its settings.
pub(super) const FIELDS: &[Field] = &[
    Field::setting(
        "url",
        "where requests go, with placeholders",
        "https://sms.vendor.example/v1/{to}/{code}",
    )
    .required(),
    Field::setting(
        "method",
        "POST, GET, PUT or PATCH: POST if left out",
        "POST",
    ),
    Field::setting(
        "headers",
        "names and values, with placeholders in values",
        r#"{"x-api-key": "{secret.key}"}"#,
    ),
    Field::setting(
        "format",
        "the language of the body: json, form, or raw for plain text",
        "json",
    ),
    Field::setting(
        "body",
        "with placeholders in values",
        r#"{"to": "{to}", "text": "{text}"}"#,
    ),
    Field::setting(
        "auth",
        "basic: with the secrets username and password",
        "basic",
    ),
    Field::setting(
        "content",
        "text, or template for a vendor with templates of its own",
        "text",
    ),
    Field::setting(
        "success",
        "the statuses of an answer that means yes, and perhaps a value or a pattern",
        r#"{"statuses": [200, 202]}"#,
    ),
    Field::setting(
        "message_id",
        "where the vendor's id is in an answer: a JSON pointer, or \"ID: {}\"",
        "/id",
    ),
    Field::setting(
        "error_code",
        "where the vendor's code is in an answer: the same",
        "/error/code",
    ),
    Field::setting(
        "error_message",
        "where the vendor's sentence about a refusal is: the same",
        "/error/message",
    ),
    field::ERRORS,
    Field::setting(
        "signature",
        "standard-webhooks: with the secret webhook_secret",
        "standard-webhooks",
    ),
    Field::setting(
        "reports",
        "where a report says what, and in which words: to, status, ...",
        r#"{"to": "To", "status": "MessageStatus"}"#,
    ),
    Field::secret("key", "stands for {secret.key}", "example-key"),
    Field::secret(
        "password",
        "stands for {secret.password}; of auth = \"basic\"",
        "example-password",
    ),
    Field::secret("token", "stands for {secret.token}", "example-token"),
    Field::secret(
        "username",
        "stands for {secret.username}; of auth = \"basic\"",
        "example-user",
    ),
    Field::secret(
        "webhook_secret",
        "signs reports, and requests with signature; whsec_...",
        "whsec_YW4gZXhhbXBsZSwgbm90IGEgc2VjcmV0",
    ),
    Field::secret(
        "webhook_secret_next",
        "the next webhook_secret, while it changes",
        "whsec_b25lIG1vcmUsIG5vdCBhIHNlY3JldC4u",
    ),
];

/// The settings of an account.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Settings {
    pub(super) method: Option<String>,
    pub(super) url: String,
    #[serde(default)]
    pub(super) headers: BTreeMap<String, String>,
    pub(super) format: Option<Format>,
    pub(super) body: Option<Value>,
    pub(super) auth: Option<Auth>,
    #[serde(default)]
    pub(super) content: ContentKind,
    #[serde(default)]
    pub(super) success: Success,
    pub(super) message_id: Option<String>,
    pub(super) error_code: Option<String>,
    pub(super) error_message: Option<String>,
    #[serde(default)]
    pub(super) errors: BTreeMap<String, String>,
    pub(super) signature: Option<Signature>,
    #[serde(default)]
    pub(super) reports: ReportSettings,
}

/// Returns the vendor's template that messages of an account with these settings fill: only its id and what the request
/// has placeholders for.
pub(super) fn template(settings: &Value) -> Option<TemplateParts> {
    let places = ["url", "headers", "body"].map(|place| settings[place].to_string());
    (settings["content"] == "template").then(|| TemplateParts {
        signature: places.iter().any(|place| place.contains("{signature}")),
        variables: Variables::Counted,
        country: None,
    })
}

/// The way in which requests prove who sends them.
#[derive(Deserialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum Auth {
    /// HTTP Basic.
    Basic,
}

/// The content of requests.
#[derive(Default, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum ContentKind {
    /// A text, or a code.
    #[default]
    Text,
    /// The id of a template of the vendor's, and a code.
    Template,
}

/// The rule by which requests are signed.
#[derive(Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(super) enum Signature {
    /// Standard Webhooks.
    StandardWebhooks,
}
