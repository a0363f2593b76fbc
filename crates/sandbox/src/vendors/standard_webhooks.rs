//! Standard Webhooks: requests signed by a shared secret, and reports signed by the same.

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;

use super::digest::hmac_sha256;
use crate::call::Call;
use crate::times::{parse_seconds, seconds_between};

/// How far a timestamp may be off, in seconds.
const SKEW: u64 = 5 * 60;

/// The id of a request whose signature is right. The error says what is wrong with the signature.
pub(super) fn verify<'a>(call: &'a Call, secret: &str) -> Result<&'a str, &'static str> {
    let header = |name| call.header(name).filter(|value| !value.is_empty());
    let id = header("webhook-id").ok_or("webhook-id is missing")?;
    let seconds = header("webhook-timestamp").ok_or("webhook-timestamp is missing")?;
    let given = header("webhook-signature").ok_or("webhook-signature is missing")?;
    let timestamp = parse_seconds(seconds).ok_or("webhook-timestamp must be Unix seconds")?;
    if seconds_between(call.now, timestamp) > SKEW {
        return Err("webhook-timestamp is more than 5 minutes off");
    }
    let wanted = sign(secret, id, seconds, &call.body).ok_or("the secret cannot be read")?;
    let found = given.split(' ').any(|one| one == wanted);
    found
        .then_some(id)
        .ok_or("no signature is the one that was computed here")
}

/// The value of `webhook-signature`; `None` for a secret of another form.
pub(super) fn sign(secret: &str, id: &str, seconds: &str, body: &[u8]) -> Option<String> {
    let key = BASE64_STANDARD
        .decode(secret.strip_prefix("whsec_")?)
        .ok()?;
    let content = [id.as_bytes(), b".", seconds.as_bytes(), b".", body].concat();
    let mac = BASE64_STANDARD.encode(hmac_sha256(&key, &content));
    Some(format!("v1,{mac}"))
}

#[cfg(test)]
mod tests {
    use super::super::vectors::{call, field, vectors};
    use super::*;
    use crate::accounts::WEBHOOK_SECRET;
    use crate::times::later;

    #[test]
    fn every_vector_is_signed_well_and_any_change_is_noticed() {
        for vector in vectors("standardwebhooks", "") {
            let inputs = &vector["inputs"];
            let seconds = inputs["timestamp"].to_string();
            let signature = field(&vector["expected"], "signature");
            let headers = [
                ("webhook-id", field(inputs, "msg_id")),
                ("webhook-timestamp", seconds.clone()),
                ("webhook-signature", format!("v1,AAAA {signature} v1a,BBBB")),
            ];
            let headers = headers.map(|(name, value)| (name.to_owned(), value));
            let now = parse_seconds(&seconds).unwrap();
            let body = field(inputs, "payload");
            let mut signed = call("POST", "", &headers, &body, now);
            let secret = field(inputs, "secret");
            assert_eq!(verify(&signed, &secret), Ok(&*field(inputs, "msg_id")));
            assert!(verify(&signed, WEBHOOK_SECRET).is_err());
            signed.now = later(now, 301);
            assert!(verify(&signed, &secret).is_err());
            signed.now = now;
            signed.body = format!("{body} ").into();
            assert!(verify(&signed, &secret).is_err());
        }
    }

    #[test]
    fn the_secret_of_the_sandbox_is_long_enough() {
        let key = WEBHOOK_SECRET.strip_prefix("whsec_").unwrap();
        let key = BASE64_STANDARD.decode(key).unwrap();
        assert!((24..=64).contains(&key.len()));
    }
}
