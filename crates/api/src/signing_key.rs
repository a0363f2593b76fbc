use serde::{Deserialize, Serialize};

/// The public keys that verify verification tokens: the answer of `GET /oidc/.well-known/jwks.json`, and with those for
/// ES256 that of `GET /{appId}/oidc/.well-known/jwks.json`. The key for RS256 that signs now is the first.
///
/// ```
/// use countersign_api::JsonWebKeySet;
/// let keys = r#"{"keys":[{"kty":"RSA","kid":"k1","use":"sig","alg":"RS256","n":"sXch","e":"AQAB"}]}"#;
/// let keys: JsonWebKeySet = serde_json::from_str(keys).unwrap();
/// assert_eq!(keys.keys[0].kid, "k1");
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct JsonWebKeySet {
    /// The keys: those for RS256, the signing one first; then those for ES256, in the same order.
    pub keys: Vec<JsonWebKey>,
}

/// One public key (RFC 7517).
///
/// ```
/// use countersign_api::JsonWebKey;
/// let key = JsonWebKey::rs256("k1".into(), "sXch".into(), "AQAB".into());
/// assert_eq!(serde_json::to_value(&key).unwrap()["use"], "sig");
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct JsonWebKey {
    /// `RSA` or `EC`.
    pub kty: String,
    /// The name of the key: its thumbprint (RFC 7638).
    pub kid: String,
    /// Always `sig`.
    #[serde(rename = "use")]
    pub public_key_use: String,
    /// `RS256` for RSA, `ES256` for an elliptic curve.
    pub alg: String,
    /// The modulus of an RSA key, base64url.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub n: Option<String>,
    /// The exponent of an RSA key, base64url.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub e: Option<String>,
    /// The elliptic curve of a key, `P-256`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub crv: Option<String>,
    /// The first coordinate of a key on the curve, base64url.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub x: Option<String>,
    /// The second coordinate of a key on the curve, base64url.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub y: Option<String>,
}

impl JsonWebKey {
    /// Makes the public key for RS256 with this name, modulus and exponent.
    ///
    /// ```
    /// use countersign_api::JsonWebKey;
    /// assert_eq!(JsonWebKey::rs256("k1".into(), "sXch".into(), "AQAB".into()).alg, "RS256");
    /// ```
    #[must_use]
    pub fn rs256(kid: String, n: String, e: String) -> Self {
        Self {
            kty: "RSA".to_owned(),
            kid,
            public_key_use: "sig".to_owned(),
            alg: "RS256".to_owned(),
            n: Some(n),
            e: Some(e),
            crv: None,
            x: None,
            y: None,
        }
    }

    /// Makes the public key for ES256 with this name and this point on the curve P-256.
    ///
    /// ```
    /// use countersign_api::JsonWebKey;
    /// let key = JsonWebKey::es256("k1".into(), "f83O".into(), "x_FE".into());
    /// assert_eq!(key.crv.as_deref(), Some("P-256"));
    /// assert_eq!(key.n, None);
    /// ```
    #[must_use]
    pub fn es256(kid: String, x: String, y: String) -> Self {
        Self {
            kty: "EC".to_owned(),
            kid,
            public_key_use: "sig".to_owned(),
            alg: "ES256".to_owned(),
            n: None,
            e: None,
            crv: Some("P-256".to_owned()),
            x: Some(x),
            y: Some(y),
        }
    }
}

/// One key that signs verification tokens, as `list-signing-keys` shows it. Times are RFC 3339, UTC.
///
/// ```
/// use countersign_api::{SigningKeyDto, SigningKeyState};
/// let key = r#"{"kid":"k1","algorithm":"RS256","state":"signing","createdAt":"2026-11-21T20:00:00Z","signsFrom":"2026-11-21T20:00:00Z"}"#;
/// let key: SigningKeyDto = serde_json::from_str(key).unwrap();
/// assert_eq!(key.state, SigningKeyState::Signing);
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct SigningKeyDto {
    /// The name of the key, in tokens and among the published keys.
    pub kid: String,
    /// The algorithm with which the key signs: `RS256` or `ES256`.
    #[serde(default)]
    pub algorithm: String,
    /// The state of the key now.
    pub state: SigningKeyState,
    /// The time at which the key was made and published.
    pub created_at: String,
    /// The time at which the key began or will begin to sign.
    pub signs_from: String,
    /// The end of the publication of a `retiring` key, until which its last tokens can be verified.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub published_until: Option<String>,
}

/// The state of a signing key.
///
/// ```
/// use countersign_api::SigningKeyState;
/// assert_eq!(serde_json::to_string(&SigningKeyState::Next).unwrap(), "\"next\"");
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum SigningKeyState {
    /// The key is published, and waits until every cache knows it.
    Next,
    /// The key signs tokens.
    Signing,
    /// The key is replaced. It stays published for the last tokens that it signed.
    Retiring,
}

/// The data of `POST /api/v3/rotate-signing-key`: the new keys.
///
/// ```
/// use countersign_api::RotatedSigningKey;
/// let key: RotatedSigningKey = serde_json::from_str(r#"{"kid":"k2","es256Kid":"k3","signsFrom":"2026-11-21T20:11:00Z"}"#).unwrap();
/// assert_eq!(key.kid, "k2");
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct RotatedSigningKey {
    /// The name of the key for RS256.
    pub kid: String,
    /// The name of the key for ES256.
    #[serde(default)]
    pub es256_kid: String,
    /// The time at which both keys begin to sign, RFC 3339, UTC.
    pub signs_from: String,
}
