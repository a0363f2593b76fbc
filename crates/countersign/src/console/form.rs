//! The fields of a form, as a person sent them.

use std::time::Duration;

use axum::extract::Request;
use axum::http::{HeaderMap, StatusCode, header};
use http_body_util::{BodyExt as _, Limited};
use tokio::time::timeout;
use url::form_urlencoded;

/// The most bytes of a form.
const LARGEST: usize = 64 * 1024;

/// The most fields of a form.
const MOST: usize = 256;

/// The time that a form may take to arrive.
const PATIENCE: Duration = Duration::from_secs(10);

/// The type of the body of a form.
const TYPE: &str = "application/x-www-form-urlencoded";

/// The fields of a form, in the order of the page. A field that was not sent is empty.
#[derive(Debug, Default)]
pub(super) struct Form(Vec<(String, String)>);

impl Form {
    /// Reads the form of a request that the [guard](super::guard) let pass.
    ///
    /// # Errors
    /// HTTP 415 where the body is no form, 413 where it is larger than forms may be, 408 where it takes too long, 400 where it
    /// does not arrive whole.
    pub(super) async fn read(request: Request) -> Result<Self, StatusCode> {
        let (parts, body) = request.into_parts();
        if !is_form(&parts.headers) {
            return Err(StatusCode::UNSUPPORTED_MEDIA_TYPE);
        }
        let body = Limited::new(body, LARGEST).collect();
        let body = timeout(PATIENCE, body)
            .await
            .map_err(|_| StatusCode::REQUEST_TIMEOUT)?;
        let body = body.map_err(
            |error| match error.is::<http_body_util::LengthLimitError>() {
                true => StatusCode::PAYLOAD_TOO_LARGE,
                false => StatusCode::BAD_REQUEST,
            },
        )?;
        Self::parse(&body.to_bytes())
    }

    /// Reads the fields of a body.
    ///
    /// # Errors
    /// HTTP 413 where they are too many.
    pub(super) fn parse(body: &[u8]) -> Result<Self, StatusCode> {
        // Browsers end the lines of a field with two characters.
        let fields: Vec<_> = form_urlencoded::parse(body)
            .take(MOST + 1)
            .map(|(name, value)| (name.into_owned(), value.replace("\r\n", "\n")))
            .collect();
        match fields.len() > MOST {
            true => Err(StatusCode::PAYLOAD_TOO_LARGE),
            false => Ok(Self(fields)),
        }
    }

    /// The value of the first field of this name, without the spaces around it; empty where there is none.
    pub(super) fn get(&self, name: &str) -> &str {
        self.whole(name).trim()
    }

    /// The value of the first field of this name as it was typed: spaces are a part of a password.
    pub(super) fn whole(&self, name: &str) -> &str {
        let field = self.0.iter().find(|(held, _)| held == name);
        field.map_or("", |(_, value)| value)
    }

    /// Puts a value in the place of that of the first field of this name, or behind all fields.
    pub(super) fn put(&mut self, name: &str, value: String) {
        match self.0.iter_mut().find(|(held, _)| held == name) {
            Some((_, held)) => *held = value,
            None => self.0.push((name.to_owned(), value)),
        }
    }

    /// Whether nothing was sent: the page is opened, and no form of it.
    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The names of the fields that are not empty.
    pub(super) fn given(&self) -> impl Iterator<Item = &str> {
        let given = self.0.iter().filter(|(_, value)| !value.is_empty());
        given.map(|(name, _)| name.as_str())
    }

    /// The fields that may wait while a person proves who it is, as a body: all but secrets and whole numbers.
    pub(super) fn waiting(&self) -> String {
        let is_number = self.get(KIND) == NUMBER;
        let may_wait = |name: &str| match name {
            NUMBER => false,
            VALUE => !is_number,
            name => !name.starts_with(SECRETS),
        };
        let fields = self.0.iter().filter(|(name, _)| may_wait(name));
        form_urlencoded::Serializer::new(String::new())
            .extend_pairs(fields)
            .finish()
    }

    /// The value of the field of this name, or `stored` where nothing was sent.
    pub(super) fn or(&self, name: &str, stored: &str) -> String {
        let shown = match self.is_empty() {
            true => stored,
            false => self.get(name),
        };
        shown.to_owned()
    }
}

/// The start of the names of fields that hold secrets of vendors.
pub(super) const SECRETS: &str = "secrets.";

/// The name of fields that hold a whole phone number.
pub(super) const NUMBER: &str = "number";

/// The name of the field with a value of the kind that the field [`KIND`] names, which may be [`NUMBER`].
pub(super) const VALUE: &str = "value";

/// The name of the field with the kind of a value.
pub(super) const KIND: &str = "kind";

/// Whether `content-type` is that of a form.
fn is_form(headers: &HeaderMap) -> bool {
    let content_type = headers.get(header::CONTENT_TYPE);
    let content_type = content_type
        .and_then(|value| value.to_str().ok())
        .unwrap_or_default();
    let kind = content_type.split(';').next().unwrap_or_default();
    kind.trim().eq_ignore_ascii_case(TYPE)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_field_is_read_by_its_name_without_the_spaces_around_it() {
        let form = Form::parse(b"to=+%2B1415+&to=2&note=a+b%26c").unwrap();
        assert_eq!(
            (form.get("to"), form.get("note"), form.get("none")),
            ("+1415", "a b&c", "")
        );
    }

    #[test]
    fn a_form_has_256_fields_at_most() {
        assert!(Form::parse("a=1&".repeat(256).as_bytes()).is_ok());
        let refused = Form::parse("a=1&".repeat(257).as_bytes());
        assert_eq!(refused.unwrap_err(), StatusCode::PAYLOAD_TOO_LARGE);
    }
}
