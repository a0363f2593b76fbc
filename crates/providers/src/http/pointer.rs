//! Places in a document.

use serde_json::Value;

use crate::account::InvalidSetup;

/// A JSON pointer (RFC 6901).
pub(super) struct Pointer(String);

impl Pointer {
    pub(super) fn parse(field: &str, text: &str) -> Result<Self, InvalidSetup> {
        let mut escaped = text.split('~').skip(1);
        let rooted = text.is_empty() || text.starts_with('/');
        if !rooted || !escaped.all(|rest| rest.starts_with(['0', '1'])) {
            return Err(InvalidSetup::setting(
                field,
                "not a JSON pointer such as /data/id",
            ));
        }
        Ok(Self(text.to_owned()))
    }

    /// Reads a JSON pointer, or the name of a field.
    pub(super) fn or_name(field: &str, text: &str) -> Result<Self, InvalidSetup> {
        if text.is_empty() || text.starts_with('/') {
            return Self::parse(field, text);
        }
        let escaped = text.replace('~', "~0").replace('/', "~1");
        Ok(Self(format!("/{escaped}")))
    }

    /// The list that it points at.
    pub(super) fn list<'a>(&self, document: &'a Value) -> Option<&'a Vec<Value>> {
        document.pointer(&self.0)?.as_array()
    }

    /// The value that it points at, if that is a text, a number, `true` or `false`.
    pub(super) fn text(&self, document: &Value) -> Option<String> {
        document.pointer(&self.0).and_then(text)
    }
}

/// A value as text: vendors write the same code as `0` and as `"0"`.
pub(super) fn text(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Number(_) | Value::Bool(_) => Some(value.to_string()),
        Value::Null | Value::Array(_) | Value::Object(_) => None,
    }
}
