//! Countries, and the calling codes of their numbers.

use std::fmt;
use std::str::FromStr;

use rlibphonenumber::{PHONE_NUMBER_UTIL, Region};

/// A country by its ISO 3166-1 alpha-2 code, such as `CN`.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Country([u8; 2]);

impl Country {
    /// The mainland of China, where a number that names no country is read unless an application chose another one.
    pub const CHINA: Country = Country(*b"CN");

    /// Returns the country of a two-letter code in capitals; `None` for anything else.
    #[must_use]
    pub fn parse(code: &str) -> Option<Self> {
        match *code.as_bytes() {
            [a, b] if a.is_ascii_uppercase() && b.is_ascii_uppercase() => Some(Self([a, b])),
            _ => None,
        }
    }

    /// Iterates over every country for which the phone library has a numbering plan.
    pub fn all() -> impl Iterator<Item = Self> {
        let letters = || b'A'..=b'Z';
        let codes = letters().flat_map(move |one| letters().map(move |other| Self([one, other])));
        codes.filter(|country| country.has_numbers())
    }

    /// Returns the calling code of this country's numbers, which follows the `+`; `None` if the phone library
    /// has no numbering plan for the country. Countries may share a code: 1 is the United States and Jamaica.
    #[must_use]
    pub fn calling_code(self) -> Option<u16> {
        let region = Region::from_str(self.as_str()).ok()?;
        let code = PHONE_NUMBER_UTIL.get_country_code_for_region(region)?;
        u16::try_from(code).ok()
    }

    /// Returns whether the phone library has a numbering plan for this country.
    #[must_use]
    pub fn has_numbers(self) -> bool {
        self.calling_code().is_some()
    }

    /// Returns the two letters.
    #[must_use]
    pub fn as_str(&self) -> &str {
        std::str::from_utf8(&self.0).unwrap_or_default()
    }
}

impl fmt::Display for Country {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl fmt::Debug for Country {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}
