//! Phone numbers: parsed once at the edge of the service, E.164 everywhere inside.
//!
//! This is the only file that knows the phone library. Limits, sealing and sending work on a [`PhoneNumber`],
//! so different spellings of a number are the same number.

use std::fmt;
use std::str::FromStr;

use rlibphonenumber::{PHONE_NUMBER_UTIL, PhoneNumberFormat, PhoneNumberType, Region};

/// A valid mobile (or fixed-or-mobile) number in E.164.
///
/// `Debug` shows it masked. Only [`PhoneNumber::e164`] reveals the digits.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct PhoneNumber {
    e164: String,
    calling_code: u16,
    country: Country,
}

/// A country by its ISO 3166-1 alpha-2 code, such as `CN`.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Country([u8; 2]);

/// The reason why a text is not a number that a code can be sent to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum InvalidPhone {
    /// A character other than digits, spaces, `-`, `.`, parentheses and one leading `+`.
    #[error("a phone number has digits, spaces, - . ( ) and one leading + only")]
    Character,
    /// The country code is not 1 to 3 digits, with or without `+`, `0` or `00` before it.
    #[error("a country code is 1 to 3 digits, such as +86")]
    CountryCode,
    /// The number names a country, and the country code names another one.
    #[error("the number names another country than the country code")]
    Contradiction,
    /// The numbering plan of the country has no such number, or a dialling prefix stands in front of it.
    #[error("not a valid number of its country")]
    NotValid,
    /// A landline, premium, shared-cost, satellite or other number that must not get codes.
    #[error("not a mobile number")]
    NotMobile,
}

impl PhoneNumber {
    /// Reads `number` as a person in the country of `calling_code` would dial it.
    ///
    /// `calling_code` is `+86`, `86`, `086` or `0086` for China; `None` or white space stands for China too,
    /// unless `number` names its own country by a leading `+`.
    ///
    /// A country code, bare or after `+`, `00` or `011`, and a trunk prefix may stand before the national
    /// number, each where the country dials so. A prefix that chooses a carrier is refused.
    ///
    /// # Errors
    /// [`InvalidPhone`] says which constraint is broken. The parser never guesses: it refuses every text that
    /// is not certainly one mobile number.
    pub fn parse(number: &str, calling_code: Option<&str>) -> Result<Self, InvalidPhone> {
        let number = plain(number)?;
        let named = calling_code.map_or(Ok(None), parse_calling_code)?;
        let international = number.starts_with('+');
        let home = if international {
            None
        } else {
            let code = i32::from(named.unwrap_or(CHINA));
            let region = PHONE_NUMBER_UTIL.get_region_for_country_code(code);
            Some(region.ok_or(InvalidPhone::CountryCode)?)
        };

        let parsed = PHONE_NUMBER_UTIL
            .parse_and_keep_raw_input(&number, home)
            .map_err(|_| InvalidPhone::NotValid)?;
        // The raw input is kept, since only it shows a carrier-selection prefix (12593 in China).
        if !parsed.preferred_domestic_carrier_code().is_empty() {
            return Err(InvalidPhone::NotValid);
        }
        let code = u16::try_from(parsed.country_code).map_err(|_| InvalidPhone::NotValid)?;
        let e164 = parsed.format_as(PhoneNumberFormat::E164);
        if !plainly_dialled(&number, code, &e164) {
            return Err(InvalidPhone::NotValid);
        }
        if named.is_some_and(|named| named != code) {
            return Err(InvalidPhone::Contradiction);
        }
        match parsed.get_type() {
            PhoneNumberType::Mobile | PhoneNumberType::FixedLineOrMobile => {}
            PhoneNumberType::Unknown => return Err(InvalidPhone::NotValid),
            _ => return Err(InvalidPhone::NotMobile),
        }
        let country = parsed
            .get_region_code()
            .and_then(|region| Country::parse(&region.as_region_str()))
            // Satellite and other global networks belong to no country.
            .ok_or(InvalidPhone::NotMobile)?;
        Ok(Self {
            e164: e164.into_owned(),
            calling_code: code,
            country,
        })
    }

    /// Returns the number in E.164: `+`, country calling code, national number; digits only.
    #[must_use]
    pub fn e164(&self) -> &str {
        &self.e164
    }

    /// Returns the country that the number belongs to.
    #[must_use]
    pub fn country(&self) -> Country {
        self.country
    }

