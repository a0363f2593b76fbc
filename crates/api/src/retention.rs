use serde::{Deserialize, Serialize};

/// How long what happened is kept: the answer of `GET /api/v3/get-retention`.
///
/// ```
/// use countersign_api::RetentionDto;
/// let text = r#"{"messagesDays":30,"securityDays":180}"#;
/// let retention: RetentionDto = serde_json::from_str(text).unwrap();
/// assert_eq!(retention.security_days, 180);
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct RetentionDto {
    /// The days for which messages are kept.
    pub messages_days: u64,
    /// The days for which checks of codes and unlocks are kept.
    pub security_days: u64,
}
