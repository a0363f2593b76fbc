//! The cost of a send that is judged by the limits that ship, against one by the twenty limits of all other figures.

use crate::sample::Sample;
use crate::series::{Bench, Workload};

/// The settings that ship.
const SHIPPED: &str = include_str!("../../countersign.default.toml");

/// The header of a limit in settings.
const LIMIT: &str = "[[limits]]";

/// A maximum that no run reaches.
const FAR: &str = "max = 100000000";

/// Sends by the twenty limits, then by those that ship.
pub(crate) async fn pair(bench: &Bench) -> anyhow::Result<(Sample, Sample)> {
    let folder = bench.folder()?;
    let settings = folder.path().join("shipped.toml");
    std::fs::write(&settings, unreached(SHIPPED))?;
    let plan = &bench.plan;
    let twenty = bench.ours(Workload::Send, plan).await?;
    let shipped = bench.ours_by(Workload::Send, plan, &settings).await?;
    Ok((twenty, shipped))
}

/// Returns the limits of `settings`, each with a maximum that no run reaches: none of them refuses, so that every send is
/// judged by all.
fn unreached(settings: &str) -> String {
    let mut text = String::from("[codes]\nlife_seconds = 600\n");
    let mut is_limit = false;
    for line in settings.lines() {
        if line.starts_with('[') {
            is_limit = line == LIMIT;
        }
        if is_limit && !line.starts_with('#') {
            text += if line.starts_with("max = ") {
                FAR
            } else {
                line
            };
            text += "\n";
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Returns the names of the limits of `settings`.
    fn names(settings: &str) -> Vec<&str> {
        let after = settings.split(LIMIT).skip(1);
        let names = after.filter_map(|limit| limit.split_once("name = \"")?.1.split('"').next());
        names.collect()
    }

    #[test]
    fn every_limit_that_ships_is_measured_and_none_refuses() {
        let settings = unreached(SHIPPED);
        assert_eq!(names(&settings), names(SHIPPED));
        let maxima = settings.lines().filter(|line| line.starts_with("max = "));
        assert!(maxima.clone().count() > 15 && maxima.clone().all(|line| line == FAR));
    }

    #[test]
    fn the_twenty_limits_take_the_places_of_those_that_ship() {
        let twenty = crate::ours::settings().unwrap();
        let twenty = names(&twenty);
        for shipped in names(SHIPPED) {
            // The bench has no address of IPv6, so that no limit on networks is about its sends.
            let is_judged = !shipped.starts_with("network-");
            assert!(twenty.contains(&shipped) || !is_judged, "{shipped}");
        }
        assert_eq!(twenty.len(), 19, "with the minute twenty");
    }
}
