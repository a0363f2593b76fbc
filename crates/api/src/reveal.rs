use serde::{Deserialize, Serialize};

/// The body of `POST /api/v3/reveal-phone`.
///
/// ```
/// use countersign_api::RevealPhoneRequest;
/// let text = r#"{"messageId":"01a1ffdc-fcf5-7981-820b-5bfb6088c457","reason":"the owner called"}"#;
/// let body: RevealPhoneRequest = serde_json::from_str(text).unwrap();
/// assert_eq!(body.reason, "the owner called");
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct RevealPhoneRequest {
    /// The message that went to the number.
    pub message_id: String,
    /// Why the number is needed, for the record: 1 to 200 characters.
    pub reason: String,
}

/// The answer of `reveal-phone`.
///
/// ```
/// use countersign_api::RevealedPhone;
/// let answer: RevealedPhone = serde_json::from_str(r#"{"phoneNumber":"+8618800008888"}"#).unwrap();
/// assert!(!format!("{answer:?}").contains("188"));
/// ```
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct RevealedPhone {
    /// The whole number, in E.164.
    pub phone_number: String,
}

// Written by hand, since a number must not be printed.
impl std::fmt::Debug for RevealedPhone {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("RevealedPhone").finish_non_exhaustive()
    }
}
