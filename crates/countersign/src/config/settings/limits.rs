//! The limits on sends beside the minute: `[[limits]]`.
//!
//! The limits that ship with the product are entries of the file of defaults. An entry of a layer above takes the place of the
//! one with its name.

use std::time::Duration;

use anyhow::{Context, anyhow, bail};
use countersign_core::application::AppId;
use countersign_core::limit::{
    BaseLimits, Bound, Counts, LimitSource, Mode, Override, Part, SendLimit,
};
use countersign_core::phone::Country;
use countersign_core::price::Currency;
use serde::Deserialize;
use toml::{Table, Value};

use super::maximum::Maximum;

/// One `[[limits]]`.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct LimitSection {
    name: String,
    #[serde(default)]
    by: Vec<String>,
    window_seconds: u64,
    max: Option<Maximum>,
    waits_seconds: Option<Vec<u64>>,
    mode: Option<String>,
    home: Option<bool>,
    #[serde(default)]
    distinct: bool,
    counts: Option<String>,
    currency: Option<String>,
    #[serde(default)]
    until_verified: bool,
    #[serde(default)]
    reserve_percent: u8,
    challenge_percent: Option<u8>,
    #[serde(default)]
    early_percent: u8,
    #[serde(default)]
    blocks: bool,
    #[serde(default)]
    overrides: Vec<OverrideSection>,
}

/// One entry of `overrides`.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct OverrideSection {
    application: Option<String>,
    country: Option<String>,
    calling_code: Option<u16>,
    max: Maximum,
}

/// The limits of these sections, each with its source, of a deployment at home in `home`. A section without a mode has the
/// mode `otherwise`.
pub(super) fn limits(
    sections: Vec<LimitSection>,
    sources: &[LimitSource],
    otherwise: Mode,
    home: Country,
) -> anyhow::Result<BaseLimits> {
    let limits = sections.into_iter().zip(sources).map(|(section, source)| {
        let at = format!("the limit {:?}", section.name);
        let limit = section.limit(otherwise).with_context(|| at)?;
        Ok((limit, *source))
    });
    let limits = limits.collect::<anyhow::Result<_>>()?;
    BaseLimits::new(limits, home).context("limits")
}

/// The source of each limit of `settings`: the product, where it is as one of `defaults`.
pub(super) fn sources(settings: &Table, defaults: &Table) -> Vec<LimitSource> {
    let shipped = entries(defaults);
    let sources = entries(settings)
        .iter()
        .map(|entry| match shipped.contains(entry) {
            true => LimitSource::Default,
            false => LimitSource::File,
        });
    sources.collect()
}

fn entries(settings: &Table) -> &[Value] {
    let limits = settings.get("limits").and_then(Value::as_array);
    limits.map(Vec::as_slice).unwrap_or_default()
}

/// Lets all limits of `settings` only monitor.
pub(super) fn let_monitor(settings: &mut Table) {
    let limits = settings.get_mut("limits").and_then(Value::as_array_mut);
    for limit in limits.into_iter().flatten().filter_map(Value::as_table_mut) {
        let mode = Mode::Monitor.as_str().to_owned();
        limit.insert("mode".to_owned(), Value::String(mode));
    }
}

impl LimitSection {
    fn limit(self, otherwise: Mode) -> anyhow::Result<SendLimit> {
        let parts: anyhow::Result<_> = self.by.iter().map(|name| part(name)).collect();
        let counts = counts(
            self.counts.as_deref(),
            self.currency.as_deref(),
            self.distinct,
        )?;
        let max = self.max.map(|max| max.of(counts)).transpose()?;
        let overrides = self.overrides.into_iter();
        let overrides = overrides.map(|section| section.taken(counts));
        Ok(SendLimit {
            name: self.name,
            by: parts?,
            counts,
            window: Duration::from_secs(self.window_seconds),
            bound: bound(max, self.waits_seconds)?,
            mode: self.mode.as_deref().map_or(Ok(otherwise), mode)?,
            home: self.home,
            until_verified: self.until_verified,
            reserve_percent: self.reserve_percent,
            challenge_percent: self.challenge_percent,
            early_percent: self.early_percent,
            blocks: self.blocks,
            overrides: overrides.collect::<anyhow::Result<_>>()?,
        })
    }
}

impl OverrideSection {
    fn taken(self, counts: Counts) -> anyhow::Result<Override> {
        if self.application.is_none() && self.country.is_none() && self.calling_code.is_none() {
            bail!("an override names an application, a country or a calling_code");
        }
        let application = self.application.as_deref().map(AppId::parse);
        let country = self.country.as_deref().map(country).transpose();
        Ok(Override {
            application: application.transpose()?,
            country: country?,
            calling_code: self.calling_code,
            max: self.max.of(counts)?,
        })
    }
}

/// What a limit adds up: messages, different numbers, or money of a currency.
fn counts(counts: Option<&str>, currency: Option<&str>, distinct: bool) -> anyhow::Result<Counts> {
    match (counts, currency, distinct) {
        (None | Some("messages"), None, false) => Ok(Counts::Messages),
        (None, None, true) => Ok(Counts::Numbers),
        (Some("money"), Some(code), false) => {
            Currency::parse(code).map(Counts::Money).with_context(|| {
                format!("a currency is three capital letters such as CNY, not {code:?}")
            })
        }
        (Some("money"), None, false) => {
            bail!("counts = \"money\" needs a currency, such as CNY")
        }
        (Some("money" | "messages"), _, true) => {
            bail!("distinct = true counts numbers: leave counts and currency out")
        }
        (None | Some("messages"), Some(_), _) => bail!("a currency needs counts = \"money\""),
        (Some(other), _, _) => bail!("counts is messages or money, not {other:?}"),
    }
}

fn bound(max: Option<u64>, waits: Option<Vec<u64>>) -> anyhow::Result<Bound> {
    match (max, waits) {
        (Some(max), None) => Ok(Bound::Max(max)),
        (None, Some(waits)) => Ok(Bound::Waits(
            waits.into_iter().map(Duration::from_secs).collect(),
        )),
        (None, None) => bail!("max or waits_seconds is missing"),
        (Some(_), Some(_)) => bail!("max and waits_seconds exclude each other"),
    }
}

fn mode(name: &str) -> anyhow::Result<Mode> {
    Mode::parse(name).ok_or_else(|| anyhow!("mode is enforce, challenge or monitor, not {name:?}"))
}

fn part(name: &str) -> anyhow::Result<Part> {
    let found = Part::ALL.into_iter().find(|part| part.as_str() == name);
    found.ok_or_else(|| {
        let all = Part::ALL.map(Part::as_str).join(", ");
        anyhow!("sends are counted by {all}, not by {name:?}")
    })
}

fn country(code: &str) -> anyhow::Result<Country> {
    let country = Country::parse(code).filter(|country| country.has_numbers());
    country.with_context(|| format!("{code:?} is not a two-letter country code such as CN"))
}
