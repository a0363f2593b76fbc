//! Routes: the providers that may carry a number, and their order.

use std::borrow::Borrow;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::sync::Arc;

use crate::application::AppId;
use crate::country_rules::Countries;
use crate::entropy::{Entropy, EntropyError};
use crate::phone::{Country, PhoneNumber};
use crate::ports::provider::Provider;
use crate::price::{Price, PriceTable};

/// The name of a provider: 1 to 32 characters of `a-z 0-9 -`, a letter first.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ProviderName(Arc<str>);

/// The reason why a text is not a [`ProviderName`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the name of a provider has 1 to 32 characters of a-z 0-9 -, and begins with a letter")]
pub struct InvalidProviderName;

impl ProviderName {
    /// Checks and takes `text`.
    ///
    /// # Errors
    /// [`InvalidProviderName`] when it is empty, too long or has another character.
    pub fn parse(text: &str) -> Result<Self, InvalidProviderName> {
        let allowed = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
        let starts = text.starts_with(|c: char| c.is_ascii_lowercase());
        if !starts || text.len() > 32 || !text.chars().all(allowed) {
            return Err(InvalidProviderName);
        }
        Ok(Self(text.into()))
    }

    /// The name as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl Borrow<str> for ProviderName {
    fn borrow(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for ProviderName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// The messages that a route is for. The nearest route is used: first one for the application and the country,
/// then one for the application, then one for the country, then the deployment's.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct RouteScope {
    /// The application; `None` for every application without a route of its own.
    pub app: Option<AppId>,
    /// The country of the numbers; `None` for every country without a route of its own.
    pub country: Option<Country>,
}

impl RouteScope {
    /// Returns the scopes whose routes may carry numbers of `country` for `app`, the nearest one first. For `None`, an
    /// application without routes of its own.
    #[must_use]
    pub fn nearest_first(app: Option<&AppId>, country: Country) -> Vec<Self> {
        let apps = app.map(Some).into_iter().chain([None]);
        let scopes = apps.flat_map(|app| {
            [Some(country), None].map(|country| Self {
                app: app.cloned(),
                country,
            })
        });
        scopes.collect()
    }
}

/// The providers that may carry a number, and how they take turns.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Route {
    /// The providers, each with its share of a weighted draw: 1 to 1000.
    pub providers: Vec<(ProviderName, u16)>,
    /// The order in which providers are tried.
    pub order: Selection,
    /// The action after an unknown outcome.
    pub on_unknown: OnUnknown,
}

/// The order in which the providers of a route are tried.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Selection {
    /// The order in which the route names them.
    Listed,
    /// A random order for each message, weighted by shares.
    Weighted,
}

impl Selection {
    /// All orders.
    pub const ALL: [Self; 2] = [Selection::Listed, Selection::Weighted];

    /// Returns the name of the order.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Selection::Listed => "listed",
            Selection::Weighted => "weighted",
        }
    }
}

/// The action when it is unknown whether a vendor sent a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OnUnknown {
    /// Count the message as sent.
    Keep,
    /// Send the same code through the next vendor. Some people get it twice, and it costs twice.
    FailoverSameCode,
}

impl OnUnknown {
    /// All actions.
    pub const ALL: [Self; 2] = [OnUnknown::Keep, OnUnknown::FailoverSameCode];

    /// Returns the name of the action.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            OnUnknown::Keep => "keep",
            OnUnknown::FailoverSameCode => "failover-same-code",
        }
    }
}

/// The reason why a [`Route`] is refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum InvalidRoute {
    /// No provider, or more than [`MOST_PROVIDERS`].
    #[error("a route names 1 to {MOST_PROVIDERS} providers")]
    Count,
    /// A provider is named twice.
    #[error("{0} is named twice")]
    Twice(ProviderName),
    /// A share out of bounds.
    #[error("the share of {0} is 1 to 1000")]
    Share(ProviderName),
    /// A route without an application asks for [`OnUnknown::FailoverSameCode`], which only an application may
    /// choose.
    #[error("failover-same-code is for the routes of an application: people may get a code twice")]
    SameCodeForAll,
}

