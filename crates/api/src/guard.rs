use serde::{Deserialize, Serialize};

/// The data of `GET /api/v3/get-guard`: the guard against SMS pumping, and its blocks. Times are RFC 3339, UTC.
///
/// ```
/// use countersign_api::GuardDto;
/// let text = r#"{"mode":"monitor","watchesUntil":"2026-11-28T20:00:00Z","blocks":[]}"#;
/// let guard: GuardDto = serde_json::from_str(text).unwrap();
/// assert!(guard.blocks.is_empty());
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct GuardDto {
    /// The consequence of a low conversion now: `monitor`, `challenge` or `enforce`.
    pub mode: String,
    /// The same once the guard has watched for long enough, as the settings file or `set-guard-mode` has it.
    #[serde(default)]
    pub mode_later: String,
    /// The mode of the settings file, where `set-guard-mode` has changed it; null otherwise.
    #[serde(default)]
    pub changed_from: Option<String>,
    /// The version for `ifVersion` of `set-guard-mode`: 0 where the mode is as the settings file has it.
    #[serde(default)]
    pub mode_version: u64,
    /// The end of the time in which the guard only monitors; null where that is over.
    pub watches_until: Option<String>,
    /// The blocks that stand, and those of the last days that make the next one longer: the newest first.
    pub blocks: Vec<GuardBlockDto>,
}

/// A stop of all sends to a range of numbers, for one application or for all. Times are RFC 3339, UTC.
///
/// ```
/// use countersign_api::GuardBlockDto;
/// let text = r#"{"appId":null,"kind":"calling_code","value":"+1","reason":"operator","limit":null,
///     "sends":null,"verified":null,"mode":"enforce","since":"2026-11-21T20:00:00Z","until":null,
///     "step":0,"liftedAt":null,"note":"","stands":true}"#;
/// let block: GuardBlockDto = serde_json::from_str(text).unwrap();
/// assert_eq!(block.until, None);
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct GuardBlockDto {
    /// The application; null for all.
    pub app_id: Option<String>,
    /// The kind of the range: `country`, `calling_code`, `carrier` (calling code and three digits), `prefix` (without the
    /// last four digits) or `block` (without the last two).
    pub kind: String,
    /// The range: two letters for a country, else `+` and the leading digits of its numbers.
    pub value: String,
    /// The reason: `conversion` (hardly any code was verified), `limit` (a limit that blocks refused) or `operator`.
    pub reason: String,
    /// The limit, where one is the reason.
    pub limit: Option<String>,
    /// The newest sends that were judged, where their conversion is the reason.
    pub sends: Option<u32>,
    /// How many of them were verified.
    pub verified: Option<u32>,
    /// `enforce` refuses sends, `challenge` asks for a challenge, and `monitor` only notes that it would refuse.
    pub mode: String,
    /// The beginning.
    pub since: String,
    /// The end; null where the block lasts until an operator lifts it.
    pub until: Option<String>,
    /// The number of blocks of this range before it that made it longer.
    pub step: u8,
    /// The time at which an operator lifted the block; null where none did.
    pub lifted_at: Option<String>,
    /// The reason that the operator gave.
    pub note: String,
    /// Whether the block stands now.
    pub stands: bool,
    /// Where an operator watches the range: the messages that went there, as far as the node that answers knows.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub watched: Option<u64>,
}

/// The body of `POST /api/v3/set-guard-block`.
///
/// ```
/// use countersign_api::SetGuardBlockRequest;
/// let text = r#"{"kind":"prefix","value":"+1415555"}"#;
/// let body: SetGuardBlockRequest = serde_json::from_str(text).unwrap();
/// assert_eq!(body.seconds, None);
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct SetGuardBlockRequest {
    /// The application; absent, null and empty all mean all.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub app_id: Option<String>,
    /// The kind of the range, as in `get-guard`.
    pub kind: String,
    /// The range: two letters for a country, else the leading digits of its numbers, with or without `+`.
    pub value: String,
    /// `enforce` (default) refuses sends; `monitor` lets them pass, and counts and tells them as watched.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mode: Option<String>,
    /// The length in seconds, from 60 to 31,536,000; absent for a block that lasts until an operator lifts it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub seconds: Option<u64>,
    /// The reason, for the record: at most 200 characters.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
}

/// The body of `POST /api/v3/set-guard-mode`.
///
/// ```
/// use countersign_api::SetGuardModeRequest;
/// let body: SetGuardModeRequest = serde_json::from_str(r#"{"mode":"monitor"}"#).unwrap();
/// assert_eq!(body.if_version, None);
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct SetGuardModeRequest {
    /// `monitor`, `challenge` or `enforce`; absent or null: as the settings file has it.
    #[serde(default)]
    pub mode: Option<String>,
    /// The `modeVersion` of `get-guard` that the change is meant for: with another one, nothing is changed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub if_version: Option<u64>,
}

/// The body of `POST /api/v3/lift-guard-block`.
///
/// ```
/// use countersign_api::LiftGuardBlockRequest;
/// let text = r#"{"appId":"shop","kind":"prefix","value":"+1415555"}"#;
/// let body: LiftGuardBlockRequest = serde_json::from_str(text).unwrap();
/// assert_eq!(body.app_id.as_deref(), Some("shop"));
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct LiftGuardBlockRequest {
    /// The application of the block; absent, null and empty all mean the block of all.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub app_id: Option<String>,
    /// The kind of the range, as in `get-guard`.
    pub kind: String,
    /// The range.
    pub value: String,
}

