//! Sends through a vendor of kind `http`: what the call costs, how long it takes over a network, and what its reports cost.
//!
//! The vendor is a process of the bench on the client's core. It keeps its connections, and answers at once or after a time.

mod account;
mod database;
pub(crate) mod far;
mod listener;
mod network;
mod reports;

use std::net::SocketAddr;
use std::path::Path;
use std::process::Command;
use std::time::Duration;

use anyhow::ensure;

use crate::console::On;
use crate::ledger::Ledger;
use crate::load::{self, Plan};
use crate::meter;
use crate::ours;
use crate::process::{Service, pinned};
use crate::sample::Sample;
use crate::series::{Bench, RequestedNumbers, Workload};
use database::Database;
pub(crate) use listener::{Manner, run};

/// The reason why a row over HTTP/2 may be missing.
pub(crate) const NO_HTTP2: &str = "the service speaks HTTP/1.1 to a vendor that offers HTTP/2";

/// The time until a vendor that waits answers.
const WAIT: Duration = Duration::from_millis(20);

/// The callers at once where a vendor waits: with the usual 64, which wait too, the service would idle. 256 ask for 12,800 messages
/// a second at most.
const CALLERS: usize = 256;

/// The accounts of a vendor that waits, as many as a route may name. The service has 64 messages on their way to one account at
/// most, so that one account carries 3,200 a second, and 256 callers hardly ever find a full one.
const ACCOUNTS: usize = 8;

/// How the vendor is reached.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Over {
    Http,
    /// HTTP/1.1 over TLS.
    Tls,
    /// HTTP/2 over TLS, where the service offers it by ALPN.
    Http2,
}

/// A row of the table: sends in some way, against other sends.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Case {
    /// Sends through the vendor, against sends into the sink.
    Carried { over: Over, waits: bool, on: On },
    /// Sends whose delivery the vendor reports, against sends without reports.
    Reported,
}

/// The way of one run's messages.
#[derive(Debug, Clone, Copy)]
enum Way {
    Sink,
    Vendor {
        over: Over,
        waits: bool,
        /// Whether every message is reported as delivered. The bench asks for that over plain HTTP.
        reports: bool,
    },
}

impl Over {
    pub(crate) const ALL: [Over; 3] = [Over::Http, Over::Tls, Over::Http2];

    const fn name(self) -> &'static str {
        match self {
            Over::Http => "HTTP",
            Over::Tls => "TLS",
            Over::Http2 => "HTTP/2",
        }
    }

    /// Starts the vendor.
    fn start(self, me: &Path, roots: &Path, wait: Duration) -> anyhow::Result<Service> {
        let mut vendor = Command::new(me);
        vendor.args(["vendor", "--after-ms", &wait.as_millis().to_string()]);
        if self != Over::Http {
            vendor.arg("--tls").arg(roots);
        }
        if self == Over::Http2 {
            vendor.arg("--http2");
        }
        Service::start(vendor)
    }

    /// Ends the vendor. Returns whether it was reached in this way.
    fn end(self, vendor: Service) -> anyhow::Result<bool> {
        let printed = vendor.ended()?;
        Ok(self != Over::Http2 || printed.lines().any(|line| line == listener::SPEAKS_HTTP2))
    }
}

impl Case {
    /// Returns the rows of a vendor that answers at once, or of one that waits.
    pub(crate) fn carried(waits: bool, on: On) -> Vec<Self> {
        let each = Over::ALL.into_iter();
        each.map(|over| Self::Carried { over, waits, on }).collect()
    }

    /// Returns the workload, and what it is compared with.
    pub(crate) fn names(self) -> (String, &'static str) {
        let Self::Carried { over, waits, on } = self else {
            return (
                "send at half of the peak with delivery reports".to_owned(),
                "one without reports",
            );
        };
        let wait = if waits { " that waits 20 ms" } else { "" };
        let what = format!(
            "send through a vendor{wait} over {}{}",
            over.name(),
            on.of()
        );
        (what, "one into the sink")
    }

    /// Returns the least share of the other sends, in per cent, that has to be reached, and that is wanted.
    pub(crate) const fn bounds(self) -> Option<(f64, f64)> {
        match self {
            Self::Carried {
                over,
                waits: false,
                on: On::Sqlite,
            } => match over {
                Over::Http => Some((60.0, 70.0)),
                Over::Tls => Some((50.0, 62.0)),
                Over::Http2 => None,
            },
            _ => None,
        }
    }

