//! From an answer to an outcome, by the operator's rules.

use countersign_core::send::outcome::{NotAccepted, Outcome, RefusalKind};
use serde::Deserialize;
use serde_json::Value;

use crate::account::InvalidSetup;
use crate::egress::Answer;
use crate::meaning::answer;
use crate::meaning::{ErrorMap, Meaning};

use super::document::{Document, Place};
use super::pattern::Shape;
use super::pointer::{Pointer, text};

/// The operator's rule for an answer that accepts a message.
#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Success {
    /// The answer must have one of these statuses; any of 200 to 299 if left out.
    statuses: Option<Vec<u16>>,
    /// A JSON pointer: the value there must be one of `equals`.
    pointer: Option<String>,
    /// The values that mean yes.
    equals: Option<Vec<Value>>,
    /// Patterns with stars: one of them must describe the whole text of the answer.
    pattern: Option<Patterns>,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum Patterns {
    One(String),
    Many(Vec<String>),
}

/// The rules by which answers are read.
pub(super) struct AnswerRules {
    statuses: Option<Vec<u16>>,
    mark: Option<(Pointer, Vec<String>)>,
    shapes: Vec<Shape>,
    message_id: Option<Place>,
    error_code: Option<Place>,
    error_message: Option<Place>,
    errors: ErrorMap,
}

impl AnswerRules {
    pub(super) fn new(
        success: Success,
        message_id: Option<&str>,
        error_code: Option<&str>,
        error_message: Option<&str>,
        errors: ErrorMap,
    ) -> Result<Self, InvalidSetup> {
        let allowed = |status: &u16| (200..600).contains(status);
        let none = |statuses: &Vec<u16>| statuses.is_empty() || !statuses.iter().all(allowed);
        if success.statuses.as_ref().is_some_and(none) {
            return Err(InvalidSetup::setting(
                "success.statuses",
                "one or more of 200 to 599",
            ));
        }
        let mark = match (&success.pointer, &success.equals) {
            (None, None) => None,
            (Some(pointer), Some(values)) => {
                let texts: Option<Vec<_>> = values.iter().map(text).collect();
                let texts = texts.filter(|texts| !texts.is_empty()).ok_or_else(|| {
                    InvalidSetup::setting(
                        "success.equals",
                        "one or more texts, numbers, true or false",
                    )
                })?;
                Some((Pointer::parse("success.pointer", pointer)?, texts))
            }
            (Some(_), None) => {
                return Err(InvalidSetup::setting(
                    "success.equals",
                    "needed by success.pointer",
                ));
            }
            (None, Some(_)) => {
                return Err(InvalidSetup::setting(
                    "success.pointer",
                    "needed by success.equals",
                ));
            }
        };
        let patterns = match success.pattern {
            None => Vec::new(),
            Some(Patterns::One(one)) => vec![one],
            Some(Patterns::Many(many)) => many,
        };
        Ok(Self {
            statuses: success.statuses,
            mark,
            shapes: patterns.iter().map(|text| Shape::new(text)).collect(),
            message_id: Place::optional("message_id", message_id)?,
            error_code: Place::optional("error_code", error_code)?,
            error_message: Place::optional("error_message", error_message)?,
            errors,
        })
    }

