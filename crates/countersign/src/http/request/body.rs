//! Reads JSON bodies within bounds of size and time, and refuses them by the name of the field.

use std::time::Duration;

use axum::body::{Bytes, HttpBody as _};
use axum::extract::{FromRequest, Request};
use axum::http::{HeaderMap, header};
use countersign_api::{Fault, FieldProblem};
use http_body_util::BodyExt as _;
use serde::de::DeserializeOwned;

use super::malformed::malformed;
use super::{shape, tree};

/// The most bytes of a body.
pub(crate) const LIMIT: usize = 16 * 1024;

/// The most bytes that are read, and thrown away, of a body that is too large.
const DRAINED: usize = 1024 * 1024;

/// The time that a body may take to arrive.
const PATIENCE: Duration = Duration::from_secs(10);

/// A body as it arrived, or why it did not.
pub(crate) struct Body(Result<Bytes, Fault>);

impl<S: Send + Sync> FromRequest<S> for Body {
    type Rejection = std::convert::Infallible;

    async fn from_request(request: Request, _: &S) -> Result<Self, Self::Rejection> {
        let (parts, body) = request.into_parts();
        Ok(Self::read(&parts.headers, body).await)
    }
}

impl Body {
    /// Reads the body of a request with these headers.
    pub(crate) async fn read(headers: &HeaderMap, body: axum::body::Body) -> Self {
        if !is_json(headers) {
            let field = Some("content-type".to_owned());
            return Self(Err(malformed(field, FieldProblem::NotJson)));
        }
        if let Some(encoding) = content_encoding(headers) {
            return Self(Err(Fault::UnknownEncoding { encoding }));
        }
        let body = tokio::time::timeout(PATIENCE, read(body)).await;
        Self(body.unwrap_or(Err(Fault::TooSlow)).map(without_mark))
    }

    /// The body of a request that has none.
    pub(crate) const fn empty() -> Self {
        Self(Ok(Bytes::new()))
    }

    /// The body as it arrived.
    pub(crate) fn bytes(self) -> Result<Bytes, Fault> {
        self.0
    }

    /// The body in a form that is the same for the same JSON, whatever the order of members and the spaces between them.
    /// One that is not JSON is as it arrived, and one that did not arrive is empty.
    pub(crate) fn canonical(&self) -> Vec<u8> {
        let Ok(body) = &self.0 else {
            return Vec::new();
        };
        // The members of a `Value` are in the order of their names.
        let value = serde_json::from_slice::<serde_json::Value>(body);
        let canonical = value.and_then(|value| serde_json::to_vec(&value));
        canonical.unwrap_or_else(|_| body.to_vec())
    }

    /// Reads the body as a `T`. One that does not fit is read a second time, slowly, for the field to blame.
    pub(crate) fn json<T: DeserializeOwned>(self) -> Result<T, Fault> {
        let body = self.0?;
        shape::check(&body)?;
        serde_json::from_slice(&body).or_else(|_| tree::read(&body))
    }
}

/// Whether `content-type` is JSON in UTF-8, or missing.
fn is_json(headers: &HeaderMap) -> bool {
    let Some(content_type) = headers.get(header::CONTENT_TYPE) else {
        return true;
    };
    if content_type == "application/json" {
        return true;
    }
    let content_type = content_type
        .to_str()
        .unwrap_or_default()
        .to_ascii_lowercase();
    let mut parts = content_type.split(';').map(str::trim);
    parts.next() == Some("application/json")
        && parts.all(|part| {
            let charset = part
                .strip_prefix("charset=")
                .map(|charset| charset.trim_matches('"'));
            charset.is_none_or(|charset| charset == "utf-8" || charset == "utf8")
        })
}

