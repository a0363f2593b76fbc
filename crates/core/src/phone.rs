//! Phone numbers: parsed once at the door, E.164 everywhere inside.
//!
//! This is the only file that knows the phone library. Everything that limits, seals or sends works
//! on a [`PhoneNumber`], so that no spelling of a number is ever a second number.

use std::fmt;
use std::str::FromStr;

use rlibphonenumber::{PHONE_NUMBER_UTIL, PhoneNumberFormat, PhoneNumberType, Region};

/// A valid mobile (or fixed-or-mobile) number in E.164.
///
/// `Debug` shows it masked. [`PhoneNumber::e164`] is the only way to the digits.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct PhoneNumber {
    e164: String,
    calling_code: u16,
    country: Country,
}

/// A country by its ISO 3166-1 alpha-2 code, such as `CN`.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Country([u8; 2]);

/// Why a text is not a number that a code can be sent to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum InvalidPhone {
    /// A character other than digits, spaces, `-`, `.`, parentheses and one leading `+`.
    #[error("a phone number has digits, spaces, - . ( ) and one leading + only")]
    Character,
    /// The country code is not 1 to 3 digits, with or without `+`, `0` or `00` before it.
    #[error("a country code is 1 to 3 digits, such as +86")]
    CountryCode,
    /// The number names a country, and the country code another one.
    #[error("the number names another country than the country code")]
    Contradiction,
    /// No such number in the plan of its country, or a dialling prefix in front of one.
    #[error("not a valid number of its country")]
    NotValid,
    /// A landline, premium, shared-cost, satellite or other number that must not get codes.
    #[error("not a mobile number")]
    NotMobile,
}

impl PhoneNumber {
    /// Reads `number` as a person in the country of `calling_code` would dial it.
    ///
    /// `calling_code` is `+86`, `86`, `086` or `0086` for China; `None`, or nothing but white
    /// space, stands for China too, unless `number` names its own country by a leading `+`.
    ///
    /// Before the national number may stand a country code, bare or after `+`, `00` or `011`, and
    /// a trunk prefix, each where the country dials so. What chooses a carrier is refused.
    ///
    /// # Errors
    /// [`InvalidPhone`] says which constraint is broken. Nothing is ever guessed: what is not
    /// certainly one mobile number is refused.
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
        // Keeping the raw input is what tells a carrier-selection prefix (12593 in China) apart.
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

    /// The number in E.164: `+`, country calling code, national number; digits only.
    #[must_use]
    pub fn e164(&self) -> &str {
        &self.e164
    }

    /// The country that the number belongs to.
    #[must_use]
    pub fn country(&self) -> Country {
        self.country
    }

    /// The number as people other than its owner may see it: `+86138****8000`. The stars stand for
    /// four digits at least.
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
    /// The mainland of China, home of a number that names no country.
    pub const CHINA: Country = Country(*b"CN");

    /// The country of a two-letter code in capitals; `None` for anything else.
    #[must_use]
    pub fn parse(code: &str) -> Option<Self> {
        match *code.as_bytes() {
            [a, b] if a.is_ascii_uppercase() && b.is_ascii_uppercase() => Some(Self([a, b])),
            _ => None,
        }
    }

    /// Whether the phone library has a numbering plan for this country.
    #[must_use]
    pub fn has_numbers(self) -> bool {
        Region::from_str(self.as_str()).is_ok_and(|region| {
            PHONE_NUMBER_UTIL
                .get_country_code_for_region(region)
                .is_some()
        })
    }

    /// The two letters.
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

/// Loads the numbering plans, which costs tens of milliseconds once, so that no caller waits for
/// it. Call at start.
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

/// What the countries of the world dial before a national number within themselves.
const TRUNK: [&str; 6] = ["", "0", "1", "8", "06", "80"];

/// Whether nothing but a country code and a trunk prefix was taken off the front of `number`.
///
/// The library also takes off what chooses a carrier or who pays, and tells of some of it only.
fn plainly_dialled(number: &str, code: u16, e164: &str) -> bool {
    let code = code.to_string();
    let is_trunk = |rest: &str| TRUNK.contains(&rest);
    let national = e164.trim_start_matches('+').strip_prefix(&code);
    let Some(national) = national else {
        return false;
    };
    let Some(front) = number.trim_start_matches('+').strip_suffix(national) else {
        // Argentina writes a 15 in the middle, which became a 9 in front.
        return true;
    };
    let abroad = |exit: &str| front.strip_prefix(exit)?.strip_prefix(&code);
    is_trunk(front)
        || ["", "00", "011"]
            .into_iter()
            .filter_map(abroad)
            .any(is_trunk)
}

/// What Unicode's compatibility forms make of the full-width keyboard of East Asia; every other
/// script's digits stay what they are and are refused.
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
mod tests {
    use super::*;

