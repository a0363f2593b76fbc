use serde::{Deserialize, Serialize};

/// One message and all that is known of it, as `list-messages` shows it. Times are RFC 3339, UTC.
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
    /// The message.
    pub message_id: String,
    /// The request that asked for it.
    pub request_id: String,
    /// For whom.
    pub app_id: String,
    /// What its code is for.
    pub channel: String,
    /// To whom, masked.
    pub to: String,
    /// When it was decided on.
    pub decided_at: String,
    /// What each limit said.
    pub verdicts: Vec<VerdictDto>,
    /// The calls to providers, in order, and the reasons why others were not called.
    pub attempts: Vec<AttemptDto>,
    /// What the provider reported afterwards, in the order in which it came.
    #[serde(default)]
    pub receipts: Vec<ReceiptDto>,
    /// What became of the message on its way, by the first report that is final: `delivered` or `failed`; else
    /// `underway`; absent without a report.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub delivery: Option<String>,
    /// Whether a failure gave its minute back.
    pub gave_back: bool,
    /// The checks of its code that counted: wrong guesses, and the right one that used it up.
    #[serde(default)]
    pub checks: Vec<CheckDto>,
    /// What its code is good for now: `pending`, `live`, `used`, `exhausted`, `replaced`, `expired` or `void`.
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
    /// When.
    pub at: String,
    /// The request it came with.
    pub request_id: String,
    /// Who asked: `public` (pre-check-code) or `application` (verify-code).
    pub door: String,
    /// Whether the code was right, and used up; otherwise a wrong guess.
    pub right: bool,
}

/// What one limit said.
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
    /// Whether it allowed the message.
    pub allowed: bool,
    /// Whether its "no" would have refused the message.
    pub enforced: bool,
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
    /// The provider; absent where the process died before that was recorded.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub provider: Option<String>,
    /// When the call began.
    pub started_at: String,
    /// When its outcome was known.
    pub ended_at: String,
    /// `accepted`, `unknown`, or why it was not accepted, such as `unreachable` or `bad_number`.
    pub outcome: String,
    /// The provider's id for the message.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub provider_message_id: Option<String>,
    /// The provider's own code for a refusal, or why nobody knows.
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
    /// When it came.
    pub at: String,
    /// The provider that it came from.
    pub provider: String,
    /// `underway`, `delivered` or `failed`.
    pub status: String,
    /// What the provider calls that.
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
    /// Such as `+86`. Absent, null and empty all mean +86, unless the number names its own.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub phone_country_code: Option<String>,
    /// Only messages older than this one: the last `messageId` of the page before.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub before: Option<String>,
}

// By hand: a number is nothing to print.
impl std::fmt::Debug for FindMessagesRequest {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("FindMessagesRequest")
            .finish_non_exhaustive()
    }
}