/// The maximum number of providers of one route: a message's record has room for an attempt at each.
pub const MOST_PROVIDERS: usize = 8;

impl Route {
    /// Checks that this can be the route of `scope`.
    ///
    /// # Errors
    /// [`InvalidRoute`] says which rule the route breaks.
    pub fn check(&self, scope: &RouteScope) -> Result<(), InvalidRoute> {
        if self.providers.is_empty() || self.providers.len() > MOST_PROVIDERS {
            return Err(InvalidRoute::Count);
        }
        let mut seen = BTreeSet::new();
        for (name, share) in &self.providers {
            if !seen.insert(name) {
                return Err(InvalidRoute::Twice(name.clone()));
            }
            if !(1..=1000).contains(share) {
                return Err(InvalidRoute::Share(name.clone()));
            }
        }
        if self.on_unknown == OnUnknown::FailoverSameCode && scope.app.is_none() {
            return Err(InvalidRoute::SameCodeForAll);
        }
        Ok(())
    }

    /// Returns the providers in the order in which they are to be tried for one message.
    fn drawn(&self, entropy: &dyn Entropy) -> Result<Vec<&ProviderName>, EntropyError> {
        let mut left: Vec<_> = self.providers.iter().collect();
        if self.order == Selection::Listed {
            return Ok(left.into_iter().map(|(name, _)| name).collect());
        }
        let mut drawn = Vec::with_capacity(left.len());
        while !left.is_empty() {
            let all: u64 = left.iter().map(|(_, share)| u64::from(*share)).sum();
            let mut bytes = [0; 8];
            entropy.fill(&mut bytes)?;
            // The sum is at most 8,000: taken from 64 bits, the modulo favours no provider by more than 10^-15.
            let mut point = u64::from_le_bytes(bytes) % all.max(1);
            let place = left.iter().position(|(_, share)| {
                let here = point < u64::from(*share);
                point = point.saturating_sub(u64::from(*share));
                here
            });
            drawn.push(&left.remove(place.unwrap_or_default()).0);
        }
        Ok(drawn)
    }
}

/// The way of one message: the providers that may carry it, in order.
#[derive(Clone)]
pub struct Way {
    /// The providers, in the order in which they are to be tried.
    pub providers: Vec<Arc<dyn Provider>>,
    /// The action when it is unknown whether a vendor sent the message.
    pub on_unknown: OnUnknown,
}

impl Way {
    /// The way through one provider, and no other.
    #[must_use]
    pub fn through(provider: Arc<dyn Provider>) -> Self {
        Self {
            providers: vec![provider],
            on_unknown: OnUnknown::Keep,
        }
    }

    /// Returns the price that a message to `country` may cost at most on this way: of the dearest provider, or of the two
    /// dearest where a second one may send the same code. `None` where no provider has a price, or where their prices are in
    /// different currencies.
    #[must_use]
    pub fn highest_price(&self, prices: &PriceTable, country: Country) -> Option<Price> {
        let priced = self.providers.iter();
        let priced = priced.filter_map(|provider| prices.price(provider.name(), country));
        let mut priced: Vec<_> = priced.collect();
        let first = *priced.first()?;
        if priced.iter().any(|price| price.currency != first.currency) {
            return None;
        }
        priced.sort_by_key(|price| std::cmp::Reverse(price.amount));
        let paid = match self.on_unknown {
            OnUnknown::Keep => 1,
            OnUnknown::FailoverSameCode => 2,
        };
        let amounts = priced.iter().take(paid).map(|price| price.amount);
        Some(Price {
            amount: amounts.sum(),
            ..first
        })
    }
}

impl fmt::Debug for Way {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let providers: Vec<_> = self
            .providers
            .iter()
            .map(|provider| provider.name())
            .collect();
        f.debug_struct("Way")
            .field("providers", &providers)
            .field("on_unknown", &self.on_unknown)
            .finish()
    }
}

