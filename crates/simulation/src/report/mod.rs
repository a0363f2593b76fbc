//! What a simulation tells: tables for people, a document for programs.

mod attack;
mod day;
mod table;

pub use attack::{AttackLine, AttackReport};
pub use day::{DayReport, GroupLine, RuleLine};

use crate::figure::Figure;
use table::Table;

/// Draws the figures, the last table of every report.
fn figures(figures: &[Figure]) -> String {
    let mut table = Table::new(["FIGURE", "FOUND", "AT MOST", "", ""]);
    for figure in figures {
        table.row([
            figure.requirement.to_owned(),
            figure.found.to_string(),
            figure.most.to_string(),
            (if figure.met { "met" } else { "MISSED" }).to_owned(),
            figure.about.clone(),
        ]);
    }
    table.to_string()
}
