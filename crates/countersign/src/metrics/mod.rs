//! Counts and times of this process, for Prometheus. `docs/metrics.md` lists them.
//!
//! Labels are words of the program, names of limits and names of providers: never an application, a number, an address or
//! anything else that a caller chooses.

mod gauges;
mod ledger;
mod process;

use std::fmt;
use std::time::Duration;

use countersign_core::time::Timestamp;
use prometheus_client::encoding::EncodeLabelSet;
use prometheus_client::encoding::text::encode;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::metrics::histogram::Histogram;
use prometheus_client::metrics::info::Info;
use prometheus_client::registry::Registry;

pub(crate) use gauges::Now;
pub(crate) use ledger::MeteredLedger;
#[cfg(feature = "otlp")]
pub(crate) use ledger::{finding, word};

use gauges::Gauges;

/// The upper bounds of the times of a store, in seconds.
const STORE_BOUNDS: [f64; 9] = [0.001, 0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.5, 2.0];

/// The upper bounds of the times of calls to vendors, in seconds: a call takes eight at most.
const CALL_BOUNDS: [f64; 8] = [0.05, 0.1, 0.25, 0.5, 1.0, 2.0, 4.0, 8.0];

/// The name of the media type of a scrape.
pub(crate) const MEDIA_TYPE: &str = "application/openmetrics-text; version=1.0.0; charset=utf-8";

