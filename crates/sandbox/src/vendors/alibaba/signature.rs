//! The signatures of Alibaba Cloud: ACS3-HMAC-SHA256 in headers, and the older HMAC-SHA1 in parameters.

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use serde_json::json;

use crate::accounts::{ALIBABA_KEY_ID, ALIBABA_KEY_SECRET};
use crate::call::{Answer, Call, Refusal};
use crate::message::Params;
use crate::shared::Shared;
use crate::times::{parse_utc, seconds_between};
use crate::vendors::digest::{hmac_sha1, hmac_sha256, sha256_hex};

/// How far a date may be off, in seconds.
const SKEW: u64 = 15 * 60;

const ALGORITHM: &str = "ACS3-HMAC-SHA256";

/// The id of a key, and its secret.
pub(super) type Key<'a> = (&'a str, &'a str);

/// The fault in a signature: the status, the code and the message of the refusal.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct SignatureFault {
    status: u16,
    pub(super) code: &'static str,
    message: &'static str,
}

const fn fault(status: u16, code: &'static str, message: &'static str) -> SignatureFault {
    SignatureFault {
        status,
        code,
        message,
    }
}

const MISMATCH: SignatureFault = fault(
    400,
    "SignatureDoesNotMatch",
    "the signature is not the one that was computed here",
);
const UNKNOWN_KEY: SignatureFault =
    fault(404, "InvalidAccessKeyId.NotFound", "no such AccessKeyId");
const EXPIRED: SignatureFault = fault(
    400,
    "InvalidTimeStamp.Expired",
    "the date is more than 15 minutes off",
);
const FORMAT: SignatureFault = fault(
    400,
    "InvalidTimeStamp.Format",
    "the date must be of the form 2026-01-02T03:04:05Z",
);
const USED: SignatureFault = fault(400, "SignatureNonceUsed", "the nonce was used before");

const fn incomplete(message: &'static str) -> SignatureFault {
    fault(400, "IncompleteSignature", message)
}

/// Whether the request is signed by the account of the sandbox, now and for the first time.
pub(super) fn authenticate(call: &Call, shared: &Shared) -> Result<(), Refusal> {
    verify(call, (ALIBABA_KEY_ID, ALIBABA_KEY_SECRET))
        .and_then(|nonce| {
            let earlier = shared.nonces.earlier(call.now, &nonce, "");
            earlier.map_or(Ok(()), |_| Err(USED))
        })
        .map_err(|wrong| gateway(call, shared, wrong.status, wrong.code, wrong.message))
}

/// A refusal by the gateway in front of the product.
pub(super) fn gateway(
    call: &Call,
    shared: &Shared,
    status: u16,
    code: &str,
    message: &str,
) -> Refusal {
    let body = json!({
        "RequestId": shared.inbox.request_id(call.now),
        "HostId": call.header("host"),
        "Code": code,
        "Message": message,
        "Recommend": "see the table of the sandbox",
    });
    Refusal::new(code, Answer::json(status, &body))
}

/// The nonce of a request that is signed well; whether it was used before is not known here.
pub(super) fn verify(call: &Call, key: Key<'_>) -> Result<String, SignatureFault> {
    match call.header("authorization") {
        Some(authorization) => verify_v3(call, authorization, key),
        None => verify_v1(call, key),
    }
}

/// The parts of an `Authorization` of ACS3.
struct Authorization<'a> {
    key_id: &'a str,
    signed: &'a str,
    signature: &'a str,
}

impl<'a> Authorization<'a> {
    /// Reads `ACS3-HMAC-SHA256 Credential=..,SignedHeaders=..,Signature=..`, without blanks at the commas.
    fn parse(text: &'a str) -> Option<Self> {
        let rest = text.strip_prefix(ALGORITHM)?.strip_prefix(' ')?;
        let mut parts = rest.split(',');
        let read = Self {
            key_id: parts.next()?.strip_prefix("Credential=")?,
            signed: parts.next()?.strip_prefix("SignedHeaders=")?,
            signature: parts.next()?.strip_prefix("Signature=")?,
        };
        parts.next().is_none().then_some(read)
    }
}

