//! The driver: pairs of runs in turns, their results for the goals, and the verdict.

mod part;
mod results;

use std::path::PathBuf;
use std::time::Duration;

use anyhow::ensure;
use clap::{Args, ValueEnum as _};

use crate::console::{self, On};
use crate::crash;
use crate::durable;
use crate::footprint;
use crate::gate::{self, Gate};
use crate::growth;
use crate::load::Plan;
use crate::meter::Snapshot;
use crate::peers::{self, Peer};
#[cfg(feature = "postgres")]
use crate::postgres;
use crate::power;
use crate::pruning::Pruning;
use crate::report::{self, QUIET, Row};
use crate::sample::{Sample, Spread};
use crate::say::{note, say};
use crate::series::{Bench, Workload};
use crate::shipped;
use crate::vendor::{self, Case};
use crate::{disk, process};
use part::Part;
use results::Results;

#[derive(Args)]
pub(crate) struct Compare {
    /// Number of measurements of each pair
    #[arg(long, default_value_t = 5)]
    pairs: usize,
    /// Seconds that each run is measured, after a warm-up of a fifth of it
    #[arg(long, default_value_t = 2.5)]
    seconds: f64,
    #[command(flatten)]
    setup: crate::Setup,
    /// Only these parts
    #[arg(long, value_delimiter = ',')]
    only: Vec<Part>,
    /// Seconds to wait, before each pair, for others to leave the machine alone
    #[arg(long, value_name = "SECONDS", default_value_t = 0)]
    wait: u64,
    /// Seconds during which the longest stall is looked for
    #[arg(long, value_name = "SECONDS", default_value_t = 60)]
    stall_seconds: u64,
    /// Number of live codes with which start-up and memory are measured
    #[arg(long, value_name = "COUNT", default_value_t = 1_000_000)]
    live: u64,
    /// Number of stored messages up to which growth is measured, and with which the console is: ten million take some ten minutes and 8 GB
    #[arg(long, value_name = "COUNT", default_value_t = 1_000_000)]
    grow: u64,
    /// Data folder that has the `--grow` messages already: the console on SQLite shows it, and keeps what is sent
    #[arg(long, value_name = "DIR")]
    filled: Option<PathBuf>,
}

/// The least share of checks without a token, in per cent, that checks for one have to reach, and that is wanted.
const TOKEN_BOUNDS: (f64, f64) = (15.0, 40.0);

impl Compare {
    /// Runs every part. Returns whether every gate holds.
    pub(crate) async fn run(self) -> anyhow::Result<bool> {
        ensure!((1..=100).contains(&self.pairs), "1 to 100 pairs");
        ensure!((0.2..=60.0).contains(&self.seconds), "0.2 to 60 seconds");
        let pinned = process::pin_client();
        let bench = self.setup.bench(self.seconds)?;
        drop(bench.folder()?);
        report::machine(&disk::measure(&bench.root)?, pinned);
        let mut results = Results::default();
        for part in Part::value_variants() {
            if self.only.is_empty() || self.only.contains(part) {
                note(format!("{part:?} ..."));
                self.part(*part, &bench, &mut results).await?;
            }
        }
        report::table(&results.rows);
        Ok(gate::judge(&results.gates))
    }

