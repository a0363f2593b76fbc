use serde::{Deserialize, Serialize};

/// The body of `POST /api/v3/renew-application-secret`.
///
/// ```
/// use countersign_api::RenewApplicationSecretRequest;
/// let body: RenewApplicationSecretRequest = serde_json::from_str(r#"{"appId":"shop"}"#).unwrap();
/// assert_eq!(body.overlap_seconds, None);
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct RenewApplicationSecretRequest {
    /// The public id of the application.
    pub app_id: String,
    /// The seconds for which the secret before is good beside the new one: 0 to 2592000 (30 days); 86400 (a day) if
    /// absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub overlap_seconds: Option<u64>,
    /// The version that the caller has seen. If the application has another one, the service changes nothing.
    /// Absent for any version.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub if_version: Option<u64>,
}

/// An application with its new secret, which is shown this once.
///
/// ```
/// use countersign_api::RenewedApplicationSecret;
/// let text = r#"{"appId":"shop","appSecret":"5f0c","expires":"2026-11-22T20:00:00Z","version":8}"#;
/// let renewed: RenewedApplicationSecret = serde_json::from_str(text).unwrap();
/// assert!(!format!("{renewed:?}").contains("5f0c"));
/// ```
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct RenewedApplicationSecret {
    /// The public id.
    pub app_id: String,
    /// The new secret with which the application's servers prove themselves.
    pub app_secret: String,
    /// The time from which on the secret before is good no longer, RFC 3339, UTC.
    pub expires: String,
    /// The version: each change gives it a higher one.
    #[serde(default)]
    pub version: u64,
}

// Written by hand, since a secret must not be printed.
impl std::fmt::Debug for RenewedApplicationSecret {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("RenewedApplicationSecret")
            .field("app_id", &self.app_id)
            .field("expires", &self.expires)
            .finish_non_exhaustive()
    }
}

/// The body of `POST /api/v3/renew-receipts-path`.
///
/// ```
/// use countersign_api::RenewReceiptsPathRequest;
/// let text = r#"{"name":"aliyun","overlapSeconds":0}"#;
/// let body: RenewReceiptsPathRequest = serde_json::from_str(text).unwrap();
/// assert_eq!(body.overlap_seconds, Some(0));
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct RenewReceiptsPathRequest {
    /// The name of the account.
    pub name: String,
    /// The seconds for which the vendor may report at the path before, beside the new one: 0 to 2592000 (30 days);
    /// 86400 (a day) if absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub overlap_seconds: Option<u64>,
    /// The version that the caller has seen. If the account has another one, the service changes nothing. Absent for
    /// any version.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub if_version: Option<u64>,
}

/// The body of `POST /api/v3/disable-application`.
///
/// ```
/// use countersign_api::DisableApplicationRequest;
/// let body: DisableApplicationRequest = serde_json::from_str(r#"{"appId":"shop"}"#).unwrap();
/// assert_eq!(body.app_id, "shop");
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct DisableApplicationRequest {
    /// The public id of the application.
    pub app_id: String,
    /// The version that the caller has seen. If the application has another one, the service changes nothing.
    /// Absent for any version.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub if_version: Option<u64>,
}

/// The body of `POST /api/v3/enable-application`.
///
/// ```
/// use countersign_api::EnableApplicationRequest;
/// let body: EnableApplicationRequest = serde_json::from_str(r#"{"appId":"shop"}"#).unwrap();
/// assert_eq!(body.app_id, "shop");
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct EnableApplicationRequest {
    /// The public id of the application.
    pub app_id: String,
    /// The version that the caller has seen. If the application has another one, the service changes nothing.
    /// Absent for any version.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub if_version: Option<u64>,
}
