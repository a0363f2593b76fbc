//! Version 1 of the signature of Alibaba Cloud's RPC style, HMAC-SHA1. Gateways of private clouds know nothing else.
//!
//! The whole request is one form: its parameters, the access key, the time, and the signature over them.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use countersign_core::secret::Secret;
use hmac::{Hmac, KeyInit, Mac};
use sha1::Sha1;

use crate::alibaba::acs3::{encode, query};

/// The signed form of a request. `params` are all its parameters but the signature.
pub(crate) fn form(method: &str, params: &[(&str, &str)], secret: &Secret) -> String {
    let query = query(params);
    let signature = signature(secret, &string_to_sign(method, &query));
    format!("{query}&Signature={}", encode(&signature))
}

fn string_to_sign(method: &str, query: &str) -> String {
    format!("{method}&%2F&{}", encode(query))
}

fn signature(secret: &Secret, text: &str) -> String {
    let key = Secret::new(format!("{}&", secret.reveal()));
    // HMAC takes a key of any length, so this never fails.
    let Ok(mut mac) = Hmac::<Sha1>::new_from_slice(key.reveal().as_bytes()) else {
        return String::new();
    };
    mac.update(text.as_bytes());
    STANDARD.encode(mac.finalize().into_bytes())
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
        access_key_secret: String,
        params: BTreeMap<String, String>,
    }

    #[derive(Deserialize)]
    struct Expected {
        canonicalized_query: String,
        string_to_sign: String,
        signature: String,
        final_query: String,
    }

    #[test]
    fn each_step_of_each_signature_is_the_vendors() {
        let all = include_str!("../../vectors/alibaba_cloud.json");
        let all: Vec<Vector> = serde_json::from_str(all).unwrap();
        let v1 = all
            .into_iter()
            .filter(|vector| vector.case.starts_with("v1-"));
        let mut count = 0;
        for Vector {
            case,
            inputs,
            expected,
        } in v1
        {
            let inputs: Inputs = serde_json::from_value(inputs).unwrap();
            let expected: Expected = serde_json::from_value(expected).unwrap();
            let secret = Secret::new(inputs.access_key_secret);
            let params = inputs.params.iter();
            let params: Vec<_> = params.map(|(k, v)| (k.as_str(), v.as_str())).collect();

            let query = query(&params);
            assert_eq!(query, expected.canonicalized_query, "{case}");
            let text = string_to_sign(&inputs.method, &query);
            assert_eq!(text, expected.string_to_sign, "{case}");
            assert_eq!(signature(&secret, &text), expected.signature, "{case}");
            let form = form(&inputs.method, &params, &secret);
            assert_eq!(form, expected.final_query, "{case}");
            count += 1;
        }
        assert_eq!(count, 3);
    }
}
