//! The country of the deployment, and those that its sends may reach: `[countries]`.

use std::collections::BTreeSet;

use anyhow::{Context, bail};
use countersign_core::country_rules::{Countries, CountryRules};
use countersign_core::phone::Country;
use serde::Deserialize;

use super::Purpose;

/// Stands for every country.
const EVERY: &str = "*";

/// `[countries]`.
#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct CountriesSection {
    home: Option<String>,
    allowed: Option<Vec<String>>,
}

impl CountriesSection {
    /// The rules of these settings. Without a list, `serve` sends home only, and `dev` anywhere.
    pub(super) fn rules(self, purpose: Purpose) -> anyhow::Result<CountryRules> {
        let home = self.home.as_deref().map(country).transpose();
        let home = home.context("home")?.unwrap_or(Country::CHINA);
        let allowed = self.allowed.map(|codes| countries(&codes)).transpose();
        let rules = match purpose {
            Purpose::Production => CountryRules::home_only(home),
            Purpose::Development => CountryRules {
                home,
                allowed: Countries::All,
            },
        };
        Ok(CountryRules {
            allowed: allowed.context("allowed")?.unwrap_or(rules.allowed),
            home,
        })
    }
}

fn countries(codes: &[String]) -> anyhow::Result<Countries> {
    match codes {
        [] => bail!("name one country at least, or \"{EVERY}\" for all"),
        [code] if code == EVERY => Ok(Countries::All),
        codes => {
            let set: anyhow::Result<BTreeSet<_>> = codes.iter().map(|code| country(code)).collect();
            Ok(Countries::Only(set?))
        }
    }
}

fn country(code: &str) -> anyhow::Result<Country> {
    let country = Country::parse(code).filter(|country| country.has_numbers());
    country.with_context(|| format!("{code:?} is not a two-letter country code such as CN"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rules(text: &str, purpose: Purpose) -> anyhow::Result<CountryRules> {
        toml::from_str::<CountriesSection>(text)?.rules(purpose)
    }

    fn only(codes: &[&str]) -> Countries {
        let codes: Vec<_> = codes.iter().map(|code| (*code).to_owned()).collect();
        countries(&codes).unwrap()
    }

    // shows: D1
    #[test]
    fn production_sends_home_only_until_the_settings_list_other_countries() {
        let allowed = |text| rules(text, Purpose::Production).unwrap().allowed;
        assert_eq!(allowed(""), only(&["CN"]));
        assert_eq!(allowed("home = \"DE\""), only(&["DE"]));
        let listed = allowed("home = \"DE\"\nallowed = [\"AT\", \"DE\"]");
        assert_eq!(listed, only(&["AT", "DE"]));
        assert_eq!(allowed("allowed = [\"*\"]"), Countries::All);
    }

    #[test]
    fn development_sends_anywhere_until_the_settings_list_countries() {
        let allowed = |text| rules(text, Purpose::Development).unwrap().allowed;
        assert_eq!(allowed("home = \"DE\""), Countries::All);
        assert_eq!(allowed("allowed = [\"HK\"]"), only(&["HK"]));
    }

    #[test]
    fn a_list_that_names_no_country_is_refused() {
        for (text, why) in [
            (
                "home = \"cn\"",
                "home: \"cn\" is not a two-letter country code such as CN",
            ),
            (
                "home = \"*\"",
                "home: \"*\" is not a two-letter country code such as CN",
            ),
            (
                "allowed = []",
                "allowed: name one country at least, or \"*\" for all",
            ),
            (
                "allowed = [\"CN\", \"*\"]",
                "allowed: \"*\" is not a two-letter country code such as CN",
            ),
            (
                "allowed = [\"AQ\"]",
                "allowed: \"AQ\" is not a two-letter country code such as CN",
            ),
        ] {
            let refused = rules(text, Purpose::Production).unwrap_err();
            assert_eq!(format!("{refused:#}"), why);
        }
    }
}
