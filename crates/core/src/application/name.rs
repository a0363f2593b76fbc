//! The name of an application, and the name that its messages carry.

use std::collections::BTreeSet;

use icu_normalizer::ComposingNormalizerBorrowed;
use icu_properties::CodePointMapData;
use icu_properties::props::{GeneralCategory, Script};

use crate::printable::is_printable;
use crate::template::lint::links;
use crate::typed::is_invisible;

/// The name of an application, as operators read it: 1 to 64 printable characters.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AppName {
    text: String,
    in_messages: SmsName,
}

/// The reason why a text is not an [`AppName`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum InvalidAppName {
    /// Empty, or over 64 characters.
    #[error("an application name has 1 to 64 characters")]
    Length,
    /// A character that cannot be printed or seen.
    #[error("an application name has printable characters only, and not U+{:04X}", u32::from(*.0))]
    Character(char),
}

impl AppName {
    /// Trims white space at both ends of `text`, checks it, and takes it.
    ///
    /// # Errors
    /// [`InvalidAppName`] says which constraint `text` breaks.
    pub fn parse(text: &str) -> Result<Self, InvalidAppName> {
        let text = text.trim();
        if text.is_empty() || text.chars().count() > 64 {
            return Err(InvalidAppName::Length);
        }
        match text.chars().find(|c| !is_in_names(*c)) {
            Some(c) => Err(InvalidAppName::Character(c)),
            None => Ok(Self::recorded(text)),
        }
    }

    /// Takes a name from a record of an earlier release, whose rules may have been others.
    #[must_use]
    pub fn recorded(text: &str) -> Self {
        Self {
            text: text.to_owned(),
            in_messages: SmsName::parse(text).unwrap_or(SmsName::none()),
        }
    }

    /// The name as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// Returns the name as messages carry it: [none](SmsName::none) where it breaks the rules of texts.
    #[must_use]
    pub const fn in_messages(&self) -> &SmsName {
        &self.in_messages
    }
}

/// Returns whether `c` can be printed and seen. The joiners that emoji and Persian words need are taken as printed.
fn is_in_names(c: char) -> bool {
    let joins = matches!(c, '\u{200c}' | '\u{200d}' | '\u{fe0f}');
    let means_nothing = matches!(
        CodePointMapData::<GeneralCategory>::new().get(c),
        GeneralCategory::PrivateUse | GeneralCategory::Unassigned
    );
    joins || is_printable(c) && !means_nothing
}

/// The name of an application in its messages, safe to print in an SMS: 1 to 20 characters that forge nothing, or
/// [none](SmsName::none).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SmsName(String);

/// The reason why a text is not an [`SmsName`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum InvalidSmsName {
    /// Empty, or over 20 characters.
    #[error("a name in messages has 1 to 20 characters")]
    Length,
    /// A character that could forge a message.
    #[error("a name in messages has letters, digits, spaces and usual punctuation only, and not U+{:04X}", u32::from(*.0))]
    Character(char),
    /// Five digits that only separators part, which read as a code.
    #[error("a name in messages has no five digits in a row, which read as a code")]
    Digits,
    /// Letters of several scripts, which may pass for each other.
    #[error("a name in messages has letters of one script beside those of ASCII")]
    Scripts,
    /// A text that phones turn into a link.
    #[error("a name in messages must not read as a link")]
    Link,
}

impl SmsName {
    /// Trims white space at both ends of `text`, checks it, and takes it.
    ///
    /// # Errors
    /// [`InvalidSmsName`] says which constraint `text` breaks.
    pub fn parse(text: &str) -> Result<Self, InvalidSmsName> {
        let text = text.trim();
        if text.is_empty() || text.chars().count() > 20 {
            return Err(InvalidSmsName::Length);
        }
        if let Some(c) = text.chars().find(|c| !is_plain(*c)) {
            return Err(InvalidSmsName::Character(c));
        }
        // Compatibility forms are judged as what people read: U+FF0E is a dot, and U+FF41 the letter a.
        let read = ComposingNormalizerBorrowed::new_nfkc().normalize(text);
        if has_a_code(&read) {
            Err(InvalidSmsName::Digits)
        } else if mixes_scripts(&read) {
            Err(InvalidSmsName::Scripts)
        } else if links::find(&read).is_some() {
            Err(InvalidSmsName::Link)
        } else {
            Ok(Self(text.to_owned()))
        }
    }

    /// Returns the name of messages that carry none; it is empty.
    #[must_use]
    pub const fn none() -> Self {
        Self(String::new())
    }

    /// Returns whether messages carry no name.
    #[must_use]
    pub fn is_none(&self) -> bool {
        self.0.is_empty()
    }

