//! The rules that a template must keep, checked before it is saved.
//!
//! | module | judges |
//! |---|---|
//! | `text` | a [`TextTemplate`](super::TextTemplate): [`text()`] |
//! | `vendor` | a [`VendorTemplate`](super::VendorTemplate): [`vendor()`] |
//! | `scope` | a template beside the others of a deployment: [`scope()`] |
//! | `rule` | the table of rules |
//! | `links` | text that phones turn into links |
//! | `hidden` | characters that people cannot see |
//!
//! A finding is an error, which refuses the save, or a warning, which does not ([`is_refused`]).

mod hidden;
pub(crate) mod links;
mod rule;
mod scope;
mod text;
mod vendor;

use std::fmt;

use super::{Sender, Template};

pub use rule::LintRule;
pub use scope::scope;
pub use text::text;
pub use vendor::vendor;

/// One rule that a template breaks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// The broken rule.
    pub rule: LintRule,
    /// A sentence for a person: "takes 84 of 70 places in UCS-2, which makes 2 segments".
    pub sentence: String,
}

/// Whether a template with a finding may be saved. Errors come before warnings.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Severity {
    /// The template is refused.
    Error,
    /// The template is saved.
    Warning,
}

impl Severity {
    /// The name: `error` or `warning`.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Severity::Error => "error",
            Severity::Warning => "warning",
        }
    }
}

impl Finding {
    /// Returns the severity of the broken rule.
    #[must_use]
    pub const fn severity(&self) -> Severity {
        self.rule.severity()
    }
}

impl fmt::Display for Finding {
    /// Writes `error too_many_segments: takes ...`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (severity, rule) = (self.severity().as_str(), self.rule.as_str());
        write!(f, "{severity} {rule}: {}", self.sentence)
    }
}

/// Returns the findings about a template of either kind: [`text()`], [`vendor()`].
#[must_use]
pub fn template(template: &Template, senders: &[Sender<'_>]) -> Vec<Finding> {
    match template {
        Template::Text(template) => text(template, senders),
        Template::Vendor(template) => vendor(template),
    }
}

/// Returns whether a template with these findings is refused.
#[must_use]
pub fn is_refused(findings: &[Finding]) -> bool {
    findings
        .iter()
        .any(|finding| finding.severity() == Severity::Error)
}

/// Sorts errors before warnings, and otherwise keeps the order.
fn sorted(mut findings: Vec<Finding>) -> Vec<Finding> {
    findings.sort_by_key(Finding::severity);
    findings
}

/// Lists up to three of `items`, and the number of the others.
fn list(items: &[impl fmt::Display]) -> String {
    let shown: Vec<_> = items.iter().take(3).map(ToString::to_string).collect();
    match items.len().saturating_sub(shown.len()) {
        0 => shown.join(", "),
        more => format!("{} and {more} more", shown.join(", ")),
    }
}
