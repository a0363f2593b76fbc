use std::fmt;

use serde::{Deserialize, Serialize};

/// A person who works with the console, or is invited to, as `list-staff` shows it.
///
/// ```
/// use countersign_api::PersonDto;
/// let text = r#"{"personId":"0a1b2c3d4e5f6071","name":"Lin","role":"owner","status":"active","secondFactor":true,
///     "recoveryCodesLeft":10,"createdAt":"2026-11-21T20:00:00.000Z"}"#;
/// let person: PersonDto = serde_json::from_str(text).unwrap();
/// assert_eq!(person.recovery_codes_left, Some(10));
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct PersonDto {
    /// The id of the person: 16 hexadecimal digits.
    pub person_id: String,
    /// The name by which the person signs in; absent for somebody who is invited and has not chosen one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// `owner`, `operator`, `support` or `auditor`.
    pub role: String,
    /// The applications that the person may work with; absent where these are all.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub applications: Option<Vec<String>>,
    /// `invited` or `active`.
    pub status: String,
    /// The time at which the link of the invitation ends, RFC 3339, UTC.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub invitation_expires: Option<String>,
    /// Whether the person signs in with a second factor.
    pub second_factor: bool,
    /// The number of recovery codes that are not used; absent without a second factor.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub recovery_codes_left: Option<usize>,
    /// The time of the first invitation, RFC 3339, UTC.
    pub created_at: String,
}

/// The body of `POST /api/v3/invite-staff`.
///
/// ```
/// use countersign_api::InviteStaffRequest;
/// let body: InviteStaffRequest = serde_json::from_str(r#"{"role":"support","applications":["shop"]}"#).unwrap();
/// assert_eq!(body.applications.unwrap(), ["shop"]);
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct InviteStaffRequest {
    /// The name by which the person will sign in, 1 to 64 characters; without one the person chooses it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// `owner`, `operator`, `support` or `auditor`.
    pub role: String,
    /// The ids of the applications that the person may work with; all where it is absent or null.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub applications: Option<Vec<String>>,
}

/// The data of `POST /api/v3/invite-staff` and `POST /api/v3/reset-staff`.
///
/// ```
/// use countersign_api::InvitedPerson;
/// let text = r#"{"personId":"0a1b2c3d4e5f6071","link":"https://console.example.com/console/welcome/0f",
///     "expires":"2026-11-21T21:00:00.000Z"}"#;
/// let invited: InvitedPerson = serde_json::from_str(text).unwrap();
/// assert!(!format!("{invited:?}").contains("welcome"));
/// ```
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct InvitedPerson {
    /// The id of the person.
    pub person_id: String,
    /// The address at which the person chooses name and password, good once. It is shown this once.
    pub link: String,
    /// The time at which the link ends, RFC 3339, UTC.
    pub expires: String,
}

impl fmt::Debug for InvitedPerson {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("InvitedPerson")
            .field("person_id", &self.person_id)
            .field("expires", &self.expires)
            .finish_non_exhaustive()
    }
}

/// The body of `POST /api/v3/remove-staff` and `POST /api/v3/reset-staff`.
///
/// ```
/// use countersign_api::PersonRequest;
/// let body: PersonRequest = serde_json::from_str(r#"{"personId":"0a1b2c3d4e5f6071"}"#).unwrap();
/// assert_eq!(body.person_id.len(), 16);
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct PersonRequest {
    /// The id of the person.
    pub person_id: String,
}

/// A session of a person at the console, as `list-staff-sessions` shows it. Times are RFC 3339, UTC.
///
/// ```
/// use countersign_api::StaffSessionDto;
/// let text = r#"{"sessionId":"0f1e2d3c4b5a6978","begun":"2026-11-21T20:00:00.000Z","seen":"2026-11-21T20:05:00.000Z",
///     "from":"192.0.2.1","browser":"Mozilla/5.0"}"#;
/// let session: StaffSessionDto = serde_json::from_str(text).unwrap();
/// assert_eq!(session.session_id.len(), 16);
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct StaffSessionDto {
    /// The id, by which the session is ended: 16 hexadecimal digits.
    pub session_id: String,
    /// The time at which the person signed in.
    pub begun: String,
    /// The time at which the person last opened a page, to the minute.
    pub seen: String,
    /// The address from which the person signed in, where it is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub from: Option<String>,
    /// What the browser calls itself, cut.
    pub browser: String,
}

/// The body of `POST /api/v3/end-staff-sessions`.
///
/// ```
/// use countersign_api::EndStaffSessionsRequest;
/// let body: EndStaffSessionsRequest = serde_json::from_str(r#"{"personId":"0a1b2c3d4e5f6071"}"#).unwrap();
/// assert_eq!(body.session_id, None);
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct EndStaffSessionsRequest {
    /// The id of the person.
    pub person_id: String,
    /// The id of the session to end; every session of the person where it is absent or null.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub session_id: Option<String>,
}

/// The body of `POST /api/v3/set-staff-role`.
///
/// ```
/// use countersign_api::SetStaffRoleRequest;
/// let text = r#"{"personId":"0a1b2c3d4e5f6071","role":"auditor"}"#;
/// let body: SetStaffRoleRequest = serde_json::from_str(text).unwrap();
/// assert_eq!(body.applications, None);
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct SetStaffRoleRequest {
    /// The id of the person.
    pub person_id: String,
    /// `owner`, `operator`, `support` or `auditor`.
    pub role: String,
    /// The ids of the applications that the person may work with; all where it is absent or null.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub applications: Option<Vec<String>>,
}
