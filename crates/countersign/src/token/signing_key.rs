//! One key: what it publishes, what it signs.

use std::fmt;

use aws_lc_rs::encoding::{AsDer, Pkcs8V1Der};
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::rsa::KeySize;
use aws_lc_rs::signature::{
    ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, KeyPair, RSA_PKCS1_SHA256, RsaKeyPair,
    RsaPublicKeyComponents,
};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use countersign_api::JsonWebKey;
use countersign_core::application::TokenAlgorithm;
use countersign_core::time::Timestamp;
use jsonwebtoken::DecodingKey;
use serde_json::json;
use sha2::{Digest, Sha256};
use zeroize::Zeroizing;

/// A key with its times. The private half is the cryptographic library's, which wipes it.
pub(super) struct SigningKey {
    pair: Pair,
    /// The public half.
    pub(super) public: JsonWebKey,
    /// The public half, ready to verify.
    pub(super) verifier: DecodingKey,
    /// When it was made, and published.
    pub(super) created_at: Timestamp,
    /// When it begins to sign.
    pub(super) signs_from: Timestamp,
}

/// Both halves of a key.
enum Pair {
    Rsa(RsaKeyPair),
    Ec(EcdsaKeyPair),
}

/// The length of a coordinate of a point on P-256.
const COORDINATE: usize = 32;

impl SigningKey {
    /// A new key: of RSA with 2048 bits, which takes a tenth of a second, sometimes three; or on the curve P-256.
    pub(super) fn generate(
        algorithm: TokenAlgorithm,
        created_at: Timestamp,
        signs_from: Timestamp,
    ) -> Option<Self> {
        let pair = match algorithm {
            TokenAlgorithm::Rs256 => Pair::Rsa(RsaKeyPair::generate(KeySize::Rsa2048).ok()?),
            TokenAlgorithm::Es256 => {
                Pair::Ec(EcdsaKeyPair::generate(&ECDSA_P256_SHA256_FIXED_SIGNING).ok()?)
            }
        };
        Self::of(pair, created_at, signs_from)
    }

    /// From what [`SigningKey::to_pkcs8`] gave.
    pub(super) fn from_pkcs8(
        algorithm: TokenAlgorithm,
        der: &[u8],
        created_at: Timestamp,
        signs_from: Timestamp,
    ) -> Option<Self> {
        let pair = match algorithm {
            TokenAlgorithm::Rs256 => Pair::Rsa(RsaKeyPair::from_pkcs8(der).ok()?),
            TokenAlgorithm::Es256 => {
                let algorithm = &ECDSA_P256_SHA256_FIXED_SIGNING;
                Pair::Ec(EcdsaKeyPair::from_pkcs8(algorithm, der).ok()?)
            }
        };
        Self::of(pair, created_at, signs_from)
    }

    fn of(pair: Pair, created_at: Timestamp, signs_from: Timestamp) -> Option<Self> {
        let (public, verifier) = match &pair {
            Pair::Rsa(pair) => {
                let components = RsaPublicKeyComponents::<Vec<u8>>::from(pair.public_key());
                let [n, e] = [components.n, components.e].map(|it| URL_SAFE_NO_PAD.encode(it));
                let verifier = DecodingKey::from_rsa_components(&n, &e).ok()?;
                (JsonWebKey::rs256(rsa_thumbprint(&n, &e), n, e), verifier)
            }
            Pair::Ec(pair) => {
                // The point, uncompressed: a 4, then both coordinates (SEC 1).
                let point = pair.public_key().as_ref().strip_prefix(&[4])?;
                let (x, y) = point.split_at_checked(COORDINATE)?;
                let [x, y] = [x, y].map(|it| URL_SAFE_NO_PAD.encode(it));
                let verifier = DecodingKey::from_ec_components(&x, &y).ok()?;
                (JsonWebKey::es256(ec_thumbprint(&x, &y), x, y), verifier)
            }
        };
        Some(Self {
            pair,
            public,
            verifier,
            created_at,
            signs_from,
        })
    }

    pub(super) fn algorithm(&self) -> TokenAlgorithm {
        match self.pair {
            Pair::Rsa(_) => TokenAlgorithm::Rs256,
            Pair::Ec(_) => TokenAlgorithm::Es256,
        }
    }

