use serde::{Deserialize, Serialize};

/// The body of `POST /api/v3/check-app-id-secret`, which the official Go SDK calls when it starts.
///
/// ```
/// use countersign_api::CheckAppIdSecretRequest;
/// let body: CheckAppIdSecretRequest = serde_json::from_str(r#"{"appId":"a","appSecret":"s"}"#).unwrap();
/// assert_eq!(body.app_id, "a");
/// ```
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct CheckAppIdSecretRequest {
    /// The application.
    pub app_id: String,
    /// The application's secret.
    pub app_secret: String,
}

impl std::fmt::Debug for CheckAppIdSecretRequest {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("CheckAppIdSecretRequest")
            .field("app_id", &self.app_id)
            .finish_non_exhaustive()
    }
}

/// The data of the answer to `check-app-id-secret`.
///
/// ```
/// use countersign_api::CheckedSecret;
/// let data = CheckedSecret { valid: true, message: None };
/// assert_eq!(serde_json::to_string(&data).unwrap(), r#"{"valid":true}"#);
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct CheckedSecret {
    /// Whether the application exists and the secret is its own.
    pub valid: bool,
    /// The reason for `false`. The sentence is the same for an unknown application and a wrong secret.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub message: Option<String>,
}
