//! What is read at the moment of a scrape.

use std::collections::BTreeMap;
use std::sync::atomic::AtomicU64;

use countersign_core::guard::GuardState;
use countersign_core::limit::QuotaUse;
use countersign_core::ports::ledger::LedgerState;
use prometheus_client::encoding::EncodeLabelSet;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::registry::Registry;

use super::process::Process;
use super::{Limit, ProviderNow};
use crate::readiness::Unready;
use crate::system::{Machine, Readings as _};

/// The service at the moment of a scrape.
#[derive(Debug)]
pub(crate) struct Now {
    pub(crate) providers: Vec<ProviderNow>,
    pub(crate) refusals_dropped: u64,
    /// What each quota counts: of a limit on applications once for each application.
    pub(crate) quotas: Vec<QuotaUse>,
    pub(crate) ledger: LedgerState,
    /// The nodes that are alive; 0 where the store cannot be read.
    pub(crate) nodes_alive: usize,
    pub(crate) guard: GuardState,
    /// The open connections of the API.
    pub(crate) connections: usize,
    /// Milliseconds by which the clock of the service is ahead of the wall clock.
    pub(crate) clock_ahead: i64,
    /// Milliseconds by which the wall clock is ahead of the SNTP server, where one told the time.
    pub(crate) server_ahead: Option<i64>,
    /// The words of the reasons why the service is not ready.
    pub(crate) unready: Vec<&'static str>,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Reason {
    reason: &'static str,
}

type Float = Gauge<f64, AtomicU64>;

/// The gauges that a scrape sets.
#[derive(Debug, Default)]
pub(super) struct Gauges {
    refusals_dropped: Gauge,
    guard_blocks: Gauge,
    guard_noted: Gauge,
    unready: Family<Reason, Gauge>,
    quota_used_ratio: Family<Limit, Float>,
    nodes_alive: Gauge,
    store_waiting: Gauge,
    messages_pending: Gauge,
    codes_live: Gauge,
    store_commit_seconds: Float,
    store_bytes: Gauge,
    disk_free_bytes: Gauge,
    replica_lag_seconds: Float,
    connections_open: Gauge,
    clock_ahead_seconds: Float,
    clock_server_ahead_seconds: Float,
    process_resident_memory_bytes: Gauge,
    process_open_fds: Gauge,
    process_max_fds: Gauge,
    process_threads: Gauge,
    process_cpu_seconds: Float,
    process_start_time_seconds: Float,
}

impl Gauges {
    pub(super) fn register(&self, registry: &mut Registry) {
        self.process_start_time_seconds.set(seconds(Machine.wall()));
        let mut whole = |name: &str, help: &str, gauge: &Gauge| {
            registry.register(name, help, gauge.clone());
        };
        whole(
            "refusals_dropped",
            "Refusals that are no longer on record",
            &self.refusals_dropped,
        );
        let help = "Blocks of the guard and of operators that refuse sends now";
        whole("guard_blocks", help, &self.guard_blocks);
        let help = "Sends that the guard would have refused, had it not only monitored";
        whole("guard_noted", help, &self.guard_noted);
        whole(
            "nodes_alive",
            "Nodes of the deployment that are alive",
            &self.nodes_alive,
        );
        whole(
            "store_waiting",
            "Records that wait to become durable",
            &self.store_waiting,
        );
        whole(
            "messages_pending",
            "Messages without an outcome yet",
            &self.messages_pending,
        );
        let help = "Applications, channels and numbers with a code that can be checked";
        whole("codes_live", help, &self.codes_live);
        whole(
            "store_bytes",
            "Size of the database with its log, in bytes",
            &self.store_bytes,
        );
        let help = "Bytes that may still be written on the disk of the database";
        whole("disk_free_bytes", help, &self.disk_free_bytes);
        whole(
            "connections_open",
            "Open connections of the API",
            &self.connections_open,
        );
        let help = "Memory of the process, in bytes";
        whole(
            "process_resident_memory_bytes",
            help,
            &self.process_resident_memory_bytes,
        );
        whole(
            "process_open_fds",
            "Open file handles of the process",
            &self.process_open_fds,
        );
        whole(
            "process_max_fds",
            "File handles that the process may have",
            &self.process_max_fds,
        );
        whole(
            "process_threads",
            "Threads of the process",
            &self.process_threads,
        );
        let mut float = |name: &str, help: &str, gauge: &Float| {
            registry.register(name, help, gauge.clone());
        };
        let help = "Time that the commit under way has taken, in seconds";
        float("store_commit_seconds", help, &self.store_commit_seconds);
        let help = "Time by which the replica is behind the database at most, in seconds";
        float("replica_lag_seconds", help, &self.replica_lag_seconds);
        let help = "Seconds by which the clock of the service is ahead of the wall clock";
        float("clock_ahead_seconds", help, &self.clock_ahead_seconds);
        let help = "Seconds by which the wall clock is ahead of the SNTP server";
        float(
            "clock_server_ahead_seconds",
            help,
            &self.clock_server_ahead_seconds,
        );
        let help = "Processor time of the process, in seconds";
        float("process_cpu_seconds", help, &self.process_cpu_seconds);
        let help = "Start of the process, in seconds since 1970";
        float(
            "process_start_time_seconds",
            help,
            &self.process_start_time_seconds,
        );
        let help = "Whether the service is not ready, by reason";
        registry.register("unready", help, self.unready.clone());
        let help = "Part of a quota that is used, by limit: of all applications the highest";
        registry.register("quota_used_ratio", help, self.quota_used_ratio.clone());
    }

