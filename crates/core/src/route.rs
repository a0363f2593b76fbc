//! Which provider carries a number.

use std::collections::BTreeSet;
use std::sync::Arc;

use crate::phone::{Country, PhoneNumber};
use crate::ports::provider::Provider;

/// The countries a provider serves.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Countries {
    /// Every country.
    All,
    /// These and no other.
    Only(BTreeSet<Country>),
}

impl Countries {
    /// Whether `country` is one of them.
    #[must_use]
    pub fn contains(&self, country: Country) -> bool {
        match self {
            Countries::All => true,
            Countries::Only(set) => set.contains(&country),
        }
    }
}

/// The way to every number that can be reached: today one provider and the countries it serves.
#[derive(Clone)]
pub struct Routes {
    provider: Arc<dyn Provider>,
    countries: Countries,
}

impl std::fmt::Debug for Routes {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Routes")
            .field("provider", &self.provider.name())
            .field("countries", &self.countries)
            .finish()
    }
}

impl Routes {
    /// Everything in `countries` goes through `provider`.
    pub fn through(provider: Arc<dyn Provider>, countries: Countries) -> Self {
        Self {
            provider,
            countries,
        }
    }

    /// Who carries `phone`; `None` when its country is not served.
    #[must_use]
    pub fn carrier(&self, phone: &PhoneNumber) -> Option<&Arc<dyn Provider>> {
        self.countries
            .contains(phone.country())
            .then_some(&self.provider)
    }
}