    async fn part(&self, part: Part, bench: &Bench, results: &mut Results) -> anyhow::Result<()> {
        let workload = match part {
            Part::Send => Workload::Send,
            Part::Zipf => Workload::Zipf,
            Part::Throttled => Workload::Throttled,
            Part::Check => Workload::Check,
            Part::Token => return self.tokens(bench, results).await,
            Part::Mix => Workload::Mix,
            Part::Wrong => Workload::Wrong,
            Part::Race => Workload::Race,
            Part::Shipped => return self.shipped(bench, results).await,
            Part::Vendor => {
                let cases = Case::carried(false, On::Sqlite);
                return self.vendor(bench, cases, results).await;
            }
            Part::VendorWaits => {
                let cases = Case::carried(true, On::Sqlite);
                return self.vendor(bench, cases, results).await;
            }
            #[cfg(feature = "postgres")]
            Part::PostgresVendor => {
                let cases = Case::carried(false, On::Postgres);
                return self.vendor(bench, cases, results).await;
            }
            Part::Receipts => return self.vendor(bench, vec![Case::Reported], results).await,
            Part::Far => return vendor::far::measure(bench, &mut results.gates).await,
            Part::Memory => return self.memory(bench, results).await,
            Part::Half => return self.half(bench, results).await,
            Part::Stall => return self.stall(bench, results).await,
            Part::Durable => {
                durable::count(bench).await?;
                say(crash::survives(bench, Duration::from_millis(500)).await?);
                say("");
                return power::survives(bench, power::Size::WHOLE).await;
            }
            Part::Footprint => {
                return footprint::measure(bench, self.live, &mut results.gates).await;
            }
            Part::Growth => return growth::measure(bench, self.grow, &mut results.gates).await,
            Part::Pruning => return self.pruning(bench, results).await,
            Part::Console => return self.console(bench, On::Sqlite, results).await,
            #[cfg(feature = "postgres")]
            Part::PostgresConsole => return self.console(bench, On::Postgres, results).await,
            #[cfg(feature = "postgres")]
            Part::Postgres => {
                let measured = postgres::measure(&bench.plan, self.pairs, bench.codes).await?;
                results.rows.extend(measured.0);
                results.gates.extend(measured.1);
                return Ok(());
            }
            #[cfg(feature = "postgres")]
            Part::PostgresGrowth => {
                results.gates.push(postgres::grow(self.grow).await?);
                return Ok(());
            }
            Part::Express => return self.peer(Peer::Express, bench, results).await,
            Part::Fastapi => return self.peer(Peer::Fastapi, bench, results).await,
        };
        let mut pairs = Vec::new();
        for _ in 0..self.pairs {
            self.quiet().await?;
            let limit = bench.limit("limit-a", counterpart(workload)).await?;
            pairs.push((limit, bench.ours(workload, &bench.plan).await?));
        }
        let row = Row {
            what: workload.name(),
            against: "limit A".to_owned(),
            pairs,
        };
        results.judge(workload, &row);
        results.rows.push(row);
        Ok(())
    }

    /// Waits for a quiet second, for `wait` seconds at most.
    async fn quiet(&self) -> anyhow::Result<()> {
        let second = Duration::from_secs(1);
        for _ in 0..self.wait {
            let before = Snapshot::take(&[])?;
            tokio::time::sleep(second).await;
            if Snapshot::take(&[])?.since(&before).others < QUIET {
                break;
            }
        }
        Ok(())
    }

    async fn tokens(&self, bench: &Bench, results: &mut Results) -> anyhow::Result<()> {
        let workloads = [Workload::Token, Workload::TokenEs256];
        let mut pairs = workloads.map(|_| Vec::new());
        for _ in 0..self.pairs {
            for (workload, pairs) in workloads.into_iter().zip(&mut pairs) {
                self.quiet().await?;
                let without = bench.ours(Workload::Check, &bench.plan).await?;
                pairs.push((without, bench.ours(workload, &bench.plan).await?));
            }
        }
        for (workload, pairs) in workloads.into_iter().zip(pairs) {
            let row = Row {
                what: workload.name(),
                against: "check".to_owned(),
                pairs,
            };
            let what = format!("{}, of checks without a token", row.what);
            let share = 100.0 * row.ratio().median;
            let gate = Gate::floor(what, TOKEN_BOUNDS, share, "%");
            results.gates.push(gate);
            results.rows.push(row);
        }
        Ok(())
    }

    async fn memory(&self, bench: &Bench, results: &mut Results) -> anyhow::Result<()> {
        let mut pairs = Vec::new();
        for _ in 0..self.pairs {
            self.quiet().await?;
            let constant = bench.limit("limit-a", Workload::Send).await?;
            pairs.push((constant, bench.limit("limit-b", Workload::Send).await?));
        }
        results.rows.push(Row {
            what: "send, limit B".to_owned(),
            against: "limit A".to_owned(),
            pairs,
        });
        Ok(())
    }

    async fn shipped(&self, bench: &Bench, results: &mut Results) -> anyhow::Result<()> {
        let mut pairs = Vec::new();
        for _ in 0..self.pairs {
            self.quiet().await?;
            pairs.push(shipped::pair(bench).await?);
        }
        let row = Row {
            what: "send by the limits that ship".to_owned(),
            against: "one by twenty limits".to_owned(),
            pairs,
        };
        results.gates.push(row.gate_of_cost((10.0, 10.0)));
        results.rows.push(row);
        Ok(())
    }

