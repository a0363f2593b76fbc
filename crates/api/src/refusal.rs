use serde::{Deserialize, Serialize};

/// A send that a limit refused, as `list-refusals` shows it. Times are RFC 3339, UTC.
///
/// ```
/// use countersign_api::RefusalDto;
/// let text = r#"{"requestId":"r","at":"2026-11-21T20:00:00Z","appId":"shop","channel":"CHANNEL_LOGIN",
///     "to":"+86188****8888","limit":"closed","count":0,"max":0,"nextAllowedAt":null}"#;
/// let refusal: RefusalDto = serde_json::from_str(text).unwrap();
/// assert_eq!(refusal.next_allowed_at, None);
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct RefusalDto {
    /// The request that was refused.
    pub request_id: String,
    /// The time of the refusal.
    pub at: String,
    /// The application.
    pub app_id: String,
    /// The purpose of the code.
    pub channel: String,
    /// The number, masked.
    pub to: String,
    /// The address of the caller, or of the end user that a back end named; null where it is not known.
    pub address: Option<String>,
    /// The limit that refused; of several the one that refuses for the longest time.
    pub limit: String,
    /// The consequence of the refusal: `enforce`, or `challenge` where a solved challenge would have lifted it. Empty in answers
    /// of older releases.
    #[serde(default)]
    pub mode: String,
    /// The currency of `count` and `max`, in ten-thousandths of a unit, where the limit counts money; absent where it counts
    /// sends or numbers.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub currency: Option<String>,
    /// What the limit had counted in its window.
    pub count: u64,
    /// What the limit allows in a window.
    pub max: u64,
    /// The time from which the limit would allow the send; null where it never does.
    pub next_allowed_at: Option<String>,
}

/// The body of `POST /api/v3/find-refusals`.
///
/// ```
/// use countersign_api::FindRefusalsRequest;
/// let body: FindRefusalsRequest = serde_json::from_str(r#"{"phoneNumber":"18800008888"}"#).unwrap();
/// assert!(!format!("{body:?}").contains("188"));
/// ```
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct FindRefusalsRequest {
    /// The number, as in `send-sms`.
    pub phone_number: String,
    /// The country code, such as `+86`. Absent, null and empty all mean +86, unless the number names its own.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub phone_country_code: Option<String>,
}

// Written by hand, since a number must not be printed.
impl std::fmt::Debug for FindRefusalsRequest {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("FindRefusalsRequest")
            .finish_non_exhaustive()
    }
}
