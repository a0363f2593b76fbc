//! The report on the attacks.

use std::fmt;

use serde::Serialize;

use super::table::Table;
use crate::attacker::Loot;
use crate::crowd::Counts;
use crate::figure::Figure;
use crate::traffic::attackers::{Aim, Attack};
use crate::traffic::numbers::Target;

/// What every attack came to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct AttackReport {
    /// The seed of the traffic.
    pub seed: u64,
    /// The attacks.
    pub attacks: Vec<AttackLine>,
    /// The figures that they must meet.
    pub figures: Vec<Figure>,
}

/// What one attack came to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct AttackLine {
    /// The name of the attack.
    pub name: &'static str,
    /// The sends that the attacker asked for.
    pub attempts: u64,
    /// The messages that went out.
    pub sent: u64,
    /// Their price, in thousandths of a yuan.
    pub cost_thousandths: u64,
    /// The challenges that the attacker met, and solved.
    pub challenged: u64,
    /// The seconds until a rule about more than one number refused first, and its name.
    pub stopped_after_seconds: Option<u64>,
    /// The rule that did.
    pub stopped_by: Option<String>,
    /// All rules that refused, with the number of refusals, most first.
    pub refused: Vec<(String, u64)>,
    /// The sends that real people asked for meanwhile.
    pub people_asked: u64,
    /// The sends of real people that were refused.
    pub people_refused: u64,
}

impl AttackReport {
    pub(crate) const fn new(seed: u64) -> Self {
        Self {
            seed,
            attacks: Vec::new(),
            figures: Vec::new(),
        }
    }

    /// Adds what `attack` came to while `people` went on.
    pub(crate) fn add(&mut self, attack: &Attack, loot: &Loot, people: Counts) {
        let (name, is_home) = (attack.name, attack.target.is_home());
        match attack.aim {
            _ if attack.target == Target::NotAllowed => {
                let figure = Figure::spend_where_not_allowed(name, loot.sent);
                self.figures.push(figure);
            }
            Aim::Sequence => self.figures.extend([
                Figure::numbers_of_a_block(name, loot.most_of_a_block()),
                Figure::spend_on_a_block(name, loot.sent),
            ]),
            Aim::Random if attack.is_fast() => {
                let figure = Figure::spend_on_a_range(name, is_home, loot.sent);
                self.figures.push(figure);
            }
            _ => {}
        }
        self.attacks.push(AttackLine::of(attack, loot, people));
    }

    /// Returns whether every figure is met.
    #[must_use]
    pub fn is_met(&self) -> bool {
        self.figures.iter().all(|figure| figure.met)
    }
}

impl AttackLine {
    fn of(attack: &Attack, loot: &Loot, people: Counts) -> Self {
        let stopped = loot.stopped.clone().unzip();
        let mut refused: Vec<_> = loot.refused.clone().into_iter().collect();
        refused.sort_by_key(|(_, count)| std::cmp::Reverse(*count));
        Self {
            name: attack.name,
            attempts: loot.attempts,
            sent: loot.sent,
            cost_thousandths: loot.money.thousandths(),
            challenged: loot.challenged,
            stopped_after_seconds: stopped.0,
            stopped_by: stopped.1,
            refused,
            people_asked: people.asked,
            people_refused: people.refused,
        }
    }
}

impl fmt::Display for AttackReport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut table = Table::new([
            "ATTACK",
            "ATTEMPTS",
            "SENT",
            "YUAN",
            "CHALLENGED",
            "STOPPED AFTER",
            "BY",
            "PEOPLE ASKED",
            "REFUSED",
        ]);
        for line in &self.attacks {
            let after = line.stopped_after_seconds;
            let people = |count: u64| match line.people_asked {
                0 => String::new(),
                _ => count.to_string(),
            };
            table.row([
                line.name.to_owned(),
                line.attempts.to_string(),
                line.sent.to_string(),
                yuan(line.cost_thousandths),
                line.challenged.to_string(),
                after.map_or_else(String::new, clock),
                line.stopped_by.clone().unwrap_or_default(),
                people(line.people_asked),
                people(line.people_refused),
            ]);
        }
        writeln!(f, "{table}")?;
        writeln!(f, "{}", self.refusals())?;
        write!(f, "{}", super::figures(&self.figures))
    }
}

impl AttackReport {
    fn refusals(&self) -> Table<3> {
        let mut table = Table::new(["ATTACK", "REFUSED", "BY"]);
        for line in &self.attacks {
            for (rule, count) in &line.refused {
                table.row([line.name.to_owned(), count.to_string(), rule.clone()]);
            }
        }
        table
    }
}

/// Writes thousandths of a yuan as yuan.
fn yuan(thousandths: u64) -> String {
    format!("{}.{:02}", thousandths / 1_000, thousandths % 1_000 / 10)
}

/// Writes seconds as hours, minutes and seconds.
fn clock(seconds: u64) -> String {
    format!(
        "{}:{:02}:{:02}",
        seconds / 3_600,
        seconds / 60 % 60,
        seconds % 60
    )
}
