//! The changes of a limit as JSON.

use std::time::Duration;

use countersign_core::application::AppId;
use countersign_core::limit::{LimitChange, Mode, Override};
use countersign_core::phone::Country;
use countersign_core::ports::setup::LimitRecord;
use countersign_core::price::Currency;
use serde::{Deserialize, Serialize};

use super::value::json;

#[derive(Serialize, Deserialize)]
struct LimitValue {
    change: PartsValue,
    settings: PartsValue,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    currency: Option<String>,
}

#[derive(Serialize, Deserialize)]
struct PartsValue {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    max: Option<u64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    mode: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    window_seconds: Option<u64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    overrides: Option<Vec<OverrideValue>>,
}

#[derive(Serialize, Deserialize)]
struct OverrideValue {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    application: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    country: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    calling_code: Option<u16>,
    max: u64,
}

pub(super) fn write(record: &LimitRecord) -> Option<String> {
    json(&LimitValue {
        change: parts_value(&record.change),
        settings: parts_value(&record.settings),
        currency: record.currency.map(|currency| currency.to_string()),
    })
}

/// Reads the changes of the limit `name`; `None` if a part of them is unknown to this release.
pub(super) fn read(name: String, text: &str) -> Option<LimitRecord> {
    let value: LimitValue = serde_json::from_str(text).ok()?;
    Some(LimitRecord {
        name,
        change: parts(value.change)?,
        settings: parts(value.settings)?,
        currency: super::parsed(value.currency, Currency::parse)?,
    })
}

fn parts_value(parts: &LimitChange) -> PartsValue {
    PartsValue {
        max: parts.max,
        mode: parts.mode.map(|mode| mode.as_str().to_owned()),
        window_seconds: parts.window.map(|window| window.as_secs()),
        overrides: parts
            .overrides
            .as_ref()
            .map(|others| others.iter().map(override_value).collect()),
    }
}

fn override_value(other: &Override) -> OverrideValue {
    OverrideValue {
        application: other
            .application
            .as_ref()
            .map(|app| app.as_str().to_owned()),
        country: other.country.map(|country| country.to_string()),
        calling_code: other.calling_code,
        max: other.max,
    }
}

fn parts(value: PartsValue) -> Option<LimitChange> {
    let mode = value.mode.as_deref().map(Mode::parse);
    let overrides = value.overrides;
    let overrides: Option<Option<Vec<_>>> =
        overrides.map(|others| others.into_iter().map(other).collect());
    Some(LimitChange {
        max: value.max,
        mode: match mode {
            None => None,
            Some(mode) => Some(mode?),
        },
        window: value.window_seconds.map(Duration::from_secs),
        overrides: match overrides {
            None => None,
            Some(overrides) => Some(overrides?),
        },
    })
}

fn other(value: OverrideValue) -> Option<Override> {
    Some(Override {
        application: super::parsed(value.application, |app| AppId::parse(app).ok())?,
        country: super::parsed(value.country, Country::parse)?,
        calling_code: value.calling_code,
        max: value.max,
    })
}
