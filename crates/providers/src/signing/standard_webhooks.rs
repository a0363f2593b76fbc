//! Signatures of Standard Webhooks (`v1`, HMAC-SHA256), made and checked.
//!
//! | header | what it holds |
//! |---|---|
//! | `webhook-id` | names the message; the same when it is sent again |
//! | `webhook-timestamp` | seconds since the Unix epoch |
//! | `webhook-signature` | one `v1,BASE64` for each key, a blank between them, over `id.timestamp.body` |
//!
//! The crate `standardwebhooks` (1.0.1, of March 2024) is not used: it reads the clock by itself, knows one key at
//! a time and no bound on its length, takes bodies of UTF-8 only, and brings an older `base64` and a second SHA-256.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use countersign_core::receipt::{Callback, InvalidCallback};
use countersign_core::time::Timestamp;
use hmac::{Hmac, KeyInit as _, Mac as _};
use sha2::Sha256;

/// How far a timestamp may be from now, in seconds.
pub const TOLERANCE: u64 = 300;

/// A key that signs and verifies.
#[derive(Clone)]
pub struct Key(Hmac<Sha256>);

/// Why a text is not a [`Key`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("{}", Self::WHY)]
pub struct InvalidKey;

impl InvalidKey {
    /// The form of a key, as the constraint in an error.
    pub const WHY: &str = "is whsec_ and then 24 to 64 bytes in base64";
}

impl std::fmt::Debug for Key {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Key(..)")
    }
}

impl Key {
    /// Reads a secret such as `whsec_` and 32 bytes in base64.
    ///
    /// # Errors
    /// [`InvalidKey`] when it has another form or length.
    pub fn parse(secret: &str) -> Result<Self, InvalidKey> {
        let text = secret.strip_prefix("whsec_").ok_or(InvalidKey)?;
        let bytes = STANDARD.decode(text).map_err(|_| InvalidKey)?;
        if !(24..=64).contains(&bytes.len()) {
            return Err(InvalidKey);
        }
        let mac = Hmac::new_from_slice(&bytes).map_err(|_| InvalidKey)?;
        Ok(Self(mac))
    }

    fn mac(&self, id: &str, timestamp: &str, body: &[u8]) -> Hmac<Sha256> {
        let mut mac = self.0.clone();
        for part in [id.as_bytes(), b".", timestamp.as_bytes(), b".", body] {
            mac.update(part);
        }
        mac
    }
}

/// The headers for `body`, signed with each of `keys`.
#[must_use]
pub fn headers(keys: &[Key], id: &str, now: Timestamp, body: &[u8]) -> [(String, String); 3] {
    let timestamp = seconds(now).to_string();
    let signatures = keys.iter().map(|key| {
        let signature = key.mac(id, &timestamp, body).finalize().into_bytes();
        format!("v1,{}", STANDARD.encode(signature))
    });
    let signatures = signatures.collect::<Vec<_>>().join(" ");
    [
        ("webhook-id", id.to_owned()),
        ("webhook-timestamp", timestamp),
        ("webhook-signature", signatures),
    ]
    .map(|(name, value)| (name.to_owned(), value))
}

/// Checks that one of `keys` signed `callback` within [`TOLERANCE`].
///
/// # Errors
/// [`InvalidCallback::Unsigned`] otherwise.
pub fn verify(keys: &[Key], callback: &Callback<'_>) -> Result<(), InvalidCallback> {
    let header = |name| callback.header(name).ok_or(InvalidCallback::Unsigned);
    let (id, timestamp) = (header("webhook-id")?, header("webhook-timestamp")?);
    let signatures = header("webhook-signature")?;
    let sent_at: i64 = timestamp.parse().map_err(|_| InvalidCallback::Unsigned)?;
    if sent_at.abs_diff(seconds(callback.now)) > TOLERANCE {
        return Err(InvalidCallback::Unsigned);
    }
    let signatures = signatures
        .split(' ')
        .filter_map(|entry| STANDARD.decode(entry.strip_prefix("v1,")?).ok());
    let signed = signatures.into_iter().any(|signature| {
        keys.iter().any(|key| {
            let mac = key.mac(id, timestamp, callback.body);
            mac.verify_slice(&signature).is_ok() // takes the same time whatever differs
        })
    });
    signed.then_some(()).ok_or(InvalidCallback::Unsigned)
}

fn seconds(time: Timestamp) -> i64 {
    time.as_millis().div_euclid(1000)
}

#[cfg(test)]
mod tests {
    use serde_json::Value;

    use super::*;

    const ID: &str = "msg_0001";
    const BODY: &[u8] = br#"{"a":1}"#;

    fn at(seconds: i64) -> Timestamp {
        Timestamp::from_millis(seconds * 1000 + 999)
    }

    fn key(byte: u8) -> Key {
        Key::parse(&format!("whsec_{}", STANDARD.encode([byte; 32]))).unwrap()
    }

