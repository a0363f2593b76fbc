//! Blocks and the safe list on the wire.

use countersign_api::{
    AddSafeEntryRequest, Fault, GuardBlockDto, GuardDto, MoneySum, ReplayedGuard, ReplayedRule,
    SafeEntryDto,
};
use countersign_core::guard::{
    Area, Block, GuardSettings, Range, RangeKind, Reason, Safe, SafeEntry,
};
use countersign_core::limit::Mode;
use countersign_core::network::Network;
use countersign_core::ports::setup::SettingKey;
use countersign_core::price::Price;
use countersign_core::time::Timestamp;
use serde_json::{Value, json};

use super::provider::bad;
use super::{application, fault};
use crate::manage::{Manage, ReplayedHistory};

/// Reads the area of a block.
pub(crate) fn area(app_id: Option<&str>, kind: &str, value: &str) -> Result<Area, Fault> {
    let kind = RangeKind::parse(kind).ok_or_else(|| {
        let all = RangeKind::ALL.map(RangeKind::as_str).join(", ");
        bad("kind", format!("one of {all}"))
    })?;
    Ok(Area {
        app: application::optional_id(app_id)?,
        range: Range::parse(kind, value).map_err(|why| bad("value", why))?,
    })
}

/// Reads the mode of an operator's block: a block refuses, and a watch does not.
pub(crate) fn mode_of_block(name: Option<&str>) -> Result<Mode, Fault> {
    match name.and_then(Mode::parse) {
        None if name.is_none() => Ok(Mode::Enforce),
        Some(mode) if mode != Mode::Challenge => Ok(mode),
        _ => Err(bad("mode", "must be enforce or monitor")),
    }
}

/// Reads the mode of the guard.
pub(crate) fn mode(name: &str) -> Result<Mode, Fault> {
    Mode::parse(name).ok_or_else(|| bad("mode", "must be enforce, challenge or monitor"))
}

/// Writes the guard and its blocks, the newest first.
pub(crate) fn guard(manage: &Manage) -> GuardDto {
    let (guard, setup, now) = (manage.guard(), manage.setup(), manage.now());
    let is_changed = setup.guard_mode().is_some();
    let settings = manage.guard_settings().mode;
    let key = SettingKey::Limit(GuardSettings::NAME.to_owned());
    let mut blocks: Vec<_> = setup.blocks.values().map(|block| &**block).collect();
    blocks.sort_by_key(|block| std::cmp::Reverse(block.since));
    GuardDto {
        mode: guard.mode.as_str().to_owned(),
        mode_later: guard.later.as_str().to_owned(),
        changed_from: is_changed.then(|| settings.as_str().to_owned()),
        mode_version: setup.version_of(&key).number(),
        watches_until: (now < guard.watches_until).then(|| guard.watches_until.to_string()),
        blocks: blocks.into_iter().map(|of| block(of, manage)).collect(),
    }
}

/// Writes a block.
pub(crate) fn block(block: &Block, manage: &Manage) -> GuardBlockDto {
    let reading = match &block.reason {
        Reason::Conversion(reading) => Some(*reading),
        Reason::Limit(_) | Reason::Operator => None,
    };
    let limit = match &block.reason {
        Reason::Limit(name) => Some(name.clone()),
        Reason::Conversion(_) | Reason::Operator => None,
    };
    let area = &block.area;
    GuardBlockDto {
        app_id: area.app.as_ref().map(|app| app.as_str().to_owned()),
        kind: area.range.kind().as_str().to_owned(),
        value: area.range.value().to_owned(),
        reason: block.reason.as_str().to_owned(),
        limit,
        sends: reading.map(|reading| reading.sends),
        verified: reading.map(|reading| reading.verified),
        mode: block.mode.as_str().to_owned(),
        since: block.since.to_string(),
        until: block.until.map(|until| until.to_string()),
        step: block.step,
        lifted_at: block.lifted_at.map(|at| at.to_string()),
        note: block.note.clone(),
        stands: block.stands(manage.now()),
        watched: block.is_watch().then(|| manage.watched(area)),
    }
}

/// The kinds of entries of the safe list, beside those of ranges.
const NUMBER: &str = "number";
const NETWORK: &str = "network";

/// Reads the sends that an entry of the safe list is to be about.
pub(crate) fn safe(body: &AddSafeEntryRequest) -> Result<Safe, Fault> {
    let value = body.value.as_str();
    if body.kind == NUMBER {
        let number = fault::number(value, body.phone_country_code.as_deref())?;
        return Ok(Safe::Number(number));
    }
    if body.kind == NETWORK {
        let network = Network::parse(value).map_err(|why| bad("value", why))?;
        return Ok(Safe::Network(network));
    }
    let mut kinds = Safe::RANGES.into_iter();
    let kind = kinds
        .find(|kind| kind.as_str() == body.kind)
        .ok_or_else(|| {
            let ranges = Safe::RANGES.map(RangeKind::as_str).join(", ");
            bad("kind", format!("one of {NUMBER}, {ranges}, {NETWORK}"))
        })?;
    let range = Range::parse(kind, value).map_err(|why| bad("value", why))?;
    Ok(Safe::Range(range))
}

/// Writes an entry of the safe list, its number masked.
pub(crate) fn safe_entry(entry: &SafeEntry, now: Timestamp) -> SafeEntryDto {
    let (kind, value) = match &entry.who {
        Safe::Number(phone) => (NUMBER, phone.masked()),
        Safe::Range(range) => (range.kind().as_str(), range.value().to_owned()),
        Safe::Network(network) => (NETWORK, network.to_string()),
    };
    SafeEntryDto {
        id: entry.id.clone(),
        kind: kind.to_owned(),
        value,
        expires: entry.until.to_string(),
        note: entry.note.clone(),
        created_at: entry.created_at.to_string(),
        counts: now < entry.until,
    }
}

/// Writes what a draft of rules would have done.
pub(crate) fn replayed(history: ReplayedHistory) -> ReplayedGuard {
    let rules = history.replayed.rules.into_iter();
    ReplayedGuard {
        from: history.from.to_string(),
        to: history.to.to_string(),
        is_whole: history.is_whole,
        sends: history.replayed.sends,
        refused: history.replayed.refused,
        rules: rules
            .map(|outcome| ReplayedRule {
                rule: outcome.rule,
                is_tried: outcome.is_tried,
                refused: outcome.refused,
                numbers: outcome.numbers,
                verified: outcome.verified,
                cost: outcome.cost.into_iter().map(sum).collect(),
            })
            .collect(),
    }
}

/// Writes an amount of money.
pub(crate) fn sum(price: Price) -> MoneySum {
    MoneySum {
        currency: price.currency.to_string(),
        amount: price.amount.ten_thousandths(),
    }
}

/// A block as documents show it.
pub(crate) fn block_example() -> Value {
    json!({
        "appId": "shop", "kind": "prefix", "value": "+1415555", "reason": "conversion", "limit": null,
        "sends": 50, "verified": 0, "mode": "enforce", "since": "2026-11-21T20:00:00.000Z",
        "until": "2026-11-21T21:00:00.000Z", "step": 0, "liftedAt": null, "note": "", "stands": true,
    })
}

/// An entry of the safe list as documents show it.
pub(crate) fn safe_example() -> Value {
    json!({
        "id": "0a1b2c3d4e5f6071", "kind": "number", "value": "+86188****8888",
        "expires": "2026-12-21T20:00:00.000Z", "note": "a tester abroad",
        "createdAt": "2026-11-21T20:00:00.000Z", "counts": true,
    })
}
