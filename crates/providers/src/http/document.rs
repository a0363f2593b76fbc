//! A vendor's answer as a text and as a document, and the places of values in it.

use std::borrow::Cow;

use serde_json::Value;

use super::pattern::Around;
use super::pointer::Pointer;
use super::xml;
use crate::account::InvalidSetup;

/// An answer: its text, and what that is as JSON or as XML.
pub(super) struct Document<'a> {
    pub(super) text: Cow<'a, str>,
    /// `null` for a text that is neither.
    pub(super) value: Value,
}

impl<'a> Document<'a> {
    pub(super) fn of(body: &'a [u8]) -> Self {
        let text = String::from_utf8_lossy(body);
        let json = serde_json::from_str(&text).ok();
        let value = json.or_else(|| xml::read(&text)).unwrap_or_default();
        Self { text, value }
    }
}

/// The place of a value in an answer.
pub(super) enum Place {
    /// In JSON, or in XML as [`xml::read`] turns it into JSON.
    Pointer(Pointer),
    /// In a text.
    Around(Around),
}

impl Place {
    /// Reads a JSON pointer, or a pattern with `{}` for the value.
    pub(super) fn optional(field: &str, text: Option<&str>) -> Result<Option<Self>, InvalidSetup> {
        let Some(text) = text else {
            return Ok(None);
        };
        if text.is_empty() || text.starts_with('/') {
            return Ok(Some(Self::Pointer(Pointer::parse(field, text)?)));
        }
        let why = "not a JSON pointer such as /data/id, nor a pattern such as \"ID: {}\"";
        let around = Around::parse(text);
        let around = around.ok_or_else(|| InvalidSetup::setting(field, why))?;
        Ok(Some(Self::Around(around)))
    }

    /// The value at this place of `document`.
    pub(super) fn text(&self, document: &Document<'_>) -> Option<String> {
        match self {
            Place::Pointer(pointer) => pointer.text(&document.value),
            Place::Around(around) => around.find(&document.text).map(str::to_owned),
        }
    }
}
