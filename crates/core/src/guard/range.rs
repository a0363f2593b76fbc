//! Ranges of numbers, and the areas that the guard counts and blocks: a range, of one application or of all.

use std::fmt;

use crate::application::AppId;
use crate::phone::{Country, PhoneNumber};

/// The kinds of ranges, from the widest to the narrowest.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum RangeKind {
    /// All numbers of a country.
    Country,
    /// All numbers of a calling code, which several countries may share.
    CallingCode,
    /// The numbers of a calling code whose national number begins with the same three digits: mostly one carrier.
    Carrier,
    /// Ten thousand numbers: those that differ in their last four digits alone.
    Prefix,
    /// A hundred numbers: those that differ in their last two digits alone.
    Block,
}

impl RangeKind {
    /// All kinds.
    pub const ALL: [RangeKind; 5] = [
        RangeKind::Country,
        RangeKind::CallingCode,
        RangeKind::Carrier,
        RangeKind::Prefix,
        RangeKind::Block,
    ];

    /// The kinds for which the guard counts how many codes are verified.
    pub const COUNTED: [RangeKind; 3] = [
        RangeKind::CallingCode,
        RangeKind::Carrier,
        RangeKind::Prefix,
    ];

    /// Returns the name of the kind in settings, on the wire and on record.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            RangeKind::Country => "country",
            RangeKind::CallingCode => "calling_code",
            RangeKind::Carrier => "carrier",
            RangeKind::Prefix => "prefix",
            RangeKind::Block => "block",
        }
    }

    /// Returns the kind of this name.
    #[must_use]
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.as_str() == name)
    }

    /// Returns the bounds on the number of digits of such a range.
    const fn digits(self) -> (usize, usize) {
        match self {
            RangeKind::Country => (0, 0),
            RangeKind::CallingCode => (1, 3),
            RangeKind::Carrier => (4, 6),
            RangeKind::Prefix => (3, 11),
            RangeKind::Block => (5, 13),
        }
    }
}

/// A range of numbers, such as the calling code `+86` or the prefix `+861380013`.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Range {
    kind: RangeKind,
    value: Box<str>,
}

/// The reason why a text is not a [`Range`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum InvalidRange {
    /// A country that has no numbers.
    #[error("not a two-letter country code such as CN")]
    Country,
    /// Digits that are no range of this kind.
    #[error("a {} is + and {least} to {most} digits", kind.as_str())]
    Digits {
        /// The kind.
        kind: RangeKind,
        /// The smallest number of digits.
        least: usize,
        /// The largest number of digits.
        most: usize,
    },
}

impl Range {
    /// Reads a range: two letters for a country, else `+` (which may be left out) and the leading digits of its numbers
    /// in E.164.
    ///
    /// # Errors
    /// [`InvalidRange`].
    pub fn parse(kind: RangeKind, text: &str) -> Result<Self, InvalidRange> {
        if kind == RangeKind::Country {
            let country = Country::parse(&text.to_ascii_uppercase());
            let range = country.and_then(Self::of_country);
            return range.ok_or(InvalidRange::Country);
        }
        let digits = text.strip_prefix('+').unwrap_or(text);
        let (least, most) = kind.digits();
        let is_number = digits.bytes().all(|digit| digit.is_ascii_digit());
        if !is_number || !(least..=most).contains(&digits.len()) || digits.starts_with('0') {
            return Err(InvalidRange::Digits { kind, least, most });
        }
        Ok(Self {
            kind,
            value: format!("+{digits}").into(),
        })
    }

    /// Returns the range of all numbers of a country; `None` where it has none.
    #[must_use]
    pub fn of_country(country: Country) -> Option<Self> {
        country.has_numbers().then(|| Self {
            kind: RangeKind::Country,
            value: country.as_str().into(),
        })
    }

    /// Returns the range of this kind that a number belongs to.
    #[must_use]
    pub fn of(kind: RangeKind, phone: &PhoneNumber) -> Self {
        let number = phone.e164();
        let code = number.len().saturating_sub(phone.national().len());
        let country = phone.country();
        let value = match kind {
            RangeKind::Country => country.as_str(),
            RangeKind::CallingCode => number.get(..code).unwrap_or(number),
            RangeKind::Carrier => phone.carrier(),
            RangeKind::Prefix => phone.prefix(),
            RangeKind::Block => phone.block(),
        };
        Self {
            kind,
            value: value.into(),
        }
    }

