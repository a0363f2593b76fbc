//! The number of SMS segments that a text takes.
//!
//! A text in the alphabet of GSM 03.38 goes out in seven bits a character, a few of which take two places. Any
//! other text goes out in UCS-2 as a whole. A text in several segments loses some room in each to the header
//! that joins them.

/// The encoding of a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Encoding {
    /// The default alphabet of GSM 03.38 and its extension table. A unit is a septet.
    Gsm7,
    /// Everything else. A unit is 16 bits; an emoji takes two.
    Ucs2,
}

impl Encoding {
    /// The name of the encoding, as people know it.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Encoding::Gsm7 => "GSM-7",
            Encoding::Ucs2 => "UCS-2",
        }
    }

    /// The maximum number of units of a text of one segment.
    #[must_use]
    pub const fn alone(self) -> usize {
        match self {
            Encoding::Gsm7 => 160,
            Encoding::Ucs2 => 70,
        }
    }

    /// The maximum number of units of each segment of a longer text.
    #[must_use]
    pub const fn joined(self) -> usize {
        match self {
            Encoding::Gsm7 => 153,
            Encoding::Ucs2 => 67,
        }
    }

    fn units(self, c: char) -> usize {
        match self {
            Encoding::Gsm7 => septets(c).unwrap_or_default(),
            Encoding::Ucs2 => c.len_utf16(),
        }
    }
}

/// The encoding and length of a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Size {
    /// The encoding.
    pub encoding: Encoding,
    /// The length in units of that encoding.
    pub units: usize,
    /// The number of segments; an empty text takes one.
    pub segments: usize,
}

/// Measures `text`.
///
/// ```
/// use countersign_core::text::{Encoding, measure};
/// let size = measure("123456 is your code.");
/// assert_eq!((size.encoding, size.units, size.segments), (Encoding::Gsm7, 20, 1));
/// assert_eq!(measure("123456 是您的验证码。").encoding, Encoding::Ucs2);
/// ```
#[must_use]
pub fn measure(text: &str) -> Size {
    let encoding = if text.chars().all(|c| septets(c).is_some()) {
        Encoding::Gsm7
    } else {
        Encoding::Ucs2
    };
    let units = text.chars().map(|c| encoding.units(c)).sum();
    let segments = if units <= encoding.alone() {
        1
    } else {
        joined(text, encoding)
    };
    Size {
        encoding,
        units,
        segments,
    }
}

/// Returns whether `c` can go out in [`Encoding::Gsm7`].
#[must_use]
pub fn is_gsm7(c: char) -> bool {
    septets(c).is_some()
}

/// Counts the segments of a text that is too long for one. No character is split between two segments.
fn joined(text: &str, encoding: Encoding) -> usize {
    let (mut segments, mut filled) = (1, 0);
    for units in text.chars().map(|c| encoding.units(c)) {
        if filled + units > encoding.joined() {
            segments += 1;
            filled = 0;
        }
        filled += units;
    }
    segments
}

/// The characters that take one septet, beside the letters and digits of ASCII.
const DEFAULT: &str = "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./:;<=>?¡ÄÖÑÜ§¿äöñüà";

/// The characters that take two septets: an escape, and a character of the extension table.
const EXTENSION: &str = "\u{c}^{}\\[~]|€";

