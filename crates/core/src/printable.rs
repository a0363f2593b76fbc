//! Text that is safe to show: no character of it moves a cursor, hides itself, or turns the text around it.
//!
//! Vendors, files and other servers choose texts that end in timelines and on terminals. A terminal obeys control
//! characters, and a reader cannot see format characters.

use std::borrow::Cow;

use icu_properties::props::{DefaultIgnorableCodePoint, GeneralCategory};
use icu_properties::{CodePointMapData, CodePointSetData};

/// Returns whether `c` shows as itself: no control or format character, no line or paragraph separator, and nothing
/// that displays ignore by default.
#[must_use]
pub fn is_printable(c: char) -> bool {
    if c.is_ascii() {
        return !c.is_ascii_control();
    }
    let obeyed = matches!(
        CodePointMapData::<GeneralCategory>::new().get(c),
        GeneralCategory::Control
            | GeneralCategory::Format
            | GeneralCategory::LineSeparator
            | GeneralCategory::ParagraphSeparator
    );
    !obeyed && !CodePointSetData::new::<DefaultIgnorableCodePoint>().contains(c)
}

/// Returns `text` with every character that is not printable written as JSON writes it, such as `\u001b`: between the
/// quotes of JSON it means the same as before. Line feeds stay.
#[must_use]
pub fn printable(text: &str) -> Cow<'_, str> {
    let shows = |c: char| c == '\n' || is_printable(c);
    if text.chars().all(shows) {
        return Cow::Borrowed(text);
    }
    let mut shown = String::with_capacity(text.len() + 16);
    for c in text.chars() {
        if shows(c) {
            shown.push(c);
        } else {
            for unit in c.encode_utf16(&mut [0; 2]) {
                shown.push_str(&format!("\\u{unit:04x}"));
            }
        }
    }
    Cow::Owned(shown)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_that_shows_as_itself_is_shown_unchanged() {
        for text in ["", "OK", "余额不足，请充值", "a\nb", "né ’“—【】€🔒"] {
            assert!(matches!(printable(text), Cow::Borrowed(shown) if shown == text));
        }
    }

    #[test]
    fn a_character_that_a_terminal_obeys_or_hides_is_shown_by_its_number() {
        for (text, shown) in [
            ("\u{1b}[2J", "\\u001b[2J"),
            ("a\rb\tc", "a\\u000db\\u0009c"),
            ("\u{9b}31m\u{7f}", "\\u009b31m\\u007f"),
            ("\u{202e}dne\u{2066}", "\\u202edne\\u2066"),
            ("\u{200b}\u{2028}\u{feff}", "\\u200b\\u2028\\ufeff"),
            ("\u{e0041}", "\\udb40\\udc41"),
        ] {
            assert_eq!(printable(text), shown);
        }
    }
}
