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
    /// The name.
    pub app_name: String,
    /// The name that messages carry, where it is not `appName`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sms_name: Option<String>,
    /// A sentence for the operator: messages carry no name. Absent where they carry one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub notice: Option<String>,
    /// The origins of the web pages that may call on behalf of the application.
    #[serde(default)]
    pub allowed_origins: Vec<String>,
    /// The addresses and networks of the application's servers. Absent where there are none.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub backends: Vec<String>,
    /// The host whose web pages may read the application's codes from messages.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub web_host: Option<String>,
    /// The hash of the Android app that may read the application's messages.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub android_app_hash: Option<String>,
    /// The country (ISO 3166-1 alpha-2) in which a number that names none is read; `CN` where absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub default_country: Option<String>,
    /// The countries (ISO 3166-1 alpha-2) that the application sends to, among those that the deployment allows. Absent
    /// where it sends to all of these.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub allowed_countries: Vec<String>,
    /// What chooses the language of messages: `number`, `request` (its `x-authing-lang`), or the tag of the language that
    /// all of them are in. Absent in answers of older releases.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub message_language: Option<String>,
    /// The language of messages that have no text in the language that was chosen; `en-US` where absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub default_language: Option<String>,
    /// Whether its callers can solve challenges. Absent where they cannot.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub challenges: bool,
    /// The algorithm that signs its verification tokens, `ES256`; `RS256` where absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub token_algorithm: Option<String>,
    /// Whether the application is disabled: its callers hear that it does not exist. Absent where it is not.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub disabled: bool,
    /// The time from which on the secret before is good no longer, RFC 3339, UTC. Absent where none is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub replaced_secret_expires: Option<String>,
    /// The time at which the application was created, RFC 3339, UTC.
    pub created_at: String,
    /// The version: each change gives it a higher one.
    #[serde(default)]
    pub version: u64,
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
    /// The name: 1 to 64 printable characters.
    pub app_name: String,
    /// The name that messages carry: 1 to 20 characters by the rules of texts. If it is absent, messages carry
    /// `appName`, where that obeys the rules, or no name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sms_name: Option<String>,
    /// The public id: 1 to 64 characters of `A-Z a-z 0-9 - _`. The service generates one if it is absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub app_id: Option<String>,
    /// The origins of the web pages that may call on behalf of the application: at most 20, such as
    /// `https://shop.example`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub allowed_origins: Option<Vec<String>>,
    /// The addresses and networks of the application's servers, such as `203.0.113.7` or `10.1.0.0/16`: at most 64.
    /// Their `x-real-ip` names the end user, and they have no address to limit without it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub backends: Option<Vec<String>>,
    /// The host whose web pages may read the application's codes from messages (WebOTP), such as
    /// `shop.example`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub web_host: Option<String>,
    /// The hash of the Android app that may read the application's messages (SMS Retriever): 11 characters of
    /// `A-Z a-z 0-9 + /`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub android_app_hash: Option<String>,
    /// The country (ISO 3166-1 alpha-2, such as `DE`) in which a number that names none is read; `CN` if absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub default_country: Option<String>,
    /// The countries (ISO 3166-1 alpha-2, such as `CN`) that the application may send to, among those that the deployment
    /// allows; all of these if it is absent or empty. A route of the application that names a country allows it too.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub allowed_countries: Option<Vec<String>>,
    /// What chooses the language of messages: `number` (by its country), `request` (its `x-authing-lang`), or the tag of
    /// the language that all of them are in, such as `fr-FR`; `number` if absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub message_language: Option<String>,
    /// The tag of the language of messages that have no text in the language that was chosen; `en-US` if absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub default_language: Option<String>,
    /// Whether its callers can solve challenges, which rules then demand of them; false if absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub challenges: Option<bool>,
    /// The algorithm that signs its verification tokens: `RS256` or `ES256`; `RS256` if absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub token_algorithm: Option<String>,
}

/// The body of `POST /api/v3/update-application`. Absent fields stay as they are.
///
/// ```
/// use countersign_api::UpdateApplicationRequest;
/// let text = r#"{"appId":"shop","webHost":"shop.example"}"#;
/// let body: UpdateApplicationRequest = serde_json::from_str(text).unwrap();
/// assert_eq!(body.web_host.as_deref(), Some("shop.example"));
/// assert_eq!(body.app_name, None);
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct UpdateApplicationRequest {
    /// The public id, which never changes.
    pub app_id: String,
    /// The name: 1 to 64 printable characters.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub app_name: Option<String>,
    /// The name that messages carry: 1 to 20 characters by the rules of texts; empty for that of `appName`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sms_name: Option<String>,
    /// The origins of the web pages that may call on behalf of the application: at most 20; an empty list for
    /// none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub allowed_origins: Option<Vec<String>>,
    /// The addresses and networks of the application's servers, such as `203.0.113.7` or `10.1.0.0/16`: at most 64; an empty list for none.
    /// Their `x-real-ip` names the end user, and they have no address to limit without it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub backends: Option<Vec<String>>,
    /// The host whose web pages may read the application's codes from messages (WebOTP); empty for none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub web_host: Option<String>,
    /// The hash of the Android app that may read the application's messages (SMS Retriever); empty for none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub android_app_hash: Option<String>,
    /// The country (ISO 3166-1 alpha-2) in which a number that names none is read; empty for `CN`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub default_country: Option<String>,
    /// The countries (ISO 3166-1 alpha-2, such as `CN`) that the application may send to, among those that the deployment
    /// allows; an empty list for all of these.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub allowed_countries: Option<Vec<String>>,
    /// What chooses the language of messages: `number` (by its country), `request` (its `x-authing-lang`), or the tag of
    /// the language that all of them are in, such as `fr-FR`; empty for `number`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub message_language: Option<String>,
    /// The tag of the language of messages that have no text in the language that was chosen; empty for `en-US`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub default_language: Option<String>,
    /// Whether its callers can solve challenges, which rules then demand of them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub challenges: Option<bool>,
    /// The algorithm that signs its verification tokens: `RS256` or `ES256`; empty for `RS256`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub token_algorithm: Option<String>,
    /// The version that the caller has seen. If the application has another one, the service changes nothing.
    /// Absent for any version.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub if_version: Option<u64>,
}

/// A new application with its secret, which is shown this once.
///
/// ```
/// use countersign_api::CreatedApplication;
/// let created = CreatedApplication { app_id: "shop".into(), app_name: "Shop".into(), notice: None, app_secret: "s".into(), version: 1 };
/// assert!(!format!("{created:?}").contains("secret"));
/// ```
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct CreatedApplication {
    /// The public id.
    pub app_id: String,
    /// The name.
    pub app_name: String,
    /// A sentence for the operator: messages carry no name. Absent where they carry one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub notice: Option<String>,
    /// The secret with which the application's servers prove themselves.
    pub app_secret: String,
    /// The version: each change gives it a higher one.
    #[serde(default)]
    pub version: u64,
}

impl std::fmt::Debug for CreatedApplication {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("CreatedApplication")
            .field("app_id", &self.app_id)
            .field("app_name", &self.app_name)
            .finish_non_exhaustive()
    }
}
