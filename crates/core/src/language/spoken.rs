//! The language in which a message to a country is most likely read.

use super::LanguageTag;

/// Countries by the language that nearly everybody there reads, where there is one.
const SPOKEN: [(&str, &[&str]); 38] = [
    (
        "ar",
        &[
            "AE", "BH", "EG", "IQ", "JO", "KW", "LY", "OM", "QA", "SA", "SD", "SY", "YE",
        ],
    ),
    ("bg", &["BG"]),
    ("cs", &["CZ"]),
    ("da", &["DK"]),
    ("de", &["AT", "DE", "LI"]),
    ("el", &["CY", "GR"]),
    ("en", &["AU", "GB", "IE", "JM", "NZ", "TT", "US"]),
    (
        "es",
        &[
            "AR", "BO", "CL", "CO", "CR", "CU", "DO", "EC", "ES", "GT", "HN", "MX", "NI", "PA",
            "PE", "PY", "SV", "UY", "VE",
        ],
    ),
    ("et", &["EE"]),
    ("fa", &["IR"]),
    ("fi", &["FI"]),
    (
        "fr",
        &[
            "BL", "FR", "GF", "GP", "MC", "MF", "MQ", "NC", "PF", "PM", "RE", "WF", "YT",
        ],
    ),
    ("he", &["IL"]),
    ("hr", &["HR"]),
    ("hu", &["HU"]),
    ("id", &["ID"]),
    ("is", &["IS"]),
    ("it", &["IT", "SM"]),
    ("ja", &["JP"]),
    ("ko", &["KR"]),
    ("lt", &["LT"]),
    ("lv", &["LV"]),
    ("ms", &["BN", "MY"]),
    ("nb", &["NO"]),
    ("nl", &["NL"]),
    ("pl", &["PL"]),
    ("pt", &["AO", "BR", "CV", "MZ", "PT"]),
    ("ro", &["MD", "RO"]),
    ("ru", &["RU"]),
    ("sk", &["SK"]),
    ("sl", &["SI"]),
    ("sq", &["AL"]),
    ("sr", &["RS"]),
    ("sv", &["SE"]),
    ("th", &["TH"]),
    ("tr", &["TR"]),
    ("uk", &["UA"]),
    ("vi", &["VN"]),
];

/// Returns the language of a country (ISO 3166-1 alpha-2), such as `de-AT`; `None` where people read several, or another
/// than those of the table.
pub(super) fn in_country(country: &str) -> Option<LanguageTag> {
    match country {
        "CN" => return LanguageTag::parse("zh-CN"),
        // Traditional characters, whichever language is spoken.
        "TW" | "HK" | "MO" => return LanguageTag::parse("zh-TW"),
        _ => {}
    }
    let spoken = SPOKEN.iter().find(|(_, there)| there.contains(&country));
    LanguageTag::parse(&format!("{}-{country}", spoken?.0))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::phone::Country;

    #[test]
    fn a_country_stands_in_the_table_once() {
        let countries = SPOKEN.iter().flat_map(|(_, there)| there.iter());
        let mut seen = std::collections::BTreeSet::new();
        for country in countries {
            assert!(Country::parse(country).is_some(), "{country}");
            assert!(seen.insert(country), "{country}");
        }
    }
}
