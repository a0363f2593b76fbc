//! The rule behind an answer, as reports name it.

use countersign_core::limit::{LimitKind, Refusal};

use crate::stage::Told;
use crate::traffic::Answer;

/// A rule that refused or challenged, with its reason in words.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Rule {
    pub(crate) name: String,
    pub(crate) reason: String,
}

impl Rule {
    /// Returns the rule behind an answer that is not a success.
    pub(crate) fn behind(told: &Told) -> Self {
        match (&told.refusal, &told.answer) {
            (Some(refusal), _) => Self::of(refusal),
            (None, Answer::NotAllowed) => Self {
                name: "countries".to_owned(),
                reason: "the country is not allowed".to_owned(),
            },
            (None, _) => Self {
                name: "unknown".to_owned(),
                reason: String::new(),
            },
        }
    }

    fn of(refusal: &Refusal) -> Self {
        let of = match refusal.kind {
            LimitKind::Minute | LimitKind::Number => "of one number",
            LimitKind::Caller => "of one address",
            LimitKind::Everybody => "of everybody together",
        };
        Self {
            name: refusal.limit.to_string(),
            reason: format!(
                "{} within {} {of}",
                refusal.max,
                span(refusal.window.as_secs())
            ),
        }
    }
}

/// Writes a span of time in its greatest whole unit.
fn span(seconds: u64) -> String {
    let units = [(86_400, "d"), (3_600, "h"), (60, "min")];
    let unit = units
        .iter()
        .find(|(length, _)| seconds >= *length && seconds.is_multiple_of(*length));
    unit.map_or_else(
        || format!("{seconds} s"),
        |(length, unit)| format!("{} {unit}", seconds / length),
    )
}
