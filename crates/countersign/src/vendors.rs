//! The vendor accounts in use: from the setup to the plan that messages go by.

pub(crate) mod opening;
mod reports;
mod share;

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use countersign_core::country_rules::Countries;
use countersign_core::entropy::Entropy;
use countersign_core::limit::{BaseLimits, LimitsInUse};
use countersign_core::ports::provider::Provider;
use countersign_core::ports::records::Records;
use countersign_core::ports::setup::{ProviderRecord, Setup, SetupStore, SetupVersion};
use countersign_core::send::messenger::{Messenger, Plan};
use countersign_core::send::route::{ProviderName, Routes};
use countersign_core::template::Templates;
use countersign_core::test_number::TestNumbers;
use countersign_core::time::Clock;
use countersign_providers::account::{InvalidSetup, Resources};
use countersign_providers::carriage::{Circuit, Guarded, Health};
use countersign_providers::egress::Egress;
use countersign_providers::{http, kinds};
use subtle::ConstantTimeEq;

use self::reports::RecordedReports;
pub use self::share::ReportShare;
use crate::metrics::ProviderNow;
use crate::traces::Tracer;

/// The vendor accounts of a deployment, ready to carry messages, and the plan that the messenger goes by.
pub struct Vendors {
    parts: VendorParts,
    planned: Mutex<Planned>,
}

/// The parts that [`Vendors`] works with.
pub struct VendorParts {
    /// The messenger that goes by the plan.
    pub messenger: Arc<Messenger>,
    /// The limits of the settings.
    pub limits: BaseLimits,
    /// The limits that sends are judged by, which follow the setup.
    pub limits_in_use: LimitsInUse,
    /// The provider that carries messages no route is for, and the countries that it serves.
    pub otherwise: Option<(Arc<dyn Provider>, Countries)>,
    /// Whether the test numbers of the setup are used.
    pub test_numbers: bool,
    /// Keeps the reports that a provider hears over a session of its own.
    pub records: Arc<dyn Records>,
    /// The way out to vendors.
    pub egress: Egress,
    /// The time.
    pub clock: Arc<dyn Clock>,
    /// Randomness.
    pub entropy: Arc<dyn Entropy>,
    /// Makes the spans of calls.
    pub(crate) tracer: Tracer,
}

/// The accounts of the setup that was planned last.
#[derive(Default)]
struct Planned {
    version: SetupVersion,
    accounts: BTreeMap<ProviderName, OpenAccount>,
}

/// An account that is open, and the record that it was opened from.
struct OpenAccount {
    record: ProviderRecord,
    provider: Arc<Guarded>,
    share: Arc<ReportShare>,
}

/// A provider that is reported to.
#[derive(Debug)]
pub struct ReportedTo {
    /// Reads the reports.
    pub provider: Arc<Guarded>,
    /// Its share in the work on reports.
    pub share: Arc<ReportShare>,
}

impl std::fmt::Debug for Vendors {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Vendors").finish_non_exhaustive()
    }
}

impl std::fmt::Debug for VendorParts {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("VendorParts").finish_non_exhaustive()
    }
}

impl Vendors {
    /// Opens the accounts of `setup`. Messages go by its routes and templates from now on.
    #[must_use]
    pub fn new(parts: VendorParts, setup: &Setup) -> Self {
        let vendors = Self {
            parts,
            planned: Mutex::default(),
        };
        vendors.plan(setup);
        vendors
    }

    /// Plans every newer setup that `store` learns of, changes by other nodes among them. Runs until it is dropped.
    pub async fn follow(self: Arc<Self>, store: Arc<dyn SetupStore>) {
        let mut seen = SetupVersion::NONE;
        loop {
            let setup = store.newer_than(seen).await;
            self.plan(&setup);
            seen = setup.version;
        }
    }

    /// Makes messages go by `setup`, unless they go by that version or a newer one already. An account whose record
    /// has not changed stays open: its breaker keeps what it knows of the vendor's health.
    pub fn plan(&self, setup: &Setup) {
        // Held to the end, so that the messenger gets the newest plan last.
        let mut planned = self.lock();
        if setup.version <= planned.version {
            return;
        }
        planned.version = setup.version;
        self.reopen(&mut planned.accounts, setup);
        self.limit(setup);
        self.parts.messenger.guard().plan(setup);
        let templates = setup.templates.iter();
        self.parts.messenger.replan(Plan {
            routes: self.routes(&planned.accounts, setup),
            test_numbers: self.test_numbers(setup),
            templates: templates.fold(Templates::default(), |mut all, ((scope, _), template)| {
                all.add(scope.clone(), (**template).clone());
                all
            }),
        });
    }

    /// Lets sends be judged by the limits of the settings, as operators have changed them.
    fn limit(&self, setup: &Setup) {
        let change = |name: &str| setup.limits.get(name).map(|held| &held.change);
        let base = &self.parts.limits;
        let limits = base.changed(change).or_else(|error| {
            tracing::error!(%error, "the changes of limits cannot be used");
            base.changed(|_| None)
        });
        // The limits of the settings alone were judged when they were read.
        if let Ok(limits) = limits {
            self.parts.limits_in_use.replace(limits);
        }
    }

