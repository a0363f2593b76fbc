use serde::{Deserialize, Serialize};

/// A limit on sends, as `list-sms-limits` shows it.
///
/// ```
/// use countersign_api::SmsLimitDto;
/// let text = r#"{"name":"number-day","by":["number"],"counts":"messages","windowSeconds":86400,"max":20,
///     "mode":"enforce","source":"default","version":0}"#;
/// let limit: SmsLimitDto = serde_json::from_str(text).unwrap();
/// assert_eq!(limit.changed, None);
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct SmsLimitDto {
    /// The name.
    pub name: String,
    /// The parts that sends counted together share; none where all sends are counted together.
    pub by: Vec<String>,
    /// What is counted: `messages`, `numbers` (different ones) or `money`.
    pub counts: String,
    /// For a limit that counts money, its currency (ISO 4217). Every maximum is then in ten-thousandths of a unit of it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub currency: Option<String>,
    /// The rolling window, in seconds.
    pub window_seconds: u64,
    /// How much fits into a window. Absent for a limit with waits.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub max: Option<u64>,
    /// The least time in seconds after the first send in a window, after the second, and so on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub waits_seconds: Option<Vec<u64>>,
    /// The consequence of a refusal: `enforce`, `challenge` or `monitor`.
    pub mode: String,
    /// True where only sends to the home country count, false where only others do.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub home: Option<bool>,
    /// Whether a verified code ends what was counted.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub until_verified: bool,
    /// The part of `max`, in per cent, that is kept for back ends and for callers that solved a challenge.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reserve_percent: Option<u8>,
    /// The part of `max`, in per cent, from which on callers that can solve a challenge have to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub challenge_percent: Option<u8>,
    /// Whether the pumping guard stops what the limit refuses for a while.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub blocks: bool,
    /// Other maxima for some sends. The first that fits holds.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub overrides: Vec<LimitOverride>,
    /// What the limit counts now, where the application is all that its buckets differ by: of all sends, or of the 100 applications
    /// that have used the most.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub used: Vec<LimitUse>,
    /// Where the limit comes from: `built-in` (the minute, which cannot be changed), `default` (part of the product) or
    /// `file` (the settings).
    pub source: String,
    /// The parts that an operator has changed at run time, as the settings have them. Absent where there are none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub changed: Option<LimitParts>,
    /// The version: each change gives it a higher one. 0 where nothing was changed at run time.
    pub version: u64,
}

/// What a limit counts now.
///
/// ```
/// use countersign_api::LimitUse;
/// let used: LimitUse = serde_json::from_str(r#"{"appId":"shop","count":412,"max":1000}"#).unwrap();
/// assert_eq!(used.count, 412);
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct LimitUse {
    /// The application whose sends are counted; absent where all sends are counted together.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub app_id: Option<String>,
    /// What is counted within the window.
    pub count: u64,
    /// How much fits into a window.
    pub max: u64,
}

/// Another maximum of a limit, for the sends that fit everything it names.
///
/// ```
/// use countersign_api::LimitOverride;
/// let other: LimitOverride = serde_json::from_str(r#"{"appId":"shop","max":5000}"#).unwrap();
/// assert_eq!(other.country, None);
/// ```
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct LimitOverride {
    /// Sends of this application.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub app_id: Option<String>,
    /// Sends to this country (ISO 3166-1 alpha-2).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub country: Option<String>,
    /// Sends to numbers of this calling code, such as 1.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub calling_code: Option<u16>,
    /// The maximum.
    pub max: u64,
}

/// The parts of a limit that an operator may change.
///
/// ```
/// use countersign_api::LimitParts;
/// let parts: LimitParts = serde_json::from_str(r#"{"max":20}"#).unwrap();
/// assert_eq!(parts.mode, None);
/// ```
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct LimitParts {
    /// How much fits into a window.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub max: Option<u64>,
    /// The consequence of a refusal.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mode: Option<String>,
    /// The rolling window, in seconds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub window_seconds: Option<u64>,
    /// Other maxima for some sends.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub overrides: Option<Vec<LimitOverride>>,
}

