//! The signatures of requests to Chuanglan 253: one for the domestic product, one for the international.

use crate::signing::digest::{hmac_sha256, md5_hex};

/// The header `X-QA-Hmac-Signature` of the domestic template API.
pub(crate) fn domestic(password: &str, timestamp: &str, nonce: &str) -> String {
    let key = md5_hex(password.as_bytes());
    let text = sorted(&key, timestamp, nonce);
    hex::encode(hmac_sha256(key.as_bytes(), text.as_bytes()))
}

fn sorted(key: &str, timestamp: &str, nonce: &str) -> String {
    let mut parts = [key, timestamp, nonce];
    parts.sort_unstable();
    parts.concat()
}

/// The header `sign` of the international API. It covers the header `nonce` and each field of the body that is not
/// blank.
pub(crate) fn international(password: &str, nonce: &str, fields: &[(&str, &str)]) -> String {
    md5_hex(joined(password, nonce, fields).as_bytes())
}

fn joined(password: &str, nonce: &str, fields: &[(&str, &str)]) -> String {
    let filled = fields.iter().filter(|(_, value)| !value.trim().is_empty());
    let mut fields: Vec<_> = filled.copied().chain([("nonce", nonce)]).collect();
    fields.sort_unstable();
    let text: String = fields
        .iter()
        .flat_map(|(name, value)| [*name, *value])
        .collect();
    text + password
}

#[cfg(test)]
mod tests {
    use serde_json::Value;

    use super::*;

    /// The vectors whose name begins with `name`.
    fn vectors(name: &str) -> Vec<Value> {
        let all = include_str!("../../vectors/chuanglan.json");
        let all: Vec<Value> = serde_json::from_str(all).unwrap();
        let named = |vector: &Value| vector["case"].as_str().unwrap().starts_with(name);
        all.into_iter().filter(named).collect()
    }

    #[test]
    fn each_domestic_vector_is_signed_the_same() {
        let vectors = vectors("domestic-v2");
        assert_eq!(vectors.len(), 2);
        for vector in &vectors {
            let input = |name: &str| vector["inputs"][name].as_str().unwrap();
            let (password, time, nonce) = (input("password"), input("timestamp"), input("nonce"));
            let expected = &vector["expected"];
            let key = md5_hex(password.as_bytes());
            assert_eq!(expected["md5_password"], key);
            assert_eq!(expected["string_to_sign"], sorted(&key, time, nonce));
            let ours = domestic(password, time, nonce);
            assert_eq!(expected["x_qa_hmac_signature"], ours);
        }
    }

    #[test]
    fn each_international_vector_is_signed_the_same() {
        let vectors = vectors("international");
        assert_eq!(vectors.len(), 2);
        for vector in &vectors {
            let input = |name: &str| vector["inputs"][name].as_str().unwrap();
            let (password, nonce) = (input("password"), input("nonce_header"));
            let fields = vector["inputs"]["body"].as_object().unwrap();
            let fields: Vec<_> = fields
                .iter()
                .map(|(name, value)| (name.as_str(), value.as_str().unwrap()))
                .collect();
            let expected = &vector["expected"];
            assert_eq!(expected["string_to_sign"], joined(password, nonce, &fields));
            let ours = international(password, nonce, &fields);
            assert_eq!(expected["sign"], ours);
        }
    }
}
