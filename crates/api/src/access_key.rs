use std::fmt;

use serde::{Deserialize, Serialize};

/// An access key, as `list-access-keys` shows it.
///
/// ```
/// use countersign_api::AccessKeyDto;
/// let text = r#"{"accessKeyId":"k","secretHint":"9f3c","createdAt":"2026-11-21T20:00:00Z"}"#;
/// let key: AccessKeyDto = serde_json::from_str(text).unwrap();
/// assert_eq!(key.secret_hint, "9f3c");
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct AccessKeyDto {
    /// The public half of the key.
    pub access_key_id: String,
    /// The last four characters of its secret half; empty for an operator who may not manage keys.
    pub secret_hint: String,
    /// The time at which the key was made, RFC 3339, UTC.
    pub created_at: String,
}

/// A new access key with its secret, which is shown this once.
///
/// ```
/// use countersign_api::CreatedAccessKey;
/// let text = r#"{"accessKeyId":"k","accessKeySecret":"s3cret","createdAt":"2026-11-21T20:00:00Z"}"#;
/// let key: CreatedAccessKey = serde_json::from_str(text).unwrap();
/// assert!(!format!("{key:?}").contains("s3cret"));
/// ```
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct CreatedAccessKey {
    /// The public half of the key.
    pub access_key_id: String,
    /// The secret half of the key.
    pub access_key_secret: String,
    /// The time at which the key was made, RFC 3339, UTC.
    pub created_at: String,
}

impl fmt::Debug for CreatedAccessKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("CreatedAccessKey")
            .field("access_key_id", &self.access_key_id)
            .finish_non_exhaustive()
    }
}

/// The body of `POST /api/v3/delete-access-key`.
///
/// ```
/// use countersign_api::DeleteAccessKeyRequest;
/// let body: DeleteAccessKeyRequest = serde_json::from_str(r#"{"accessKeyId":"k"}"#).unwrap();
/// assert_eq!(body.access_key_id, "k");
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct DeleteAccessKeyRequest {
    /// The public half of the key.
    pub access_key_id: String,
}

/// The body of `POST /api/v3/get-management-token`.
///
/// ```
/// use countersign_api::ManagementTokenRequest;
/// let text = r#"{"accessKeyId":"k","accessKeySecret":"s3cret"}"#;
/// let body: ManagementTokenRequest = serde_json::from_str(text).unwrap();
/// assert!(!format!("{body:?}").contains("s3cret"));
/// ```
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct ManagementTokenRequest {
    /// The public half of an access key.
    pub access_key_id: String,
    /// The secret half of the access key.
    pub access_key_secret: String,
}

impl fmt::Debug for ManagementTokenRequest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ManagementTokenRequest")
            .field("access_key_id", &self.access_key_id)
            .finish_non_exhaustive()
    }
}

/// The data of `POST /api/v3/get-management-token`. The field names are those of OAuth.
///
/// ```
/// use countersign_api::ManagementToken;
/// let text = r#"{"access_token":"eyJ","expires_in":7200}"#;
/// let token: ManagementToken = serde_json::from_str(text).unwrap();
/// assert_eq!(token.expires_in, 7200);
/// assert!(!format!("{token:?}").contains("eyJ"));
/// ```
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ManagementToken {
    /// The JWT to show with management calls.
    pub access_token: String,
    /// The life of the token, in seconds.
    pub expires_in: u64,
}

impl fmt::Debug for ManagementToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ManagementToken")
            .field("expires_in", &self.expires_in)
            .finish_non_exhaustive()
    }
}
