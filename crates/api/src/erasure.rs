use serde::{Deserialize, Serialize};

/// The body of `POST /api/v3/erase-phone`.
///
/// ```
/// use countersign_api::ErasePhoneRequest;
/// let body: ErasePhoneRequest = serde_json::from_str(r#"{"phoneNumber":"18800008888"}"#).unwrap();
/// assert!(!format!("{body:?}").contains("188"));
/// ```
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct ErasePhoneRequest {
    /// The number, as in `send-sms`.
    pub phone_number: String,
    /// The country code, such as `+86`. Absent, null and empty all mean +86, unless the number names its own.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub phone_country_code: Option<String>,
    /// The reason, for the record: at most 200 characters; what looks like a number in it is not kept.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
}

// Written by hand, since a number must not be printed.
impl std::fmt::Debug for ErasePhoneRequest {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("ErasePhoneRequest").finish_non_exhaustive()
    }
}

/// What `POST /api/v3/erase-phone` erased a number from.
///
/// ```
/// use countersign_api::ErasedPhone;
/// let text = r#"{"messages":2,"checks":1,"unlocks":0,"refusals":0,"inbox":0,"outOfReach":["backups"]}"#;
/// let erased: ErasedPhone = serde_json::from_str(text).unwrap();
/// assert_eq!(erased.messages, 2);
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct ErasedPhone {
    /// Messages: they stay for counts, without the number, and are on no timeline any more.
    pub messages: u64,
    /// Checks of codes.
    pub checks: u64,
    /// Unlocks.
    pub unlocks: u64,
    /// Refused sends.
    pub refusals: u64,
    /// Messages on the phone of `countersign dev`.
    pub inbox: u64,
    /// Where the number may still be, out of reach of the service: `backups` that were made before, and `vendors` that
    /// carried messages to it.
    pub out_of_reach: Vec<String>,
}
