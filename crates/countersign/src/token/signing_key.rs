//! One RSA key: what it publishes, what it signs.

use std::fmt;

use aws_lc_rs::encoding::{AsDer, Pkcs8V1Der};
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::rsa::KeySize;
use aws_lc_rs::signature::{KeyPair, RSA_PKCS1_SHA256, RsaKeyPair, RsaPublicKeyComponents};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use countersign_api::JsonWebKey;
use countersign_core::time::Timestamp;
use jsonwebtoken::DecodingKey;
use serde_json::json;
use sha2::{Digest, Sha256};

/// A key with its times. The private half is the cryptographic library's, which wipes it.
pub(super) struct SigningKey {
    pair: RsaKeyPair,
    /// The public half.
    pub(super) public: JsonWebKey,
    /// The public half, ready to verify.
    pub(super) verifier: DecodingKey,
    /// When it was made, and published.
    pub(super) created_at: Timestamp,
    /// When it begins to sign.
    pub(super) signs_from: Timestamp,
}

impl SigningKey {
    /// A new RSA key of 2048 bits. Takes a tenth of a second, sometimes three.
    pub(super) fn generate(created_at: Timestamp, signs_from: Timestamp) -> Option<Self> {
        let pair = RsaKeyPair::generate(KeySize::Rsa2048).ok()?;
        Self::of(pair, created_at, signs_from)
    }

    /// From what [`SigningKey::to_pkcs8`] gave.
    pub(super) fn from_pkcs8(
        der: &[u8],
        created_at: Timestamp,
        signs_from: Timestamp,
    ) -> Option<Self> {
        Self::of(RsaKeyPair::from_pkcs8(der).ok()?, created_at, signs_from)
    }

    fn of(pair: RsaKeyPair, created_at: Timestamp, signs_from: Timestamp) -> Option<Self> {
        let components = RsaPublicKeyComponents::<Vec<u8>>::from(pair.public_key());
        let n = URL_SAFE_NO_PAD.encode(components.n);
        let e = URL_SAFE_NO_PAD.encode(components.e);
        let verifier = DecodingKey::from_rsa_components(&n, &e).ok()?;
        Some(Self {
            pair,
            public: JsonWebKey::rs256(thumbprint(&n, &e), n, e),
            verifier,
            created_at,
            signs_from,
        })
    }

    /// The private key, for the key file; wiped when dropped.
    pub(super) fn to_pkcs8(&self) -> Option<Pkcs8V1Der<'static>> {
        self.pair.as_der().ok()
    }

    /// A JWT of type `typ` with these claims, as JSON; signed with RS256. Takes some 0.4 ms.
    pub(super) fn sign(&self, typ: &str, claims: &str) -> Option<String> {
        let header = json!({"typ": typ, "alg": "RS256", "kid": self.public.kid}).to_string();
        let mut token = URL_SAFE_NO_PAD.encode(header);
        token.push('.');
        URL_SAFE_NO_PAD.encode_string(claims, &mut token);
        let mut signature = vec![0; self.pair.public_modulus_len()];
        // The padding of RS256 needs no randomness; the library blinds with its own.
        let random = SystemRandom::new();
        self.pair
            .sign(&RSA_PKCS1_SHA256, &random, token.as_bytes(), &mut signature)
            .ok()?;
        token.push('.');
        URL_SAFE_NO_PAD.encode_string(signature, &mut token);
        Some(token)
    }
}

/// The name of a key, RFC 7638.
fn thumbprint(n: &str, e: &str) -> String {
    let text = format!(r#"{{"e":"{e}","kty":"RSA","n":"{n}"}}"#);
    URL_SAFE_NO_PAD.encode(Sha256::digest(text))
}

impl fmt::Debug for SigningKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SigningKey")
            .field("kid", &self.public.kid)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_is_named_as_rfc_7638_does_it() {
        // The example of its section 3.1.
        let n = "0vx7agoebGcQSuuPiLJXZptN9nndrQmbXEps2aiAFbWhM78LhWx4cbbfAAtVT86zwu1RK7aPFFxuhDR1L6tSoc_BJECP\
            ebWKRXjBZCiFV4n3oknjhMstn64tZ_2W-5JsGY4Hc5n9yBXArwl93lqt7_RN5w6Cf0h4QyQ5v-65YGjQR0_FDW2QvzqY368QQMicA\
            taSqzs8KJZgnYb9c7d0zgdAZHzu6qMQvRL5hajrn1n91CbOpbISD08qNLyrdkt-bFTWhAI4vMQFh6WeZu0fM4lFd2NcRwr3XPksIN\
            HaQ-G_xBniIqbw0Ls1jF44-csFCur-kEgU8awapJzKnqDKgw";
        assert_eq!(
            thumbprint(n, "AQAB"),
            "NzbLsXh8uDCcd-6MNwXF4W_7noWXFZAfHkxZsRGC9Xs"
        );
    }

    #[test]
    fn a_key_prints_its_name_only() {
        let now = Timestamp::from_millis(0);
        let key = SigningKey::generate(now, now).unwrap();
        let shown = format!("{key:?}");
        assert_eq!(
            shown,
            format!("SigningKey {{ kid: {:?}, .. }}", key.public.kid)
        );
    }
}
