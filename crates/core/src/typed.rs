//! Typed text: the one reading of the characters that people, keyboards and pages put into numbers and codes.
//!
//! People copy a code with the space after it, keyboards of East Asia write full-width digits, and address books
//! put marks of the writing direction around a number. [`fold`] makes the same characters of all of these; what
//! a number or a code may then hold is the rule of [`crate::phone`] and [`crate::code::passcode`].

use icu_properties::props::{
    DefaultIgnorableCodePoint, GeneralCategory, PrependedConcatenationMark,
};
use icu_properties::{CodePointMapData, CodePointSetData};

/// Returns the characters of `text` as numbers and codes are read.
///
/// White space of every kind becomes a space, every hyphen, dash and minus sign becomes `-`, and full-width forms
/// become ASCII. Invisible characters are left out. Every other character stays, digits of other scripts included.
///
/// ```
/// # use countersign_core::typed::fold;
/// assert_eq!(fold("０４２\u{a0}１３７\n").collect::<String>(), "042 137 ");
/// assert_eq!(fold("\u{202a}+86\u{2011}138\u{202c}").collect::<String>(), "+86-138");
/// ```
pub fn fold(text: &str) -> impl Iterator<Item = char> {
    text.chars().filter_map(fold_one)
}

/// Returns the character that `c` is read as; `None` for an invisible one.
fn fold_one(c: char) -> Option<char> {
    if c.is_whitespace() || c == BRAILLE_BLANK {
        return Some(' ');
    }
    if c.is_ascii() {
        return Some(c);
    }
    match half_width(c) {
        c if c.is_ascii() => Some(c),
        c if is_invisible(c) => None,
        c if is_hyphen(c) => Some('-'),
        c => Some(c),
    }
}

/// A character of Unicode's class of symbols that is drawn as nothing.
const BRAILLE_BLANK: char = '\u{2800}';

/// Maps the full-width keyboard of East Asia to ASCII, by Unicode's compatibility forms.
fn half_width(c: char) -> char {
    match c {
        '\u{ff01}'..='\u{ff5e}' => char::from_u32(u32::from(c) - 0xfee0).unwrap_or(c),
        _ => c,
    }
}

/// Returns whether `c` is drawn as nothing: a format character or another one that Unicode lets programs ignore,
/// such as a variation selector. The few format characters that are drawn, as the Arabic number sign is, are not.
pub(crate) fn is_invisible(c: char) -> bool {
    CodePointSetData::new::<DefaultIgnorableCodePoint>().contains(c)
        || (CodePointMapData::<GeneralCategory>::new().get(c) == GeneralCategory::Format
            && !CodePointSetData::new::<PrependedConcatenationMark>().contains(c))
}

/// Returns whether `c` joins groups of digits as a hyphen does: every dash of Unicode, the signs that are drawn
/// as one, and the mark of a long vowel, which a Japanese keyboard has where others have the hyphen.
fn is_hyphen(c: char) -> bool {
    matches!(
        c,
        '\u{2212}' | '\u{2043}' | '\u{2d7}' | '\u{30fc}' | '\u{ff70}'
    ) || CodePointMapData::<GeneralCategory>::new().get(c) == GeneralCategory::DashPunctuation
}

#[cfg(test)]
mod tests {
    use super::*;

    fn folded(text: &str) -> String {
        fold(text).collect()
    }

    #[test]
    fn white_space_of_every_kind_is_a_space() {
        for c in " \t\n\r\u{b}\u{c}\u{85}\u{a0}\u{1680}\u{2000}\u{2007}\u{2009}\u{200a}\u{2028}\u{2029}\u{202f}\u{205f}\u{2800}\u{3000}"
            .chars()
        {
            assert_eq!(folded(&c.to_string()), " ", "{c:?}");
        }
    }

    #[test]
    fn hyphens_and_dashes_are_hyphens() {
        for c in "-\u{2d7}\u{58a}\u{5be}‐\u{2011}‒–—―\u{2043}\u{2212}\u{2e3a}〜〰ー\u{fe58}\u{fe63}－\u{ff70}".chars() {
            assert_eq!(folded(&c.to_string()), "-", "{c:?}");
        }
    }

    #[test]
    fn invisible_characters_are_left_out() {
        for c in "\u{ad}\u{34f}\u{61c}\u{115f}\u{17b4}\u{180b}\u{180e}\u{200b}\u{200c}\u{200d}\u{200e}\u{200f}\u{202a}\u{202c}\u{202d}\u{2060}\u{2064}\u{2066}\u{2069}\u{206f}\u{3164}\u{fe0f}\u{feff}\u{ffa0}\u{fff9}\u{1d173}\u{e0020}\u{e0100}"
            .chars()
        {
            assert_eq!(folded(&c.to_string()), "", "{c:?}");
        }
    }

    #[test]
    fn full_width_forms_are_ascii_and_everything_else_stays() {
        assert_eq!(folded("＋８６（０）．／ｘ"), "+86(0)./x");
        let others = "aO٣۴४①²𝟏一.·'/\0\u{7f}\u{600}\u{fffd}";
        assert_eq!(folded(others), others);
    }
}
