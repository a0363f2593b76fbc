use serde::{Deserialize, Serialize};

use crate::Channel;

/// The body of `POST /api/v3/may-send-sms`: that of `send-sms`. Only an application's server can call it, and proves itself
/// with `Authorization: Basic`, or with `client_id` and `client_secret` in the body.
///
/// ```
/// use countersign_api::MaySendSmsRequest;
/// let body = r#"{"channel":"CHANNEL_LOGIN","phoneNumber":"18800008888"}"#;
/// let body: MaySendSmsRequest = serde_json::from_str(body).unwrap();
/// assert!(!format!("{body:?}").contains("188"));
/// ```
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct MaySendSmsRequest {
    /// The purpose of the code.
    pub channel: Channel,
    /// The number, as in `send-sms`.
    pub phone_number: String,
    /// The country code, such as `+86`. Absent, null and empty all mean +86, unless the number names its own.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub phone_country_code: Option<String>,
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

// Written by hand, since numbers and secrets must not be printed.
impl std::fmt::Debug for MaySendSmsRequest {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("MaySendSmsRequest")
            .field("channel", &self.channel)
            .finish_non_exhaustive()
    }
}

/// The data of the answer to `may-send-sms`.
///
/// ```
/// use countersign_api::MaySendSms;
/// let data: MaySendSms = serde_json::from_str(r#"{"allowed":true,"rules":[]}"#).unwrap();
/// assert_eq!(data.refusal, None);
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct MaySendSms {
    /// Whether a send would go to a provider now.
    pub allowed: bool,
    /// The answer that `send-sms` would give now. Absent where the send is allowed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub refusal: Option<SendRefusal>,
    /// Every rule that would judge the send, in their order, those that only monitor included.
    pub rules: Vec<SendRule>,
}

/// The answer that `send-sms` would give to a send that is not allowed.
///
/// ```
/// use countersign_api::SendRefusal;
/// let text = r#"{"statusCode":429,"apiCode":2990003,"message":"Too many messages."}"#;
/// let refusal: SendRefusal = serde_json::from_str(text).unwrap();
/// assert_eq!(refusal.status_code, 429);
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct SendRefusal {
    /// Its `statusCode`.
    pub status_code: u16,
    /// Its `apiCode`, if it has one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub api_code: Option<u32>,
    /// Its sentence, in the language of the request.
    pub message: String,
}

/// A rule at this moment, for one send.
///
/// ```
/// use countersign_api::SendRule;
/// let text = r#"{"name":"minute","mode":"enforce","count":0,"max":1,"windowSeconds":60,"nextAllowedAt":null}"#;
/// let rule: SendRule = serde_json::from_str(text).unwrap();
/// assert_eq!(rule.max, 1);
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct SendRule {
    /// The name of the rule.
    pub name: String,
    /// The consequence of its refusal for this caller: `enforce`, `challenge` or `monitor`.
    pub mode: String,
    /// The currency of `count` and `max`, in ten-thousandths of a unit, where the rule counts money; absent where it counts sends or
    /// numbers.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub currency: Option<String>,
    /// How much the rule counts in its window, without this send.
    pub count: u64,
    /// How much fits into a window.
    pub max: u64,
    /// The rolling window, in seconds.
    pub window_seconds: u64,
    /// The time from which the rule would allow the send, RFC 3339, UTC. Null where it allows it now, and where it never
    /// does, as with a `max` of 0.
    pub next_allowed_at: Option<String>,
}
