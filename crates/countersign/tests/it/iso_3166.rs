//! The table of countries in the program equals what ISO 3166-1 and CLDR say, as two crates have them.

use std::fmt::Write as _;
use std::path::Path;

use icu_experimental::displaynames::{DisplayNamesOptions, multi::RegionDisplayNames};
use icu_locale_core::subtags::Region;
use icu_locale_core::{Locale, locale};

const TABLE: &str = concat!(
    env!("CARGO_MANIFEST_DIR"),
    "/src/http/v3/numbers/iso_3166.in"
);

/// In the order of the fields of `CountryNames`.
const LANGUAGES: [Locale; 4] = [
    locale!("zh-CN"),
    locale!("en-US"),
    locale!("zh-TW"),
    locale!("ja-JP"),
];

/// After an update of the crates: `REGENERATE=1 cargo test -p countersign --test it iso_3166` writes the table.
#[test]
fn the_table_of_countries_equals_the_one_made_from_cldr() {
    let made = table();
    #[expect(
        clippy::disallowed_methods,
        reason = "a switch for people who run this test"
    )]
    if std::env::var_os("REGENERATE").is_some() {
        std::fs::write(Path::new(TABLE), &made).unwrap();
    }
    let kept = std::fs::read_to_string(TABLE).unwrap();
    for (kept, made) in kept.lines().zip(made.lines()) {
        assert_eq!(kept, made);
    }
    assert_eq!(kept.len(), made.len());
}

/// `[("CN", "CHN", [Some("中国"), Some("China"), …]), …]`, sorted by the two letters.
fn table() -> String {
    let languages = LANGUAGES.map(|language| {
        RegionDisplayNames::try_new((&language).into(), DisplayNamesOptions::default()).unwrap()
    });
    let mut countries: Vec<_> = rust_iso3166::ALL.iter().collect();
    countries.sort_unstable_by_key(|country| country.alpha2);
    let mut table = "&[\n".to_owned();
    for country in countries {
        let region: Region = country.alpha2.parse().unwrap();
        let names: Vec<_> = languages.iter().map(|names| names.of(region)).collect();
        writeln!(
            table,
            "    ({:?}, {:?}, {names:?}),",
            country.alpha2, country.alpha3
        )
        .unwrap();
    }
    table.push_str("]\n");
    table
}