/// The metrics of this process.
pub(crate) struct Metrics {
    registry: Registry,
    answers: Family<Answer, Counter>,
    sends: Family<Outcome, Counter>,
    refusals: Family<Limit, Counter>,
    checks: Family<Finding, Counter>,
    calls: Family<Call, Counter>,
    call_seconds: Family<Provider, Histogram, fn() -> Histogram>,
    store_seconds: Family<Operation, Histogram, fn() -> Histogram>,
    store_errors: Family<Operation, Counter>,
    open_circuits: Family<Provider, Gauge>,
    in_flight: Family<Provider, Gauge>,
    reports: Family<Report, Counter>,
    proofs_failed: Family<Proof, Counter>,
    certificate_ends: Gauge,
    gauges: Gauges,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Answer {
    route: String,
    status_code: u16,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Outcome {
    outcome: &'static str,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Limit {
    limit: String,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Finding {
    finding: &'static str,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Call {
    provider: String,
    outcome: &'static str,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Provider {
    provider: String,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Operation {
    operation: &'static str,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Report {
    provider: String,
    result: &'static str,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Proof {
    proof: &'static str,
}

/// A provider at the moment of a scrape.
#[derive(Debug)]
pub(crate) struct ProviderNow {
    pub(crate) name: String,
    pub(crate) is_open: bool,
    pub(crate) in_flight: usize,
}

impl fmt::Debug for Metrics {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Metrics").finish_non_exhaustive()
    }
}

impl Metrics {
    /// Metrics that have counted nothing yet.
    pub(crate) fn new() -> Self {
        let mut metrics = Self {
            registry: Registry::with_prefix("countersign"),
            answers: Family::default(),
            sends: Family::default(),
            refusals: Family::default(),
            checks: Family::default(),
            calls: Family::default(),
            call_seconds: Family::new_with_constructor(|| Histogram::new(CALL_BOUNDS)),
            store_seconds: Family::new_with_constructor(|| Histogram::new(STORE_BOUNDS)),
            store_errors: Family::default(),
            open_circuits: Family::default(),
            in_flight: Family::default(),
            reports: Family::default(),
            proofs_failed: Family::default(),
            certificate_ends: Gauge::default(),
            gauges: Gauges::default(),
        };
        metrics.register();
        metrics
    }

    fn register(&mut self) {
        let registry = &mut self.registry;
        let build = Info::new(vec![("version", env!("CARGO_PKG_VERSION"))]);
        registry.register("build", "The version of the program", build);
        registry.register("answers", "Answers of the API", self.answers.clone());
        registry.register(
            "sends",
            "Sends that were handed over, by outcome",
            self.sends.clone(),
        );
        registry.register(
            "refusals",
            "Sends that a limit refused, by limit",
            self.refusals.clone(),
        );
        registry.register("checks", "Checks of codes, by finding", self.checks.clone());
        registry.register(
            "provider_calls",
            "Calls to providers, by outcome",
            self.calls.clone(),
        );
        let help = "Time of calls to providers, in seconds";
        registry.register("provider_call_seconds", help, self.call_seconds.clone());
        let help = "Time until the store answered, in seconds";
        registry.register("store_seconds", help, self.store_seconds.clone());
        let help = "Operations that the store did not do";
        registry.register("store_errors", help, self.store_errors.clone());
        let help = "Whether the circuit breaker keeps messages from the provider";
        registry.register("provider_circuit_open", help, self.open_circuits.clone());
        let help = "Messages on their way to the provider";
        registry.register("provider_in_flight", help, self.in_flight.clone());
        let help = "Delivery reports of vendors, by what became of them";
        registry.register("reports", help, self.reports.clone());
        let help = "Management calls that proved nothing, by the proof that they showed";
        registry.register("proofs_failed", help, self.proofs_failed.clone());
        self.gauges.register(registry);
    }

    /// Counts an answer of the API. A request without a route is none of the program's words.
    pub(crate) fn answered(&self, route: Option<&str>, status_code: u16) {
        let route = route.unwrap_or("none").to_owned();
        let answers = self.answers.get_or_create(&Answer { route, status_code });
        answers.inc();
    }

    /// Shows the end of a certificate too, for a service that speaks TLS.
    pub(crate) fn with_certificate(mut self) -> Self {
        let help = "The end of the certificate, in seconds since 1970";
        let name = "tls_certificate_expiry_timestamp_seconds";
        let ends = self.certificate_ends.clone();
        self.registry.register(name, help, ends);
        self
    }

    /// Notes when the certificate of the service ends.
    pub(crate) fn certificate_ends(&self, at: Timestamp) {
        self.certificate_ends.set(at.as_millis() / 1_000);
    }

    /// Counts `count` reports of a provider, by what became of them: a word of the program.
    pub(crate) fn reported(&self, provider: &str, result: &'static str, count: usize) {
        let report = Report {
            provider: provider.to_owned(),
            result,
        };
        let count = u64::try_from(count).unwrap_or(u64::MAX);
        self.reports.get_or_create(&report).inc_by(count);
    }

    /// Counts a management call that was refused, by the kind of proof that it showed.
    pub(crate) fn proof_failed(&self, proof: &'static str) {
        self.proofs_failed.get_or_create(&Proof { proof }).inc();
    }

    /// The metrics as Prometheus reads them.
    ///
    /// # Errors
    /// Never, as far as is known.
    pub(crate) fn scrape(&self, now: &Now) -> Result<String, fmt::Error> {
        // A provider that is gone is not shown.
        self.open_circuits.clear();
        self.in_flight.clear();
        for now in &now.providers {
            let provider = Provider {
                provider: now.name.clone(),
            };
            self.open_circuits
                .get_or_create(&provider)
                .set(now.is_open.into());
            let in_flight = i64::try_from(now.in_flight).unwrap_or(i64::MAX);
            self.in_flight.get_or_create(&provider).set(in_flight);
        }
        self.gauges.set(now);
        let mut text = String::new();
        encode(&mut text, &self.registry)?;
        Ok(text)
    }

    fn store(&self, operation: &'static str, took: Duration, succeeded: bool) {
        let operation = Operation { operation };
        let seconds = self.store_seconds.get_or_create(&operation);
        seconds.observe(took.as_secs_f64());
        if !succeeded {
            self.store_errors.get_or_create(&operation).inc();
        }
    }
}