/// Returns the number of septets of `c`; `None` for a character without any.
fn septets(c: char) -> Option<usize> {
    if c.is_ascii_alphanumeric() || DEFAULT.contains(c) {
        Some(1)
    } else if EXTENSION.contains(c) {
        Some(2)
    } else {
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn size(text: &str) -> (Encoding, usize, usize) {
        let size = measure(text);
        (size.encoding, size.units, size.segments)
    }

    /// The default alphabet in the order of its codes, 0x1B (the escape) left out.
    const TABLE: &str = "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?\
        ¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà";

    #[test]
    fn every_character_of_the_default_alphabet_takes_one_septet() {
        assert_eq!(TABLE.chars().count(), 127);
        for c in TABLE.chars() {
            assert_eq!(size(&c.to_string()), (Encoding::Gsm7, 1, 1), "{c:?}");
        }
        let known = (0..=0x10_ffff)
            .filter_map(char::from_u32)
            .filter(|c| septets(*c) == Some(1));
        assert_eq!(known.count(), 127, "and no other character does");
    }

    #[test]
    fn every_character_of_the_extension_table_takes_two_septets() {
        for c in ['\u{c}', '^', '{', '}', '\\', '[', '~', ']', '|', '€'] {
            assert_eq!(size(&c.to_string()), (Encoding::Gsm7, 2, 1), "{c:?}");
        }
        let known = (0..=0x10_ffff)
            .filter_map(char::from_u32)
            .filter(|c| septets(*c) == Some(2));
        assert_eq!(known.count(), 10);
    }

    #[test]
    fn one_character_outside_makes_the_whole_text_ucs2() {
        for c in [
            'ç', '`', '\t', '’', '“', '–', '…', '\u{a0}', '，', '码', 'À', 'α',
        ] {
            let text = format!("abc{c}");
            assert_eq!(size(&text), (Encoding::Ucs2, 4, 1), "{c:?}");
        }
        // A character of two septets takes one unit in UCS-2.
        assert_eq!(size("[€]码"), (Encoding::Ucs2, 4, 1));
    }

    #[test]
    fn gsm7_has_160_alone_and_153_each_after() {
        assert_eq!(size(""), (Encoding::Gsm7, 0, 1));
        for (length, segments) in [
            (1, 1),
            (159, 1),
            (160, 1),
            (161, 2),
            (306, 2),
            (307, 3),
            (459, 3),
            (460, 4),
        ] {
            assert_eq!(
                size(&"a".repeat(length)),
                (Encoding::Gsm7, length, segments)
            );
        }
        assert_eq!(size(&"€".repeat(80)), (Encoding::Gsm7, 160, 1));
        assert_eq!(size(&"€".repeat(81)), (Encoding::Gsm7, 162, 2));
        let full = "a".repeat(159);
        assert_eq!(size(&format!("{full}[")), (Encoding::Gsm7, 161, 2));
    }

    #[test]
    fn an_escape_stays_with_its_character() {
        // 153 is odd: the 77th pair does not fit the first segment, nor the 153rd the second.
        assert_eq!(size(&"€".repeat(152)), (Encoding::Gsm7, 304, 2));
        assert_eq!(size(&"€".repeat(153)), (Encoding::Gsm7, 306, 3));
    }

    #[test]
    fn ucs2_has_70_alone_and_67_each_after() {
        for (length, segments) in [
            (1, 1),
            (69, 1),
            (70, 1),
            (71, 2),
            (134, 2),
            (135, 3),
            (201, 3),
            (202, 4),
        ] {
            assert_eq!(
                size(&"码".repeat(length)),
                (Encoding::Ucs2, length, segments)
            );
        }
    }

    #[test]
    fn a_surrogate_pair_takes_two_units_and_is_not_split() {
        assert_eq!(size("😀"), (Encoding::Ucs2, 2, 1));
        assert_eq!(size("👩‍👧"), (Encoding::Ucs2, 5, 1));
        assert_eq!(size(&"😀".repeat(35)), (Encoding::Ucs2, 70, 1));
        assert_eq!(size(&"😀".repeat(36)), (Encoding::Ucs2, 72, 2));
        // 67 is odd: 33 pairs a segment, so 134 units are not two segments here.
        assert_eq!(size(&"😀".repeat(66)), (Encoding::Ucs2, 132, 2));
        assert_eq!(size(&"😀".repeat(67)), (Encoding::Ucs2, 134, 3));
        let text = format!("{}😀{}", "码".repeat(66), "码".repeat(66));
        assert_eq!(size(&text), (Encoding::Ucs2, 134, 3));
    }
}
