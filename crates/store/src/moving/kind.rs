//! The kinds of rows.

use serde::{Deserialize, Serialize};

/// The kinds of rows, in the order in which a file has them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// The generations of keys.
    Generation,
    /// Check values of keys that the store does not use.
    KeyCheck,
    /// Sealed keys that no change of keys may change.
    KeptKey,
    /// Everything that an operator has set up.
    Setting,
    /// The limits that messages were judged by.
    RuleSet,
    /// Messages, with their attempts and reports.
    Message,
    /// What happened to codes after they were sent.
    Event,
    /// What limits count.
    Bucket,
    /// The wrong guesses in a row about a number.
    Number,
    /// The codes that can be checked.
    Code,
    /// Calls with an idempotency key, and their answers.
    Call,
    /// The acts of operators.
    Audit,
    /// The counts of days.
    TallyDay,
    /// The receipts of erasures.
    Erasure,
    /// Refused sends. The embedded store keeps them in memory, so that they end with its process.
    Refusal,
}

impl Kind {
    /// Every kind, in the order in which a file has them.
    pub const ALL: [Kind; 15] = [
        Kind::Generation,
        Kind::KeyCheck,
        Kind::KeptKey,
        Kind::Setting,
        Kind::RuleSet,
        Kind::Message,
        Kind::Event,
        Kind::Bucket,
        Kind::Number,
        Kind::Code,
        Kind::Call,
        Kind::Audit,
        Kind::TallyDay,
        Kind::Erasure,
        Kind::Refusal,
    ];

    /// The name of the rows of this kind, in the plural.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Kind::Generation => "generations of keys",
            Kind::KeyCheck => "check values of keys",
            Kind::KeptKey => "kept keys",
            Kind::Setting => "settings",
            Kind::RuleSet => "sets of limits",
            Kind::Message => "messages",
            Kind::Event => "events",
            Kind::Bucket => "buckets of limits",
            Kind::Number => "numbers with wrong guesses",
            Kind::Code => "scopes with codes",
            Kind::Call => "calls with idempotency keys",
            Kind::Audit => "audit entries",
            Kind::TallyDay => "counts of days",
            Kind::Erasure => "erasures",
            Kind::Refusal => "refused sends",
        }
    }
}
