use serde::{Deserialize, Serialize};

/// The body of `POST /api/v3/unlock-phone`.
///
/// ```
/// use countersign_api::UnlockPhoneRequest;
/// let body: UnlockPhoneRequest = serde_json::from_str(r#"{"phoneNumber":"18800008888"}"#).unwrap();
/// assert!(!format!("{body:?}").contains("188"));
/// ```
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct UnlockPhoneRequest {
    /// The number, as in `send-sms`.
    pub phone_number: String,
    /// The country code, such as `+86`. Absent, null and empty all mean +86, unless the number names its own.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub phone_country_code: Option<String>,
    /// The reason, for the record: at most 200 characters.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
}

// Written by hand, since a number must not be printed.
impl std::fmt::Debug for UnlockPhoneRequest {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("UnlockPhoneRequest").finish_non_exhaustive()
    }
}

/// One unlock, as `list-unlocks` shows it.
///
/// ```
/// use countersign_api::UnlockDto;
/// let text = r#"{"at":"2026-11-21T20:00:00Z","requestId":"r","to":"+86188****8888","note":""}"#;
/// let unlock: UnlockDto = serde_json::from_str(text).unwrap();
/// assert_eq!(unlock.to, "+86188****8888");
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct UnlockDto {
    /// The time of the unlock, RFC 3339, UTC.
    pub at: String,
    /// The request that asked for it.
    pub request_id: String,
    /// The number, masked.
    pub to: String,
    /// The operator's reason.
    pub note: String,
}
