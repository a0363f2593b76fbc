use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::Json;

/// A vendor account, as `list-sms-providers` shows it. The service never shows secrets again.
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
    /// The name of the account in routes and timelines.
    pub name: String,
    /// The kind of the account, which is the protocol of its vendor.
    pub kind: String,
    /// The settings that this kind needs.
    #[cfg_attr(feature = "openapi", schema(value_type = Object))]
    pub settings: BTreeMap<String, Json>,
    /// The secrets by name, each shown as three dots and at most its last four characters.
    pub secrets: BTreeMap<String, String>,
    /// The path at which the vendor reports on messages. Anyone who knows the path can report.
    pub receipts_path: String,
    /// The same as a URL of the service, by which the world knows it.
    #[serde(default)]
    pub receipts_url: String,
    /// The time until which the vendor may report at the path before too, RFC 3339, UTC. Absent where there is none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub replaced_receipts_path_expires: Option<String>,
    /// The time at which the account was first set up.
    pub created_at: String,
    /// The version: each change gives it a higher one.
    #[serde(default)]
    pub version: u64,
    /// The health of the account; absent when it cannot be used.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub health: Option<ProviderHealth>,
}

/// The health of a vendor account over the last ten seconds.
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
    /// `closed`: messages go there; `open`: no message goes there for a while; `half_open`: one message may
    /// try.
    pub circuit: String,
    /// The number of calls that ended.
    pub calls: u64,
    /// The number of calls that failed.
    pub failed: u64,
    /// The number of messages under way.
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
    /// The name of the account: 1 to 32 characters of `a-z 0-9 -`, a letter first.
    pub name: String,
    /// The kind of the account, which is the protocol of its vendor, such as `alibaba-cloud`.
    pub kind: String,
    /// The settings that this kind needs. They replace all earlier ones.
    #[serde(default)]
    #[cfg_attr(feature = "openapi", schema(value_type = Object))]
    pub settings: BTreeMap<String, Json>,
    /// The secrets by name. An account that exists keeps the secrets that are not given, as long as its
    /// requests go to the same host.
    #[serde(default)]
    pub secrets: BTreeMap<String, String>,
    /// The version that the caller has seen. If the account has another one, the service changes nothing. 0 for
    /// an account that must not exist yet; absent for any version.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub if_version: Option<u64>,
}

// Written by hand, since secrets must not be printed.
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
    /// The name of the account.
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
    /// The application that sends.
    pub app_id: String,
    /// The purpose of the code (default: `CHANNEL_IDENTITY_VERIFICATION`).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub channel: Option<String>,
    /// The number that the message goes to, as in `send-sms`.
    pub phone_number: String,
    /// The country code, such as `+86`. Absent, null and empty all mean +86, unless the number names its own.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub phone_country_code: Option<String>,
}

// Written by hand, since a number must not be printed.
impl std::fmt::Debug for TestSmsProviderRequest {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("TestSmsProviderRequest")
            .field("name", &self.name)
            .finish_non_exhaustive()
    }
}