fn verify_v3(call: &Call, authorization: &str, key: Key<'_>) -> Result<String, SignatureFault> {
    let authorization = Authorization::parse(authorization)
        .ok_or(incomplete("the Authorization is not of the form of ACS3"))?;
    if authorization.key_id != key.0 {
        return Err(UNKNOWN_KEY);
    }
    let date = call
        .header("x-acs-date")
        .ok_or(incomplete("x-acs-date is missing"))?;
    check_date(call, date)?;
    let nonce = call
        .header("x-acs-signature-nonce")
        .filter(|nonce| !nonce.is_empty())
        .ok_or(incomplete("x-acs-signature-nonce is missing"))?;
    check_signed_headers(call, authorization.signed)?;
    let body_hash = sha256_hex(&call.body);
    if call.header("x-acs-content-sha256") != Some(&body_hash) {
        return Err(fault(
            400,
            "SignatureDoesNotMatch",
            "x-acs-content-sha256 is not the hash of the body",
        ));
    }
    let request = canonical_request(call, authorization.signed, &body_hash)
        .ok_or(incomplete("a signed header is missing"))?;
    if signature_v3(&request, key.1) != authorization.signature {
        return Err(MISMATCH);
    }
    Ok(nonce.to_owned())
}

fn check_date(call: &Call, date: &str) -> Result<(), SignatureFault> {
    let date = parse_utc(date).ok_or(FORMAT)?;
    if seconds_between(call.now, date) > SKEW {
        return Err(EXPIRED);
    }
    Ok(())
}

/// All that must be signed is, in order, each once.
fn check_signed_headers(call: &Call, signed: &str) -> Result<(), SignatureFault> {
    let names: Vec<_> = signed.split(';').collect();
    if !names.is_sorted_by(|one, next| one < next) {
        return Err(incomplete("SignedHeaders must be sorted, each name once"));
    }
    let present = call.headers.keys().map(|name| name.as_str());
    let mut must = present.filter(|name| {
        name.starts_with("x-acs-")
            || *name == "host"
            || *name == "content-type" && !call.body.is_empty()
    });
    if must.any(|name| !names.contains(&name)) {
        return Err(incomplete(
            "host, every x-acs-* header and the content-type of a body must be signed",
        ));
    }
    Ok(())
}

/// `None` if a header that is said to be signed is not there.
fn canonical_request(call: &Call, signed: &str, body_hash: &str) -> Option<String> {
    let mut headers = String::new();
    for name in signed.split(';') {
        headers += &format!("{name}:{}\n", call.header(name)?);
    }
    let query = canonical_query(call.query_pairs());
    let (method, path) = (&call.method, &call.path);
    Some(format!(
        "{method}\n{path}\n{query}\n{headers}\n{signed}\n{body_hash}"
    ))
}

fn signature_v3(canonical_request: &str, secret: &str) -> String {
    let hash = sha256_hex(canonical_request.as_bytes());
    let to_sign = format!("{ALGORITHM}\n{hash}");
    hex::encode(hmac_sha256(secret.as_bytes(), to_sign.as_bytes()))
}

fn verify_v1(call: &Call, key: Key<'_>) -> Result<String, SignatureFault> {
    let mut params: Params = call.params();
    let signature = params
        .remove("Signature")
        .ok_or(incomplete("neither Authorization nor Signature is there"))?;
    let param = |name: &str| params.get(name).map(String::as_str).unwrap_or_default();
    if param("AccessKeyId") != key.0 {
        return Err(UNKNOWN_KEY);
    }
    check_date(call, param("Timestamp"))?;
    let (method, version) = (param("SignatureMethod"), param("SignatureVersion"));
    if (method, version) != ("HMAC-SHA1", "1.0") || param("SignatureNonce").is_empty() {
        return Err(incomplete(
            "SignatureMethod must be HMAC-SHA1, SignatureVersion 1.0, SignatureNonce not empty",
        ));
    }
    let nonce = param("SignatureNonce").to_owned();
    let to_sign = format!(
        "{}&%2F&{}",
        call.method,
        encode(&canonical_query(params.into_iter().collect()))
    );
    let mac = hmac_sha1(format!("{}&", key.1).as_bytes(), to_sign.as_bytes());
    if BASE64_STANDARD.encode(mac) != signature {
        return Err(MISMATCH);
    }
    Ok(nonce)
}

/// Names and values encoded anew, sorted by name.
fn canonical_query(mut pairs: Vec<(String, String)>) -> String {
    pairs.sort();
    let encoded = pairs
        .iter()
        .map(|(name, value)| format!("{}={}", encode(name), encode(value)));
    encoded.collect::<Vec<_>>().join("&")
}