    fn check(keys: &[Key], headers: &[(String, String)], body: &[u8], now: i64) -> bool {
        let callback = Callback {
            method: "POST",
            query: "",
            headers,
            body,
            now: at(now),
        };
        match verify(keys, &callback) {
            Ok(()) => true,
            Err(error) => {
                assert_eq!(error, InvalidCallback::Unsigned);
                false
            }
        }
    }

    #[test]
    fn other_implementations_vectors_are_signed_the_same_and_verified() {
        let vectors: Vec<Value> =
            serde_json::from_str(include_str!("../../vectors/standardwebhooks.json")).unwrap();
        assert_eq!(vectors.len(), 2);
        for vector in vectors {
            let (inputs, case) = (&vector["inputs"], vector["case"].as_str().unwrap());
            let text = |name: &str| inputs[name].as_str().unwrap();
            let time = inputs["timestamp"].as_i64().unwrap();
            let keys = [Key::parse(text("secret")).unwrap()];
            let body = text("payload").as_bytes();
            let headers = headers(&keys, text("msg_id"), at(time), body);
            assert_eq!(headers[0].1, text("msg_id"), "{case}");
            assert_eq!(headers[1].1, time.to_string(), "{case}");
            assert_eq!(headers[2].1, vector["expected"]["signature"], "{case}");
            assert!(check(&keys, &headers, body, time), "{case}");
        }
    }

    #[test]
    fn two_keys_both_sign_and_either_verifies() {
        let (old, new, other) = (key(1), key(2), key(3));
        let signed = headers(&[old.clone(), new.clone()], ID, at(1000), BODY);
        assert_eq!(signed[2].1.split(' ').count(), 2);
        for receiver in [&old, &new] {
            assert!(check(std::slice::from_ref(receiver), &signed, BODY, 1000));
        }
        assert!(!check(std::slice::from_ref(&other), &signed, BODY, 1000));
        let both = [old.clone(), new.clone()];
        for sender in [old, new] {
            assert!(check(
                &both,
                &headers(&[sender], ID, at(1000), BODY),
                BODY,
                1000
            ));
        }
        assert!(!check(
            &both,
            &headers(&[other], ID, at(1000), BODY),
            BODY,
            1000
        ));
        assert!(!check(&[], &signed, BODY, 1000), "without keys nothing is");
    }

    // shows: F5
    #[test]
    fn a_signature_verifies_for_five_minutes_only() {
        let keys = [key(1)];
        let signed = headers(&keys, ID, at(10_000), BODY);
        for (now, taken) in [
            (9_699, false),
            (9_700, true),
            (10_300, true),
            (10_301, false),
        ] {
            assert_eq!(check(&keys, &signed, BODY, now), taken, "{now}");
        }
    }

    #[test]
    fn a_changed_id_time_body_or_signature_is_refused() {
        let keys = [key(1)];
        let signed = headers(&keys, ID, at(1000), BODY);
        assert!(!check(&keys, &signed, br#"{"a":2}"#, 1000));
        let good = signed[2].1.clone();
        let changes = [
            (0, "msg_0002".to_owned()),
            (0, String::new()),
            (1, "1001".to_owned()),
            (1, "+1000".to_owned()),
            (1, "1000.".to_owned()),
            (1, "99999999999999999999".to_owned()),
            (1, i64::MIN.to_string()),
            (2, String::new()),
            (2, "v1,".to_owned()),
            (2, good.replace("v1,", "v2,")),
            (2, good.replace("v1,", "v1a,")),
            (2, good.replace("v1,", "")),
            (2, good[..good.len() - 4].to_owned()),
            (2, format!("{good}AAAA")),
        ];
        for (place, value) in changes {
            let mut changed = signed.clone();
            changed[place].1.clone_from(&value);
            assert!(!check(&keys, &changed, BODY, 1000), "{value:?}");
        }
        for missing in 0..3 {
            let mut fewer = signed.to_vec();
            fewer.remove(missing);
            assert!(!check(&keys, &fewer, BODY, 1000), "{missing}");
        }
        let mut more = signed;
        more[2].1 = format!("v1,AAAA v1a,x  {good}");
        assert!(check(&keys, &more, BODY, 1000), "one good entry is enough");
    }

    #[test]
    fn a_key_of_another_form_or_length_is_refused() {
        for (bytes, taken) in [(0, false), (23, false), (24, true), (64, true), (65, false)] {
            let secret = format!("whsec_{}", STANDARD.encode(vec![7; bytes]));
            assert_eq!(Key::parse(&secret).is_ok(), taken, "{bytes}");
        }
        let good = STANDARD.encode([7; 32]);
        for bad in [
            good.clone(),
            format!("WHSEC_{good}"),
            format!("whsk_{good}"),
            format!("whsec_{}", good.trim_end_matches('=')),
            format!("whsec_{good}\n"),
            format!("whsec_{}", "!".repeat(44)),
        ] {
            assert_eq!(Key::parse(&bad).unwrap_err(), InvalidKey, "{bad:?}");
        }
        assert_eq!(format!("{:?}", key(7)), "Key(..)");
    }
}
