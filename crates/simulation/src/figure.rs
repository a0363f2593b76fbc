//! The figures that a simulation must meet. The requirements D1, D4, D5 and D8 in `docs/requirements.md` say them; no rule is
//! read here.

use serde::Serialize;

/// A figure of a requirement, with what a simulation found.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Figure {
    /// The id of the requirement.
    pub requirement: &'static str,
    /// The thing that was counted.
    pub about: String,
    /// The count.
    pub found: u64,
    /// The greatest count that meets the requirement.
    pub most: u64,
    /// Whether the count meets it.
    pub met: bool,
}

impl Figure {
    fn new(requirement: &'static str, about: String, found: u64, most: u64) -> Self {
        Self {
            requirement,
            about,
            found,
            most,
            met: found <= most,
        }
    }

    /// D4: an attack on one block of 100 numbers reaches at most five of them.
    pub(crate) fn numbers_of_a_block(attack: &str, found: u64) -> Self {
        Self::new(
            "D4",
            format!("{attack}: numbers of the block that got a message"),
            found,
            5,
        )
    }

    /// D4: an attack on one block of 100 numbers sends at most 50 messages.
    pub(crate) fn spend_on_a_block(attack: &str, found: u64) -> Self {
        Self::new("D4", format!("{attack}: messages"), found, 50)
    }

    /// D5: an attack on one range of 10,000 numbers sends at most 30 messages abroad, 100 at home.
    pub(crate) fn spend_on_a_range(attack: &str, is_home: bool, found: u64) -> Self {
        let most = if is_home { 100 } else { 30 };
        Self::new("D5", format!("{attack}: messages"), found, most)
    }

    /// D1: nothing is sent to a country that is not allowed.
    pub(crate) fn spend_where_not_allowed(attack: &str, found: u64) -> Self {
        Self::new("D1", format!("{attack}: messages"), found, 0)
    }

    /// D8: of 1,000 sends of an ordinary day at most one is wrongly refused.
    pub(crate) fn wrongly_refused(asked: u64, found: u64) -> Self {
        let about = format!("real sends wrongly refused, of {asked}");
        Self::new("D8", about, found, asked / 1_000)
    }

    /// D8: of 1,000 sends of an ordinary day at most 20 are challenged.
    pub(crate) fn challenged(asked: u64, found: u64) -> Self {
        let about = format!("real sends challenged, of {asked}");
        Self::new("D8", about, found, asked / 50)
    }

    /// An application whose users all come through its own servers sees none of them refused.
    pub(crate) fn refused_behind_a_back_end(found: u64) -> Self {
        Self::new(
            "D8",
            "real sends refused behind the back end".to_owned(),
            found,
            0,
        )
    }
}
