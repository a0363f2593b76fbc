//! Whether numbers for tests are allowed: `[test_numbers]`.

use serde::Deserialize;

use super::Purpose;

/// `[test_numbers]`.
#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct TestNumbersSection {
    allow: Option<bool>,
}

impl TestNumbersSection {
    /// Whether they are allowed. Without a word about it `dev` allows them, and `serve` does not.
    pub(super) fn are_allowed(&self, purpose: Purpose) -> bool {
        self.allow.unwrap_or(purpose == Purpose::Development)
    }
}
