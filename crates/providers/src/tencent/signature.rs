//! TC3-HMAC-SHA256, the signature of requests to Tencent Cloud.

use countersign_core::time::Timestamp;

use crate::signing::digest::{hmac_sha256, sha256_hex};

/// The name of the algorithm.
const ALGORITHM: &str = "TC3-HMAC-SHA256";

/// The key that signs, the service, and the time.
#[derive(Clone, Copy)]
pub(super) struct Signer<'a> {
    pub(super) secret_id: &'a str,
    pub(super) secret_key: &'a str,
    pub(super) service: &'a str,
    pub(super) now: Timestamp,
}

/// The signed parts of a `POST` without a query.
#[derive(Clone, Copy)]
pub(super) struct SignedRequest<'a> {
    pub(super) path: &'a str,
    /// Names in lower case and sorted; values as they are sent.
    pub(super) headers: &'a [(&'a str, &'a str)],
    /// The body, byte for byte as it is sent.
    pub(super) body: &'a [u8],
}

impl SignedRequest<'_> {
    pub(super) fn canonical_request(&self) -> String {
        let lines = self.headers.iter();
        let lines = lines.map(|(name, value)| format!("{name}:{}\n", value.trim().to_lowercase()));
        let (lines, names): (String, _) = (lines.collect(), self.names());
        let payload = sha256_hex(self.body);
        format!("POST\n{}\n\n{lines}\n{names}\n{payload}", self.path)
    }

    fn names(&self) -> String {
        let names: Vec<_> = self.headers.iter().map(|(name, _)| *name).collect();
        names.join(";")
    }
}

impl Signer<'_> {
    /// The value of the header `Authorization`.
    pub(super) fn authorization(&self, signed: &SignedRequest<'_>) -> String {
        let text = self.string_to_sign(&signed.canonical_request());
        let signature = hex::encode(hmac_sha256(&self.key(), text.as_bytes()));
        let (id, scope, names) = (self.secret_id, self.scope(), signed.names());
        format!("{ALGORITHM} Credential={id}/{scope}, SignedHeaders={names}, Signature={signature}")
    }

    pub(super) fn string_to_sign(&self, canonical_request: &str) -> String {
        let (seconds, scope) = (self.seconds(), self.scope());
        let hashed = sha256_hex(canonical_request.as_bytes());
        format!("{ALGORITHM}\n{seconds}\n{scope}\n{hashed}")
    }

    /// The key for the day and the service.
    pub(super) fn key(&self) -> [u8; 32] {
        let secret = format!("TC3{}", self.secret_key);
        let of_day = hmac_sha256(secret.as_bytes(), self.date().as_bytes());
        let of_service = hmac_sha256(&of_day, self.service.as_bytes());
        hmac_sha256(&of_service, b"tc3_request")
    }

    /// Seconds since the Unix epoch.
    pub(super) fn seconds(&self) -> i64 {
        self.now.as_millis().div_euclid(1_000)
    }

    pub(super) fn scope(&self) -> String {
        format!("{}/{}/tc3_request", self.date(), self.service)
    }

    /// The date in UTC.
    fn date(&self) -> String {
        self.now.to_string().chars().take(10).collect()
    }
}

#[cfg(test)]
mod tests {
    use serde_json::Value;

    use super::*;

    const VECTORS: &str = include_str!("../../vectors/tencent.json");

    /// What a vector says went into the signature, whichever headers it signs.
    fn check(inputs: &Value, expected: &Value) {
        let text = |name: &str| inputs[name].as_str().unwrap();
        let authorization = expected["authorization"].as_str().unwrap();
        let names = authorization.split("SignedHeaders=").nth(1).unwrap();
        let names = names.split(',').next().unwrap();
        let sent = inputs["headers"].as_object().unwrap();
        let sent = |name: &str| {
            let found = sent.iter().find(|(key, _)| key.eq_ignore_ascii_case(name));
            found.unwrap().1.as_str().unwrap()
        };
        let headers: Vec<_> = names.split(';').map(|name| (name, sent(name))).collect();
        let signed = SignedRequest {
            path: text("path"),
            headers: &headers,
            body: text("body").as_bytes(),
        };
        let seconds = inputs["timestamp"].as_i64().unwrap();
        let signer = Signer {
            secret_id: text("secret_id"),
            secret_key: text("secret_key"),
            service: text("service"),
            now: Timestamp::from_millis(seconds * 1_000 + 999),
        };
        let canonical = signed.canonical_request();
        let steps = [
            ("hashed_payload", sha256_hex(signed.body)),
            ("hashed_canonical_request", sha256_hex(canonical.as_bytes())),
            ("string_to_sign", signer.string_to_sign(&canonical)),
            ("canonical_request", canonical),
            ("credential_scope", signer.scope()),
            ("k_signing_hex", hex::encode(signer.key())),
            ("authorization", signer.authorization(&signed)),
        ];
        for (name, ours) in steps {
            if let Some(theirs) = expected[name].as_str() {
                assert_eq!(ours, theirs, "{name}");
            }
        }
    }

    #[test]
    fn every_vector_is_signed_as_the_vendor_signs_it() {
        let vectors: Vec<Value> = serde_json::from_str(VECTORS).unwrap();
        assert_eq!(vectors.len(), 4);
        for vector in &vectors {
            check(&vector["inputs"], &vector["expected"]);
        }
    }

    #[test]
    fn the_day_is_that_of_utc() {
        let signer = |millis| Signer {
            secret_id: "id",
            secret_key: "key",
            service: "sms",
            now: Timestamp::from_millis(millis),
        };
        let midnight = 1_767_312_000_000;
        assert_eq!(signer(midnight - 1).scope(), "2026-01-01/sms/tc3_request");
        assert_eq!(signer(midnight).scope(), "2026-01-02/sms/tc3_request");
        assert_eq!(signer(midnight - 1).seconds(), 1_767_311_999);
    }
}