    /// The outcome that `answer` means. It is accepted where the rule of success holds. Otherwise the operator's table
    /// decides, by the vendor's code or by `HTTP` and the status; otherwise the status alone. A pattern for errors finds
    /// nothing in other answers: where it does, a status of 2xx accepts nothing, and the vendor has refused.
    pub(super) fn outcome(&self, answer: &Answer) -> Outcome {
        let document = Document::of(&answer.body);
        let status = format!("HTTP {}", answer.status);
        let code = self.error_code.as_ref();
        let code = code.and_then(|place| place.text(&document));
        let is_error = code.is_some() && matches!(self.error_code, Some(Place::Around(_)));
        let ruled = self.mark.is_some() || !self.shapes.is_empty();
        if self.is_success(answer.status, &document) && (ruled || !is_error) {
            return self.accepted(&document);
        }
        let mapped = [code.as_ref(), Some(&status)].into_iter().flatten();
        let mapped = mapped
            .filter_map(|code| self.errors.meaning(code, &[]))
            .next();
        let meaning = mapped.unwrap_or_else(|| match of_status(answer.status) {
            Meaning::Unknown if is_error && (200..300).contains(&answer.status) => {
                Meaning::Refused(RefusalKind::Other)
            }
            meaning => meaning,
        });
        let status = answer::status(answer.status);
        let code = code.and_then(|code| answer::code(&code));
        match meaning {
            Meaning::Accepted => self.accepted(&document),
            Meaning::Refused(kind) => Outcome::NotAccepted(NotAccepted {
                kind,
                vendor_code: Some(code.unwrap_or(status)),
                retry_after: None,
            }),
            Meaning::Unknown => Outcome::Unknown {
                cause: code.map_or(status.clone(), |code| format!("{status}, code {code}")),
            },
        }
    }

    /// The vendor's own sentence in `answer`, if the operator says where it is.
    pub(super) fn sentence(&self, answer: &Answer) -> Option<String> {
        let place = self.error_message.as_ref()?;
        place.text(&Document::of(&answer.body))
    }

    fn is_success(&self, status: u16, document: &Document<'_>) -> bool {
        let status = match &self.statuses {
            Some(statuses) => statuses.contains(&status),
            None => (200..300).contains(&status),
        };
        let marked = self.mark.as_ref().is_none_or(|(pointer, texts)| {
            let found = pointer.text(&document.value);
            found.is_some_and(|found| texts.contains(&found))
        });
        let mut shapes = self.shapes.iter();
        let shaped = self.shapes.is_empty() || shapes.any(|shape| shape.fits(&document.text));
        status && marked && shaped
    }

    fn accepted(&self, document: &Document<'_>) -> Outcome {
        let id = self.message_id.as_ref();
        let id = id.and_then(|place| place.text(document));
        Outcome::Accepted {
            provider_message_id: id.and_then(|id| answer::id(&id)),
        }
    }
}

