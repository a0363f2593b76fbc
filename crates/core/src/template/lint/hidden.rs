//! Characters that people cannot see, or that disguise others.

use std::collections::BTreeSet;

use icu_properties::CodePointMapData;
use icu_properties::props::GeneralCategory;

use super::{Finding, LintRule, list};
use crate::printable::is_printable;

/// Returns a finding for each rule that the characters of `text` break.
pub(super) fn findings(text: &str) -> impl Iterator<Item = Finding> {
    [
        LintRule::LineBreak,
        LintRule::ControlCharacter,
        LintRule::HiddenCharacter,
    ]
    .into_iter()
    .filter_map(move |rule| {
        let broken: BTreeSet<char> = text.chars().filter(|c| broken(*c) == Some(rule)).collect();
        let names: Vec<_> = broken.into_iter().map(name).collect();
        (!names.is_empty()).then(|| rule.broken(format!("has {}: {}", list(&names), why(rule))))
    })
}

/// Returns the rule that `c` breaks; `None` for a character that shows as itself.
fn broken(c: char) -> Option<LintRule> {
    if is_printable(c) {
        return None;
    }
    Some(match CodePointMapData::<GeneralCategory>::new().get(c) {
        _ if matches!(c, '\n' | '\r' | '\u{b}' | '\u{c}' | '\u{85}') => LintRule::LineBreak,
        GeneralCategory::LineSeparator | GeneralCategory::ParagraphSeparator => LintRule::LineBreak,
        GeneralCategory::Control => LintRule::ControlCharacter,
        _ => LintRule::HiddenCharacter,
    })
}

fn why(rule: LintRule) -> &'static str {
    match rule {
        LintRule::LineBreak => "a text is one line, and lines of their own come after it",
        LintRule::ControlCharacter => "control characters are no text",
        _ => "it cannot be seen, and may make the text read as another",
    }
}

/// Returns a name such as `U+202E` for a character that cannot be shown.
pub(super) fn name(c: char) -> String {
    format!("U+{:04X}", u32::from(c))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_invisible_character_is_named_by_its_number() {
        let hidden = |range: std::ops::RangeInclusive<char>| range.collect::<Vec<_>>();
        for c in [
            hidden('\u{202a}'..='\u{202e}'),
            hidden('\u{2066}'..='\u{2069}'),
            hidden('\u{200b}'..='\u{200f}'),
            hidden('\u{fe00}'..='\u{fe0f}'),
            hidden('\u{e0020}'..='\u{e007f}'),
            vec!['\u{ad}', '\u{34f}', '\u{61c}', '\u{180e}', '\u{2060}'],
            vec!['\u{115f}', '\u{3164}', '\u{feff}', '\u{fff9}', '\u{1d173}'],
        ]
        .concat()
        {
            assert_eq!(broken(c), Some(LintRule::HiddenCharacter), "{}", name(c));
        }
        for c in [
            '\n', '\r', '\u{b}', '\u{c}', '\u{85}', '\u{2028}', '\u{2029}',
        ] {
            assert_eq!(broken(c), Some(LintRule::LineBreak), "{}", name(c));
        }
        for c in ['\0', '\t', '\u{1b}', '\u{7f}', '\u{9b}'] {
            assert_eq!(broken(c), Some(LintRule::ControlCharacter), "{}", name(c));
        }
    }

    #[test]
    fn a_visible_character_passes() {
        for c in "aZ09 é’“—…【】，。：！「」《》码證コードم한\u{3000}\u{a0}€🔒𠮷[]()".chars()
        {
            assert_eq!(broken(c), None, "{c}");
        }
    }

    #[test]
    fn each_broken_rule_is_reported_once() {
        let text = "a\u{202e}b\u{200b}c\u{200b}\u{feff}\u{2060}\td";
        let found: Vec<_> = findings(text).map(|finding| finding.to_string()).collect();
        assert_eq!(
            found,
            [
                "error control_character: has U+0009: control characters are no text",
                "error hidden_character: has U+200B, U+202E, U+2060 and 1 more: it cannot be seen, and may make the text read as another",
            ]
        );
    }
}