    pub(super) fn set(&self, now: &Now) {
        self.refusals_dropped.set(whole(now.refusals_dropped));
        for reason in Unready::WORDS {
            let is_so = now.unready.contains(&reason);
            self.unready
                .get_or_create(&Reason { reason })
                .set(is_so.into());
        }
        self.guard_blocks.set(whole(now.guard.blocks));
        self.guard_noted.set(whole(now.guard.noted));
        self.set_quotas(&now.quotas);
        self.nodes_alive.set(whole(now.nodes_alive));
        let ledger = &now.ledger;
        self.store_waiting.set(whole(ledger.waiting));
        self.messages_pending.set(whole(ledger.pending));
        self.codes_live.set(whole(ledger.live_codes));
        self.store_commit_seconds
            .set(ledger.committing.as_secs_f64());
        self.store_bytes.set(whole(ledger.size));
        // Where the system does not tell, there is room: an alert must not cry for that.
        self.disk_free_bytes
            .set(ledger.room.map_or(i64::MAX, whole));
        let lag = ledger.replica_lag.unwrap_or_default();
        self.replica_lag_seconds.set(lag.as_secs_f64());
        self.connections_open.set(whole(now.connections));
        self.clock_ahead_seconds.set(seconds(now.clock_ahead));
        self.clock_server_ahead_seconds
            .set(now.server_ahead.map_or(0.0, seconds));
        if let Some(process) = Process::this() {
            self.process_resident_memory_bytes
                .set(whole(process.memory));
            self.process_open_fds.set(whole(process.handles));
            self.process_max_fds.set(whole(process.most_handles));
            self.process_threads.set(whole(process.threads));
            self.process_cpu_seconds.set(process.cpu_seconds);
        }
    }

    fn set_quotas(&self, quotas: &[QuotaUse]) {
        self.quota_used_ratio.clear();
        for (limit, share) in highest_shares(quotas) {
            let limit = Limit {
                limit: limit.to_owned(),
            };
            self.quota_used_ratio.get_or_create(&limit).set(share);
        }
    }
}

/// Returns by the name of each limit the highest share of its maximum that is used.
fn highest_shares(quotas: &[QuotaUse]) -> BTreeMap<&str, f64> {
    let mut shares = BTreeMap::new();
    for quota in quotas {
        let highest = shares.entry(quota.limit.as_str()).or_insert(0.0);
        *highest = quota.share().max(*highest);
    }
    shares
}

fn whole(number: impl TryInto<i64>) -> i64 {
    number.try_into().unwrap_or(i64::MAX)
}

fn seconds(millis: i64) -> f64 {
    millis as f64 / 1_000.0
}
