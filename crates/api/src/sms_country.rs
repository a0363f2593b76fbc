use serde::{Deserialize, Serialize};

use crate::MoneySum;

/// A country or region in `GET /api/v3/list-sms-countries`.
///
/// ```
/// use countersign_api::SmsCountryDto;
/// let text = r#"{"country":"DE","callingCode":49,"region":"europe","state":"watch","since":"2026-11-21T20:00:00.000Z",
///     "note":"","watched":3,"providers":["acme"],"allowed":true,"price":null,"sent":120,"verified":96}"#;
/// let country: SmsCountryDto = serde_json::from_str(text).unwrap();
/// assert_eq!(country.state, "watch");
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct SmsCountryDto {
    /// The two letters.
    pub country: String,
    /// The calling code, without `+`.
    pub calling_code: u16,
    /// The part of the world: `asia`, `europe`, `north-america`, `south-america`, `africa` or `oceania`.
    pub region: String,
    /// `off` (nothing is sent there), `watch` (sends pass, and are counted and told as watched) or `on`.
    pub state: String,
    /// The time from which on the state holds; null for `on`.
    pub since: Option<String>,
    /// The reason that an operator gave.
    pub note: String,
    /// Of a watched country, the messages that went there since then, as far as the node that answers knows.
    pub watched: Option<u64>,
    /// The providers that carry its numbers for applications without routes of their own, in order; none where no route is for it.
    pub providers: Vec<String>,
    /// Whether the deployment allows it: the settings do, or a route names it.
    pub allowed: bool,
    /// The price of a message through the first provider, where the price file has one.
    pub price: Option<MoneySum>,
    /// The messages of the last 30 days.
    pub sent: u64,
    /// How many of their codes were used.
    pub verified: u64,
}

/// The body of `POST /api/v3/set-sms-countries`.
///
/// ```
/// use countersign_api::SetSmsCountriesRequest;
/// let text = r#"{"countries":["DE","FR"],"state":"off"}"#;
/// let body: SetSmsCountriesRequest = serde_json::from_str(text).unwrap();
/// assert_eq!(body.countries.len(), 2);
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct SetSmsCountriesRequest {
    /// The countries and regions, by two letters: at most 300.
    pub countries: Vec<String>,
    /// `off`, `watch` or `on`.
    pub state: String,
    /// The reason, for the record: at most 200 characters.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
}

/// The data of `POST /api/v3/set-sms-countries`.
///
/// ```
/// use countersign_api::SmsCountriesSet;
/// let set: SmsCountriesSet = serde_json::from_str(r#"{"changed":["DE"]}"#).unwrap();
/// assert_eq!(set.changed, ["DE"]);
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct SmsCountriesSet {
    /// The countries whose state was another one before.
    pub changed: Vec<String>,
}