    /// Runs the other sends, then ours. `None` if the service does not reach the vendor in this way.
    pub(crate) async fn pair(self, bench: &Bench) -> anyhow::Result<Option<(Sample, Sample)>> {
        let Self::Carried { over, waits, on } = self else {
            return reported(bench).await;
        };
        let mut plan = bench.plan.clone();
        if waits {
            plan.connections = CALLERS;
        }
        let reports = false;
        let ours = Way::Vendor {
            over,
            waits,
            reports,
        };
        let sink = Way::Sink.sends(bench, &plan, on).await?;
        Ok(sink.zip(ours.sends(bench, &plan, on).await?))
    }
}

/// Sends by `plan` through the vendor, which reports every message.
pub(crate) async fn everything(bench: &Bench, plan: &Plan) -> anyhow::Result<Option<Sample>> {
    let way = Way::Vendor {
        over: Over::Http,
        waits: false,
        reports: true,
    };
    way.sends(bench, plan, On::Sqlite).await
}

/// Sends without reports at half of their peak, then as many with reports: the service reads eight reports at once, so that at the
/// peak most of them would wait until the sends have ended.
async fn reported(bench: &Bench) -> anyhow::Result<Option<(Sample, Sample)>> {
    let way = |reports| Way::Vendor {
        over: Over::Http,
        waits: false,
        reports,
    };
    let (without, with) = (way(false), way(true));
    let Some(peak) = without.sends(bench, &bench.plan, On::Sqlite).await? else {
        return Ok(None);
    };
    let plan = Plan {
        rate: Some(peak.rate / 2.0),
        ..bench.plan.clone()
    };
    let other = without.sends(bench, &plan, On::Sqlite).await?;
    Ok(other.zip(with.sends(bench, &plan, On::Sqlite).await?))
}

impl Way {
    /// Sends by `plan`. `None` if the vendor was not reached in this way.
    async fn sends(self, bench: &Bench, plan: &Plan, on: On) -> anyhow::Result<Option<Sample>> {
        let folder = bench.folder()?;
        let (data, roots) = (folder.path().join("data"), folder.path().join("roots.pem"));
        let vendor = self.vendor(&bench.me, &roots)?;
        let database = Database::start(on).await?;
        let service = Service::start(database.named(service(bench, &data, &roots)))?;
        if let Some(vendor) = &vendor {
            self.set_up(bench, &data, vendor.address, service.address)
                .await?;
        }
        let mut pids = database.processes().await?;
        pids.push(service.pid());
        let source = Workload::Send.source(Vec::new(), &RequestedNumbers::default());
        let run = load::run(service.address, source, plan, &pids).await?;
        run.verdict()?;
        let resident = meter::resident(&pids)?;
        if let (Way::Vendor { reports: true, .. }, Some(vendor)) = (self, &vendor) {
            reports::all(vendor.address, run.counts.sent).await?;
        }
        let ledger = Ledger::read(service.address, &data).await?;
        ledger.holds(&Ledger::default(), &run.counts)?;
        let reported = matches!(self, Way::Vendor { reports: true, .. });
        let expected = if reported { run.counts.sent } else { 0 };
        ensure!(
            ledger.delivered == expected,
            "{expected} messages were reported as delivered, {} are on record",
            ledger.delivered
        );
        service.stop()?;
        let sample = Sample::of(&run, resident)?;
        Ok(match (self, vendor) {
            (Way::Vendor { over, .. }, Some(vendor)) => over.end(vendor)?.then_some(sample),
            _ => Some(sample),
        })
    }

    /// Starts the vendor, if there is one.
    fn vendor(self, me: &Path, roots: &Path) -> anyhow::Result<Option<Service>> {
        let Way::Vendor { over, waits, .. } = self else {
            return Ok(None);
        };
        let wait = if waits { WAIT } else { Duration::ZERO };
        over.start(me, roots, wait).map(Some)
    }

    /// Sets up the accounts of the vendor, and where it reports.
    async fn set_up(
        self,
        bench: &Bench,
        data: &Path,
        vendor: SocketAddr,
        service: SocketAddr,
    ) -> anyhow::Result<()> {
        let Way::Vendor {
            over,
            waits,
            reports,
        } = self
        else {
            return Ok(());
        };
        let accounts = if waits { ACCOUNTS } else { 1 };
        let path = account::set_up(&bench.countersign, data, (over, vendor), accounts)?;
        if reports {
            reports::ask_for(vendor, &format!("http://{service}{path}")).await?;
        }
        Ok(())
    }
}

/// Returns the command for the service, which trusts the authority in `roots` where there is one.
fn service(bench: &Bench, data: &Path, roots: &Path) -> Command {
    let mut service = pinned(&bench.countersign);
    service.args(ours::ARGS).arg(data);
    service.args(["--provider", "sink", "--config", ours::SETTINGS]);
    if roots.exists() {
        service.env("SSL_CERT_FILE", roots);
    }
    service
}
