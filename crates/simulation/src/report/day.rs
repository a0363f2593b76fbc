//! The report on an ordinary day.

use std::fmt;

use serde::Serialize;

use super::table::Table;
use crate::crowd::{Counts, Crowd};
use crate::figure::Figure;
use crate::traffic::day::{BEHIND_THE_BACK_END, GROUPS};

/// What became of the wishes for codes on an ordinary day.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct DayReport {
    /// The seed of the traffic.
    pub seed: u64,
    /// The groups of people.
    pub groups: Vec<GroupLine>,
    /// All people.
    pub total: GroupLine,
    /// What each rule did.
    pub rules: Vec<RuleLine>,
    /// The figures that the day must meet.
    pub figures: Vec<Figure>,
}

/// What became of the wishes of one group.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct GroupLine {
    /// The name of the group.
    pub name: &'static str,
    /// The people who wanted a code.
    pub people: u64,
    /// The sends that they asked for.
    pub asked: u64,
    /// The messages that went out.
    pub sent: u64,
    /// The people whose code passed.
    pub verified: u64,
    /// The sends that met a challenge.
    pub challenged: u64,
    /// The refusals whose wait the person sat out until another message or an earlier one came, or that followed a message
    /// at once.
    pub waited: u64,
    /// The sends that were wrongly refused.
    pub refused: u64,
}

/// What one rule did to one group.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct RuleLine {
    /// The name of the rule.
    pub rule: String,
    /// The group.
    pub group: &'static str,
    /// The sends that it challenged.
    pub challenged: u64,
    /// The refusals whose wait the person sat out.
    pub waited: u64,
    /// The sends that it refused wrongly.
    pub refused: u64,
    /// The reason in words.
    pub reason: String,
}

impl DayReport {
    pub(crate) fn of(seed: u64, crowd: &Crowd) -> Self {
        let names = GROUPS.into_iter().zip(crowd.groups());
        let rules = crowd.rules().map(|(rule, group, counts)| RuleLine {
            rule: rule.name.clone(),
            group: GROUPS.get(group).copied().unwrap_or_default(),
            challenged: counts.challenged,
            waited: counts.sat_out,
            refused: counts.refused,
            reason: rule.reason.clone(),
        });
        let total = crowd.total();
        let behind = crowd.groups().get(BEHIND_THE_BACK_END);
        Self {
            seed,
            groups: names
                .map(|(name, counts)| GroupLine::of(name, *counts))
                .collect(),
            total: GroupLine::of("all", total),
            rules: rules.collect(),
            figures: vec![
                Figure::wrongly_refused(total.asked, total.refused),
                Figure::challenged(total.asked, total.challenged),
                Figure::refused_behind_a_back_end(behind.map_or(0, |counts| counts.refused)),
            ],
        }
    }

    /// Returns whether every figure is met.
    #[must_use]
    pub fn is_met(&self) -> bool {
        self.figures.iter().all(|figure| figure.met)
    }
}

impl GroupLine {
    const fn of(name: &'static str, counts: Counts) -> Self {
        Self {
            name,
            people: counts.people,
            asked: counts.asked,
            sent: counts.sent,
            verified: counts.verified,
            challenged: counts.challenged,
            waited: counts.sat_out,
            refused: counts.refused,
        }
    }

    fn cells(&self) -> [String; 8] {
        let counts = [
            self.people,
            self.asked,
            self.sent,
            self.verified,
            self.challenged,
            self.waited,
            self.refused,
        ];
        let mut cells = [const { String::new() }; 8];
        let texts = std::iter::once(self.name.to_owned()).chain(counts.map(|n| n.to_string()));
        cells
            .iter_mut()
            .zip(texts)
            .for_each(|(cell, text)| *cell = text);
        cells
    }
}

impl fmt::Display for DayReport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut groups = Table::new([
            "GROUP",
            "PEOPLE",
            "ASKED",
            "SENT",
            "VERIFIED",
            "CHALLENGED",
            "WAITED",
            "REFUSED",
        ]);
        for line in self.groups.iter().chain([&self.total]) {
            groups.row(line.cells());
        }
        let mut rules = Table::new(["RULE", "GROUP", "CHALLENGED", "WAITED", "REFUSED", "REASON"]);
        for line in &self.rules {
            rules.row([
                line.rule.clone(),
                line.group.to_owned(),
                line.challenged.to_string(),
                line.waited.to_string(),
                line.refused.to_string(),
                line.reason.clone(),
            ]);
        }
        writeln!(
            f,
            "{groups}\n{rules}\n{}",
            super::figures(&self.figures).trim_end()
        )
    }
}
