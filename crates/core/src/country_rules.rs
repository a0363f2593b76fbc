//! The countries that a deployment and its applications send to.
//!
//! Anyone who knows the id of an application can ask for messages to numbers that cost a hundred times those of its own
//! country. So a default route reaches the countries that the operator has allowed, and no other. A route that names a
//! country is a decision about that country, and allows it.

use std::collections::BTreeSet;

use crate::application::Application;
use crate::phone::{Country, PhoneNumber};
use crate::send::route::Routes;

/// A set of countries.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum Countries {
    /// Every country.
    #[default]
    All,
    /// Only these countries.
    Only(BTreeSet<Country>),
}

impl Countries {
    /// Returns whether `country` is one of them.
    #[must_use]
    pub fn contains(&self, country: Country) -> bool {
        match self {
            Countries::All => true,
            Countries::Only(set) => set.contains(&country),
        }
    }

    /// Returns the countries by their two letters, in order; none where they are all.
    #[must_use]
    pub fn to_texts(&self) -> Vec<String> {
        match self {
            Countries::All => Vec::new(),
            Countries::Only(set) => set.iter().map(ToString::to_string).collect(),
        }
    }
}

/// The country of a deployment, and those that its sends may reach.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CountryRules {
    /// The country in which most numbers are; the mainland of China by default. Limits may tell it from all others.
    pub home: Country,
    /// The countries that a route may reach without naming them.
    pub allowed: Countries,
}

/// The mainland of China, and no other country.
impl Default for CountryRules {
    fn default() -> Self {
        Self::home_only(Country::CHINA)
    }
}

impl CountryRules {
    /// The rules of a deployment that sends within the country `home` only.
    #[must_use]
    pub fn home_only(home: Country) -> Self {
        Self {
            home,
            allowed: Countries::Only(BTreeSet::from([home])),
        }
    }

    /// Returns whether `phone` is a number of the deployment's own country. Other countries of one calling code, such as
    /// those of +1, are abroad.
    #[must_use]
    pub fn is_home(&self, phone: &PhoneNumber) -> bool {
        phone.country() == self.home
    }

    /// Returns whether the deployment allows `country`: it is on its list, or a route of every application names it.
    #[must_use]
    pub fn allows(&self, country: Country, routes: &Routes) -> bool {
        self.allowed.contains(country) || routes.names(None, country)
    }

    /// Returns whether `app` may send to numbers of `country`, given the routes of the deployment.
    ///
    /// The deployment allows a country that is on its list, or that a route of every application names. The list of an
    /// application narrows that. A route of the application itself that names the country goes before both.
    #[must_use]
    pub fn admit(&self, app: &Application, country: Country, routes: &Routes) -> bool {
        (self.allows(country, routes) && app.allowed_countries.contains(country))
            || routes.names(Some(&app.id), country)
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;
    use crate::application::{AppId, AppName, Origins, TokenAlgorithm};
    use crate::language::Languages;
    use crate::network::Networks;
    use crate::send::route::{OnUnknown, ProviderName, Route, RouteScope, Selection};
    use crate::time::Timestamp;

    fn country(code: &str) -> Country {
        Country::parse(code).unwrap()
    }

    fn only(codes: &[&str]) -> Countries {
        Countries::Only(codes.iter().map(|code| country(code)).collect())
    }

    fn app(allowed_countries: Countries) -> Application {
        Application {
            id: AppId::parse("shop").unwrap(),
            name: AppName::parse("Shop").unwrap(),
            sms_name: None,
            origins: Origins::default(),
            backends: Networks::default(),
            web_host: None,
            android_app_hash: None,
            default_country: None,
            allowed_countries,
            challenges: false,
            token_algorithm: TokenAlgorithm::default(),
            languages: Languages::default(),
            created_at: Timestamp::default(),
        }
    }

    /// Routes of these scopes, each an application and a country.
    fn routes(scopes: &[(Option<&str>, Option<&str>)]) -> Routes {
        let route = Route {
            providers: vec![(ProviderName::parse("aliyun").unwrap(), 1)],
            order: Selection::Listed,
            on_unknown: OnUnknown::Keep,
        };
        let scopes = scopes.iter().map(|(app, code)| RouteScope {
            app: app.map(|app| AppId::parse(app).unwrap()),
            country: code.map(country),
        });
        let routes = scopes.map(|scope| (scope, route.clone()));
        Routes::new(BTreeMap::new(), routes.collect())
    }

    // shows: D1
    #[test]
    fn a_default_route_reaches_no_country_that_is_not_on_the_list() {
        let rules = CountryRules::default();
        let default = routes(&[(None, None), (Some("shop"), None)]);
        let admit = |code| rules.admit(&app(Countries::All), country(code), &default);
        assert!(admit("CN"));
        for abroad in ["HK", "MO", "TW", "US"] {
            assert!(!admit(abroad), "{abroad}");
        }
    }

    // shows: D1
    #[test]
    fn the_list_of_an_application_narrows_that_of_the_deployment_and_never_widens_it() {
        let rules = CountryRules {
            home: country("CN"),
            allowed: only(&["CN", "HK"]),
        };
        let admit = |list, code| rules.admit(&app(list), country(code), &routes(&[(None, None)]));
        assert!(admit(only(&["HK"]), "HK"));
        assert!(!admit(only(&["HK"]), "CN"));
        assert!(!admit(only(&["HK", "US"]), "US"));
        assert!(!admit(Countries::All, "US"));
    }

    // shows: D1
    #[test]
    fn a_route_that_names_a_country_allows_it_for_the_applications_that_it_is_for() {
        let rules = CountryRules::default();
        let admit =
            |list, scope| rules.admit(&app(list), country("US"), &routes(&[(None, None), scope]));
        assert!(admit(Countries::All, (None, Some("US"))));
        assert!(admit(Countries::All, (Some("shop"), Some("US"))));
        assert!(!admit(Countries::All, (Some("other"), Some("US"))));
        assert!(!admit(Countries::All, (None, Some("CA"))));
        assert!(
            !admit(only(&["CN"]), (None, Some("US"))),
            "the application sends to CN only"
        );
        assert!(admit(only(&["CN"]), (Some("shop"), Some("US"))));
    }

    #[test]
    fn a_number_is_at_home_by_its_country_and_not_by_its_calling_code() {
        let rules = CountryRules::home_only(country("US"));
        let is_home = |number| rules.is_home(&PhoneNumber::parse(number, None).unwrap());
        assert!(is_home("+14155550132"));
        assert!(!is_home("+18765551234"), "Jamaica");
        assert!(!is_home("+8613800138000"));
    }
}
