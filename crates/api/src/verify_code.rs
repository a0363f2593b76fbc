use serde::{Deserialize, Serialize};

use crate::Channel;

/// The body of `POST /api/v3/verify-code`. Only an application's server can call it, and proves itself with
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
    /// The purpose of the code.
    pub channel: Channel,
    /// The number, as in `send-sms`.
    pub phone_number: String,
    /// The country code, such as `+86`. Absent, null and empty all mean +86, unless the number names its own.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub phone_country_code: Option<String>,
    /// The code.
    pub pass_code: String,
    /// Whether to make a verification token; yes, if absent. The token costs the service far more than the
    /// check itself, and a caller that acts on `isValid` at once has no use for it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub with_token: Option<bool>,
    /// The application.
    #[serde(default, rename = "client_id", skip_serializing_if = "Option::is_none")]
    pub client_id: Option<String>,
    /// The application's secret.
    #[serde(
        default,
        rename = "client_secret",
        skip_serializing_if = "Option::is_none"
    )]
    pub client_secret: Option<String>,
}

// Written by hand, since numbers, codes and secrets must not be printed.
impl std::fmt::Debug for VerifyCodeRequest {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("VerifyCodeRequest")
            .field("channel", &self.channel)
            .finish_non_exhaustive()
    }
}

/// The data of the answer to `verify-code`.
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
    /// Whether the code was right. The check used it up then.
    pub is_valid: bool,
    /// The reason why the code is not valid.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<InvalidReason>,
    /// The number of further wrong guesses that the code survives; with `wrong`, `replaced` and `exhausted`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tries_left: Option<u32>,
    /// Seconds until the number can be checked again; with `locked`, where time ends the lock.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub retry_after: Option<u64>,
    /// A JWT with [`VerificationClaims`](crate::VerificationClaims); with success.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub verification_token: Option<String>,
    /// The life of the token, in seconds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub token_expires_in: Option<u64>,
}

// Written by hand, since a token is as sensitive as a code.
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

/// The reason why a code is not valid. Only an application's own server is told.
///
/// ```
/// use countersign_api::InvalidReason;
/// assert_eq!(serde_json::to_string(&InvalidReason::NotSent).unwrap(), "\"not_sent\"");
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum InvalidReason {
    /// The guess is not the code that was sent.
    Wrong,
    /// The guess is a code that a newer one replaced. The newest code is good, and the guess cost it a try.
    Replaced,
    /// The code's life is over.
    Expired,
    /// The guess is a code that was used before. This is no success, since anyone who saw the code can type it.
    Used,
    /// Too many wrong guesses used up the code's tries.
    Exhausted,
    /// The application, channel and number have no code on record, or only a used one that differs from the
    /// guess.
    NotSent,
    /// Too many wrong guesses about this number, over all codes. The service compared nothing.
    Locked,
    /// The text cannot be a code of this application and channel: it has a letter, or the wrong number of digits. The service compared and counted nothing.
    Malformed,
}
