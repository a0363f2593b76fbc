use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// The counts of messages in a range of time, as `get-sms-statistics` shows them. Times are RFC 3339, UTC.
///
/// ```
/// use countersign_api::SmsStatistics;
/// let text = r#"{"from":"2026-11-21T00:00:00Z","to":"2026-11-22T00:00:00Z","by":"day","countedFrom":null,
///     "total":{"admitted":0,"accepted":0,"unknown":0,"notSent":{},"delivered":0,"failed":0,"verified":0,
///         "secondsToVerify":[],"vendorMilliseconds":[]},"rows":[]}"#;
/// let statistics: SmsStatistics = serde_json::from_str(text).unwrap();
/// assert!(statistics.rows.is_empty());
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct SmsStatistics {
    /// The start of the range that was counted: that of the question, moved back to a whole quarter of an hour, or to a
    /// whole day where only days are kept.
    pub from: String,
    /// The end of the range, which is not part of it, moved forward likewise.
    pub to: String,
    /// What each row is about: `hour`, `day`, `application`, `channel`, `country` or `provider`.
    pub by: String,
    /// The time from which on messages are counted, while earlier ones still are being counted; null once all are.
    pub counted_from: Option<String>,
    /// All messages of the range together.
    pub total: SmsCounts,
    /// The rows that have any message, in the order of their keys.
    pub rows: Vec<SmsStatisticsRow>,
}

/// One row of the statistics.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct SmsStatisticsRow {
    /// The start of the hour or day, or the name of what the row is about; empty where it is not known.
    pub key: String,
    /// The counts.
    pub counts: SmsCounts,
}

/// Counts of messages.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct SmsCounts {
    /// Messages that no limit refused. Each is accepted, unknown, not sent, or still under way.
    pub admitted: u64,
    /// Messages that a provider took.
    pub accepted: u64,
    /// Messages that a provider may have taken.
    pub unknown: u64,
    /// Messages that were certainly not sent, by the reason; reasons without any are left out.
    pub not_sent: BTreeMap<String, u64>,
    /// Messages that arrived, as their provider reports.
    pub delivered: u64,
    /// Messages that did not arrive, as their provider reports.
    pub failed: u64,
    /// Messages whose code was used.
    pub verified: u64,
    /// The times from a message to the use of its code, in seconds.
    pub seconds_to_verify: Vec<TimeStep>,
    /// The times that providers took over a message, in milliseconds.
    pub vendor_milliseconds: Vec<TimeStep>,
}

/// How many times were at most this long, and longer than the step before.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct TimeStep {
    /// The longest time of the step; null in the last step, which has every longer time.
    pub up_to: Option<u64>,
    /// How many there were.
    pub count: u64,
}
