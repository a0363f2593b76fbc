use serde::{Deserialize, Serialize};

/// One message with everything known of it, as `list-messages` shows it. Times are RFC 3339, UTC.
///
/// ```
/// use countersign_api::MessageDto;
/// let text = r#"{"messageId":"m","requestId":"r","appId":"shop","channel":"CHANNEL_LOGIN",
///     "to":"+86188****8888","decidedAt":"2026-11-21T20:00:00Z","verdicts":[],"attempts":[],
///     "gaveBack":false,"code":"pending"}"#;
/// let message: MessageDto = serde_json::from_str(text).unwrap();
/// assert_eq!(message.code, "pending");
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct MessageDto {
    /// The id of the message.
    pub message_id: String,
    /// The request that asked for the message.
    pub request_id: String,
    /// The application that sent the code.
    pub app_id: String,
    /// The purpose of the code.
    pub channel: String,
    /// The number that the message went to, masked.
    pub to: String,
    /// The time of the decision.
    pub decided_at: String,
    /// The verdict of each limit.
    pub verdicts: Vec<VerdictDto>,
    /// The calls to providers, in order, and the reasons why others were not called.
    pub attempts: Vec<AttemptDto>,
    /// The provider's reports, in the order in which they came.
    #[serde(default)]
    pub receipts: Vec<ReceiptDto>,
    /// The delivery state: that of the first final report, `delivered` or `failed`; else `underway`. Absent
    /// without a report.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub delivery: Option<String>,
    /// Whether a failure gave the message's minute back.
    pub gave_back: bool,
    /// The checks of the code that counted: wrong guesses, and the right one that used it up.
    #[serde(default)]
    pub checks: Vec<CheckDto>,
    /// The state of the code now: `pending`, `live`, `used`, `exhausted`, `replaced`, `expired` or `void`.
    pub code: String,
}

/// One check of a code.
///
/// ```
/// use countersign_api::CheckDto;
/// let check: CheckDto = serde_json::from_str(
///     r#"{"at":"2026-11-21T20:00:30Z","requestId":"r","door":"public","right":false}"#,
/// ).unwrap();
/// assert!(!check.right);
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct CheckDto {
    /// The time of the check.
    pub at: String,
    /// The request that brought the guess.
    pub request_id: String,
    /// The caller: `public` (pre-check-code) or `application` (verify-code).
    pub door: String,
    /// Whether the guess was right and used the code up; false for a wrong guess.
    pub right: bool,
}

/// The verdict of one limit.
///
/// ```
/// use countersign_api::VerdictDto;
/// let verdict: VerdictDto = serde_json::from_str(r#"{"rule":"minute","allowed":true,"enforced":true}"#).unwrap();
/// assert!(verdict.allowed);
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct VerdictDto {
    /// The name of the limit.
    pub rule: String,
    /// Whether the limit allowed the message.
    pub allowed: bool,
    /// Whether a refusal of this limit would have refused the message.
    pub enforced: bool,
    /// The consequence of a refusal: `enforce`, `challenge` or `monitor`. Empty in answers of older releases.
    #[serde(default)]
    pub mode: String,
}

/// One call to a provider.
///
/// ```
/// use countersign_api::AttemptDto;
/// let text = r#"{"provider":"outbox","startedAt":"2026-11-21T20:00:00Z",
///     "endedAt":"2026-11-21T20:00:00Z","outcome":"accepted"}"#;
/// let attempt: AttemptDto = serde_json::from_str(text).unwrap();
/// assert_eq!(attempt.detail, None);
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct AttemptDto {
    /// The provider; absent where the process died before it was recorded.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub provider: Option<String>,
    /// The time at which the call began.
    pub started_at: String,
    /// The time at which its outcome was known.
    pub ended_at: String,
    /// `accepted`, `unknown`, or the reason why the message was not accepted, such as `unreachable` or
    /// `bad_number`.
    pub outcome: String,
    /// The provider's id for the message.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub provider_message_id: Option<String>,
    /// The provider's own code for a refusal, or the reason of an unknown outcome.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub detail: Option<String>,
}

/// One report of a provider.
///
/// ```
/// use countersign_api::ReceiptDto;
/// let receipt: ReceiptDto = serde_json::from_str(
///     r#"{"at":"2026-11-21T20:00:04Z","provider":"aliyun","status":"delivered","detail":"DELIVERED"}"#,
/// ).unwrap();
/// assert_eq!(receipt.status, "delivered");
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct ReceiptDto {
    /// The time at which the report came.
    pub at: String,
    /// The provider that it came from.
    pub provider: String,
    /// The reported state: `underway`, `delivered` or `failed`.
    pub status: String,
    /// The provider's word for the state.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub detail: Option<String>,
}

/// The body of `POST /api/v3/find-messages`.
///
/// ```
/// use countersign_api::FindMessagesRequest;
/// let body: FindMessagesRequest = serde_json::from_str(r#"{"phoneNumber":"18800008888"}"#).unwrap();
/// assert!(!format!("{body:?}").contains("188"));
/// ```
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct FindMessagesRequest {
    /// The number, as in `send-sms`.
    pub phone_number: String,
    /// The country code, such as `+86`. Absent, null and empty all mean +86, unless the number names its own.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub phone_country_code: Option<String>,
    /// Only messages older than this one: the last `messageId` of the previous page.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub before: Option<String>,
}

// Written by hand, since a number must not be printed.
impl std::fmt::Debug for FindMessagesRequest {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("FindMessagesRequest")
            .finish_non_exhaustive()
    }
}
