//! The numbering plans of today: digits that are dialled in a country, and the number that they reach.

use rlibphonenumber::{PHONE_NUMBER_UTIL, PhoneNumberFormat, PhoneNumberType};

use super::{Country, InvalidPhone, PhoneNumber};

/// The release of the numbering plans that the program reads numbers by: the library that they are compiled into.
pub const RELEASE: &str = "rlibphonenumber 2.2.15";

/// Returns whether any country or network has this calling code.
pub(super) fn has_calling_code(code: u16) -> bool {
    let region = PHONE_NUMBER_UTIL.get_region_for_country_code(i32::from(code));
    region.is_some()
}

/// Returns the country whose area code of North America this is: 876 is Jamaica's.
pub(super) fn of_area_in_north_america(area: &str) -> Option<Country> {
    let number = format!("+1{area}2345678");
    let parsed = PHONE_NUMBER_UTIL.parse(&number, None).ok()?;
    Country::parse(&parsed.get_region_code()?.as_region_str())
}

/// Reads `number`, digits that may have a leading `+`, as a person in the country of the calling code `home` would
/// dial it.
pub(super) fn read(number: &str, home: u16) -> Result<PhoneNumber, InvalidPhone> {
    let home = if number.starts_with('+') {
        None
    } else {
        let region = PHONE_NUMBER_UTIL.get_region_for_country_code(i32::from(home));
        Some(region.ok_or(InvalidPhone::CountryCode)?)
    };
    let parsed = PHONE_NUMBER_UTIL
        .parse_and_keep_raw_input(number, home)
        .map_err(|_| InvalidPhone::NotValid)?;
    // The raw input is kept, since only it shows a carrier-selection prefix (12593 in China).
    if !parsed.preferred_domestic_carrier_code().is_empty() {
        return Err(InvalidPhone::NotValid);
    }
    let code = u16::try_from(parsed.country_code).map_err(|_| InvalidPhone::NotValid)?;
    let e164 = parsed.format_as(PhoneNumberFormat::E164);
    if !plainly_dialled(number, code, &e164) {
        return Err(InvalidPhone::NotValid);
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
    Ok(PhoneNumber {
        e164: e164.into_owned(),
        calling_code: code,
        country,
    })
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
