//! The country code beside a number, as programs and country pickers write it.

use super::{Country, InvalidPhone, PhoneNumber, plan, read};
use crate::typed::fold;

/// A calling code, and perhaps an area code that narrows it to one of its countries.
///
/// Lists of countries write `+1-876` for Jamaica and `+44-1481` for Guernsey, since a calling code may have several
/// countries.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct CountryCode {
    calling_code: u16,
    area: Option<Area>,
}

/// An area code and the countries that its calling code is narrowed to.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Area {
    digits: String,
    countries: Vec<Country>,
}

/// Area codes that stand for a country in lists of countries: calling code, area code, countries. Where a country
/// has no mobile numbers of its own, those of the country that shares its plan are its people's. The area codes of
/// North America come from the numbering plans.
const AREAS: [(u16, &str, &[&str]); 41] = [
    (7, "6", &["KZ"]),
    (7, "7", &["KZ"]),
    (39, "06698", &["VA", "IT"]),
    (44, "1481", &["GG"]),
    (44, "7781", &["GG"]),
    (44, "7839", &["GG"]),
    (44, "7911", &["GG"]),
    (44, "1534", &["JE"]),
    (44, "7509", &["JE"]),
    (44, "7700", &["JE"]),
    (44, "7797", &["JE"]),
    (44, "7829", &["JE"]),
    (44, "7937", &["JE"]),
    (44, "1624", &["IM"]),
    (44, "7524", &["IM"]),
    (44, "7624", &["IM"]),
    (44, "7924", &["IM"]),
    (47, "79", &["SJ", "NO"]),
    (61, "89162", &["CC", "AU"]),
    (61, "89164", &["CX", "AU"]),
    (90, "392", &["TR"]),
    (212, "5288", &["EH", "MA"]),
    (212, "5289", &["EH", "MA"]),
    (262, "262", &["RE"]),
    (262, "692", &["RE"]),
    (262, "693", &["RE"]),
    (262, "269", &["YT"]),
    (262, "639", &["YT"]),
    (290, "8", &["TA", "SH"]),
    (358, "18", &["AX", "FI"]),
    (373, "533", &["MD"]),
    (590, "590", &["GP", "BL", "MF"]),
    (590, "690", &["GP", "BL", "MF"]),
    (594, "594", &["GF"]),
    (594, "694", &["GF"]),
    (596, "596", &["MQ"]),
    (596, "696", &["MQ"]),
    (599, "3", &["BQ"]),
    (599, "4", &["BQ"]),
    (599, "7", &["BQ"]),
    (599, "9", &["CW"]),
];

impl CountryCode {
    /// Reads a country code: digits after `+`, `0`, `00` or nothing, with spaces, hyphens, dots and parentheses
    /// anywhere. `None` where the text has nothing but spaces.
    ///
    /// # Errors
    /// [`InvalidPhone::CountryCode`] for anything else.
    pub(super) fn parse(text: &str) -> Result<Option<Self>, InvalidPhone> {
        if fold(text).all(|c| c == ' ') {
            return Ok(None);
        }
        let plain: String = fold(text)
            .filter(|c| !matches!(c, ' ' | '-' | '.' | '(' | ')'))
            .take(LONGEST + 1)
            .collect();
        let digits = plain.strip_prefix('+').unwrap_or(&plain);
        let digits = digits
            .strip_prefix("00")
            .or_else(|| digits.strip_prefix('0'))
            .unwrap_or(digits);
        let well_formed = digits.bytes().all(|byte| byte.is_ascii_digit())
            && !digits.is_empty()
            && !digits.starts_with('0');
        if !well_formed {
            return Err(InvalidPhone::CountryCode);
        }
        let whole = calling_code(digits);
        if let Some(calling_code) = whole.filter(|code| plan::has_calling_code(*code)) {
            return Ok(Some(Self {
                calling_code,
                area: None,
            }));
        }
        let unknown = whole.map(|calling_code| Self {
            calling_code,
            area: None,
        });
        let code = Self::with_area(digits).or(unknown);
        code.map(Some).ok_or(InvalidPhone::CountryCode)
    }

    /// Reads a calling code that an area code follows.
    fn with_area(digits: &str) -> Option<Self> {
        (1..=3).find_map(|length| {
            let (code, area) = digits.split_at_checked(length)?;
            let calling_code = calling_code(code).filter(|code| plan::has_calling_code(*code))?;
            let countries = countries(calling_code, area);
            (!countries.is_empty()).then(|| Self {
                calling_code,
                area: Some(Area {
                    digits: area.to_owned(),
                    countries,
                }),
            })
        })
    }

