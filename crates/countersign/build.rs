//! Writes the table of countries: ISO 3166-1 codes, and names in the languages of the answers as
//! CLDR has them. The names in all other languages stay out of the program.

use std::error::Error;
use std::fmt::Write as _;
use std::path::Path;

use icu_experimental::displaynames::{DisplayNamesOptions, multi::RegionDisplayNames};
use icu_locale_core::subtags::Region;
use icu_locale_core::{Locale, locale};

/// In the order of the fields of `CountryNames`.
const LANGUAGES: [Locale; 4] = [
    locale!("zh-CN"),
    locale!("en-US"),
    locale!("zh-TW"),
    locale!("ja-JP"),
];

fn main() -> Result<(), Box<dyn Error>> {
    println!("cargo::rerun-if-changed=build.rs");
    #[expect(clippy::disallowed_methods, reason = "how cargo says where to write")]
    let folder = std::env::var("OUT_DIR")?;
    std::fs::write(Path::new(&folder).join("countries.rs"), table()?)?;
    Ok(())
}

/// `&[("CN", "CHN", [Some("中国"), Some("China"), …]), …]`, by the two letters.
fn table() -> Result<String, Box<dyn Error>> {
    let languages = LANGUAGES
        .iter()
        .map(|language| {
            RegionDisplayNames::try_new(language.into(), DisplayNamesOptions::default())
        })
        .collect::<Result<Vec<_>, _>>()?;
    let mut countries: Vec<_> = rust_iso3166::ALL.iter().collect();
    countries.sort_unstable_by_key(|country| country.alpha2);
    let mut table = "&[\n".to_owned();
    for country in countries {
        let region: Region = country.alpha2.parse()?;
        let names: Vec<_> = languages.iter().map(|names| names.of(region)).collect();
        writeln!(
            table,
            "({:?}, {:?}, {names:?}),",
            country.alpha2, country.alpha3
        )?;
    }
    table.push(']');
    Ok(table)
}