    /// Returns the shortest possible name. It stands in where the application is unknown.
    pub(crate) fn shortest() -> Self {
        Self("A".to_owned())
    }

    /// The name as text; empty where there is none.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// Returns whether `c` is a letter, a digit, a mark on a letter, a space, or punctuation that ends no signature.
fn is_plain(c: char) -> bool {
    let category = || CodePointMapData::<GeneralCategory>::new().get(c);
    let is_mark = || {
        matches!(
            category(),
            GeneralCategory::NonspacingMark | GeneralCategory::SpacingMark
        )
    };
    !is_invisible(c) && (c.is_alphanumeric() || PUNCTUATION.contains(c) || is_mark())
}

const PUNCTUATION: &str = " -_'’&.,/+!?()·・（）＆！？，、\u{3000}";

/// Returns whether `text` has five digits that nothing but separators parts.
fn has_a_code(text: &str) -> bool {
    let mut run = 0;
    text.chars().any(|c| {
        if c.is_numeric() {
            run += 1;
        } else if c.is_alphabetic() {
            run = 0;
        }
        run >= 5
    })
}

/// Returns whether `text` mixes scripts that may pass for each other. Letters of ASCII go with every script but those
/// whose letters look like them.
fn mixes_scripts(text: &str) -> bool {
    let script = |c| CodePointMapData::<Script>::new().get(c);
    let other = text.chars().filter(|c| !c.is_ascii()).map(script);
    let others: BTreeSet<Script> = other
        .filter(|script| !matches!(*script, Script::Common | Script::Inherited))
        .map(of_east_asia)
        .collect();
    if text.contains(|c: char| c.is_ascii_alphabetic()) && others.iter().any(looks_like_latin) {
        return true;
    }
    others.len() > 1
}

/// Returns one script for those that Chinese, Japanese and Korean write side by side.
fn of_east_asia(script: Script) -> Script {
    match script {
        Script::Hiragana | Script::Katakana | Script::Hangul | Script::Bopomofo => Script::Han,
        other => other,
    }
}

fn looks_like_latin(script: &Script) -> bool {
    matches!(
        *script,
        Script::Cyrillic
            | Script::Greek
            | Script::Armenian
            | Script::Cherokee
            | Script::Coptic
            | Script::Lisu
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn any_printable_name_is_taken_and_an_invisible_one_is_not() {
        for name in [
            "Shop.io",
            "O’Neil",
            "24/7",
            "北京银行（中国）",
            " Schön & Söhne GmbH ",
            "evil.com",
            "👩‍👧 Family",
            "1 2 3 4 5 6",
        ] {
            assert_eq!(AppName::parse(name).unwrap().as_str(), name.trim());
        }
        assert_eq!(AppName::parse("  "), Err(InvalidAppName::Length));
        assert_eq!(AppName::parse(&"a".repeat(65)), Err(InvalidAppName::Length));
        for c in ['\u{3164}', '\u{202e}', '\n', '\0', '\u{2028}', '\u{e000}'] {
            let found = AppName::parse(&format!("a{c}b"));
            assert_eq!(found, Err(InvalidAppName::Character(c)), "{c:?}");
        }
    }

    // shows: E5, found-T7
    #[test]
    fn a_name_that_could_forge_a_message_is_not_carried() {
        use InvalidSmsName::{Character, Digits, Length, Link, Scripts};
        for (name, why) in [
            ("", Length),
            ("123456789012345678901", Length),
            ("a\u{202e}b", Character('\u{202e}')),
            ("ㅤ", Character('ㅤ')),
            ("a】123", Character('】')),
            ("evil․com", Character('․')),
            ("{code}", Character('{')),
            ("evil.com", Link),
            ("ｅｖｉｌ.ｃｏｍ", Link),
            ("Shop.io", Link),
            ("аpple", Scripts),
            ("αβγд", Scripts),
            ("code 12345", Digits),
            ("1 2 3 4 5 6", Digits),
            ("１２-３４/5", Digits),
        ] {
            assert_eq!(SmsName::parse(name), Err(why), "{name:?}");
            assert!(AppName::recorded(name).in_messages().is_none(), "{name:?}");
        }
    }

    #[test]
    fn a_name_of_one_script_beside_ascii_is_carried() {
        for name in [
            "Shop",
            "O’Neil",
            "24/7",
            "北京银行（中国）",
            "示例商城 Shop",
            "Яндекс 24",
            "カフェ東京 Bar",
            "Café",
            "हिन्दी",
            "ไทย",
            "Route 66",
        ] {
            assert_eq!(SmsName::parse(name).unwrap().as_str(), name);
            assert_eq!(AppName::parse(name).unwrap().in_messages().as_str(), name);
        }
    }
}
