//! What the answers of vendors have in common: reading them, and passing on no more than their codes.
//!
//! What a vendor says in words may hold a number or a code, so only its own codes and ids go into an outcome,
//! and only if they look like codes and ids.

use countersign_core::send::outcome::{NotAccepted, Outcome, RefusalKind};
use serde_json::{Map, Value};

use crate::meaning::{ErrorMap, Meaning};

/// The most characters of a vendor's code.
const MOST_OF_CODE: usize = 64;

/// The most characters of a vendor's id for a message.
const MOST_OF_ID: usize = 128;

/// As many digits in a row are a number of someone's, not a part of a code.
const DIGITS_OF_A_NUMBER: usize = 7;

/// What an answer means that holds no code of the vendor's, by its status as a code (`HTTP 503`).
///
/// A 4xx says that the request was not carried out: a wrong endpoint, a key that a proxy refuses. Except 408
/// and 409, which may be said of a request that arrived, by whoever stands in between or repeated it. All else may
/// have been sent.
const BARE: [(&str, Meaning); 5] = [
    ("HTTP *", Meaning::Unknown),
    ("HTTP 4*", Meaning::Refused(RefusalKind::ConfigError)),
    ("HTTP 408", Meaning::Unknown),
    ("HTTP 409", Meaning::Unknown),
    ("HTTP 429", Meaning::Refused(RefusalKind::Throttled)),
];

/// The JSON object that a body is, or `None`.
pub(crate) fn object(body: &[u8]) -> Option<Map<String, Value>> {
    serde_json::from_slice(body).ok()
}

/// A field of an object that is a text, and not an empty one.
pub(crate) fn text<'a>(object: &'a Map<String, Value>, field: &str) -> Option<&'a str> {
    let text = object.get(field)?.as_str()?;
    (!text.is_empty()).then_some(text)
}

/// What a vendor calls something, if it looks like a code: ASCII without spaces, short, and without anything in
/// it that could be a phone number.
pub(crate) fn code(text: &str) -> Option<String> {
    let runs = text.split(|c: char| !c.is_ascii_digit());
    let number = runs.map(str::len).any(|len| len >= DIGITS_OF_A_NUMBER);
    (is_plain(text, MOST_OF_CODE) && !number).then(|| text.to_owned())
}

/// A vendor's id for a message, if it looks like one.
pub(crate) fn id(text: &str) -> Option<String> {
    is_plain(text, MOST_OF_ID).then(|| text.to_owned())
}

fn is_plain(text: &str, most: usize) -> bool {
    !text.is_empty() && text.len() <= most && text.bytes().all(|byte| byte.is_ascii_graphic())
}

/// The vendor took it, and calls it so.
pub(crate) fn accepted(vendor_id: Option<&str>) -> Outcome {
    Outcome::Accepted {
        provider_message_id: vendor_id.and_then(id),
    }
}

/// The outcome of an answer with that meaning, in which the vendor said `said`.
pub(crate) fn outcome(meaning: Meaning, said: &str) -> Outcome {
    let vendor_code = code(said);
    match meaning {
        Meaning::Accepted => accepted(None),
        Meaning::Refused(kind) => Outcome::NotAccepted(NotAccepted { kind, vendor_code }),
        Meaning::Unknown => Outcome::Unknown {
            cause: match vendor_code {
                Some(code) => format!("the vendor answered {code}"),
                None => "the vendor's answer was not understood".to_owned(),
            },
        },
    }
}

/// What an answer means by its status alone. An operator's table may hold statuses too, as `HTTP 503`.
pub(crate) fn by_status(status: u16, errors: &ErrorMap) -> Meaning {
    let said = format!("HTTP {status}");
    errors.meaning(&said, &BARE).unwrap_or(Meaning::Unknown)
}

/// The outcome of an answer in which no code of the vendor's could be read.
pub(crate) fn bare(status: u16, errors: &ErrorMap) -> Outcome {
    let said = format!("HTTP {status}");
    match by_status(status, errors) {
        Meaning::Accepted => accepted(None),
        Meaning::Refused(kind) => Outcome::NotAccepted(NotAccepted {
            kind,
            vendor_code: Some(said),
        }),
        Meaning::Unknown => Outcome::Unknown {
            cause: format!("the vendor answered {said} and nothing that is understood"),
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_is_short_and_plain_and_no_number() {
        for good in ["OK", "isv.AMOUNT_NOT_ENOUGH", "MK:0001", "E000027", "103"] {
            assert_eq!(code(good).as_deref(), Some(good));
        }
        let long = "x".repeat(MOST_OF_CODE + 1);
        for bad in [
            "",
            "two words",
            "余额不足",
            "a\n",
            "to+8613800138000",
            &long,
        ] {
            assert_eq!(code(bad), None, "{bad:?}");
        }
    }

    #[test]
    fn an_id_may_have_many_digits() {
        assert!(id("900619746936498440^0").is_some());
        assert!(id(&"1".repeat(MOST_OF_ID + 1)).is_none());
        assert!(id("two words").is_none());
    }

    #[test]
    fn a_bare_status_means_what_http_means_by_it() {
        let bare = |status| bare(status, &ErrorMap::default());
        for status in [
            0, 100, 200, 204, 301, 303, 408, 409, 500, 502, 503, 599, 999,
        ] {
            assert!(matches!(bare(status), Outcome::Unknown { .. }), "{status}");
        }
        let refused = |kind, code: &str| {
            Outcome::NotAccepted(NotAccepted {
                kind,
                vendor_code: Some(code.to_owned()),
            })
        };
        assert_eq!(bare(404), refused(RefusalKind::ConfigError, "HTTP 404"));
        assert_eq!(bare(429), refused(RefusalKind::Throttled, "HTTP 429"));
    }

    #[test]
    fn an_operator_may_know_better() {
        let errors = serde_json::json!({ "HTTP 503": "transient" });
        let errors: ErrorMap = serde_json::from_value(errors).unwrap();
        assert!(!bare(503, &errors).may_have_been_sent());
        assert!(bare(500, &errors).may_have_been_sent());
    }
}