    /// Returns whether the deployment uses test numbers.
    #[must_use]
    pub fn allows_test_numbers(&self) -> bool {
        self.parts.test_numbers
    }

    fn test_numbers(&self, setup: &Setup) -> TestNumbers {
        let numbers = setup.test_numbers.values();
        let used = numbers.filter(|_| self.allows_test_numbers());
        TestNumbers::new(used.map(|test| (**test).clone()))
    }

    /// Closes accounts that have changed or are gone, and opens those that are not open.
    fn reopen(&self, accounts: &mut BTreeMap<ProviderName, OpenAccount>, setup: &Setup) {
        accounts.retain(|name, account| {
            let record = setup.providers.get(name);
            record.is_some_and(|record| **record == account.record)
        });
        for (name, record) in &setup.providers {
            if accounts.contains_key(name) {
                continue;
            }
            match self.open(record) {
                Ok(provider) => {
                    let record = (**record).clone();
                    let account = OpenAccount {
                        record,
                        provider,
                        share: Arc::default(),
                    };
                    accounts.insert(name.clone(), account);
                }
                Err(error) => {
                    tracing::error!(provider = %name, %error, "a provider cannot be used");
                }
            }
        }
    }

    fn routes(&self, accounts: &BTreeMap<ProviderName, OpenAccount>, setup: &Setup) -> Routes {
        let providers = accounts.iter().map(|(name, account)| {
            let provider: Arc<dyn Provider> = Arc::<Guarded>::clone(&account.provider);
            (name.clone(), provider)
        });
        let routes = setup.routes.iter();
        let routes = routes.map(|(scope, route)| (scope.clone(), (**route).clone()));
        let routes = Routes::new(providers.collect(), routes.collect());
        match &self.parts.otherwise {
            Some((provider, countries)) => {
                routes.or_through(Arc::clone(provider), countries.clone())
            }
            None => routes,
        }
    }

    /// Judges an account without opening anything.
    ///
    /// # Errors
    /// [`InvalidSetup`] with the problems of the account.
    pub fn check(&self, record: &ProviderRecord) -> Result<(), InvalidSetup> {
        let account = opening::account(record, self.parts.egress.reach())?;
        kinds::check(&record.kind, &account)
    }

    /// Returns the request that an account of kind `http` would send, as text without secrets.
    ///
    /// # Errors
    /// [`InvalidSetup`] with the problems of the account.
    pub fn sample(&self, record: &ProviderRecord) -> Result<String, InvalidSetup> {
        let account = opening::account(record, self.parts.egress.reach())?;
        http::sample(&account, self.parts.clock.now())
    }

    fn open(&self, record: &ProviderRecord) -> Result<Arc<Guarded>, InvalidSetup> {
        let resources = Resources {
            egress: self.parts.egress.clone(),
            clock: Arc::clone(&self.parts.clock),
            entropy: Arc::clone(&self.parts.entropy),
            reports: Arc::new(RecordedReports {
                provider: record.name.clone(),
                records: Arc::clone(&self.parts.records),
            }),
        };
        opening::open(record, resources, &self.parts.tracer).map(Arc::new)
    }

    /// Returns the open account of that name.
    #[must_use]
    pub fn provider(&self, name: &ProviderName) -> Option<Arc<Guarded>> {
        let planned = self.lock();
        let account = planned.accounts.get(name)?;
        Some(Arc::clone(&account.provider))
    }

    /// Returns the health of the account of that name on this node; `None` where it cannot be used.
    pub(crate) fn health(&self, name: &ProviderName) -> Option<Health> {
        self.provider(name)?.health()
    }

    /// Returns the names of the accounts whose circuit breaker is open on this node: they rest after failures.
    pub(crate) fn resting(&self) -> Vec<String> {
        let resting = self.now().into_iter().filter(|provider| provider.is_open);
        resting.map(|provider| provider.name).collect()
    }

    /// Returns every open account as it is now, for metrics.
    pub(crate) fn now(&self) -> Vec<ProviderNow> {
        let planned = self.lock();
        let accounts = planned.accounts.iter().filter_map(|(name, account)| {
            let health = account.provider.health()?;
            Some(ProviderNow {
                name: name.to_string(),
                is_open: health.circuit == Circuit::Open,
                in_flight: health.in_flight,
            })
        });
        accounts.collect()
    }

    /// Returns the open account that reports at the path that ends with `end`, or did so before and still may. Takes the
    /// same time for every wrong end.
    #[must_use]
    pub fn reporting_at(&self, end: &str) -> Option<ReportedTo> {
        let (planned, now) = (self.lock(), self.parts.clock.now());
        let mut found = None;
        for account in planned.accounts.values() {
            let replaced = account.record.replaced_receipts.as_ref();
            let replaced = replaced.and_then(|replaced| replaced.good_at(now));
            for path in std::iter::once(&account.record.receipts).chain(replaced) {
                if bool::from(path.reveal().as_bytes().ct_eq(end.as_bytes())) {
                    found = Some(account);
                }
            }
        }
        let account = found?;
        Some(ReportedTo {
            provider: Arc::clone(&account.provider),
            share: Arc::clone(&account.share),
        })
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Planned> {
        self.planned.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests;
