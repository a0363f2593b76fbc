//! Countries and regions as forms offer them.

use countersign_core::phone::Country;

use super::language::Language;
use crate::http::v3::numbers::get_country_list;

/// The names of a country or region in Chinese and in English.
pub(super) fn names(country: Country) -> [Option<&'static str>; 2] {
    get_country_list::names(country)
}

/// The name of a country or region with its calling code, such as `United States (+1)` or `美国（+1）`.
pub(super) fn name(language: Language, country: Country) -> String {
    let [chinese, english] = names(country);
    let name = match language {
        Language::English => english,
        Language::Chinese => chinese,
    };
    let name = name.unwrap_or(country.as_str());
    match (language, country.calling_code()) {
        (Language::English, Some(code)) => format!("{name} (+{code})"),
        (Language::Chinese, Some(code)) => format!("{name}（+{code}）"),
        (_, None) => name.to_owned(),
    }
}

/// Every country and region that has numbers, by its two letters and its name, in the order of the names in English and of
/// the two letters in Chinese.
pub(super) fn all(language: Language) -> Vec<(String, String)> {
    let with_numbers = Country::all().filter(|country| country.has_numbers());
    let mut all: Vec<_> = with_numbers
        .map(|country| (country.to_string(), name(language, country)))
        .collect();
    match language {
        Language::English => all.sort_by(|one, other| one.1.cmp(&other.1)),
        Language::Chinese => all.sort(),
    }
    all
}
