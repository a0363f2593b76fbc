//! Blocks, and entries of the safe list, as values of their rows.

use countersign_core::application::AppId;
use countersign_core::guard::{Area, Block, Range, RangeKind, Reading, Reason, Safe, SafeEntry};
use countersign_core::limit::Mode;
use countersign_core::network::Network;
use countersign_core::phone::PhoneNumber;
use countersign_core::time::Timestamp;
use serde::{Deserialize, Serialize};

use super::value::json;

/// The key of a block: application, kind of range, range.
type AreaKey = (Option<String>, String, String);

#[derive(Serialize, Deserialize)]
struct BlockValue {
    reason: ReasonValue,
    mode: String,
    /// Unix milliseconds, as all times here.
    since: i64,
    until: Option<i64>,
    step: u8,
    lifted_at: Option<i64>,
    note: String,
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum ReasonValue {
    Conversion { sends: u32, verified: u32 },
    Limit(String),
    Operator,
}

/// The clear part of an entry of the safe list. A number is sealed beside it.
#[derive(Serialize, Deserialize)]
struct SafeValue {
    /// The kind of the range and its value.
    range: Option<(String, String)>,
    network: Option<String>,
    until: i64,
    note: String,
    created_at: i64,
}

/// Returns the text that stands for an area in the row of its block.
pub(super) fn text_of(area: &Area) -> Option<String> {
    let (app, range) = (area.app.as_ref(), &area.range);
    let key: AreaKey = (
        app.map(|app| app.as_str().to_owned()),
        range.kind().as_str().to_owned(),
        range.value().to_owned(),
    );
    json(&key)
}

/// Reads the area from the text of [`text_of`].
pub(super) fn area_of(text: &str) -> Option<Area> {
    let (app, kind, value): AreaKey = serde_json::from_str(text).ok()?;
    Some(Area {
        app: super::parsed(app, |app| AppId::parse(app).ok())?,
        range: Range::parse(RangeKind::parse(&kind)?, &value).ok()?,
    })
}

/// Writes the value of a block.
pub(super) fn block_text(block: &Block) -> Option<String> {
    json(&BlockValue {
        reason: match &block.reason {
            Reason::Conversion(reading) => ReasonValue::Conversion {
                sends: reading.sends,
                verified: reading.verified,
            },
            Reason::Limit(name) => ReasonValue::Limit(name.clone()),
            Reason::Operator => ReasonValue::Operator,
        },
        mode: block.mode.as_str().to_owned(),
        since: block.since.as_millis(),
        until: block.until.map(Timestamp::as_millis),
        step: block.step,
        lifted_at: block.lifted_at.map(Timestamp::as_millis),
        note: block.note.clone(),
    })
}

/// Reads the block of an area from its value.
pub(super) fn block(area: Area, text: &str) -> Option<Block> {
    let value: BlockValue = serde_json::from_str(text).ok()?;
    Some(Block {
        area,
        reason: match value.reason {
            ReasonValue::Conversion { sends, verified } => {
                Reason::Conversion(Reading { sends, verified })
            }
            ReasonValue::Limit(name) => Reason::Limit(name),
            ReasonValue::Operator => Reason::Operator,
        },
        mode: Mode::parse(&value.mode)?,
        since: Timestamp::from_millis(value.since),
        until: value.until.map(Timestamp::from_millis),
        step: value.step,
        lifted_at: value.lifted_at.map(Timestamp::from_millis),
        note: value.note,
    })
}

/// Writes the clear part of an entry of the safe list.
pub(super) fn safe_text(entry: &SafeEntry) -> Option<String> {
    let (range, network) = match &entry.who {
        Safe::Number(_) => (None, None),
        Safe::Range(range) => {
            let kind = range.kind().as_str().to_owned();
            (Some((kind, range.value().to_owned())), None)
        }
        Safe::Network(network) => (None, Some(network.to_string())),
    };
    json(&SafeValue {
        range,
        network,
        until: entry.until.as_millis(),
        note: entry.note.clone(),
        created_at: entry.created_at.as_millis(),
    })
}

/// Reads an entry of the safe list from its clear part and, where it is about a number, from that.
pub(super) fn safe(id: String, text: &str, number: Option<&[u8]>) -> Option<SafeEntry> {
    let value: SafeValue = serde_json::from_str(text).ok()?;
    let who = match (value.range, value.network, number) {
        (Some((kind, range)), None, None) => {
            Safe::Range(Range::parse(RangeKind::parse(&kind)?, &range).ok()?)
        }
        (None, Some(network), None) => Safe::Network(Network::parse(&network).ok()?),
        (None, None, Some(number)) => {
            let number = std::str::from_utf8(number).ok()?;
            Safe::Number(PhoneNumber::parse(number, None).ok()?)
        }
        _ => return None,
    };
    Some(SafeEntry {
        id,
        who,
        until: Timestamp::from_millis(value.until),
        note: value.note,
        created_at: Timestamp::from_millis(value.created_at),
    })
}
