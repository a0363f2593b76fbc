//! The rules that a template must keep, checked before it is saved.
//!
//! | module | judges |
//! |---|---|
//! | `text` | a [`TextTemplate`](super::TextTemplate): [`text()`] |
//! | `vendor` | a [`VendorTemplate`](super::VendorTemplate): [`vendor()`] |
//! | `links` | text that phones turn into links |
//! | `hidden` | characters that people cannot see |
//!
//! A finding is an error, which refuses the save, or a warning, which does not ([`is_refused`]).

mod hidden;
mod links;
mod text;
mod vendor;

use std::fmt;

use super::{Sender, Template};

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

/// A rule that a template must keep.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum LintRule {
    /// A text takes one segment, with the longest code and life.
    TooManySegments,
    /// A text is one line: lines are how phones find a code.
    LineBreak,
    /// No control characters.
    ControlCharacter,
    /// No characters that cannot be seen, or that turn the text around.
    HiddenCharacter,
    /// Nothing that phones turn into a link.
    Link,
    /// No link in a signature, nor digits that read as a code or a number to call.
    SignatureLink,
    /// The code is not in the signature.
    CodeInSignature,
    /// A vendor's template gets the code.
    NoCode,
    /// The code is there once.
    CodeRepeated,
    /// A vendor's template has a well-formed id.
    TemplateId,
    /// The signature of a vendor's template is the bare text, without brackets.
    SignatureText,
    /// Either all gaps of a vendor's template have names or none has.
    MixedNames,
    /// Every gap has a name of its own.
    RepeatedName,
    /// A vendor's template has at most ten gaps.
    TooManyVariables,
    /// A text begins with a signature.
    NoSignature,
    /// The signature is the name of the application.
    OtherSignature,
    /// A text in the alphabet of GSM-7 is not forced into UCS-2 by a few characters.
    CostlyCharacter,
    /// A text says how long the code lives.
    NoLifetime,
    /// The last lines of the application fit after the text.
    NoRoomForLastLines,
}

impl LintRule {
    /// The stable name, such as `too_many_segments`.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            LintRule::TooManySegments => "too_many_segments",
            LintRule::LineBreak => "line_break",
            LintRule::ControlCharacter => "control_character",
            LintRule::HiddenCharacter => "hidden_character",
            LintRule::Link => "link",
            LintRule::SignatureLink => "signature_link",
            LintRule::CodeInSignature => "code_in_signature",
            LintRule::NoCode => "no_code",
            LintRule::CodeRepeated => "code_repeated",
            LintRule::TemplateId => "template_id",
            LintRule::SignatureText => "signature_text",
            LintRule::MixedNames => "mixed_names",
            LintRule::RepeatedName => "repeated_name",
            LintRule::TooManyVariables => "too_many_variables",
            LintRule::NoSignature => "no_signature",
            LintRule::OtherSignature => "other_signature",
            LintRule::CostlyCharacter => "costly_character",
            LintRule::NoLifetime => "no_lifetime",
            LintRule::NoRoomForLastLines => "no_room_for_last_lines",
        }
    }

    /// Returns the severity of breaking the rule.
    #[must_use]
    pub const fn severity(self) -> Severity {
        match self {
            LintRule::NoSignature
            | LintRule::OtherSignature
            | LintRule::CostlyCharacter
            | LintRule::NoLifetime
            | LintRule::NoRoomForLastLines => Severity::Warning,
            _ => Severity::Error,
        }
    }

    /// Makes a finding that breaks this rule.
    fn broken(self, sentence: impl Into<String>) -> Finding {
        Finding {
            rule: self,
            sentence: sentence.into(),
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
