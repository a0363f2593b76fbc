use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::Json;

/// A vendor account, as `list-sms-providers` shows it. Secrets are never shown again.
///
/// ```
/// use countersign_api::SmsProviderDto;
/// let text = r#"{"name":"aliyun","kind":"alibaba-cloud","settings":{"access_key_id":"LTAI5t"},
///     "secrets":{"access_key_secret":"...0001"},"receiptsPath":"/receipts/6f1d","createdAt":"2026-11-21T20:00:00Z",
///     "health":{"circuit":"closed","calls":0,"failed":0,"inFlight":0}}"#;
/// let provider: SmsProviderDto = serde_json::from_str(text).unwrap();
/// assert_eq!(provider.health.unwrap().circuit, "closed");
/// ```
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct SmsProviderDto {
    /// Its name in routes and timelines.
    pub name: String,
    /// Whose protocol it speaks.
    pub kind: String,
    /// What that kind wants to know.
    #[cfg_attr(feature = "openapi", schema(value_type = Object))]
    pub settings: BTreeMap<String, Json>,
    /// Its secrets by name; of each, three dots and at most the last four characters.
    pub secrets: BTreeMap<String, String>,
    /// The path at which the vendor reports what became of messages. Who knows it can report.
    pub receipts_path: String,
    /// When it was first set up.
    pub created_at: String,
    /// The version: each change gives it a higher one.
    #[serde(default)]
    pub version: u64,
    /// How it does; absent when it cannot be used.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub health: Option<ProviderHealth>,
}

/// How a vendor does, by its last ten seconds.
///
/// ```
/// use countersign_api::ProviderHealth;
/// let health: ProviderHealth =
///     serde_json::from_str(r#"{"circuit":"open","calls":20,"failed":20,"inFlight":0}"#).unwrap();
/// assert_eq!(health.failed, 20);
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct ProviderHealth {
    /// `closed`: messages go there; `open`: it is given a rest; `half_open`: one message may try.
    pub circuit: String,
    /// How many calls ended.
    pub calls: u64,
    /// How many of them failed.
    pub failed: u64,
    /// How many messages are on their way to it.
    pub in_flight: u64,
}

/// The body of `POST /api/v3/set-sms-provider`.
///
/// ```
/// use countersign_api::SetSmsProviderRequest;
/// let text = r#"{"name":"aliyun","kind":"alibaba-cloud","settings":{"access_key_id":"LTAI5t"},
///     "secrets":{"access_key_secret":"s"}}"#;
/// let body: SetSmsProviderRequest = serde_json::from_str(text).unwrap();
/// assert!(!format!("{body:?}").contains("LTAI5t"));
/// ```
#[derive(Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct SetSmsProviderRequest {
    /// Its name: 1 to 32 characters of `a-z 0-9 -`, a letter first.
    pub name: String,
    /// Whose protocol it speaks, such as `alibaba-cloud`.
    pub kind: String,
    /// What that kind wants to know; these take the place of all before.
    #[serde(default)]
    #[cfg_attr(feature = "openapi", schema(value_type = Object))]
    pub settings: BTreeMap<String, Json>,
    /// Its secrets, by name. Of one that exists, those that are not given stay, as long as its requests go to
    /// the same host.
    #[serde(default)]
    pub secrets: BTreeMap<String, String>,
    /// The version that the caller has seen: with another one nothing is changed. 0 for an account that must not exist yet;
    /// absent for any.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub if_version: Option<u64>,
}

// By hand: secrets are nothing to print.
impl std::fmt::Debug for SetSmsProviderRequest {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("SetSmsProviderRequest")
            .field("name", &self.name)
            .finish_non_exhaustive()
    }
}

/// The body of `POST /api/v3/delete-sms-provider`.
///
/// ```
/// use countersign_api::DeleteSmsProviderRequest;
/// let body: DeleteSmsProviderRequest = serde_json::from_str(r#"{"name":"aliyun"}"#).unwrap();
/// assert_eq!(body.name, "aliyun");
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct DeleteSmsProviderRequest {
    /// Its name.
    pub name: String,
}

/// The body of `POST /api/v3/test-sms-provider`.
///
/// ```
/// use countersign_api::TestSmsProviderRequest;
/// let text = r#"{"name":"aliyun","appId":"shop","phoneNumber":"18800008888"}"#;
/// let body: TestSmsProviderRequest = serde_json::from_str(text).unwrap();
/// assert!(!format!("{body:?}").contains("18800008888"));
/// ```
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct TestSmsProviderRequest {
    /// The provider.
    pub name: String,
    /// In whose name.
    pub app_id: String,
    /// What the code is for (default: `CHANNEL_IDENTITY_VERIFICATION`).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub channel: Option<String>,
    /// To whom, as in `send-sms`.
    pub phone_number: String,
    /// Such as `+86`. Absent, null and empty all mean +86, unless the number names its own.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub phone_country_code: Option<String>,
}

// By hand: a number is nothing to print.
impl std::fmt::Debug for TestSmsProviderRequest {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("TestSmsProviderRequest")
            .field("name", &self.name)
            .finish_non_exhaustive()
    }
}