    fn e164(number: &str, calling_code: Option<&str>) -> Result<String, InvalidPhone> {
        PhoneNumber::parse(number, calling_code).map(|phone| phone.e164().to_owned())
    }

    #[test]
    fn every_spelling_of_a_number_is_the_same_number() {
        for spelling in [
            "13800138000",
            "+8613800138000",
            "8613800138000",
            "008613800138000",
            "013800138000",
            "+86013800138000",
            "86013800138000",
            "0086013800138000",
            "+86 138-0013-8000",
            "+86 013800138000",
            "1-380-013-8000",
            "138 0013 8000",
            "138-0013-8000",
            "138.0013.8000",
            "(138) 0013-8000",
            "(138)00138000",
            "1 3 8 0 0 1 3 8 0 0 0",
            "138--0013  8000",
            "-13800138000",
            "13800138000.",
            " 138 0013 8000 ",
            "+ 86 138 0013 8000",
            "+86-138-0013-8000",
            "+86.138.0013.8000",
            "86 138 0013 8000",
            "86-138-0013-8000",
            "0 138 0013 8000",
            "00 86 138 0013 8000",
            "0086-138-0013-8000",
            "(+86)13800138000",
            "(+86) 138 0013 8000",
            "+(86) 138 0013 8000",
            "(86)13800138000",
            "(0086) 138-0013-8000",
            "(0) 138 0013 8000",
            "+86 (0) 138 0013 8000",
            "（+86）13800138000",
            "（＋８６）１３８００１３８０００",
            "+８６１３８００１３８０００",
            "＋8613800138000",
            "１３８００１３８０００",
            "００８６１３８００１３８０００",
            "０１３８００１３８０００",
            "１３８－００１３－８０００",
            "１３８．００１３．８０００",
            "138\u{3000}0013\u{3000}8000",
            "１３８-00１３-8000",
        ] {
            for code in [
                None,
                Some(""),
                Some("  "),
                Some("86"),
                Some("086"),
                Some("0086"),
                Some("+86"),
                Some("＋８６"),
            ] {
                assert_eq!(
                    e164(spelling, code).as_deref(),
                    Ok("+8613800138000"),
                    "{spelling:?} {code:?}"
                );
            }
        }
    }

    #[test]
    fn what_is_not_certainly_one_number_is_refused() {
        use InvalidPhone::{Character, NotValid};
        for (spelling, why) in [
            ("+86 1380013800O", Character),
            ("1380013800O", Character),
            ("138ABCDEFGH", Character),
            ("13800138000;ext=123", Character),
            ("13800138000 ext 5", Character),
            ("13800138000x9", Character),
            ("13800138000#9", Character),
            ("13800138000ｘ９", Character),
            ("13800138000;phone-context=+86", Character),
            ("13800138000\n", Character),
            ("\n13800138000", Character),
            ("138\t0013\t8000", Character),
            ("13800138000\0", Character),
            ("13800138000\u{7f}", Character),
            ("\u{202d}13800138000", Character),
            ("\u{202e}00083100831", Character),
            ("\u{2066}13800138000\u{2069}", Character),
            ("138\u{200b}00138000", Character),
            ("138\u{2060}00138000", Character),
            ("\u{feff}13800138000", Character),
            ("138\u{a0}0013\u{a0}8000", Character),
            ("138\u{2013}0013\u{2013}8000", Character),
            ("tel:13800138000", Character),
            ("tel:+8613800138000", Character),
            ("+86+8613800138000", Character),
            ("++8613800138000", Character),
            ("00+8613800138000", Character),
            ("13800138000+", Character),
            ("13800138000,13900139000", Character),
            ("13800138000/13900139000", Character),
            ("+٨٦١٣٨٠٠١٣٨٠٠٠", Character),
            ("۱۳۸۰۰۱۳۸۰۰۰", Character),
            ("१३८००१३८०००", Character),
            ("①38①0013800", Character),
            ("¹³⁸00138000", Character),
            ("𝟏𝟑𝟖00138000", Character),
            ("一三八00138000", Character),
            ("1259313800138000", NotValid),
            ("1795113800138000", NotValid),
            ("+86 1795113800138000", NotValid),
            ("86 1259313800138000", NotValid),
            ("17951008613800138000", NotValid),
            ("17951006581234567", NotValid),
            ("+0086 13800138000", NotValid),
            ("8600 13800138000", NotValid),
            ("+868613800138000", NotValid),
            ("0013800138000", NotValid),
            ("13800138000 13900139000", NotValid),
            ("", NotValid),
            (" ", NotValid),
            ("+", NotValid),
            ("+86", NotValid),
            ("1380013800", NotValid),
            ("138001380000", NotValid),
            ("+86 1380013800", NotValid),
            ("12345678901", NotValid),
            ("99999999999999999999", NotValid),
        ] {
            assert_eq!(e164(spelling, None), Err(why), "{spelling:?}");
        }
    }

