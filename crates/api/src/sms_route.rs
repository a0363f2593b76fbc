use serde::{Deserialize, Serialize};

/// The providers that may carry a number: the body of `POST /api/v3/set-sms-route`, and an entry of
/// `list-sms-routes`.
///
/// ```
/// use countersign_api::SmsRouteDto;
/// let text = r#"{"country":"CN","providers":[{"name":"aliyun"},{"name":"tencent"}]}"#;
/// let route: SmsRouteDto = serde_json::from_str(text).unwrap();
/// assert_eq!(route.providers[0].weight, 1);
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct SmsRouteDto {
    /// The application. Absent for every application without a route of its own.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub app_id: Option<String>,
    /// The country of the numbers (ISO 3166-1 alpha-2). Absent for every country without a route of its own.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub country: Option<String>,
    /// The providers, in order.
    pub providers: Vec<RoutedProvider>,
    /// `listed`: providers are tried in this order; `weighted`: they are drawn for each message by their
    /// weights.
    #[serde(default = "listed")]
    pub order: String,
    /// The action when it is unknown whether a message was sent. `keep`: it counts as sent.
    /// `failover-same-code`: the same code goes through the next provider, for routes of an application only.
    #[serde(default = "keep")]
    pub on_unknown: String,
    /// In an answer, the version of the route. A request need not give it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub version: Option<u64>,
    /// In a request, the version that the caller has seen. If the route has another one, the service changes
    /// nothing. 0 for a route that must not exist yet; absent for any version.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub if_version: Option<u64>,
}

fn listed() -> String {
    "listed".to_owned()
}

fn keep() -> String {
    "keep".to_owned()
}

/// A provider of a route.
///
/// ```
/// use countersign_api::RoutedProvider;
/// let provider: RoutedProvider = serde_json::from_str(r#"{"name":"aliyun","weight":70}"#).unwrap();
/// assert_eq!(provider.weight, 70);
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct RoutedProvider {
    /// The name of the provider.
    pub name: String,
    /// The share of a weighted draw: 1 to 1000.
    #[serde(default = "one")]
    pub weight: u16,
}

const fn one() -> u16 {
    1
}

/// The body of `POST /api/v3/delete-sms-route`.
///
/// ```
/// use countersign_api::DeleteSmsRouteRequest;
/// let body: DeleteSmsRouteRequest = serde_json::from_str(r#"{"country":"CN"}"#).unwrap();
/// assert_eq!(body.app_id, None);
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct DeleteSmsRouteRequest {
    /// The application of the route, if it has one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub app_id: Option<String>,
    /// The country of the route, if it has one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub country: Option<String>,
}