    /// Returns whether a number belongs to the range.
    #[must_use]
    pub fn contains(&self, phone: &PhoneNumber) -> bool {
        Self::of(self.kind, phone) == *self
    }

    /// Returns the kind.
    #[must_use]
    pub const fn kind(&self) -> RangeKind {
        self.kind
    }

    /// Returns the two letters of a country, or `+` and the leading digits.
    #[must_use]
    pub fn value(&self) -> &str {
        &self.value
    }
}

/// Writes the kind and the value, such as `prefix +861380013`.
impl fmt::Display for Range {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.kind.as_str(), self.value)
    }
}

impl fmt::Debug for Range {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// A range of numbers, for one application or for all.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Area {
    /// The application; `None` for all.
    pub app: Option<AppId>,
    /// The range.
    pub range: Range,
}

impl Area {
    /// Returns the area of this kind that a send of `app` to a number belongs to.
    #[must_use]
    pub fn of(app: &AppId, kind: RangeKind, phone: &PhoneNumber) -> Self {
        Self {
            app: Some(app.clone()),
            range: Range::of(kind, phone),
        }
    }

    /// Returns every area that a send of `app` to a number belongs to.
    pub fn all_of<'a>(
        app: &'a AppId,
        phone: &'a PhoneNumber,
    ) -> impl Iterator<Item = Area> + use<'a> {
        RangeKind::ALL.into_iter().flat_map(move |kind| {
            let one = Self::of(app, kind, phone);
            let all = Self {
                app: None,
                range: one.range.clone(),
            };
            [one, all]
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn phone(number: &str) -> PhoneNumber {
        PhoneNumber::parse(number, None).unwrap()
    }

    #[test]
    fn a_number_belongs_to_one_range_of_each_kind() {
        let ranges = |number: &str| {
            RangeKind::ALL.map(|kind| Range::of(kind, &phone(number)).value().to_owned())
        };
        assert_eq!(
            ranges("+8613800138000"),
            ["CN", "+86", "+86138", "+861380013", "+86138001380"]
        );
        assert_eq!(
            ranges("+14155550132"),
            ["US", "+1", "+1415", "+1415555", "+141555501"]
        );
    }

    #[test]
    fn a_range_contains_its_own_numbers_alone() {
        for kind in RangeKind::ALL {
            let range = Range::of(kind, &phone("+8613800138000"));
            assert_eq!(Range::parse(kind, range.value()), Ok(range.clone()));
            assert!(range.contains(&phone("+8613800138099")), "{range}");
            assert!(!range.contains(&phone("+14155550132")), "{range}");
        }
        let block = Range::parse(RangeKind::Block, "86138001380").unwrap();
        assert!(!block.contains(&phone("+8613800138100")));
        assert_eq!(
            format!("{block} {block:?}"),
            "block +86138001380 block +86138001380"
        );
    }

    #[test]
    fn a_kind_is_read_by_its_name() {
        for (name, kind) in [
            ("country", Some(RangeKind::Country)),
            ("calling_code", Some(RangeKind::CallingCode)),
            ("carrier", Some(RangeKind::Carrier)),
            ("prefix", Some(RangeKind::Prefix)),
            ("block", Some(RangeKind::Block)),
            ("number", None),
        ] {
            assert_eq!(RangeKind::parse(name), kind, "{name}");
        }
    }

    #[test]
    fn a_text_that_names_no_range_is_refused() {
        for (kind, text) in [
            (RangeKind::Country, "XX"),
            (RangeKind::Country, "86"),
            (RangeKind::CallingCode, ""),
            (RangeKind::CallingCode, "+8613"),
            (RangeKind::CallingCode, "+0"),
            (RangeKind::Carrier, "+86"),
            (RangeKind::Prefix, "+8613800138x"),
            (RangeKind::Block, "+"),
        ] {
            assert!(Range::parse(kind, text).is_err(), "{kind:?} {text:?}");
        }
    }
}