/// The routes to every number that can be reached.
#[derive(Clone, Default)]
pub struct Routes {
    providers: BTreeMap<ProviderName, Arc<dyn Provider>>,
    routes: BTreeMap<RouteScope, Route>,
    /// The provider for numbers that no route is for.
    otherwise: Option<(Arc<dyn Provider>, Countries)>,
}

impl fmt::Debug for Routes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let otherwise = self.otherwise.as_ref();
        f.debug_struct("Routes")
            .field("routes", &self.routes)
            .field(
                "otherwise",
                &otherwise.map(|(provider, countries)| (provider.name(), countries)),
            )
            .finish_non_exhaustive()
    }
}

impl Routes {
    /// Makes the routes over these providers. A name in a route without a provider of that name is skipped.
    #[must_use]
    pub fn new(
        providers: BTreeMap<ProviderName, Arc<dyn Provider>>,
        routes: BTreeMap<RouteScope, Route>,
    ) -> Self {
        Self {
            providers,
            routes,
            otherwise: None,
        }
    }

    /// Makes routes that send every number in `countries` through `provider`.
    #[must_use]
    pub fn through(provider: Arc<dyn Provider>, countries: Countries) -> Self {
        Self::default().or_through(provider, countries)
    }

    /// Sends numbers that no route is for through `provider`, if they are in `countries`.
    #[must_use]
    pub fn or_through(self, provider: Arc<dyn Provider>, countries: Countries) -> Self {
        Self {
            otherwise: Some((provider, countries)),
            ..self
        }
    }

    /// Returns the route of `app` for numbers of `country`.
    #[must_use]
    pub fn of(&self, app: &AppId, country: Country) -> Option<&Route> {
        let mut scopes = RouteScope::nearest_first(Some(app), country).into_iter();
        scopes.find_map(|scope| self.routes.get(&scope))
    }

    /// Returns the providers of the route of every application for numbers of `country`, in its order, the default route among them;
    /// `None` where no route is for it.
    #[must_use]
    pub fn of_all(&self, country: Country) -> Option<Vec<&str>> {
        let mut scopes = RouteScope::nearest_first(None, country).into_iter();
        let route = scopes.find_map(|scope| self.routes.get(&scope));
        match (route, &self.otherwise) {
            (Some(route), _) => {
                let names = route.providers.iter().map(|(name, _)| name.as_str());
                Some(names.collect())
            }
            (None, Some((provider, countries))) => {
                countries.contains(country).then(|| vec![provider.name()])
            }
            (None, None) => None,
        }
    }

    /// Returns whether there is a route of exactly this scope: of `app`, or of every application, to numbers of
    /// `country`.
    #[must_use]
    pub fn names(&self, app: Option<&AppId>, country: Country) -> bool {
        let scope = RouteScope {
            app: app.cloned(),
            country: Some(country),
        };
        self.routes.contains_key(&scope)
    }

    /// Returns the way of a message of `app` to `phone`; `None` when no provider serves its country.
    ///
    /// # Errors
    /// [`EntropyError`] when shares have to be drawn and `entropy` fails.
    pub fn way(
        &self,
        app: &AppId,
        phone: &PhoneNumber,
        entropy: &dyn Entropy,
    ) -> Result<Option<Way>, EntropyError> {
        let country = phone.country();
        if self.routes.is_empty() {
            return Ok(self.otherwise(country)); // nothing to look for
        }
        let Some(route) = self.of(app, country) else {
            return Ok(self.otherwise(country));
        };
        let drawn = route.drawn(entropy)?;
        let providers: Vec<_> = drawn
            .into_iter()
            .filter_map(|name| self.providers.get(name).cloned())
            .collect();
        Ok((!providers.is_empty()).then_some(Way {
            providers,
            on_unknown: route.on_unknown,
        }))
    }

    fn otherwise(&self, country: Country) -> Option<Way> {
        let (provider, countries) = self.otherwise.as_ref()?;
        countries.contains(country).then(|| Way {
            providers: vec![Arc::clone(provider)],
            on_unknown: OnUnknown::Keep,
        })
    }
}