    /// The private key, for the key file; wiped when dropped.
    pub(super) fn to_pkcs8(&self) -> Option<Zeroizing<Vec<u8>>> {
        let der = match &self.pair {
            Pair::Rsa(pair) => AsDer::<Pkcs8V1Der<'_>>::as_der(pair)
                .ok()?
                .as_ref()
                .to_vec(),
            Pair::Ec(pair) => pair.to_pkcs8v1().ok()?.as_ref().to_vec(),
        };
        Some(Zeroizing::new(der))
    }

    /// A JWT of type `typ` with these claims, as JSON. Signing takes half a millisecond and more with RSA, and a tenth of
    /// that on the curve.
    pub(super) fn sign(&self, typ: &str, claims: &str) -> Option<String> {
        let alg = self.algorithm().as_str();
        let header = json!({"typ": typ, "alg": alg, "kid": self.public.kid}).to_string();
        let mut token = URL_SAFE_NO_PAD.encode(header);
        token.push('.');
        URL_SAFE_NO_PAD.encode_string(claims, &mut token);
        let signature = self.signature(token.as_bytes())?;
        token.push('.');
        URL_SAFE_NO_PAD.encode_string(signature, &mut token);
        Some(token)
    }

    fn signature(&self, message: &[u8]) -> Option<Vec<u8>> {
        // The library takes its own randomness, for blinding and for the nonces of the curve.
        let random = SystemRandom::new();
        match &self.pair {
            Pair::Rsa(pair) => {
                let mut signature = vec![0; pair.public_modulus_len()];
                pair.sign(&RSA_PKCS1_SHA256, &random, message, &mut signature)
                    .ok()?;
                Some(signature)
            }
            Pair::Ec(pair) => Some(pair.sign(&random, message).ok()?.as_ref().to_vec()),
        }
    }
}

/// The name of an RSA key, RFC 7638.
fn rsa_thumbprint(n: &str, e: &str) -> String {
    let text = format!(r#"{{"e":"{e}","kty":"RSA","n":"{n}"}}"#);
    URL_SAFE_NO_PAD.encode(Sha256::digest(text))
}

/// The name of a key on the curve P-256, RFC 7638.
fn ec_thumbprint(x: &str, y: &str) -> String {
    let text = format!(r#"{{"crv":"P-256","kty":"EC","x":"{x}","y":"{y}"}}"#);
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
            rsa_thumbprint(n, "AQAB"),
            "NzbLsXh8uDCcd-6MNwXF4W_7noWXFZAfHkxZsRGC9Xs"
        );
    }

    #[test]
    fn a_key_on_the_curve_is_named_as_rfc_7638_does_it() {
        // The key of RFC 7515, appendix A.3; its name as the npm package jose computes it.
        let (x, y) = (
            "f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU",
            "x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0",
        );
        assert_eq!(
            ec_thumbprint(x, y),
            "oKIywvGUpTVTyxMQ3bwIIeQUudfr_CkLMjCE19ECD-U"
        );
    }

    #[test]
    fn a_key_is_the_same_after_it_was_kept() {
        let now = Timestamp::from_millis(0);
        for algorithm in TokenAlgorithm::ALL {
            let key = SigningKey::generate(algorithm, now, now).unwrap();
            let der = key.to_pkcs8().unwrap();
            let read = SigningKey::from_pkcs8(algorithm, &der, now, now).unwrap();
            assert_eq!(read.public, key.public);
            for other in TokenAlgorithm::ALL {
                let read = SigningKey::from_pkcs8(other, &der, now, now);
                assert_eq!(read.is_some(), other == algorithm, "{other:?}");
            }
        }
    }

    #[test]
    fn a_key_prints_its_name_only() {
        let now = Timestamp::from_millis(0);
        for algorithm in TokenAlgorithm::ALL {
            let key = SigningKey::generate(algorithm, now, now).unwrap();
            let shown = format!("{key:?}");
            assert_eq!(
                shown,
                format!("SigningKey {{ kid: {:?}, .. }}", key.public.kid)
            );
        }
    }
}
