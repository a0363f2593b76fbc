use serde::{Deserialize, Serialize};

use crate::Channel;

/// The statement of a verification token: this phone proved this channel for this application at this time.
/// These are the claims of a JWT, signed with RS256 by a key of `GET /oidc/.well-known/jwks.json`.
///
/// ```
/// use countersign_api::VerificationClaims;
/// let claims = r#"{"iss":"https://sms.example.com/oidc","aud":"shop","sub":"5c1f0e","phone_number":"+8618800008888",
///     "phone_number_verified":true,"channel":"CHANNEL_LOGIN","iat":1795000000,"exp":1795000300,"jti":"01a1"}"#;
/// let claims: VerificationClaims = serde_json::from_str(claims).unwrap();
/// assert_eq!(claims.exp - claims.iat, 300);
/// ```
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct VerificationClaims {
    /// The issuer: the address of the service, with `/oidc`.
    pub iss: String,
    /// The application for which the code was checked.
    pub aud: String,
    /// A pseudonym of the number: the same in every token about it, and not reversible.
    pub sub: String,
    /// The number, E.164.
    pub phone_number: String,
    /// Always true.
    pub phone_number_verified: bool,
    /// The purpose of the code.
    pub channel: Channel,
    /// The time of the check, Unix time in seconds.
    pub iat: i64,
    /// The end of the token's life, Unix time in seconds.
    pub exp: i64,
    /// The id of the token.
    pub jti: String,
}

// Written by hand, since a number must not be printed.
impl std::fmt::Debug for VerificationClaims {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("VerificationClaims")
            .field("iss", &self.iss)
            .field("aud", &self.aud)
            .field("channel", &self.channel)
            .field("iat", &self.iat)
            .field("exp", &self.exp)
            .field("jti", &self.jti)
            .finish_non_exhaustive()
    }
}

/// The body of `POST /api/v3/introspect-verification-token`. Callers prove themselves as for
/// [`verify-code`](crate::VerifyCodeRequest).
///
/// ```
/// use countersign_api::IntrospectTokenRequest;
/// let body: IntrospectTokenRequest = serde_json::from_str(r#"{"token":"eyJ"}"#).unwrap();
/// assert_eq!(body.token, "eyJ");
/// ```
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct IntrospectTokenRequest {
    /// The token.
    pub token: String,
    /// The application.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub client_id: Option<String>,
    /// The application's secret.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub client_secret: Option<String>,
}

// Written by hand, since tokens and secrets must not be printed.
impl std::fmt::Debug for IntrospectTokenRequest {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("IntrospectTokenRequest")
            .finish_non_exhaustive()
    }
}

/// The data of the answer to `introspect-verification-token`: whether the token is good, and its claims.
///
/// ```
/// use countersign_api::IntrospectedToken;
/// let data = IntrospectedToken { active: false, claims: None };
/// assert_eq!(serde_json::to_string(&data).unwrap(), r#"{"active":false}"#);
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct IntrospectedToken {
    /// True once per token: for the application that it was made for, within its life.
    pub active: bool,
    /// The claims of the token, beside `active`.
    #[serde(flatten, skip_serializing_if = "Option::is_none")]
    pub claims: Option<VerificationClaims>,
}
