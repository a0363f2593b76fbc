use std::fmt;

use serde::{Deserialize, Serialize};

/// The body of `POST /api/v3/add-test-number`.
///
/// ```
/// use countersign_api::AddTestNumberRequest;
/// let text = r#"{"phoneNumber":"18800008888","expires":"2026-12-01T00:00:00Z","passCode":"123456"}"#;
/// let body: AddTestNumberRequest = serde_json::from_str(text).unwrap();
/// assert!(!body.exempt);
/// assert!(!format!("{body:?}").contains("123456") && !format!("{body:?}").contains("188"));
/// ```
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct AddTestNumberRequest {
    /// The number, as in `send-sms`.
    pub phone_number: String,
    /// The country code, such as `+86`. Absent, null and empty all mean +86, unless the number names its own.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub phone_country_code: Option<String>,
    /// The time from which on the number is like any other, RFC 3339: in the future, and within 90 days.
    pub expires: String,
    /// The code that every message to the number brings: 6 to 8 digits. Without it codes are random, and nobody sees them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pass_code: Option<String>,
    /// Whether sends to the number count in no limit but the one-minute limit.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub exempt: bool,
}

// Written by hand, since neither a number nor a code may be printed.
impl fmt::Debug for AddTestNumberRequest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AddTestNumberRequest")
            .field("expires", &self.expires)
            .field("exempt", &self.exempt)
            .finish_non_exhaustive()
    }
}

/// A number for tests, as `list-test-numbers` shows it.
///
/// ```
/// use countersign_api::TestNumberDto;
/// let text = r#"{"testNumberId":"t","phoneNumber":"+86188****8888","hasPassCode":true,"exempt":false,
///     "createdAt":"2026-11-21T20:00:00Z","expires":"2026-12-01T00:00:00Z","expired":false}"#;
/// let test: TestNumberDto = serde_json::from_str(text).unwrap();
/// assert!(test.has_pass_code);
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct TestNumberDto {
    /// The id, by which the number is removed.
    pub test_number_id: String,
    /// The number, masked.
    pub phone_number: String,
    /// Whether every message to the number brings one code, which is not shown.
    pub has_pass_code: bool,
    /// Whether sends to the number count in no limit but the one-minute limit.
    pub exempt: bool,
    /// The time at which the number was set up, RFC 3339, UTC.
    pub created_at: String,
    /// The time from which on the number is like any other, RFC 3339, UTC.
    pub expires: String,
    /// Whether that time has come.
    pub expired: bool,
}

/// The body of `POST /api/v3/remove-test-number`.
///
/// ```
/// use countersign_api::RemoveTestNumberRequest;
/// let body: RemoveTestNumberRequest = serde_json::from_str(r#"{"testNumberId":"t"}"#).unwrap();
/// assert_eq!(body.test_number_id, "t");
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct RemoveTestNumberRequest {
    /// The id of the number.
    pub test_number_id: String,
}