    /// Returns the number as people other than its owner may see it: `+86138****8000`. The stars stand for four
    /// digits at least.
    #[must_use]
    pub fn masked(&self) -> String {
        let prefix = format!("+{}", self.calling_code);
        let national = self.e164.strip_prefix(&prefix).unwrap_or_default();
        let (head, tail) = match national.len().saturating_sub(4) {
            7.. => (3, 4),
            3..=6 => (1, 2),
            few => (0, few),
        };
        match (
            national.get(..head),
            national.get(national.len().saturating_sub(tail)..),
        ) {
            (Some(first), Some(last)) => format!("{prefix}{first}****{last}"),
            _ => format!("{prefix}****"),
        }
    }
}

impl fmt::Debug for PhoneNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.masked())
    }
}

impl Country {
    /// The mainland of China, the country of a number that names none.
    pub const CHINA: Country = Country(*b"CN");

    /// Returns the country of a two-letter code in capitals; `None` for anything else.
    #[must_use]
    pub fn parse(code: &str) -> Option<Self> {
        match *code.as_bytes() {
            [a, b] if a.is_ascii_uppercase() && b.is_ascii_uppercase() => Some(Self([a, b])),
            _ => None,
        }
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

const CHINA: u16 = 86;

/// Loads the numbering plans, which takes tens of milliseconds once. Call this at the start, so that no request
/// waits for it.
pub fn warm_up() {
    for number in ["+8613800138000", "+14155550132"] {
        let _ = PhoneNumber::parse(number, None);
    }
}

/// Folds full-width forms to ASCII, drops punctuation, and leaves `+?[0-9]{5,17}` or nothing.
fn plain(text: &str) -> Result<String, InvalidPhone> {
    let mut plain = String::with_capacity(text.len().min(32));
    for c in text.chars() {
        match half_width(c) {
            ' ' | '-' | '.' | '(' | ')' => {}
            '+' if plain.is_empty() => plain.push('+'),
            digit @ '0'..='9' => plain.push(digit),
            _ => return Err(InvalidPhone::Character),
        }
    }
    let digits = plain.trim_start_matches('+').len();
    if (5..=17).contains(&digits) {
        Ok(plain)
    } else {
        Err(InvalidPhone::NotValid)
    }
}

/// The trunk prefixes of the world: digits dialled before a national number within a country.
const TRUNK: [&str; 6] = ["", "0", "1", "8", "06", "80"];

/// Returns whether the library removed only a country code and a trunk prefix from the front of `number`.
///
/// The library also removes prefixes that choose a carrier or a payer, and reports only some of them.
fn plainly_dialled(number: &str, code: u16, e164: &str) -> bool {
    let code = code.to_string();
    let is_trunk = |rest: &str| TRUNK.contains(&rest);
    let national = e164.trim_start_matches('+').strip_prefix(&code);
    let Some(national) = national else {
        return false;
    };
    let Some(front) = number.trim_start_matches('+').strip_suffix(national) else {
        // Argentina dials a 15 in the middle, which the library turns into a 9 in front.
        return true;
    };
    let abroad = |exit: &str| front.strip_prefix(exit)?.strip_prefix(&code);
    is_trunk(front)
        || ["", "00", "011"]
            .into_iter()
            .filter_map(abroad)
            .any(is_trunk)
}

/// Maps the full-width keyboard of East Asia to ASCII, by Unicode's compatibility forms. The digits of other
/// scripts stay as they are, and are refused later.
fn half_width(c: char) -> char {
    match c {
        '\u{3000}' => ' ',
        '\u{ff01}'..='\u{ff5e}' => char::from_u32(u32::from(c) - 0xfee0).unwrap_or(c),
        _ => c,
    }
}

fn parse_calling_code(text: &str) -> Result<Option<u16>, InvalidPhone> {
    let text: String = text.chars().map(half_width).collect();
    let text = text.trim_matches(' ');
    if text.is_empty() {
        return Ok(None);
    }
    let digits = match text.strip_prefix('+') {
        Some(digits) => digits,
        None => text
            .strip_prefix("00")
            .or_else(|| text.strip_prefix('0'))
            .unwrap_or(text),
    };
    let plain = (1..=3).contains(&digits.len())
        && digits.bytes().all(|b| b.is_ascii_digit())
        && !digits.starts_with('0');
    match digits.parse() {
        Ok(code) if plain => Ok(Some(code)),
        _ => Err(InvalidPhone::CountryCode),
    }
}

#[cfg(test)]
mod tests;
