use serde::{Deserialize, Serialize};

/// The data of `GET /api/v3/get-master-key-status` and `POST /api/v3/rotate-master-key`.
///
/// ```
/// use countersign_api::MasterKeyStatus;
/// let status = r#"{"generations":[{"number":1,"since":"2026-11-21T20:00:00Z"}]}"#;
/// let status: MasterKeyStatus = serde_json::from_str(status).unwrap();
/// assert_eq!(status.generations[0].needed_for, None);
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct MasterKeyStatus {
    /// The generations of keys that something still needs, the newest first.
    pub generations: Vec<KeyGenerationDto>,
}

/// One generation of master keys. Times are RFC 3339, UTC.
///
/// ```
/// use countersign_api::KeyGenerationDto;
/// let generation: KeyGenerationDto = serde_json::from_str(r#"{"number":1,"since":"2026-11-21T20:00:00Z"}"#).unwrap();
/// assert_eq!(generation.number, 1);
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct KeyGenerationDto {
    /// The number of the generation in the database, from 1 on.
    pub number: u32,
    /// The time at which the database began to be written with it.
    pub since: String,
    /// The reasons for which an older generation is still needed; absent for the one in use.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub needed_for: Option<NeededForDto>,
}

/// The reasons for which an older generation of master keys is still needed. It ends once none of them is left.
///
/// ```
/// use countersign_api::NeededForDto;
/// let reasons = r#"{"windowsUntil":"2026-12-22T20:11:00Z","messagesToSeal":7,"unlocksToSeal":false,
///     "indexToMake":true,"applications":["shop"]}"#;
/// let reasons: NeededForDto = serde_json::from_str(reasons).unwrap();
/// assert_eq!(reasons.applications, ["shop"]);
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct NeededForDto {
    /// The time until which limits, budgets and codes look at its keys.
    pub windows_until: String,
    /// The number of messages that are still to be looked at, and sealed anew.
    pub messages_to_seal: u64,
    /// Whether records of unlocks are still to be sealed anew.
    pub unlocks_to_seal: bool,
    /// Whether the index by which messages are found by number is still to be made anew.
    pub index_to_make: bool,
    /// The applications that have not used their secret since: what is kept of it is made anew at its next right use.
    pub applications: Vec<String>,
}