/// The content encoding of a body that is not sent as it is: at most 32 printable characters.
pub(crate) fn content_encoding(headers: &HeaderMap) -> Option<String> {
    let values = headers.get_all(header::CONTENT_ENCODING).iter();
    let mut named = values
        .flat_map(|value| value.as_bytes().split(|byte| *byte == b','))
        .map(<[u8]>::trim_ascii)
        .filter(|name| !name.is_empty() && !name.eq_ignore_ascii_case(b"identity"));
    let name = String::from_utf8_lossy(named.next()?);
    let printable = name.chars().filter(char::is_ascii_graphic);
    Some(printable.take(32).collect())
}

/// The body without the mark that some editors and libraries put before UTF-8.
fn without_mark(body: Bytes) -> Bytes {
    match body.starts_with(b"\xef\xbb\xbf") {
        true => body.slice(3..),
        false => body,
    }
}

/// Reads a body of at most [`LIMIT`] bytes. The rest of a larger body is read too and thrown away, up to [`DRAINED`]
/// bytes: a caller that is still writing when the connection closes would not see the answer. A caller that announces more
/// than those is not waited for.
async fn read(mut body: axum::body::Body) -> Result<Bytes, Fault> {
    if body.size_hint().lower() > DRAINED as u64 {
        return Err(Fault::TooLarge);
    }
    let (mut bytes, mut size) = (Vec::new(), 0);
    while let Some(frame) = body.frame().await {
        let frame =
            frame.map_err(|_| malformed(None, FieldProblem::Syntax { line: 1, column: 0 }))?;
        let Ok(data) = frame.into_data() else {
            continue; // trailers
        };
        if size == 0 && data.len() <= LIMIT && body.is_end_stream() {
            return Ok(data);
        }
        size += data.len();
        if size <= LIMIT {
            bytes.extend_from_slice(&data);
        } else if size > DRAINED {
            break;
        }
    }
    if size <= LIMIT {
        Ok(bytes.into())
    } else {
        Err(Fault::TooLarge)
    }
}

#[cfg(test)]
mod tests {
    use axum::http::HeaderValue;
    use countersign_api::{Lang, SendSmsRequest};

    use super::*;

    fn read(body: &str) -> Result<SendSmsRequest, Fault> {
        Body(Ok(Bytes::copy_from_slice(body.as_bytes()))).json()
    }