/// Percent-encoding that leaves letters, digits and `-._~` alone (RFC 3986).
fn encode(text: &str) -> String {
    let mut encoded = String::new();
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            encoded.push(char::from(byte));
        } else {
            encoded += &format!("%{byte:02X}");
        }
    }
    encoded
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::vendors::vectors::{call, field, map, vectors};

    /// The request of a vector of the third version.
    fn v3(vector: &serde_json::Value) -> Call {
        let inputs = &vector["inputs"];
        let mut headers = map(&inputs["headers"]);
        headers.push((
            "authorization".to_owned(),
            field(&vector["expected"], "authorization"),
        ));
        let target = field(&vector["expected"], "request_target");
        let query = target.strip_prefix("/?").unwrap_or_default();
        let body = field(inputs, "body");
        let now = field(&inputs["headers"], "x-acs-date");
        call("POST", query, &headers, &body, parse_utc(&now).unwrap())
    }

    fn key(inputs: &serde_json::Value) -> (String, String) {
        let id = field(inputs, "access_key_id");
        (id, field(inputs, "access_key_secret"))
    }

    #[test]
    fn every_vector_of_version_3_is_signed_well_and_any_change_is_noticed() {
        for vector in vectors("aliyun", "v3-") {
            let (id, secret) = key(&vector["inputs"]);
            let nonce = field(&vector["inputs"]["headers"], "x-acs-signature-nonce");
            let mut call = v3(&vector);
            assert_eq!(verify(&call, (&id, &secret)), Ok(nonce), "{vector}");
            assert_eq!(verify(&call, (&id, "other")), Err(MISMATCH));
            assert_eq!(verify(&call, ("other", &secret)), Err(UNKNOWN_KEY));
            call.query += "&x=1";
            assert_eq!(verify(&call, (&id, &secret)), Err(MISMATCH));
        }
    }

    #[test]
    fn a_query_may_be_encoded_in_another_way() {
        let vector = &vectors("aliyun", "v3-SendSms-special-chars")[0];
        let (id, secret) = key(&vector["inputs"]);
        let mut call = v3(vector);
        call.query = call.query.replace("%20", "+").replace("%2A", "*");
        assert!(verify(&call, (&id, &secret)).is_ok());
    }

    #[test]
    fn an_unsigned_or_stale_request_is_refused() {
        let vector = &vectors("aliyun", "v3-SendSms-form-body")[0];
        let (id, secret) = key(&vector["inputs"]);
        let refused = |change: fn(&mut Call)| {
            let mut call = v3(vector);
            change(&mut call);
            verify(&call, (&id, &secret)).unwrap_err().code
        };
        let unsigned = refused(|call| {
            call.headers.insert("x-acs-extra", "1".parse().unwrap());
        });
        assert_eq!(unsigned, "IncompleteSignature");
        let changed = refused(|call| call.body = "PhoneNumbers=13800138001".into());
        assert_eq!(changed, "SignatureDoesNotMatch");
        let stale = refused(|call| call.now = crate::times::later(call.now, 901));
        assert_eq!(stale, "InvalidTimeStamp.Expired");
        let blanks = refused(|call| {
            let spaced = call.header("authorization").unwrap().replace(',', ", ");
            let headers = &mut call.headers;
            headers.insert("authorization", spaced.parse().unwrap());
        });
        assert_eq!(blanks, "IncompleteSignature");
    }

    #[test]
    fn every_vector_of_version_1_is_signed_well() {
        for vector in vectors("aliyun", "v1-") {
            let inputs = &vector["inputs"];
            let (id, secret) = key(inputs);
            let query = field(&vector["expected"], "final_query");
            let now = parse_utc(&field(&inputs["params"], "Timestamp")).unwrap();
            let mut signed = call(&field(inputs, "method"), &query, &[], "", now);
            assert!(verify(&signed, (&id, &secret)).is_ok(), "{vector}");
            assert_eq!(verify(&signed, (&id, "other")), Err(MISMATCH));
            // The same as a form.
            let form = [(
                "content-type".to_owned(),
                "application/x-www-form-urlencoded".to_owned(),
            )];
            signed = call(&field(inputs, "method"), "", &form, &query, now);
            assert!(verify(&signed, (&id, &secret)).is_ok());
        }
    }
}
