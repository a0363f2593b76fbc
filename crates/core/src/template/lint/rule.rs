//! The table of rules: their names and their severities.

use super::{Finding, Severity};

/// Declares [`LintRule`] with one line a rule: what it asks for, its variant, its severity and its stable name.
macro_rules! rules {
    ($($(#[$about:meta])* $variant:ident: $severity:ident $name:literal,)*) => {
        /// A rule that a template must keep.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
        pub enum LintRule {
            $($(#[$about])* $variant,)*
        }

        impl LintRule {
            /// Every rule: errors first.
            pub const ALL: &[LintRule] = &[$(LintRule::$variant,)*];

            /// The stable name, such as `too_many_segments`.
            #[must_use]
            pub const fn as_str(self) -> &'static str {
                match self {
                    $(LintRule::$variant => $name,)*
                }
            }

            /// Returns the severity of breaking the rule.
            #[must_use]
            pub const fn severity(self) -> Severity {
                match self {
                    $(LintRule::$variant => Severity::$severity,)*
                }
            }
        }
    };
}

rules! {
    /// A text takes one segment, with the longest code and life.
    TooManySegments: Error "too_many_segments",
    /// A text is one line: lines are how phones find a code.
    LineBreak: Error "line_break",
    /// No control characters.
    ControlCharacter: Error "control_character",
    /// No characters that cannot be seen, or that turn the text around.
    HiddenCharacter: Error "hidden_character",
    /// Nothing that phones turn into a link.
    Link: Error "link",
    /// No link in a signature, nor digits that read as a code or a number to call.
    SignatureLink: Error "signature_link",
    /// The code is not in the signature.
    CodeInSignature: Error "code_in_signature",
    /// A vendor's template gets the code.
    NoCode: Error "no_code",
    /// The code is there once.
    CodeRepeated: Error "code_repeated",
    /// A vendor's template has a well-formed id.
    TemplateId: Error "template_id",
    /// The signature of a vendor's template is the bare text, without brackets.
    SignatureText: Error "signature_text",
    /// Either all gaps of a vendor's template have names or none has.
    MixedNames: Error "mixed_names",
    /// Every gap has a name of its own.
    RepeatedName: Error "repeated_name",
    /// A vendor's template has at most ten gaps.
    TooManyVariables: Error "too_many_variables",
    /// A text begins with a signature.
    NoSignature: Warning "no_signature",
    /// The signature is the name of the application.
    OtherSignature: Warning "other_signature",
    /// A text in the alphabet of GSM-7 is not forced into UCS-2 by a few characters.
    CostlyCharacter: Warning "costly_character",
    /// A text says how long the code lives.
    NoLifetime: Warning "no_lifetime",
    /// The last lines of the application fit after the text.
    NoRoomForLastLines: Warning "no_room_for_last_lines",
    /// A template without a language hides no template of a single language, and a text no built-in text of another
    /// language.
    NoLanguage: Warning "no_language",
    /// A template without a channel hides no template of a single channel.
    NoChannel: Warning "no_channel",
}

impl LintRule {
    /// Makes a finding that breaks this rule.
    pub(super) fn broken(self, sentence: impl Into<String>) -> Finding {
        Finding {
            rule: self,
            sentence: sentence.into(),
        }
    }
}
