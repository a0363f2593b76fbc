// Plays the part of the service that signs tokens. The examples of the documentation include this file, so it
// writes every path in full.

/// A key of the service.
#[allow(dead_code)]
struct Signer {
    id: &'static str,
    pair: &'static aws_lc_rs::rsa::KeyPair,
}

#[allow(dead_code)]
impl Signer {
    /// Returns the key with this name. Keys take long to make, so each is made once.
    fn new(id: &'static str) -> Self {
        static MADE: std::sync::Mutex<Vec<Signer>> = std::sync::Mutex::new(Vec::new());
        let mut made = MADE.lock().unwrap();
        if let Some(signer) = made.iter().find(|signer| signer.id == id) {
            return Self { ..*signer };
        }
        let pair = aws_lc_rs::rsa::KeyPair::generate(aws_lc_rs::rsa::KeySize::Rsa2048).unwrap();
        let pair = Box::leak(Box::new(pair));
        made.push(Self { id, pair });
        Self { id, pair }
    }

    /// Gives the key another name.
    fn called(self, id: &'static str) -> Self {
        Self { id, ..self }
    }

    /// Returns the public half, as a service publishes it.
    fn jwk(&self) -> serde_json::Value {
        use aws_lc_rs::signature::KeyPair as _;
        let public = aws_lc_rs::signature::RsaPublicKeyComponents::from(self.pair.public_key());
        serde_json::json!({
            "kty": "RSA", "use": "sig", "alg": "RS256", "kid": self.id,
            "n": base64url(&public.n), "e": base64url(&public.e),
        })
    }

    /// Returns the key set that a service with this key publishes.
    fn key_set(&self) -> &'static str {
        key_set(&[self.jwk()])
    }

    fn token(&self, claims: &serde_json::Value) -> String {
        let header = serde_json::json!({"typ": "JWT", "alg": "RS256", "kid": self.id});
        self.sign(&header, claims)
    }

    /// Signs any header and claims with RS256.
    fn sign(&self, header: &serde_json::Value, claims: &serde_json::Value) -> String {
        let message = message(header, claims);
        let mut signature = vec![0; self.pair.public_modulus_len()];
        let padding = &aws_lc_rs::signature::RSA_PKCS1_SHA256;
        let random = aws_lc_rs::rand::SystemRandom::new();
        let signed = self.pair.sign(padding, &random, message.as_bytes(), &mut signature);
        signed.unwrap();
        format!("{message}.{}", base64url(&signature))
    }
}

/// Leaks the text, since the answers of a [`Service`] must live as long as the program.
#[allow(dead_code)]
fn key_set(keys: &[serde_json::Value]) -> &'static str {
    Box::leak(serde_json::json!({ "keys": keys }).to_string().into())
}

/// Returns the signed part of a token.
#[allow(dead_code)]
fn message(header: &serde_json::Value, claims: &serde_json::Value) -> String {
    let (header, claims) = (header.to_string(), claims.to_string());
    format!("{}.{}", base64url(header.as_bytes()), base64url(claims.as_bytes()))
}

#[allow(dead_code)]
fn base64url(bytes: &[u8]) -> String {
    base64::Engine::encode(&base64::engine::general_purpose::URL_SAFE_NO_PAD, bytes)
}

/// Returns the claims of a token that ends in `seconds`.
#[allow(dead_code, clippy::disallowed_methods)] // the time of the system, by which clients judge
fn claims(issuer: &str, audience: &str, seconds: i64) -> serde_json::Value {
    let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap();
    claims_at(now.as_secs().cast_signed(), issuer, audience, seconds)
}

#[allow(dead_code)]
fn claims_at(now: i64, issuer: &str, audience: &str, seconds: i64) -> serde_json::Value {
    serde_json::json!({
        "iss": issuer, "aud": audience, "sub": "5c1f0e", "phone_number": "+8618800008888",
        "phone_number_verified": true, "channel": "CHANNEL_LOGIN",
        "iat": now + seconds - 300, "exp": now + seconds, "jti": "01a1",
    })
}
