//! Phone numbers: parsed once at the edge of the service, E.164 everywhere inside.
//!
//! This folder is the only place that knows the phone library. Limits, sealing and sending work on a
//! [`PhoneNumber`], so different spellings of a number are the same number.

mod country;
mod country_code;
mod invalid;
mod older;
mod plan;
mod world;

use std::fmt;

pub use country::Country;
pub use invalid::InvalidPhone;
pub use plan::RELEASE;
pub use world::WorldRegion;

use crate::typed::fold;
use country_code::CountryCode;
use older::Older;

/// A valid mobile (or fixed-or-mobile) number in E.164.
///
/// `Debug` shows it masked. Only [`PhoneNumber::e164`] reveals the digits.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct PhoneNumber {
    e164: String,
    calling_code: u16,
    country: Country,
}

impl PhoneNumber {
    /// Reads `number` as a person in the country of `calling_code` would dial it, and in China where neither names a
    /// country: see [`PhoneNumber::parse_at`].
    ///
    /// # Errors
    /// Those of [`PhoneNumber::parse_at`].
    pub fn parse(number: &str, calling_code: Option<&str>) -> Result<Self, InvalidPhone> {
        Self::parse_at(Country::CHINA, number, calling_code)
    }

    /// Reads `number` as a person in the country of `calling_code` would dial it.
    ///
    /// `calling_code` is `+86`, `86`, `086` or `0086` for China; an area code may follow that narrows it to a
    /// country (`+1-876` is Jamaica). `None` or white space stands for the country `home`, unless `number` names its
    /// own country by a leading `+`.
    ///
    /// A country code, bare or after `+`, `00` or `011`, and a trunk prefix may stand before the national
    /// number, each where the country dials so. A prefix that chooses a carrier is refused. `tel:` may stand before
    /// everything. Typed characters are [folded](fold) first. A form of an older numbering plan that can only mean
    /// one number of today is that number.
    ///
    /// # Errors
    /// [`InvalidPhone`] says which constraint is broken. The parser never guesses: it refuses every text that
    /// is not certainly one mobile number.
    pub fn parse_at(
        home: Country,
        number: &str,
        calling_code: Option<&str>,
    ) -> Result<Self, InvalidPhone> {
        let number = plain(number)?;
        match calling_code.map_or(Ok(None), CountryCode::parse)? {
            Some(code) => code.read(&number),
            None => read(&number, home.calling_code().unwrap_or(CHINA)),
        }
    }

    /// Returns whether `number` or `calling_code` names a country. Otherwise [`PhoneNumber::parse_at`] reads the number
    /// in the country `home`.
    #[must_use]
    pub fn names_country(number: &str, calling_code: Option<&str>) -> bool {
        let by_code =
            calling_code.is_some_and(|code| !matches!(CountryCode::parse(code), Ok(None)));
        let folded: String = fold(number).collect();
        let typed = without_tel(folded.trim_start_matches(' ')).trim_start_matches([' ', '(']);
        by_code || typed.starts_with('+') || typed.starts_with("00")
    }

    /// Returns whether `e164`, a number on record, is the same number by the plans of today.
    #[must_use]
    pub fn is_kept(e164: &str) -> bool {
        Self::parse(e164, None).is_ok_and(|today| today.e164 == e164)
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

    /// Returns the national number: the digits after the country calling code.
    #[must_use]
    pub fn national(&self) -> &str {
        let digits = self.e164.strip_prefix('+').unwrap_or(&self.e164);
        let code = self.calling_code.to_string();
        digits.strip_prefix(&code).unwrap_or(digits)
    }

    /// Returns the number in E.164 without its last four digits: its prefix.
    #[must_use]
    pub fn prefix(&self) -> &str {
        let end = self.e164.len().saturating_sub(4);
        self.e164.get(..end).unwrap_or_default()
    }

    /// Returns the number in E.164 without its last two digits: its block of a hundred numbers.
    #[must_use]
    pub fn block(&self) -> &str {
        let end = self.e164.len().saturating_sub(2);
        self.e164.get(..end).unwrap_or_default()
    }

    /// Returns the country calling code, which several countries may share.
    #[must_use]
    pub fn calling_code(&self) -> u16 {
        self.calling_code
    }

    /// Returns the number in E.164 up to the third digit of the national number: its carrier range. Most countries give
    /// such ranges to one carrier each.
    #[must_use]
    pub fn carrier(&self) -> &str {
        let national = self.national().len();
        let end = self.e164.len() - national + national.min(3);
        self.e164.get(..end).unwrap_or_default()
    }

    /// Returns the number as people other than its owner may see it: `+86138****8000`. The stars stand for four
    /// digits at least.
    #[must_use]
    pub fn masked(&self) -> String {
        let prefix = format!("+{}", self.calling_code);
        let national = self.national();
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

const CHINA: u16 = 86;

/// Loads the numbering plans, which takes tens of milliseconds once. Call this at the start, so that no request
/// waits for it.
pub fn warm_up() {
    for number in ["+8613800138000", "+14155550132"] {
        let _ = PhoneNumber::parse(number, None);
    }
}

/// Reads `number`, digits that may have a leading `+`, as a person in the country of the calling code `home` would
/// dial it. A number of today is that number; any other may be in an older form.
fn read(number: &str, home: u16) -> Result<PhoneNumber, InvalidPhone> {
    plan::read(number, home).or_else(|why| match older::find(number, home) {
        Some(Older::Certain(today)) => plan::read(&today, home).map_err(|_| why),
        Some(Older::Uncertain(form)) => Err(InvalidPhone::OlderForm(form)),
        None => Err(why),
    })
}

/// Folds typed characters, drops `tel:` and punctuation, and leaves `+?[0-9]{5,17}` or nothing.
fn plain(text: &str) -> Result<String, InvalidPhone> {
    let folded: String = fold(text).collect();
    let mut plain = String::with_capacity(folded.len().min(32));
    for c in without_tel(folded.trim_start_matches(' ')).chars() {
        match c {
            ' ' | '-' | '.' | '(' | ')' => {}
            '+' if plain.is_empty() => plain.push('+'),
            digit @ '0'..='9' => plain.push(digit),
            other => return Err(InvalidPhone::Character(other)),
        }
    }
    let digits = plain.trim_start_matches('+').len();
    if (5..=17).contains(&digits) {
        Ok(plain)
    } else {
        Err(InvalidPhone::NotValid)
    }
}

/// Returns the number of a `tel:` link, whose scheme may have any case; any other text as it is.
fn without_tel(text: &str) -> &str {
    match text.split_at_checked(4) {
        Some((scheme, number)) if scheme.eq_ignore_ascii_case("tel:") => number,
        _ => text,
    }
}

#[cfg(test)]
mod tests;