    /// Reads `number` as a person in the country of this code would write it.
    ///
    /// Where there is an area code, the number may repeat it or leave it out, and must belong to a country of the
    /// area code.
    pub(super) fn read(&self, number: &str) -> Result<PhoneNumber, InvalidPhone> {
        let whole = read(number, self.calling_code);
        let Some(area) = &self.area else {
            return self.agrees(whole?);
        };
        let longer = match number.starts_with('+') {
            true => Err(InvalidPhone::NotValid),
            false => read(&format!("{}{number}", area.digits), self.calling_code),
        };
        let is_there = |phone: &&PhoneNumber| area.countries.contains(&phone.country);
        let (whole_there, longer_there) = (
            whole.as_ref().ok().filter(is_there),
            longer.as_ref().ok().filter(is_there),
        );
        match (whole_there, longer_there) {
            (Some(a), Some(b)) if a != b => Err(InvalidPhone::NotValid),
            (Some(phone), _) | (None, Some(phone)) => Ok(phone.clone()),
            (None, None) => whole.and(Err(InvalidPhone::Contradiction)),
        }
    }

    fn agrees(&self, phone: PhoneNumber) -> Result<PhoneNumber, InvalidPhone> {
        if phone.calling_code == self.calling_code {
            Ok(phone)
        } else {
            Err(InvalidPhone::Contradiction)
        }
    }
}

/// The length of the longest country code that is read: an exit code, a calling code and an area code.
const LONGEST: usize = 12;

/// Returns the calling code that these 1 to 3 digits write; `None` for more digits.
fn calling_code(digits: &str) -> Option<u16> {
    let code = (1..=3).contains(&digits.len()).then(|| digits.parse());
    code?.ok()
}

/// Returns the countries that an area code of a calling code stands for; none for one that stands for none.
fn countries(calling_code: u16, area: &str) -> Vec<Country> {
    if calling_code == 1 && area.len() == 3 {
        return plan::of_area_in_north_america(area).into_iter().collect();
    }
    AREAS
        .iter()
        .filter(|(code, digits, _)| *code == calling_code && *digits == area)
        .flat_map(|(_, _, countries)| countries.iter().filter_map(|name| Country::parse(name)))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn e164(number: &str, code: &str) -> Result<String, InvalidPhone> {
        PhoneNumber::parse(number, Some(code)).map(|phone| phone.e164().to_owned())
    }

    #[test]
    fn a_calling_code_is_read_in_every_usual_spelling() {
        for code in [
            "86",
            "+86",
            "086",
            "0086",
            "+0086",
            "+ 86",
            "(86)",
            "(+86)",
            "+(86)",
            " 86 ",
            "＋８６",
            "\u{202a}+86\u{202c}",
            "\u{a0}+86",
            "+86-",
            "+86\n",
        ] {
            assert_eq!(
                e164("13800138000", code).as_deref(),
                Ok("+8613800138000"),
                "{code:?}"
            );
        }
    }

    #[test]
    fn an_area_code_says_the_country_whether_the_number_repeats_it_or_not() {
        for (code, numbers, number, country) in [
            (
                "+1876",
                &["8765551234", "5551234", "1 876 555 1234", "+18765551234"][..],
                "+18765551234",
                "JM",
            ),
            (
                "+1-876",
                &["876-555-1234", "555-1234"],
                "+18765551234",
                "JM",
            ),
            ("1 787", &["7875551234", "5551234", "9392345678"], "", "PR"),
            ("+1-415", &["4155552671", "5552671"], "+14155552671", "US"),
            (
                "+44-1481",
                &["07781 123456", "7781123456", "+44 7781 123456"],
                "+447781123456",
                "GG",
            ),
            (
                "+447781",
                &["07781 123456", "123456"],
                "+447781123456",
                "GG",
            ),
            (
                "+7-7",
                &["701 234 5678", "8 701 234 5678", "+77012345678"],
                "+77012345678",
                "KZ",
            ),
            ("+77", &["7012345678"], "+77012345678", "KZ"),
            ("+599-9", &["95181234", "5181234"], "+59995181234", "CW"),
            ("+358-18", &["0457 123456"], "+358457123456", "FI"),
            ("+39-06-698", &["312 345 6789"], "+393123456789", "IT"),
            ("+47-79", &["41 23 45 67"], "+4741234567", "NO"),
        ] {
            for typed in numbers {
                let phone = PhoneNumber::parse(typed, Some(code));
                let phone = phone.unwrap_or_else(|why| panic!("{code} {typed}: {why}"));
                assert_eq!(phone.country().as_str(), country, "{code} {typed}");
                if !number.is_empty() {
                    assert_eq!(phone.e164(), number, "{code} {typed}");
                }
            }
        }
    }

    #[test]
    fn a_number_of_another_country_contradicts_the_area_code() {
        for (code, number) in [
            ("+1-876", "4155552671"),
            ("+1-876", "+14155552671"),
            ("+44-1481", "07400 123456"),
            ("+7-7", "912 345 6789"),
        ] {
            assert_eq!(
                e164(number, code),
                Err(InvalidPhone::Contradiction),
                "{code} {number}"
            );
        }
    }

    #[test]
    fn anything_else_is_no_country_code() {
        for code in [
            "+",
            "+0",
            "()",
            "x",
            "1234567",
            "++86",
            "00086",
            "+999",
            "+8610",
            "+86+",
            "CN",
            "+86x",
            "٨٦",
            "+1-000",
            "+44-20",
            "8613800138000",
            "-",
        ] {
            assert_eq!(
                e164("13800138000", code),
                Err(InvalidPhone::CountryCode),
                "{code:?}"
            );
        }
    }
}
