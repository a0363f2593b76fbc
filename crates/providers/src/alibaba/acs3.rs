//! Version 3 of Alibaba Cloud's signature, `ACS3-HMAC-SHA256`.
//!
//! Each step is a function, and `vectors/alibaba_cloud.json` holds each to the vendor's own results: the canonical
//! query, the canonical headers, the canonical request, its hash, and the HMAC of that hash with the secret as the key.

use countersign_core::secret::Secret;
use countersign_core::time::Timestamp;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

use crate::signing::digest::{hmac_sha256, sha256_hex};

/// The name of the algorithm, on the wire and in what is signed.
const ALGORITHM: &str = "ACS3-HMAC-SHA256";

/// The characters that are percent-encoded: all but the unreserved ones of RFC 3986.
const RESERVED: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'_')
    .remove(b'.')
    .remove(b'~');

/// The parts of a request that are signed.
#[derive(Debug)]
pub(crate) struct RequestParts<'a> {
    /// `POST`, ...
    pub(crate) method: &'a str,
    /// The path of the endpoint, as it goes over the wire.
    pub(crate) path: &'a str,
    /// The canonical query ([`query`]).
    pub(crate) query: &'a str,
    /// The headers to sign, names in lower case: `host`, every `x-acs-*`, and `content-type` if there is one.
    pub(crate) headers: &'a [(String, String)],
    /// The SHA-256 of the body in hexadecimal digits, as in the header `x-acs-content-sha256`.
    pub(crate) hashed_payload: &'a str,
}

/// An access key.
#[derive(Debug)]
pub(crate) struct Key<'a> {
    /// The public half of the key.
    pub(crate) id: &'a str,
    /// The secret half.
    pub(crate) secret: &'a Secret,
}

/// The header `authorization` for a request.
pub(crate) fn authorization(key: &Key<'_>, request: &RequestParts<'_>) -> String {
    let (headers, names) = headers(request.headers);
    let text = string_to_sign(&canonical_request(request, &headers, &names));
    let (id, signature) = (key.id, signature(key.secret, &text));
    format!("{ALGORITHM} Credential={id},SignedHeaders={names},Signature={signature}")
}

/// Percent-encodes everything but unreserved characters, spaces too.
pub(crate) fn encode(text: &str) -> String {
    utf8_percent_encode(text, RESERVED).to_string()
}

/// The canonical query: names and values encoded, and sorted by name.
pub(crate) fn query(params: &[(&str, &str)]) -> String {
    let mut params = params.to_vec();
    params.sort_unstable();
    let pairs = params
        .iter()
        .map(|(name, value)| format!("{}={}", encode(name), encode(value)));
    pairs.collect::<Vec<_>>().join("&")
}

/// A time in whole seconds, as the vendor writes it: `2026-01-02T03:04:05Z`. The vendor accepts a difference of 15
/// minutes.
pub(crate) fn date(now: Timestamp) -> String {
    let text = now.to_string();
    let seconds = text.split(['.', 'Z']).next().unwrap_or_default();
    format!("{seconds}Z")
}

/// The canonical headers, one a line, and their names.
fn headers(headers: &[(String, String)]) -> (String, String) {
    let mut sorted: Vec<_> = headers
        .iter()
        .map(|(name, value)| (name.as_str(), value.trim()))
        .collect();
    sorted.sort_unstable();
    let lines = sorted
        .iter()
        .map(|(name, value)| format!("{name}:{value}\n"));
    let names: Vec<_> = sorted.iter().map(|(name, _)| *name).collect();
    (lines.collect(), names.join(";"))
}

fn canonical_request(request: &RequestParts<'_>, headers: &str, names: &str) -> String {
    let RequestParts {
        method,
        path,
        query,
        hashed_payload,
        ..
    } = request;
    format!("{method}\n{path}\n{query}\n{headers}\n{names}\n{hashed_payload}")
}

