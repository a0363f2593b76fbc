use serde::{Deserialize, Serialize};

/// An application, as `list-applications` shows it.
///
/// ```
/// use countersign_api::ApplicationDto;
/// let text = r#"{"appId":"shop","appName":"Shop","createdAt":"2026-11-21T20:00:00Z"}"#;
/// let app: ApplicationDto = serde_json::from_str(text).unwrap();
/// assert_eq!(app.app_id, "shop");
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct ApplicationDto {
    /// The public id.
    pub app_id: String,
    /// The name shown in messages.
    pub app_name: String,
    /// The web pages that may call as it, by origin.
    #[serde(default)]
    pub allowed_origins: Vec<String>,
    /// When it was created, RFC 3339, UTC.
    pub created_at: String,
}

/// The body of `POST /api/v3/create-application`.
///
/// ```
/// use countersign_api::CreateApplicationRequest;
/// let body: CreateApplicationRequest = serde_json::from_str(r#"{"appName":"Shop"}"#).unwrap();
/// assert_eq!(body.app_id, None);
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct CreateApplicationRequest {
    /// The name shown in messages: 1 to 20 characters.
    pub app_name: String,
    /// The public id: 1 to 64 of `A-Z a-z 0-9 - _`. Made up where absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub app_id: Option<String>,
    /// The web pages that may call as it, by origin: at most 20, such as `https://shop.example`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub allowed_origins: Option<Vec<String>>,
}

/// A new application with its secret, which is shown this once.
///
/// ```
/// use countersign_api::CreatedApplication;
/// let created = CreatedApplication { app_id: "shop".into(), app_name: "Shop".into(), app_secret: "s".into() };
/// assert!(!format!("{created:?}").contains("secret"));
/// ```
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct CreatedApplication {
    /// The public id.
    pub app_id: String,
    /// The name shown in messages.
    pub app_name: String,
    /// The secret of its servers.
    pub app_secret: String,
}

impl std::fmt::Debug for CreatedApplication {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("CreatedApplication")
            .field("app_id", &self.app_id)
            .field("app_name", &self.app_name)
            .finish_non_exhaustive()
    }
}