    /// Measures rows of sends through a vendor. Skips one whose way the service does not go.
    async fn vendor(
        &self,
        bench: &Bench,
        cases: Vec<Case>,
        results: &mut Results,
    ) -> anyhow::Result<()> {
        for case in cases {
            let (what, against) = case.names();
            let mut pairs = Vec::new();
            for _ in 0..self.pairs {
                self.quiet().await?;
                let Some(pair) = case.pair(bench).await? else {
                    say(format!("{what} is left out: {}\n", vendor::NO_HTTP2));
                    break;
                };
                pairs.push(pair);
            }
            if pairs.is_empty() {
                continue;
            }
            let row = Row {
                what,
                against: against.to_owned(),
                pairs,
            };
            let more = row.more_cost();
            say(format!(
                "Processor time of a {}, over {}: {:+.0} % [{:+.0} to {:+.0}].\n",
                row.what, row.against, more.median, more.min, more.max
            ));
            if let Some(bounds) = case.bounds() {
                let what = format!("{}, of those into the sink", row.what);
                let share = 100.0 * row.ratio().median;
                results.gates.push(Gate::floor(what, bounds, share, "%"));
            }
            results.rows.push(row);
        }
        Ok(())
    }

    async fn pruning(&self, bench: &Bench, results: &mut Results) -> anyhow::Result<()> {
        let mut pruning = Pruning::prepare(bench).await?;
        let mut pairs = Vec::new();
        for _ in 0..self.pairs {
            self.quiet().await?;
            pairs.push(pruning.pair().await?);
        }
        let row = Row {
            what: "send while messages go".to_owned(),
            against: "one while none go".to_owned(),
            pairs,
        };
        results.gates.push(pruning.judge(&row));
        results.rows.push(row);
        Ok(())
    }

    async fn console(&self, bench: &Bench, on: On, results: &mut Results) -> anyhow::Result<()> {
        let gates = &mut results.gates;
        let row = console::measure(
            bench,
            on,
            (self.grow, self.filled.as_deref()),
            self.pairs,
            gates,
        )
        .await?;
        gates.push(row.gate_of_tail((5.0, 5.0)));
        results.rows.push(row);
        Ok(())
    }

    /// Compares Countersign with a peer. Skips a peer that cannot be installed.
    async fn peer(&self, peer: Peer, bench: &Bench, results: &mut Results) -> anyhow::Result<()> {
        let installed = match peers::install(peer, &bench.root) {
            Ok(installed) => installed,
            Err(why) => {
                say(format!("{} is left out: {why:#}\n", peer.name()));
                return Ok(());
            }
        };
        for workload in [Workload::Send, Workload::Check] {
            let mut pairs = Vec::new();
            for _ in 0..self.pairs {
                self.quiet().await?;
                let theirs = installed.run(workload, bench).await?;
                pairs.push((theirs, bench.ours(workload, &bench.plan).await?));
            }
            let row = Row {
                what: workload.name(),
                against: peer.name().to_owned(),
                pairs,
            };
            if let Some(bounds) = peer.bounds(workload) {
                let what = format!("{} against {}", row.what, row.against);
                let gate = Gate::floor(what, bounds, row.ratio().median, "times");
                results.gates.push(gate);
            }
            results.rows.push(row);
        }
        Ok(())
    }

    async fn half(&self, bench: &Bench, results: &mut Results) -> anyhow::Result<()> {
        let plan = results.half(bench).await?;
        let mut samples = Vec::new();
        for _ in 0..self.pairs {
            self.quiet().await?;
            samples.push(bench.ours(Workload::Send, &plan).await?);
        }
        let median = |of: fn(&Sample) -> f64| Spread::of(samples.iter().map(of)).median;
        let p99 = median(|sample| sample.p99);
        say(format!(
            "Sends at half of the peak ({:.0} per second), medians of {}: p50 {:.2}, p99 {p99:.2}, p99.9 {:.2}, \
             longest {:.1} ms.\n",
            median(|sample| sample.rate),
            self.pairs,
            median(|sample| sample.p50),
            median(|sample| sample.p999),
            median(|sample| sample.longest),
        ));
        results.gates.push(Gate::ceiling(
            "p99 at half of the peak",
            (10.0, 5.0),
            p99,
            "ms",
        ));
        Ok(())
    }

    async fn stall(&self, bench: &Bench, results: &mut Results) -> anyhow::Result<()> {
        let plan = Plan {
            length: Duration::from_secs(self.stall_seconds),
            ..results.half(bench).await?
        };
        self.quiet().await?;
        let sample = bench.ours(Workload::Send, &plan).await?;
        results.gates.push(Gate::ceiling(
            format!(
                "longest stall in {} s at half of the peak",
                self.stall_seconds
            ),
            (50.0, 20.0),
            sample.longest,
            "ms",
        ));
        Ok(())
    }
}

/// Returns the workload of limit A beside a workload: the same requests, as far as it tells them apart.
fn counterpart(workload: Workload) -> Workload {
    match workload {
        Workload::Race => Workload::Check,
        // Limit A answers one number as it answers many.
        Workload::Throttled | Workload::Zipf => Workload::Send,
        same => same,
    }
}