/// The meaning of a status alone. A redirect is not followed: the operator must name the new address. A time-out (408) may come from a proxy, which does not know whether the vendor has the
/// message. A conflict (409) may mean that the vendor already has the message, because a proxy repeated the request.
fn of_status(status: u16) -> Meaning {
    match status {
        301 | 302 | 307 | 308 => answer::MOVED,
        401 | 403 | 404 | 410 => Meaning::Refused(RefusalKind::ConfigError),
        429 => Meaning::Refused(RefusalKind::Throttled),
        408 | 409 => Meaning::Unknown,
        400..500 => Meaning::Refused(RefusalKind::Other),
        _ => Meaning::Unknown,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn rules(success: Value, errors: Value) -> AnswerRules {
        let success = serde_json::from_value(success).unwrap();
        let errors = serde_json::from_value(errors).unwrap();
        AnswerRules::new(success, Some("/data/id"), Some("/code"), None, errors).unwrap()
    }

    fn read(rules: &AnswerRules, status: u16, body: &str) -> String {
        let answer = Answer {
            status,
            body: body.as_bytes().to_vec(),
        };
        match rules.outcome(&answer) {
            Outcome::Accepted {
                provider_message_id,
            } => {
                format!("accepted {}", provider_message_id.unwrap_or_default())
            }
            Outcome::NotAccepted(why) => {
                format!(
                    "{} {}",
                    why.kind.as_str(),
                    why.vendor_code.unwrap_or_default()
                )
            }
            Outcome::Unknown { cause } => format!("unknown {cause}"),
        }
    }

    #[test]
    fn the_rule_of_success_goes_before_the_status() {
        let rules = rules(
            json!({"pointer": "/code", "equals": ["0", "OK"]}),
            json!({
                "1001": "bad_number", "2*": "throttled", "3000": "accepted", "4000": "unknown",
                "HTTP 503": "transient",
            }),
        );
        for (status, body, expected) in [
            (200, r#"{"code":0,"data":{"id":"a-1"}}"#, "accepted a-1"),
            (202, r#"{"code":"0","data":{"id":17}}"#, "accepted 17"),
            (200, r#"{"code":"OK"}"#, "accepted "),
            (200, r#"{"code":"OK","data":{"id":null}}"#, "accepted "),
            (200, r#"{"code":"OK","data":{"id":""}}"#, "accepted "),
            (200, r#"{"code":"3000","data":{"id":"x"}}"#, "accepted x"),
            (200, r#"{"code":1001}"#, "bad_number 1001"),
            (500, r#"{"code":"1001"}"#, "bad_number 1001"),
            (302, r#"{"code":"1001"}"#, "bad_number 1001"),
            (200, r#"{"code":"2999"}"#, "throttled 2999"),
            (200, r#"{"code":"4000"}"#, "unknown HTTP 200, code 4000"),
            (400, r#"{"code":"4000"}"#, "unknown HTTP 400, code 4000"),
            (200, r#"{"code":"ok"}"#, "unknown HTTP 200, code ok"),
            (200, r#"{"code":["0"]}"#, "unknown HTTP 200"),
            (200, r#"{"code":"0""#, "unknown HTTP 200"),
            (200, "OK", "unknown HTTP 200"),
            (200, "", "unknown HTTP 200"),
            (200, "\u{feff}{\"code\":0}", "unknown HTTP 200"),
            (400, r#"{"code":"0"}"#, "other 0"),
            (500, r#"{"code":"0"}"#, "unknown HTTP 500, code 0"),
            (503, "busy", "transient HTTP 503"),
            (503, r#"{"code":"9"}"#, "transient 9"),
            (400, r#"{"code":"不行"}"#, "other HTTP 400"),
            (400, r#"{"code":"a\nb"}"#, "other HTTP 400"),
        ] {
            assert_eq!(read(&rules, status, body), expected, "{status} {body}");
        }
    }

    #[test]
    fn each_status_alone_has_its_outcome() {
        let rules = rules(json!({}), json!({}));
        for (status, expected) in [
            (200, "accepted "),
            (204, "accepted "),
            (299, "accepted "),
            (301, "config_error HTTP 301: the address has moved"),
            (302, "config_error HTTP 302: the address has moved"),
            (303, "unknown HTTP 303"),
            (304, "unknown HTTP 304"),
            (307, "config_error HTTP 307: the address has moved"),
            (308, "config_error HTTP 308: the address has moved"),
            (400, "other HTTP 400"),
            (401, "config_error HTTP 401"),
            (403, "config_error HTTP 403"),
            (404, "config_error HTTP 404"),
            (408, "unknown HTTP 408"),
            (409, "unknown HTTP 409"),
            (410, "config_error HTTP 410"),
            (422, "other HTTP 422"),
            (429, "throttled HTTP 429"),
            (499, "other HTTP 499"),
            (500, "unknown HTTP 500"),
            (502, "unknown HTTP 502"),
            (503, "unknown HTTP 503"),
            (504, "unknown HTTP 504"),
            (599, "unknown HTTP 599"),
            (600, "unknown HTTP 600"),
            (999, "unknown HTTP 999"),
        ] {
            assert_eq!(read(&rules, status, "{}"), expected, "{status}");
        }
    }

    #[test]
    fn named_statuses_and_none_else_are_success() {
        let named = rules(
            json!({"statuses": [201]}),
            json!({"HTTP 4*": "content_rejected"}),
        );
        assert_eq!(read(&named, 201, "x"), "accepted ");
        assert_eq!(read(&named, 200, "{}"), "unknown HTTP 200");
        assert_eq!(read(&named, 401, "{}"), "content_rejected HTTP 401");
    }

    #[test]
    fn rules_that_cannot_hold_are_refused() {
        let why = |success: Value, id: Option<&str>, code: Option<&str>| {
            let success = serde_json::from_value(success).unwrap();
            let rules = AnswerRules::new(success, id, code, None, ErrorMap::default());
            rules.map(|_| ()).unwrap_err().to_string()
        };
        for (success, field) in [
            (json!({"statuses": []}), "success.statuses"),
            (json!({"statuses": [200, 99]}), "success.statuses"),
            (json!({"statuses": [600]}), "success.statuses"),
            (json!({"pointer": "/a"}), "success.equals"),
            (json!({"equals": [0]}), "success.pointer"),
            (json!({"pointer": "/a", "equals": []}), "success.equals"),
            (json!({"pointer": "/a", "equals": [null]}), "success.equals"),
            (json!({"pointer": "a", "equals": [0]}), "success.pointer"),
            (json!({"pointer": "/a~", "equals": [0]}), "success.pointer"),
            (json!({"pointer": "/a~2", "equals": [0]}), "success.pointer"),
        ] {
            let why = why(success, None, None);
            assert!(why.starts_with(&format!("settings.{field}: ")), "{why}");
        }
        assert!(why(json!({}), Some("id"), None).contains("message_id: not a JSON pointer"));
        assert!(why(json!({}), None, Some("$.code")).contains("error_code: not a JSON pointer"));
        assert!(Pointer::parse("x", "/a~0b~1c/0/").is_ok());
    }

    /// The outcome of an answer by rules as an operator writes them.
    fn by(settings: Value, status: u16, body: &str) -> String {
        let text = |field: &str| settings[field].as_str();
        let settings_of = |field: &str| settings.get(field).cloned().unwrap_or(json!({}));
        let rules = AnswerRules::new(
            serde_json::from_value(settings_of("success")).unwrap(),
            text("message_id"),
            text("error_code"),
            None,
            serde_json::from_value(settings_of("errors")).unwrap(),
        );
        read(&rules.unwrap(), status, body)
    }

    #[test]
    fn an_answer_in_text_is_read_by_patterns() {
        let settings = json!({
            "success": {"pattern": ["0: *", "OK*"]}, "message_id": "ID: {}", "error_code": "ERR: {}",
            "errors": {"102": "config_error"},
        });
        for (status, body, outcome) in [
            (200, "0: Accepted for delivery", "accepted "),
            (200, "OK ID: a-7\r\n", "accepted a-7"),
            (200, "ERR: 102", "config_error 102"),
            (200, "ERR: 7", "other 7"),
            (500, "ERR: 7", "unknown HTTP 500, code 7"),
            (200, "hello", "unknown HTTP 200"),
            (400, "0: Accepted for delivery", "other HTTP 400"),
        ] {
            assert_eq!(
                by(settings.clone(), status, body),
                outcome,
                "{status} {body}"
            );
        }
        // A pattern for errors alone.
        let errors = json!({"error_code": "ERR: {}"});
        assert_eq!(by(errors.clone(), 200, "fine"), "accepted ");
        assert_eq!(by(errors, 200, "ERR: 102"), "other 102");
    }

    #[test]
    fn an_answer_in_xml_is_read_by_pointers() {
        let settings = json!({
            "success": {"pointer": "/response/code", "equals": ["0"]}, "message_id": "/response/sms/@id",
            "error_code": "/response/code", "errors": {"102": "throttled"},
        });
        for (body, outcome) in [
            (
                "<?xml version=\"1.0\"?><response><code>0</code><sms id=\"a-7\"/></response>",
                "accepted a-7",
            ),
            ("<response><code>102</code></response>", "throttled 102"),
            ("<response><code>0</code>", "unknown HTTP 200"),
        ] {
            assert_eq!(by(settings.clone(), 200, body), outcome, "{body}");
        }
    }
}
