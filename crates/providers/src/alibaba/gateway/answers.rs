//! The gateway's own answers, and the shape of reports.

use countersign_core::receipt::{Answer, Callback, InvalidCallback};
use countersign_core::send::outcome::{Outcome, RefusalKind};
use serde_json::{Map, Value};

use crate::egress;
use crate::meaning::answer;
use crate::meaning::{self, ErrorMap, Meaning};

/// The answer that the vendor expects to its reports. It reads only that `code` is a number.
pub(crate) const HEARD: Answer = Answer {
    content_type: "application/json",
    body: r#"{"code":0,"msg":"ok"}"#,
};

const CONFIG: Meaning = Meaning::Refused(RefusalKind::ConfigError);
const TRANSIENT: Meaning = Meaning::Refused(RefusalKind::Transient);
const THROTTLED: Meaning = Meaning::Refused(RefusalKind::Throttled);

/// The codes of the gateway itself, and the families of the products' codes: `isv.` is the caller's fault, and `isp.`
/// the vendor's.
const KNOWN: &[(&str, Meaning)] = &[
    ("isv.*", CONFIG),
    ("isp.*", TRANSIENT),
    ("Throttling*", THROTTLED),
    ("ServiceUnavailable", TRANSIENT),
    ("InternalError", TRANSIENT),
    ("SignatureDoesNotMatch", CONFIG),
    ("IncompleteSignature", CONFIG),
    ("InvalidAccessKeyId.*", CONFIG),
    // Our clock is wrong, or the vendor's.
    ("InvalidTimeStamp.*", CONFIG),
    // Nonces are random: a nonce that was used means that a proxy repeated the request, and the first of the two may
    // have been accepted.
    ("SignatureNonceUsed", Meaning::Unknown),
    ("Forbidden", CONFIG),
    ("Forbidden.*", CONFIG),
    ("NoPermission", CONFIG),
];

/// The meaning of a code that the product's own table does not have.
pub(crate) fn meaning(said: &str, status: u16, errors: &ErrorMap) -> Meaning {
    if said.eq_ignore_ascii_case("OK") {
        return Meaning::Unknown; // a success in a shape that no success has
    }
    let known = errors.meaning(said, KNOWN);
    known.unwrap_or_else(|| answer::by_status(status, errors))
}

/// The code in an answer in XML. The gateway may answer in XML whatever format the request asks for.
pub(crate) fn xml_code(body: &[u8]) -> Option<&str> {
    let body = std::str::from_utf8(body).ok()?;
    let (_, error) = body.split_once("<Error>")?;
    let (_, code) = error.split_once("<Code>")?;
    let (code, _) = code.split_once("</Code>")?;
    Some(code.trim())
}

/// `outcome` with the gateway's or the product's own sentence from `answer`.
pub(crate) fn with_sentence(outcome: Outcome, answer: &egress::Answer) -> Outcome {
    let object = answer::object(&answer.body).unwrap_or_default();
    let fields = ["ResponseDescription", "Message"];
    let sentence = fields
        .into_iter()
        .find_map(|field| answer::text(&object, field));
    meaning::with_sentence(outcome, sentence)
}

/// The reports in a callback: the objects of a JSON array.
pub(crate) fn reports(callback: &Callback<'_>) -> Result<Vec<Map<String, Value>>, InvalidCallback> {
    let all: Vec<Value> =
        serde_json::from_slice(callback.body).map_err(|_| InvalidCallback::Malformed)?;
    let objects = all.into_iter().filter_map(|report| match report {
        Value::Object(report) => Some(report),
        _ => None,
    });
    Ok(objects.collect())
}
