//! Reading a vendor's answer, and turning it into an outcome.
//!
//! A vendor's own words may hold a phone number or a passcode. So these functions pass on only the vendor's codes and
//! ids, and only those that look like codes and ids.

use countersign_core::send::outcome::{NotAccepted, Outcome, RefusalKind};
use serde_json::{Map, Value};

use crate::meaning::{ErrorMap, Meaning};

/// The most characters of a vendor's code.
const MOST_OF_CODE: usize = 64;

/// The most characters of a vendor's id for a message.
const MOST_OF_ID: usize = 128;

/// A run of so many digits is taken for a phone number, not for a part of a code.
const DIGITS_OF_A_NUMBER: usize = 7;

/// The meaning of an answer without a code of the vendor's, by its status written as a code (`HTTP 503`).
///
/// A 4xx says that the request was not carried out: a wrong endpoint, a key that a proxy refuses. Exceptions are 408
/// and 409, which a proxy may answer to a request that arrived, or that the proxy repeated. A redirect to another address
/// is not followed, so the operator must name the new one; 303 instead comes after a request that was carried out. With
/// any other status the message may have been sent.
const BARE: [(&str, Meaning); 9] = [
    ("HTTP *", Meaning::Unknown),
    ("HTTP 301", MOVED),
    ("HTTP 302", MOVED),
    ("HTTP 307", MOVED),
    ("HTTP 308", MOVED),
    ("HTTP 4*", Meaning::Refused(RefusalKind::ConfigError)),
    ("HTTP 408", Meaning::Unknown),
    ("HTTP 409", Meaning::Unknown),
    ("HTTP 429", Meaning::Refused(RefusalKind::Throttled)),
];

/// The meaning of a redirect to another address.
pub(crate) const MOVED: Meaning = Meaning::Refused(RefusalKind::ConfigError);

/// A status as an operator reads it: `HTTP 503`, or `HTTP 301: the address has moved`.
#[must_use]
pub fn status(status: u16) -> String {
    match status {
        301 | 302 | 307 | 308 => format!("HTTP {status}: the address has moved"),
        _ => format!("HTTP {status}"),
    }
}

/// Reads a body as a JSON object; `None` if it is anything else.
#[must_use]
pub fn object(body: &[u8]) -> Option<Map<String, Value>> {
    serde_json::from_slice(body).ok()
}

/// The text in a field of an object; `None` if the field is missing, empty or no text.
#[must_use]
pub fn text<'a>(object: &'a Map<String, Value>, field: &str) -> Option<&'a str> {
    let text = object.get(field)?.as_str()?;
    (!text.is_empty()).then_some(text)
}

/// A vendor's code, if `text` looks like one: at most 64 graphic ASCII characters, and no run of digits that could be a
/// phone number.
#[must_use]
pub fn code(text: &str) -> Option<String> {
    let runs = text.split(|c: char| !c.is_ascii_digit());
    let number = runs.map(str::len).any(|len| len >= DIGITS_OF_A_NUMBER);
    (is_plain(text, MOST_OF_CODE) && !number).then(|| text.to_owned())
}

/// A vendor's id for a message, if `text` looks like one: at most 128 graphic ASCII characters.
#[must_use]
pub fn id(text: &str) -> Option<String> {
    is_plain(text, MOST_OF_ID).then(|| text.to_owned())
}

fn is_plain(text: &str, most: usize) -> bool {
    !text.is_empty() && text.len() <= most && text.bytes().all(|byte| byte.is_ascii_graphic())
}

/// The outcome of a message that the vendor took and gave this id.
#[must_use]
pub fn accepted(vendor_id: Option<&str>) -> Outcome {
    Outcome::Accepted {
        provider_message_id: vendor_id.and_then(id),
    }
}

/// The outcome of an answer that means `meaning`, with the vendor's code `said`.
#[must_use]
pub fn outcome(meaning: Meaning, said: &str) -> Outcome {
    let vendor_code = code(said);
    match meaning {
        Meaning::Accepted => accepted(None),
        Meaning::Refused(kind) => Outcome::NotAccepted(NotAccepted {
            kind,
            vendor_code,
            retry_after: None,
        }),
        Meaning::Unknown => Outcome::Unknown {
            cause: match vendor_code {
                Some(code) => format!("the vendor answered {code}"),
                None => "the vendor's answer was not understood".to_owned(),
            },
        },
    }
}

/// The meaning of an answer by its status alone. An operator's table may hold statuses too, as `HTTP 503`.
#[must_use]
pub fn by_status(status: u16, errors: &ErrorMap) -> Meaning {
    let said = format!("HTTP {status}");
    errors.meaning(&said, &BARE).unwrap_or(Meaning::Unknown)
}

/// The outcome of an answer in which no code of the vendor's could be read.
#[must_use]
pub fn bare(answered: u16, errors: &ErrorMap) -> Outcome {
    let said = status(answered);
    match by_status(answered, errors) {
        Meaning::Accepted => accepted(None),
        Meaning::Refused(kind) => Outcome::NotAccepted(NotAccepted {
            kind,
            vendor_code: Some(said),
            retry_after: None,
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
    fn a_status_without_a_code_means_what_http_says() {
        let bare = |status| bare(status, &ErrorMap::default());
        for status in [
            0, 100, 200, 204, 300, 303, 304, 408, 409, 500, 502, 503, 599, 999,
        ] {
            assert!(matches!(bare(status), Outcome::Unknown { .. }), "{status}");
        }
        let refused = |kind, code: &str| {
            Outcome::NotAccepted(NotAccepted {
                kind,
                vendor_code: Some(code.to_owned()),
                retry_after: None,
            })
        };
        assert_eq!(bare(404), refused(RefusalKind::ConfigError, "HTTP 404"));
        for status in [301, 302, 307, 308] {
            let said = format!("HTTP {status}: the address has moved");
            assert_eq!(bare(status), refused(RefusalKind::ConfigError, &said));
        }
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
