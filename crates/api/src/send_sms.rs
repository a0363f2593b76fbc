use serde::{Deserialize, Serialize};

use crate::Channel;

/// The body of `POST /api/v3/send-sms`. The answer is an [`Envelope`](crate::Envelope) without data, or
/// the [challenge](crate::DemandedChallenge) to solve first.
///
/// ```
/// use countersign_api::{Channel, SendSmsRequest};
/// let body = SendSmsRequest {
///     channel: Channel::Login,
///     phone_number: "18800008888".to_owned(),
///     phone_country_code: None,
///     challenge_solution: None,
/// };
/// assert_eq!(
///     serde_json::to_string(&body).unwrap(),
///     r#"{"channel":"CHANNEL_LOGIN","phoneNumber":"18800008888"}"#,
/// );
/// ```
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct SendSmsRequest {
    /// The purpose of the code.
    pub channel: Channel,
    /// The national number, or one with a leading `+` and its own country code.
    pub phone_number: String,
    /// The country code, such as `+86`. Absent, null and empty all mean +86, unless the number names its own.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub phone_country_code: Option<String>,
    /// The solution of the [challenge](crate::DemandedChallenge) that an answer to the same request demanded.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub challenge_solution: Option<String>,
}

// Written by hand, since a number must not be printed.
impl std::fmt::Debug for SendSmsRequest {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("SendSmsRequest")
            .field("channel", &self.channel)
            .finish_non_exhaustive()
    }
}
