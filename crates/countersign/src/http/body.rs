//! JSON bodies: read with a bound, refused by the name of the field.

use axum::body::Bytes;
use axum::extract::rejection::BytesRejection;
use axum::http::StatusCode;
use axum::response::IntoResponse;
use countersign_api::{Fault, FieldProblem};
use serde::de::DeserializeOwned;
use serde_json::error::Category;

/// The most that is read of a body.
pub(crate) const LIMIT: usize = 16 * 1024;

/// A body as axum hands it over: the bytes, or why they could not be read.
pub(crate) type RawBody = Result<Bytes, BytesRejection>;

/// Reads `body` as a `T`.
pub(crate) fn json<T: DeserializeOwned>(body: RawBody) -> Result<T, Fault> {
    let body = body.map_err(|rejection| match rejection.into_response().status() {
        StatusCode::PAYLOAD_TOO_LARGE => Fault::TooLarge,
        _ => malformed(None, FieldProblem::Syntax { line: 1, column: 0 }),
    })?;
    let mut reader = serde_json::Deserializer::from_slice(&body);
    let value = serde_path_to_error::deserialize(&mut reader).map_err(|error| {
        let path = error.path().to_string();
        fault(&path, &error.into_inner())
    })?;
    reader.end().map_err(|error| fault(".", &error))?;
    Ok(value)
}

fn fault(path: &str, error: &serde_json::Error) -> Fault {
    let place = FieldProblem::Syntax {
        line: error.line(),
        column: error.column(),
    };
    match error.classify() {
        Category::Data => {
            let text = error.to_string();
            let field = (path != ".").then(|| path.to_owned());
            // serde tells what is wrong in words only; its words for these are fixed. What the
            // caller sent is never repeated: it may hold a number or a code.
            if let Some(name) = quoted(&text, "missing field `") {
                malformed(Some(name), FieldProblem::Required)
            } else if let Some(name) = quoted(&text, "duplicate field `") {
                malformed(Some(name), FieldProblem::Duplicate)
            } else if text.starts_with("invalid type: null") {
                malformed(field, FieldProblem::Required)
            } else if path == "channel" {
                malformed(field, FieldProblem::NotAChannel)
            } else if field.is_none() {
                malformed(None, FieldProblem::Type("a JSON object".to_owned()))
            } else {
                malformed(field, FieldProblem::Type(expected(&text)))
            }
        }
        // serde_json calls a channel that is no string a syntax error.
        Category::Syntax if path == "channel" => {
            malformed(Some(path.to_owned()), FieldProblem::NotAChannel)
        }
        Category::Syntax | Category::Eof | Category::Io => malformed(None, place),
    }
}

fn malformed(field: Option<String>, problem: FieldProblem) -> Fault {
    Fault::Malformed { field, problem }
}

fn quoted(text: &str, before: &str) -> Option<String> {
    text.strip_prefix(before)?
        .split('`')
        .next()
        .map(str::to_owned)
}

fn expected(text: &str) -> String {
    let expected = text
        .rsplit_once(", expected ")
        .map_or("of another type", |(_, rest)| rest);
    expected
        .split(" at line ")
        .next()
        .unwrap_or(expected)
        .to_owned()
}

#[cfg(test)]
mod tests {
    use countersign_api::{Lang, SendSmsRequest};

    use super::*;

    fn refusal(body: &str) -> String {
        let refused =
            json::<SendSmsRequest>(Ok(Bytes::copy_from_slice(body.as_bytes()))).unwrap_err();
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
            ("null", "The body is required."),
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
                r#"{"channel":"CHANNEL_LOGIN","phoneNumber":"1"} x"#,
                "The body must be a JSON object; it stops being JSON at line 1, column 47.",
            ),
        ] {
            assert_eq!(refusal(body), says, "{body}");
        }
        for channel in ["\"\"", "\"LOGIN\"", "7", "{}", "null", "\"channel_login\""] {
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
    fn optional_fields_may_be_missing_null_or_empty_and_others_are_ignored() {
        for body in [
            r#"{"channel":"CHANNEL_LOGIN","phoneNumber":"1"}"#,
            r#"{"channel":"CHANNEL_LOGIN","phoneNumber":"1","phoneCountryCode":null}"#,
            r#"{"channel":"CHANNEL_LOGIN","phoneNumber":"1","extra":{"a":[1,2]}}"#,
        ] {
            let read: SendSmsRequest = json(Ok(Bytes::from_static(body.as_bytes()))).unwrap();
            assert_eq!(read.phone_country_code, None);
        }
    }
}