/// The body of `POST /api/v3/set-sms-limit`. Absent parts stay as they are.
///
/// ```
/// use countersign_api::SetSmsLimitRequest;
/// let body: SetSmsLimitRequest = serde_json::from_str(r#"{"name":"number-day","max":10}"#).unwrap();
/// assert_eq!(body.window_seconds, None);
/// ```
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct SetSmsLimitRequest {
    /// The name of the limit.
    pub name: String,
    /// How much fits into a window, of money in ten-thousandths of a unit of the currency; 0 refuses every send that the limit is
    /// about.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub max: Option<u64>,
    /// The consequence of a refusal: `enforce`, `challenge` or `monitor`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mode: Option<String>,
    /// The rolling window, in seconds: 1 to 2678400 (31 days). A longer one counts what is known of the time before.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub window_seconds: Option<u64>,
    /// Other maxima for some sends, in place of those before. The first that fits holds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub overrides: Option<Vec<LimitOverride>>,
    /// The version that the caller has seen: the limit is changed only if that is its version.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub if_version: Option<u64>,
}

/// The body of `POST /api/v3/reset-sms-limit`.
///
/// ```
/// use countersign_api::ResetSmsLimitRequest;
/// let body: ResetSmsLimitRequest = serde_json::from_str(r#"{"name":"number-day"}"#).unwrap();
/// assert_eq!(body.name, "number-day");
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct ResetSmsLimitRequest {
    /// The name of the limit.
    pub name: String,
}

/// The data of `GET /api/v3/list-fullest-buckets`.
///
/// ```
/// use countersign_api::FullestBuckets;
/// let text = r#"{"since":"2026-11-21T00:00:00.000Z","refusedFrom":null,"limits":[{"name":"app-number-hour","refused":2,
///     "buckets":[{"shared":[{"part":"application","value":"shop"},{"part":"number","value":"+86188****8888"}],
///     "count":8,"max":8}]}]}"#;
/// let fullest: FullestBuckets = serde_json::from_str(text).unwrap();
/// assert_eq!(fullest.limits[0].buckets[0].shared[1].value, "+86188****8888");
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct FullestBuckets {
    /// The time from which on refused sends are counted.
    pub since: String,
    /// The time from which on refused sends are on record, where that is later; null otherwise.
    pub refused_from: Option<String>,
    /// Each limit that has a bucket or has refused a send.
    pub limits: Vec<LimitNow>,
}

/// A limit in [`FullestBuckets`].
///
/// ```
/// use countersign_api::LimitNow;
/// let limit: LimitNow = serde_json::from_str(r#"{"name":"minute","refused":2,"buckets":[]}"#).unwrap();
/// assert_eq!(limit.refused, 2);
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct LimitNow {
    /// The name of the limit.
    pub name: String,
    /// The sends that it has refused since then.
    pub refused: u64,
    /// Its fullest buckets now, at most three.
    pub buckets: Vec<FullBucket>,
}

/// A bucket in [`LimitNow`]: the sends that a limit counts together.
///
/// ```
/// use countersign_api::FullBucket;
/// let bucket: FullBucket = serde_json::from_str(r#"{"shared":[],"count":8,"max":10}"#).unwrap();
/// assert_eq!(bucket.max, 10);
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct FullBucket {
    /// What the sends have in common.
    pub shared: Vec<SharedPart>,
    /// How many are counted in the window.
    pub count: u64,
    /// The maximum.
    pub max: u64,
}

/// A part that the sends of a [`FullBucket`] share.
///
/// ```
/// use countersign_api::SharedPart;
/// let part: SharedPart = serde_json::from_str(r#"{"part":"country","value":"CN"}"#).unwrap();
/// assert_eq!(part.value, "CN");
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct SharedPart {
    /// The part, as in `by` of a limit.
    pub part: String,
    /// Its value; a number is masked.
    pub value: String,
}