    #[test]
    fn only_mobile_numbers_of_a_country_are_accepted() {
        for number in [
            "+861085295252",  // a landline in Beijing
            "+19005550123",   // premium
            "+448712345678",  // shared cost
            "+18005550123",   // toll-free
            "+881612345678",  // satellite
            "+882342123",     // global network, mobile there
            "+8835100123456", // global network
            "+870773111632",  // Inmarsat
            "+979123456789",  // international premium
            "+8614812345678", // machine to machine, where not issued to people
        ] {
            assert!(e164(number, None).is_err(), "{number}");
        }
    }

    #[test]
    fn only_a_country_code_and_a_trunk_prefix_stand_before_a_number() {
        for (number, code, mobile) in [
            ("00 44 7911 123456", None, Some("+447911123456")),
            ("00 44 (0) 7911 123456", Some("44"), Some("+447911123456")),
            ("011 1 415 555 2671", Some("1"), Some("+14155552671")),
            ("06 20 123 4567", Some("36"), Some("+36201234567")),
            ("80 29 491 19 11", Some("375"), Some("+375294911911")),
            ("011 15 2345-6789", Some("54"), Some("+5491123456789")),
            // What else the library takes off: carriers, a collect call, caller's wishes.
            ("015 11 96123-4567", Some("55"), None),
            ("55 015 11 96123-4567", Some("55"), None),
            ("90 11 96123-4567", Some("55"), None),
            ("180020 7839 033818", Some("44"), None),
            ("003768 090 1234 5678", Some("81"), None),
            ("001 65 8123 4567", Some("65"), None),
            ("82 087 1932 9342", Some("82"), None),
        ] {
            let found = e164(number, code);
            assert_eq!(found.as_deref().ok(), mobile, "{number:?} {found:?}");
        }
    }

    #[test]
    fn a_country_code_says_where_a_number_is_dialled() {
        assert_eq!(
            e164("4155552671", Some("+1")).as_deref(),
            Ok("+14155552671")
        );
        assert_eq!(
            e164("07911 123456", Some("44")).as_deref(),
            Ok("+447911123456")
        );
        assert_eq!(e164("+447911123456", None).as_deref(), Ok("+447911123456"));
        assert_eq!(
            e164("+447911123456", Some("+44")).as_deref(),
            Ok("+447911123456")
        );
        assert_eq!(
            e164("+447911123456", Some("+86")),
            Err(InvalidPhone::Contradiction)
        );
        for code in [
            "+", "+0", "x", "+8 6", "1234", "++86", "00086", "-86", "+999",
        ] {
            assert_eq!(
                e164("13800138000", Some(code)),
                Err(InvalidPhone::CountryCode),
                "{code:?}"
            );
        }
    }

    #[test]
    fn a_number_knows_its_country_and_hides_its_middle() {
        for (number, country, masked) in [
            ("13800138000", "CN", "+86138****8000"),
            ("+14155552671", "US", "+14****71"),
            ("+33612345678", "FR", "+336****78"),
            ("+85251234567", "HK", "+8525****67"),
            ("+24740123", "AC", "+247****3"),
            ("+6907290", "TK", "+690****"),
        ] {
            let phone = PhoneNumber::parse(number, None).unwrap();
            assert_eq!(Country::parse(country), Some(phone.country()), "{number}");
            assert_eq!(phone.masked(), masked);
            assert_eq!(format!("{phone:?}"), masked);
        }
    }
}
