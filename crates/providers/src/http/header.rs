//! A header with gaps. Whatever fills them, it is one header.

use reqwest::header::HeaderName;

use super::gaps::{Filling, Gap, Template};
use crate::account::InvalidSetup;

/// Headers that are not the operator's to set: they frame the request, or sign it.
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

/// A header with gaps in its value.
pub(super) struct Header {
    /// In lower case.
    pub(super) name: String,
    pub(super) value: Template,
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
        let value = Template::of(&field, value)?;
        if value.gaps().any(|gap| gap == Gap::Text) {
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

    /// `None` when what fills it would end the header.
    pub(super) fn fill(&self, filling: Filling<'_>) -> Option<(String, String)> {
        let value = self.value.with(|gap| filling.value(gap));
        (!value.contains(char::is_control)).then(|| (self.name.clone(), value))
    }
}
