use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::Json;

/// One act on the audit record, as `list-audit-acts` shows it and an export has it: a line of an export is this object,
/// its members in this order.
///
/// ```
/// use countersign_api::AuditActDto;
/// let line = r#"{"seq":1,"at":"2026-11-21T20:00:00.000Z","who":{"kind":"owner"},"door":"command_line","from":"127.0.0.1","request":null,"act":"route_deleted","target":{"kind":"route","name":"*/CN"},"before":{"order":"listed"},"after":null,"result":"done","prev":"00","hash":"0f"}"#;
/// let act: AuditActDto = serde_json::from_str(line).unwrap();
/// assert_eq!(act.target.name, "*/CN");
/// ```
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct AuditActDto {
    /// The number of the act: 1 for the first, without a gap.
    pub seq: u64,
    /// The time of the act by the wall clock, RFC 3339, UTC.
    pub at: String,
    /// The party that acted.
    pub who: AuditActor,
    /// The way by which the act came: `command_line`, `management_api`, `console` or `service`.
    pub door: String,
    /// The address of the caller, where it is known.
    pub from: Option<String>,
    /// The request that asked for the act, where there was one.
    pub request: Option<String>,
    /// The kind of the act, such as `provider_set`.
    pub act: String,
    /// The thing that the act is about.
    pub target: AuditTarget,
    /// The parts of the thing that the act changed, as they were; secrets as dots with their last four characters at
    /// most. Null where the thing is new, or the act changed no setting.
    #[cfg_attr(feature = "openapi", schema(value_type = Option<Object>))]
    pub before: Option<BTreeMap<String, Json>>,
    /// The same parts after the act; null where the thing is gone.
    #[cfg_attr(feature = "openapi", schema(value_type = Option<Object>))]
    pub after: Option<BTreeMap<String, Json>>,
    /// The end of the act: `done`, `refused` (its author lacks the permission) or `failed` (recorded as done before, and
    /// it could not be done).
    pub result: String,
    /// The hash of the act before; 64 zeros in the first.
    pub prev: String,
    /// The SHA-256 of the line without this member.
    pub hash: String,
}

/// The party that acted.
///
/// ```
/// use countersign_api::AuditActor;
/// let owner: AuditActor = serde_json::from_str(r#"{"kind":"owner"}"#).unwrap();
/// assert_eq!(owner.id, None);
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct AuditActor {
    /// `owner` (whoever can read the data folder), `access_key`, `person` (who is signed in to the console) or `service`.
    pub kind: String,
    /// The id of the access key, or the name of the person.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub id: Option<String>,
}

/// The thing that an act is about.
///
/// ```
/// use countersign_api::AuditTarget;
/// let target = AuditTarget { kind: "provider".to_owned(), name: "aliyun".to_owned() };
/// assert_eq!(serde_json::to_string(&target).unwrap(), r#"{"kind":"provider","name":"aliyun"}"#);
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct AuditTarget {
    /// The kind, such as `application`, `provider` or `number`.
    pub kind: String,
    /// The name, such as the id of an application or a masked number.
    pub name: String,
}

/// The answer of `GET /api/v3/verify-audit`.
///
/// ```
/// use countersign_api::AuditVerification;
/// let whole: AuditVerification = serde_json::from_str(r#"{"intact":true,"head":"7:0f"}"#).unwrap();
/// assert_eq!(whole.first_bad, None);
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct AuditVerification {
    /// Whether every act is what was written, and none is missing up to the given head.
    pub intact: bool,
    /// The number and the hash of the newest act, with a colon between them, where the record is intact.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub head: Option<String>,
    /// The number of the first act that is not what was written.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub first_bad: Option<u64>,
    /// How that shows, in English.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub why: Option<String>,
}

/// The answer of `GET /api/v3/export-audit`.
///
/// ```
/// use countersign_api::AuditExport;
/// let none: AuditExport = serde_json::from_str(r#"{"lines":[]}"#).unwrap();
/// assert!(none.lines.is_empty());
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct AuditExport {
    /// The acts, oldest first, each as the line of JSON that was chained.
    pub lines: Vec<String>,
}

/// The body of `POST /api/v3/record-backup`.
///
/// ```
/// use countersign_api::RecordBackupRequest;
/// let body: RecordBackupRequest = serde_json::from_str(r#"{"dir":"/backups/monday"}"#).unwrap();
/// assert!(!body.has_keys && !body.has_failed);
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct RecordBackupRequest {
    /// The folder of the backup.
    pub dir: String,
    /// Whether the backup is to hold the files of keys.
    #[serde(default)]
    pub has_keys: bool,
    /// Whether a backup that was recorded before could not be made.
    #[serde(default)]
    pub has_failed: bool,
}
