//! The nodes of a deployment.

use serde::{Deserialize, Serialize};

/// A process of the service, as `list-nodes` shows it. Times are RFC 3339, UTC.
///
/// ```
/// use countersign_api::NodeDto;
/// let node = r#"{"nodeId":"embedded","version":"0.1.0","startedAt":"2026-11-21T20:00:00.000Z",
///     "lastSeenAt":"2026-11-21T20:00:00.000Z","alive":true,"answers":true}"#;
/// let node: NodeDto = serde_json::from_str(node).unwrap();
/// assert!(node.alive && node.answers);
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct NodeDto {
    /// Its name, new at every start; `embedded` for the only process on a data folder.
    pub node_id: String,
    /// The version of its program.
    pub version: String,
    /// The time of its start.
    pub started_at: String,
    /// Its last sign of life. A node gives one every two seconds.
    pub last_seen_at: String,
    /// Whether the last sign of life is at most ten seconds old.
    pub alive: bool,
    /// Whether it is the node that answers.
    pub answers: bool,
}
