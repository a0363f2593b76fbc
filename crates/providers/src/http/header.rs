//! A header with placeholders. A value that would end the header is refused.

use reqwest::header::HeaderName;

use super::placeholders::{MessageValues, Pattern, Placeholder};
use crate::account::InvalidSetup;

/// Headers that an operator cannot set, because they frame the request or sign it.
const OURS: [&str; 14] = [
    "accept-encoding",
    "connection",
    "content-length",
    "expect",
    "host",
    "keep-alive",
    "proxy-authorization",
    "proxy-connection",
    "te",
    "trailer",
    "transfer-encoding",
    "upgrade",
    "webhook-id",
    "webhook-timestamp",
];

/// A header with placeholders in its value.
pub(super) struct Header {
    /// The name, in lower case.
    pub(super) name: String,
    pub(super) value: Pattern,
}

impl Header {
    pub(super) fn parse(name: &str, value: &str) -> Result<Self, InvalidSetup> {
        let shown: String = name.chars().take(64).collect();
        let field = format!("headers.{shown}");
        let known = HeaderName::try_from(name)
            .map_err(|_| InvalidSetup::setting(&field, "not a header's name"))?;
        if OURS.contains(&known.as_str()) || known == "webhook-signature" {
            return Err(InvalidSetup::setting(
                &field,
                "this header is not set by hand",
            ));
        }
        let value = Pattern::of(&field, value)?;
        if value
            .placeholders()
            .any(|placeholder| placeholder == Placeholder::Text)
        {
            return Err(InvalidSetup::setting(
                &field,
                "a text has line breaks, and a header none",
            ));
        }
        if value.words().any(|words| words.contains(char::is_control)) {
            return Err(InvalidSetup::setting(
                &field,
                "a header has no control characters",
            ));
        }
        let name = known.as_str().to_owned();
        Ok(Self { name, value })
    }

    /// The header for one message; `None` when a value would end the header.
    pub(super) fn fill(&self, values: MessageValues<'_>) -> Option<(String, String)> {
        let value = self.value.with(|placeholder| values.value(placeholder));
        (!value.contains(char::is_control)).then(|| (self.name.clone(), value))
    }
}
