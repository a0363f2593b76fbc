//! TC3-HMAC-SHA256, the signature of Tencent Cloud.

use super::super::digest::{hmac_sha256, sha256_hex};
use crate::call::Call;
use crate::times::{parse_seconds, seconds_between, utc_day};

/// How far a timestamp may be off, in seconds.
const SKEW: u64 = 5 * 60;

const ALGORITHM: &str = "TC3-HMAC-SHA256";

/// The fault in a signature: the vendor's code, and words.
pub(super) type Wrong = (&'static str, &'static str);

const FAILURE: Wrong = (
    "AuthFailure.SignatureFailure",
    "the signature is not the one that was computed here",
);

/// The parts of an `Authorization` of TC3.
struct Authorization<'a> {
    secret_id: &'a str,
    /// Day, service and `tc3_request`.
    scope: &'a str,
    signed: &'a str,
    signature: &'a str,
}

impl<'a> Authorization<'a> {
    /// Reads `TC3-HMAC-SHA256 Credential=.., SignedHeaders=.., Signature=..`, with a blank after each comma.
    fn parse(text: &'a str) -> Option<Self> {
        let rest = text.strip_prefix(ALGORITHM)?.strip_prefix(' ')?;
        let mut parts = rest.split(", ");
        let credential = parts.next()?.strip_prefix("Credential=")?;
        let (secret_id, scope) = credential.split_once('/')?;
        let read = Self {
            secret_id,
            scope,
            signed: parts.next()?.strip_prefix("SignedHeaders=")?,
            signature: parts.next()?.strip_prefix("Signature=")?,
        };
        parts.next().is_none().then_some(read)
    }
}

/// Whether the request is signed for this service with this id and key, now.
pub(super) fn verify(call: &Call, service: &str, id: &str, key: &str) -> Result<(), Wrong> {
    let authorization = call
        .header("authorization")
        .and_then(Authorization::parse)
        .ok_or((
            "AuthFailure.InvalidAuthorization",
            "the Authorization is missing or not of the form of TC3",
        ))?;
    if authorization.secret_id != id {
        return Err(("AuthFailure.SecretIdNotFound", "no such SecretId"));
    }
    let seconds = call.header("x-tc-timestamp").unwrap_or_default();
    let timestamp = parse_seconds(seconds).ok_or((
        "InvalidParameterValue",
        "X-TC-Timestamp must be Unix seconds",
    ))?;
    if seconds_between(call.now, timestamp) > SKEW {
        return Err((
            "AuthFailure.SignatureExpire",
            "X-TC-Timestamp is more than 5 minutes off",
        ));
    }
    let day = utc_day(timestamp);
    if authorization.scope != format!("{day}/{service}/tc3_request") {
        return Err((
            "AuthFailure.SignatureFailure",
            "the scope must be the UTC day of X-TC-Timestamp, the service and tc3_request",
        ));
    }
    let names: Vec<_> = authorization.signed.split(';').collect();
    if !names.contains(&"content-type") || !names.contains(&"host") || !names.is_sorted() {
        return Err((
            "AuthFailure.SignatureFailure",
            "SignedHeaders must be sorted and have content-type and host",
        ));
    }
    let signing_key = signing_key(key, &day, service);
    // Values in lower case, as the documents say, or as they are sent, as the SDKs do.
    let mut forms = [true, false].into_iter();
    let matches = forms.any(|lower| {
        signature(call, &authorization, seconds, &signing_key, lower).as_deref()
            == Some(authorization.signature)
    });
    if matches { Ok(()) } else { Err(FAILURE) }
}

fn signing_key(key: &str, day: &str, service: &str) -> Vec<u8> {
    let day_key = hmac_sha256(format!("TC3{key}").as_bytes(), day.as_bytes());
    hmac_sha256(&hmac_sha256(&day_key, service.as_bytes()), b"tc3_request")
}

/// `None` if a header that is said to be signed is not there.
fn signature(
    call: &Call,
    authorization: &Authorization<'_>,
    timestamp: &str,
    signing_key: &[u8],
    lower: bool,
) -> Option<String> {
    let mut headers = String::new();
    for name in authorization.signed.split(';') {
        let value = call.header(name)?;
        let value = if lower {
            value.to_lowercase()
        } else {
            value.to_owned()
        };
        headers += &format!("{name}:{value}\n");
    }
    let request = format!(
        "{}\n{}\n{}\n{headers}\n{}\n{}",
        call.method,
        call.path,
        call.query,
        authorization.signed,
        sha256_hex(&call.body)
    );
    let to_sign = format!(
        "{ALGORITHM}\n{timestamp}\n{}\n{}",
        authorization.scope,
        sha256_hex(request.as_bytes())
    );
    Some(hex::encode(hmac_sha256(signing_key, to_sign.as_bytes())))
}

#[cfg(test)]
mod tests {
    use serde_json::Value;

    use super::*;
    use crate::times::later;
    use crate::vendors::vectors::{call, field, map, vectors};

    fn request(vector: &Value) -> Call {
        let inputs = &vector["inputs"];
        let mut headers = map(&inputs["headers"]);
        headers.push((
            "authorization".to_owned(),
            field(&vector["expected"], "authorization"),
        ));
        let now = parse_seconds(&field(&inputs["headers"], "X-TC-Timestamp")).unwrap();
        call("POST", "", &headers, &field(inputs, "body"), now)
    }

    fn judged(vector: &Value, change: impl Fn(&mut Call)) -> Result<(), &'static str> {
        let inputs = &vector["inputs"];
        let mut call = request(vector);
        change(&mut call);
        let (id, key) = (field(inputs, "secret_id"), field(inputs, "secret_key"));
        verify(&call, &field(inputs, "service"), &id, &key).map_err(|(code, _)| code)
    }

    #[test]
    fn every_vector_is_signed_well_and_any_change_is_noticed() {
        for vector in vectors("tencent", "tc3-") {
            assert_eq!(judged(&vector, |_| ()), Ok(()), "{vector}");
            let changed = judged(&vector, |call| call.body = "{}".into());
            assert_eq!(changed, Err("AuthFailure.SignatureFailure"));
            let retyped = judged(&vector, |call| {
                let other = "application/json; charset=gbk".parse().unwrap();
                call.headers.insert("content-type", other);
            });
            assert_eq!(retyped, Err("AuthFailure.SignatureFailure"));
        }
    }

    #[test]
    fn a_timestamp_is_good_for_five_minutes_either_way() {
        let vector = &vectors("tencent", "tc3-SendSms-compact-utf8")[0];
        for (seconds, good) in [(300, true), (-300, true), (301, false), (-301, false)] {
            let judged = judged(vector, |call| call.now = later(call.now, seconds));
            assert_eq!(judged.is_ok(), good, "{seconds}");
            assert!(good || judged == Err("AuthFailure.SignatureExpire"));
        }
    }

    #[test]
    fn commas_are_followed_by_blanks() {
        let vector = &vectors("tencent", "tc3-SendSms-compact-utf8")[0];
        let judged = judged(vector, |call| {
            let tight = call.header("authorization").unwrap().replace(", ", ",");
            call.headers.insert("authorization", tight.parse().unwrap());
        });
        assert_eq!(judged, Err("AuthFailure.InvalidAuthorization"));
    }
}