/// An entry of the safe list, as `list-safe-entries` shows it. Times are RFC 3339, UTC.
///
/// ```
/// use countersign_api::SafeEntryDto;
/// let text = r#"{"id":"0a1b2c3d4e5f6071","kind":"number","value":"+86188****8888",
///     "expires":"2026-12-21T20:00:00Z","note":"","createdAt":"2026-11-21T20:00:00Z","counts":true}"#;
/// let entry: SafeEntryDto = serde_json::from_str(text).unwrap();
/// assert!(entry.counts);
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct SafeEntryDto {
    /// The name of the entry.
    pub id: String,
    /// `number`, `prefix`, `calling_code` or `network`.
    pub kind: String,
    /// The number, masked; the leading digits; or the network.
    pub value: String,
    /// The time from which the entry does not count any more.
    pub expires: String,
    /// The operator's reason.
    pub note: String,
    /// The time at which the entry was added.
    pub created_at: String,
    /// Whether the entry counts now.
    pub counts: bool,
}

/// The body of `POST /api/v3/add-safe-entry`.
///
/// ```
/// use countersign_api::AddSafeEntryRequest;
/// let text = r#"{"kind":"number","value":"18800008888","expires":"2026-12-21T20:00:00Z"}"#;
/// let body: AddSafeEntryRequest = serde_json::from_str(text).unwrap();
/// assert!(!format!("{body:?}").contains("188"));
/// ```
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct AddSafeEntryRequest {
    /// `number`, `prefix`, `calling_code` or `network`.
    pub kind: String,
    /// The number as in `send-sms`; `+` and the leading digits; or an address or network such as `192.0.2.0/24`.
    pub value: String,
    /// The country code of a number, such as `+86`. Absent, null and empty all mean +86, unless the number names its own.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub phone_country_code: Option<String>,
    /// The time from which the entry does not count any more: RFC 3339, at most 90 days from now.
    pub expires: String,
    /// The reason, for the record: at most 200 characters.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
}

// Written by hand, since a number must not be printed.
impl std::fmt::Debug for AddSafeEntryRequest {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("AddSafeEntryRequest")
            .field("kind", &self.kind)
            .finish_non_exhaustive()
    }
}

/// The body of `POST /api/v3/remove-safe-entry`.
///
/// ```
/// use countersign_api::RemoveSafeEntryRequest;
/// let body: RemoveSafeEntryRequest = serde_json::from_str(r#"{"id":"0a1b2c3d4e5f6071"}"#).unwrap();
/// assert_eq!(body.id, "0a1b2c3d4e5f6071");
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct RemoveSafeEntryRequest {
    /// The name of the entry.
    pub id: String,
}

/// The body of `POST /api/v3/replay-guard`.
///
/// ```
/// use countersign_api::ReplayGuardRequest;
/// let body: ReplayGuardRequest = serde_json::from_str(r#"{"rules":"[guard]"}"#).unwrap();
/// assert_eq!(body.days, None);
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct ReplayGuardRequest {
    /// The draft in TOML: `[[limits]]` and `[guard]`, as in the settings file.
    pub rules: String,
    /// How many days back, from 1 to 365; 30 where absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub days: Option<u64>,
}

/// The data of `POST /api/v3/replay-guard`. Times are RFC 3339, UTC.
///
/// ```
/// use countersign_api::ReplayedGuard;
/// let text = r#"{"from":"2026-10-22T20:00:00Z","to":"2026-11-21T20:00:00Z","isWhole":true,"sends":2,"refused":1,
///     "rules":[{"rule":"day","isTried":true,"refused":1,"numbers":1,"verified":0,"cost":[]}]}"#;
/// let replayed: ReplayedGuard = serde_json::from_str(text).unwrap();
/// assert_eq!(replayed.rules[0].verified, 0);
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct ReplayedGuard {
    /// The start of the history that was replayed.
    pub from: String,
    /// Its end.
    pub to: String,
    /// Whether all messages on record from then on were replayed; false where only the newest 200,000 were.
    pub is_whole: bool,
    /// The sends of that time.
    pub sends: u64,
    /// The sends that at least one rule would have refused.
    pub refused: u64,
    /// Each limit of the draft, and then the guard.
    pub rules: Vec<ReplayedRule>,
}

/// One rule of a draft in a replay.
///
/// ```
/// use countersign_api::ReplayedRule;
/// let text = r#"{"rule":"day","isTried":true,"refused":3,"numbers":2,"verified":1}"#;
/// let rule: ReplayedRule = serde_json::from_str(text).unwrap();
/// assert_eq!((rule.numbers, rule.verified), (2, 1));
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct ReplayedRule {
    /// The name of the limit, or `guard-conversion` or `guard-block`.
    pub rule: String,
    /// Whether the record says enough to try the rule. It has no addresses of callers, and messages have the prices that the price
    /// file has now.
    pub is_tried: bool,
    /// The sends that the rule would have refused, or asked a challenge for.
    pub refused: u64,
    /// The different numbers of those sends.
    pub numbers: u64,
    /// How many of those numbers verified the code of that send or of a later one: people who were real.
    pub verified: u64,
    /// What those sends cost by the price file, one sum for each currency.
    #[serde(default)]
    pub cost: Vec<MoneySum>,
}

/// A sum of money.
///
/// ```
/// use countersign_api::MoneySum;
/// let sum: MoneySum = serde_json::from_str(r#"{"currency":"CNY","amount":450}"#).unwrap();
/// assert_eq!(sum.amount, 450);
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct MoneySum {
    /// The currency (ISO 4217).
    pub currency: String,
    /// The amount, in ten-thousandths of a unit of the currency.
    pub amount: u64,
}