fn string_to_sign(canonical_request: &str) -> String {
    format!("{ALGORITHM}\n{}", sha256_hex(canonical_request.as_bytes()))
}

fn signature(secret: &Secret, text: &str) -> String {
    hex::encode(hmac_sha256(secret.reveal().as_bytes(), text.as_bytes()))
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use serde::Deserialize;

    use super::*;

    #[derive(Deserialize)]
    struct Vector {
        case: String,
        inputs: serde_json::Value,
        expected: serde_json::Value,
    }

    #[derive(Deserialize)]
    struct Inputs {
        method: String,
        path: String,
        access_key_id: String,
        access_key_secret: String,
        query: BTreeMap<String, String>,
        body: String,
        headers: BTreeMap<String, String>,
    }

    #[derive(Deserialize)]
    struct Expected {
        canonical_query: String,
        canonical_headers: String,
        signed_headers: String,
        hashed_payload: String,
        canonical_request: String,
        hashed_canonical_request: String,
        string_to_sign: String,
        signature: String,
        authorization: String,
        request_target: String,
    }

    fn vectors() -> Vec<(String, Inputs, Expected)> {
        let all: Vec<Vector> =
            serde_json::from_str(include_str!("../../vectors/alibaba_cloud.json")).unwrap();
        let v3 = all
            .into_iter()
            .filter(|vector| vector.case.starts_with("v3-"));
        v3.map(
            |Vector {
                 case,
                 inputs,
                 expected,
             }| {
                let inputs = serde_json::from_value(inputs).unwrap();
                let expected = serde_json::from_value(expected).unwrap();
                (case, inputs, expected)
            },
        )
        .collect()
    }

    #[test]
    fn each_step_of_each_signature_is_the_vendors() {
        let vectors = vectors();
        assert_eq!(vectors.len(), 9);
        for (case, inputs, expected) in vectors {
            let params: Vec<_> = inputs
                .query
                .iter()
                .map(|(k, v)| (k.as_str(), v.as_str()))
                .collect();
            let query = query(&params);
            assert_eq!(query, expected.canonical_query, "{case}");
            assert_eq!(
                sha256_hex(inputs.body.as_bytes()),
                expected.hashed_payload,
                "{case}"
            );
            let target = if query.is_empty() {
                inputs.path.clone()
            } else {
                format!("{}?{query}", inputs.path)
            };
            assert_eq!(target, expected.request_target, "{case}");

            let given: Vec<_> = inputs.headers.into_iter().collect();
            let (lines, names) = headers(&given);
            assert_eq!(lines, expected.canonical_headers, "{case}");
            assert_eq!(names, expected.signed_headers, "{case}");

            let request = RequestParts {
                method: &inputs.method,
                path: &inputs.path,
                query: &query,
                headers: &given,
                hashed_payload: &expected.hashed_payload,
            };
            let canonical = canonical_request(&request, &lines, &names);
            assert_eq!(canonical, expected.canonical_request, "{case}");
            assert_eq!(
                sha256_hex(canonical.as_bytes()),
                expected.hashed_canonical_request,
                "{case}"
            );
            let text = string_to_sign(&canonical);
            assert_eq!(text, expected.string_to_sign, "{case}");
            let secret = Secret::new(inputs.access_key_secret);
            assert_eq!(signature(&secret, &text), expected.signature, "{case}");
            let key = Key {
                id: &inputs.access_key_id,
                secret: &secret,
            };
            assert_eq!(
                authorization(&key, &request),
                expected.authorization,
                "{case}"
            );
        }
    }

    #[test]
    fn dates_are_in_whole_seconds() {
        for (millis, text) in [
            (1_767_323_045_000, "2026-01-02T03:04:05Z"),
            (1_767_323_045_999, "2026-01-02T03:04:05Z"),
            (0, "1970-01-01T00:00:00Z"),
        ] {
            assert_eq!(date(Timestamp::from_millis(millis)), text);
        }
    }
}