    #[test]
    fn a_canonical_body_is_the_same_for_the_same_json() {
        let canonical =
            |body: &'static str| Body(Ok(Bytes::from_static(body.as_bytes()))).canonical();
        let body = canonical(r#"{"a": [1, {"c": "x", "d": null}], "b": "\u0041"}"#);
        assert_eq!(body, canonical(r#"{"b":"A","a":[1,{"d":null,"c":"x"}]}"#));
        assert_ne!(body, canonical(r#"{"b":"A","a":[{"d":null,"c":"x"},1]}"#));
        assert_eq!(canonical("{"), b"{");
    }

    fn refusal(body: &str) -> String {
        let refused = read(body).unwrap_err();
        assert_eq!(refused.status_code(), 400);
        refused.message(Lang::EnUs)
    }

    #[test]
    fn a_refusal_names_the_field_and_the_constraint() {
        for (body, says) in [
            (
                "",
                "The body must be a JSON object; it stops being JSON at line 1, column 0.",
            ),
            (
                "{",
                "The body must be a JSON object; it stops being JSON at line 1, column 1.",
            ),
            ("[]", "The body must be a JSON object."),
            ("7", "The body must be a JSON object."),
            ("null", "The body must be a JSON object."),
            (
                r#"["CHANNEL_LOGIN","18800008801"]"#,
                "The body must be a JSON object.",
            ),
            (
                r#"{"channel":null,"phoneNumber":"1"}"#,
                "channel is required.",
            ),
            (r#"{"phoneNumber":"1"}"#, "channel is required."),
            (r#"{"channel":"CHANNEL_LOGIN"}"#, "phoneNumber is required."),
            (
                r#"{"channel":"CHANNEL_LOGIN","phoneNumber":null}"#,
                "phoneNumber is required.",
            ),
            (
                r#"{"channel":"CHANNEL_LOGIN","phoneNumber":18800008888}"#,
                "phoneNumber must be a string.",
            ),
            (
                r#"{"channel":"CHANNEL_LOGIN","phoneNumber":["1"]}"#,
                "phoneNumber must be a string.",
            ),
            (
                r#"{"channel":"CHANNEL_LOGIN","phoneNumber":"1","phoneCountryCode":86}"#,
                "phoneCountryCode must be a string.",
            ),
            (
                r#"{"channel":"CHANNEL_LOGIN","channel":"CHANNEL_LOGIN","phoneNumber":"1"}"#,
                "channel is given more than once.",
            ),
            (
                r#"{"channel":"CHANNEL_LOGIN","phoneNumber":"1","x":1,"x":1}"#,
                "x is given more than once.",
            ),
            (
                r#"{"channel":"CHANNEL_LOGIN","phoneNumber":"1","a":[{"b":{"c":1,"c":2}}]}"#,
                "a[0].b.c is given more than once.",
            ),
            (
                r#"{"channel":"CHANNEL_LOGIN","phoneNumber":"1"} x"#,
                "The body must be a JSON object; it stops being JSON at line 1, column 47.",
            ),
        ] {
            assert_eq!(refusal(body), says, "{body}");
        }
        for channel in [
            "\"\"",
            "\"LOGIN\"",
            "7",
            "{}",
            "{\"CHANNEL_LOGIN\":null}",
            "\"channel_login\"",
        ] {
            let says = refusal(&format!(r#"{{"channel":{channel},"phoneNumber":"1"}}"#));
            assert!(
                says.starts_with("channel must be one of CHANNEL_LOGIN, "),
                "{channel}: {says}"
            );
        }
    }

    #[test]
    fn what_the_caller_sent_is_not_repeated() {
        let says = refusal(r#"{"channel":"18800008888","phoneNumber":"1"}"#);
        assert!(!says.contains("18800008888"), "{says}");
    }

    #[test]
    fn depth_is_bounded() {
        let nested = |levels: usize| {
            let (open, close) = ("[".repeat(levels - 1), "]".repeat(levels - 1));
            format!(r#"{{"channel":"CHANNEL_LOGIN","phoneNumber":"1","x":{open}{close}}}"#)
        };
        assert!(read(&nested(16)).is_ok());
        for levels in [17, 200, 5000] {
            assert_eq!(
                refusal(&nested(levels)),
                "The body may be nested 16 levels deep at most."
            );
        }
    }

    #[test]
    fn optional_fields_may_be_missing_or_null_and_unknown_ones_are_ignored() {
        for body in [
            r#"{"channel":"CHANNEL_LOGIN","phoneNumber":"1"}"#,
            r#"{"channel":"CHANNEL_LOGIN","phoneNumber":"1","phoneCountryCode":null}"#,
            r#"{"channel":"CHANNEL_LOGIN","phoneNumber":"1","extra":{"a":[1,2.5,"x",true,null]}}"#,
        ] {
            assert_eq!(read(body).unwrap().phone_country_code, None);
        }
    }

    #[test]
    fn json_has_many_content_types_and_others_have_none() {
        let claims = |value: &'static str| {
            let value = HeaderValue::from_static(value);
            is_json(&HeaderMap::from_iter([(header::CONTENT_TYPE, value)]))
        };
        for json in [
            "application/json",
            "application/json;charset=UTF-8",
            "application/json; charset=utf-8",
            "Application/JSON; charset=\"UTF-8\"",
            "application/json; profile=x",
        ] {
            assert!(claims(json), "{json}");
        }
        for other in [
            "text/plain",
            "application/x-www-form-urlencoded",
            "application/json; charset=gbk",
            "",
            "application/jsonp",
        ] {
            assert!(!claims(other), "{other:?}");
        }
        assert!(is_json(&HeaderMap::new()));
    }
}
