use serde::{Deserialize, Serialize};

use crate::Channel;

/// The body of `POST /api/v3/verify-code`, which only an application's server can ask: with
/// `Authorization: Basic`, or with `client_id` and `client_secret` in the body.
///
/// ```
/// use countersign_api::VerifyCodeRequest;
/// let body = r#"{"channel":"CHANNEL_LOGIN","phoneNumber":"18800008888","passCode":"123456"}"#;
/// let body: VerifyCodeRequest = serde_json::from_str(body).unwrap();
/// assert!(!format!("{body:?}").contains("123456"));
/// ```
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct VerifyCodeRequest {
    /// What the code is for.
    pub channel: Channel,
    /// The number, as in `send-sms`.
    pub phone_number: String,
    /// Such as `+86`. Absent, null and empty all mean +86, unless the number names its own.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub phone_country_code: Option<String>,
    /// The code.
    pub pass_code: String,
    /// Whether to make a verification token; yes, where absent. It costs the service far more than the
    /// check itself, and a caller that acts on `isValid` at once has no use for it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub with_token: Option<bool>,
    /// The application.
    #[serde(default, rename = "client_id", skip_serializing_if = "Option::is_none")]
    pub client_id: Option<String>,
    /// Its secret.
    #[serde(
        default,
        rename = "client_secret",
        skip_serializing_if = "Option::is_none"
    )]
    pub client_secret: Option<String>,
}

// By hand: numbers, codes and secrets are nothing to print.
impl std::fmt::Debug for VerifyCodeRequest {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("VerifyCodeRequest")
            .field("channel", &self.channel)
            .finish_non_exhaustive()
    }
}

/// The data of its answer.
///
/// ```
/// use countersign_api::{InvalidReason, VerifiedCode};
/// let data: VerifiedCode = serde_json::from_str(r#"{"isValid":false,"reason":"wrong","triesLeft":4}"#).unwrap();
/// assert_eq!(data.reason, Some(InvalidReason::Wrong));
/// ```
#[derive(Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct VerifiedCode {
    /// Whether the code was right. It is used up then.
    pub is_valid: bool,
    /// Why it is not valid.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<InvalidReason>,
    /// How many wrong guesses the code survives yet; with `wrong` and `exhausted`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tries_left: Option<u32>,
    /// Seconds until the number can be checked again; with `locked`, where time ends it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub retry_after: Option<u64>,
    /// A JWT with [`VerificationClaims`](crate::VerificationClaims); with success.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub verification_token: Option<String>,
    /// How long it is good, in seconds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub token_expires_in: Option<u64>,
}

// By hand: a token is as good as a code.
impl std::fmt::Debug for VerifiedCode {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("VerifiedCode")
            .field("is_valid", &self.is_valid)
            .field("reason", &self.reason)
            .field("tries_left", &self.tries_left)
            .field("retry_after", &self.retry_after)
            .finish_non_exhaustive()
    }
}

/// Why a code is not valid. Only an application's own server is told.
///
/// ```
/// use countersign_api::InvalidReason;
/// assert_eq!(serde_json::to_string(&InvalidReason::NotSent).unwrap(), "\"not_sent\"");
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum InvalidReason {
    /// Another code than the one that was sent.
    Wrong,
    /// The code's life is over.
    Expired,
    /// It is the code that was used. Not a success: whoever saw the code can type it.
    Used,
    /// Too many wrong guesses: the code is dead.
    Exhausted,
    /// No code is known for this application, channel and number, or one that is used and is another.
    NotSent,
    /// Too many wrong guesses for this number, over all codes: nothing was compared.
    Locked,
    /// Not 4 to 10 digits, so no code at all: nothing was compared, and nothing counted.
    Malformed,
}
