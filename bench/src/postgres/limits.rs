//! The limits that ship, with maxima that no run reaches: every send is judged by all of them.

use std::collections::BTreeSet;
use std::time::Duration;

use anyhow::Context as _;
use countersign_core::limit::{Bound, Counts, Part, SendLimit, SendLimits};

/// The settings that ship.
const SHIPPED: &str = include_str!("../../../countersign.default.toml");

/// A maximum that no run reaches.
const FAR: u64 = 100_000_000;

/// The part by which limits on all sends, and on those of an application, may refuse early, so that nodes take leases.
const EARLY: u8 = 1;

pub(super) fn shipped() -> anyhow::Result<SendLimits> {
    let blocks = SHIPPED.split("[[limits]]\n").skip(1);
    let limits: Option<Vec<_>> = blocks.map(limit).collect();
    Ok(SendLimits::new(limits.context("the limits that ship")?)?)
}

fn limit(block: &str) -> Option<SendLimit> {
    let lines = block.lines().take_while(|line| !line.starts_with('['));
    let settings: Vec<_> = lines.filter_map(|line| line.split_once(" = ")).collect();
    let value = |name| {
        settings
            .iter()
            .find(|(known, _)| *known == name)
            .map(|(_, value)| *value)
    };
    let by: BTreeSet<_> = value("by").map_or_else(BTreeSet::new, parts);
    let window = Duration::from_secs(value("window_seconds")?.parse().ok()?);
    let mut limit = SendLimit::new(value("name")?.trim_matches('"'), &[], window, FAR);
    if by.is_subset(&BTreeSet::from([Part::Application])) {
        limit.early_percent = EARLY;
    }
    limit.by = by;
    limit.home = value("home").map(|home| home == "true");
    limit.until_verified = value("until_verified").is_some();
    if value("distinct").is_some() {
        limit.counts = Counts::Numbers;
    }
    if let Some(waits) = value("waits_seconds") {
        let waits = waits.trim_matches(['[', ']']).split(", ");
        let waits: Result<Vec<u64>, _> = waits.map(str::parse).collect();
        limit.bound = Bound::Waits(waits.ok()?.into_iter().map(Duration::from_secs).collect());
    }
    Some(limit)
}

fn parts(list: &str) -> BTreeSet<Part> {
    let names: Vec<_> = list
        .trim_matches(['[', ']'])
        .split(", ")
        .map(|name| name.trim_matches('"'))
        .collect();
    Part::ALL
        .into_iter()
        .filter(|part| names.contains(&part.as_str()))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_limit_that_ships_is_read() {
        let limits = shipped().unwrap();
        let named = SHIPPED.lines().filter(|line| *line == "[[limits]]").count();
        assert_eq!(limits.limits().len(), named);
        let waits = limits
            .limits()
            .iter()
            .filter(|limit| matches!(limit.bound, Bound::Waits(_)));
        assert_eq!(waits.count(), 1);
    }
}
