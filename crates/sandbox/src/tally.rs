//! Counts of requests, by vendor and by result.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

use serde::Serialize;

use crate::faults::Fault;
use crate::vendor::Vendor;

/// The counts of one vendor. A request for several numbers may be in `accepted` and in `refused`.
#[derive(Default, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Counts {
    /// All requests.
    requests: u64,
    /// Requests by which messages were taken.
    accepted: u64,
    /// Refusals by code.
    refused: BTreeMap<String, u64>,
    /// Requests that were not signed as they must be, by code.
    bad_signature: BTreeMap<String, u64>,
    /// RefusalReason faults that came to pass.
    faults: BTreeMap<Fault, u64>,
}

/// The counts of all vendors.
pub(crate) struct Tally(Mutex<BTreeMap<Vendor, Counts>>);

impl Tally {
    pub(crate) fn new() -> Self {
        let none = Vendor::ALL.iter();
        let none = none.map(|vendor| (*vendor, Counts::default()));
        Self(Mutex::new(none.collect()))
    }

    pub(crate) fn request(&self, vendor: Vendor) {
        self.count(vendor, |counts| counts.requests += 1);
    }

    pub(crate) fn accepted(&self, vendor: Vendor) {
        self.count(vendor, |counts| counts.accepted += 1);
    }

    pub(crate) fn refused(&self, vendor: Vendor, code: &str) {
        self.count(vendor, |counts| {
            *counts.refused.entry(code.to_owned()).or_default() += 1;
        });
    }

    pub(crate) fn bad_signature(&self, vendor: Vendor, code: &str) {
        self.count(vendor, |counts| {
            *counts.bad_signature.entry(code.to_owned()).or_default() += 1;
        });
    }

    pub(crate) fn fault(&self, vendor: Vendor, fault: Fault) {
        self.count(vendor, |counts| {
            *counts.faults.entry(fault).or_default() += 1;
        });
    }

    pub(crate) fn all(&self) -> BTreeMap<Vendor, Counts> {
        let counts = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        counts.clone()
    }

    fn count(&self, vendor: Vendor, what: impl FnOnce(&mut Counts)) {
        let mut counts = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        what(counts.entry(vendor).or_default());
    }
}
