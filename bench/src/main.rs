//! Measures Countersign: a load generator, the limits that no service of its kind can beat, and a driver that
//! runs the two in turns. `docs/performance.md` describes the measurements.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Duration;

use clap::{Args, Parser, Subcommand};

use crate::load::Plan;
use crate::say::{note, say};
use crate::series::{Bench, Workload};

mod clock;
mod codes;
mod compare;
mod connection;
mod console;
mod crash;
mod disk;
mod durable;
mod footprint;
mod gate;
mod growth;
mod ledger;
mod limits;
mod load;
mod meter;
mod numbers;
mod ours;
mod overload;
mod peers;
#[cfg(feature = "postgres")]
mod postgres;
mod power;
mod process;
mod pruning;
mod report;
mod sample;
mod say;
mod series;
mod shipped;
mod smoke;
mod source;
mod vendor;
mod wire;

// The allocator of the product, so that the limits are not measured with a worse one.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

#[derive(Parser)]
#[command(name = "countersign-bench", about, version)]
struct Cli {
    #[command(subcommand)]
    verb: Verb,
}

#[derive(Subcommand)]
enum Verb {
    /// Pairs of runs in turns, a table, and a verdict on the goals
    Compare(compare::Compare),
    /// Every workload for half a second: correctness, and floors that only a mistake misses
    Smoke(smoke::Smoke),
    /// One run of a workload on a fresh countersign, closed loop or at a rate
    Run(One),
    /// Sends to a running service on this machine until it has so many live codes
    Preload(Preload),
    /// Kills countersign in mid-run and looks for everything that was answered
    Kill(Kill),
    /// Cuts the power at many moments of a run and looks for everything that was answered
    Power(Power),
    /// Asks for ten times the usual load, and looks at memory, at limits and at what comes after
    Overload(overload::Overload),
    /// A vendor of kind `http` that accepts every message
    Vendor(Vendor),
    /// Limit A: reads the request, answers a constant
    LimitA(Listen),
    /// Limit B: decides in memory
    LimitB(Listen),
}

/// The settings of all runs.
#[derive(Args)]
struct Setup {
    /// Number of connections that ask at once
    #[arg(long, default_value_t = 64)]
    connections: usize,
    /// Number of codes sent for each run that checks them
    #[arg(long, default_value_t = 100_000)]
    codes: u64,
    /// Folder of the data folders, on the disk to measure (default: beside the build)
    #[arg(long, value_name = "DIR")]
    data: Option<PathBuf>,
    /// The countersign binary to measure (default: build it)
    #[arg(long, value_name = "FILE")]
    binary: Option<PathBuf>,
}

impl Setup {
    fn bench(&self, seconds: f64) -> anyhow::Result<Bench> {
        let me = series::me()?;
        Ok(Bench {
            countersign: match &self.binary {
                Some(binary) => binary.clone(),
                None => ours::build()?,
            },
            root: match &self.data {
                Some(data) => data.clone(),
                None => series::default_root(&me),
            },
            me,
            plan: Plan {
                connections: self.connections,
                warm_up: Duration::from_secs_f64(seconds / 5.0),
                length: Duration::from_secs_f64(seconds),
                rate: None,
                gives_up: false,
            },
            codes: self.codes,
        })
    }
}

#[derive(Args)]
struct One {
    workload: Workload,
    #[arg(long, default_value_t = 2.5)]
    seconds: f64,
    /// Requests per second; without it, each follows the answer before
    #[arg(long)]
    rate: Option<f64>,
    #[command(flatten)]
    setup: Setup,
}

#[derive(Args)]
struct Preload {
    /// Address that the service listens on
    address: SocketAddr,
    #[arg(long, default_value_t = 1_000_000)]
    count: u64,
}

#[derive(Args)]
struct Kill {
    /// Milliseconds until the kill
    #[arg(long, default_value_t = 500)]
    after_ms: u64,
    #[command(flatten)]
    setup: Setup,
}

#[derive(Args)]
struct Power {
    /// Number of numbers that codes are sent to
    #[arg(long, default_value_t = power::Size::WHOLE.numbers, value_parser = clap::value_parser!(u64).range(64..=8_000))]
    numbers: u64,
    /// Number of moments at which the power fails
    #[arg(long, default_value_t = power::Size::WHOLE.cuts)]
    cuts: usize,
    /// Seed of the moments and of the disks' contents (default: another one each time)
    #[arg(long)]
    seed: Option<u64>,
    #[command(flatten)]
    setup: Setup,
}

#[derive(Args)]
struct Listen {
    #[arg(long, default_value = "127.0.0.1:0")]
    listen: SocketAddr,
}

#[derive(Args)]
struct Vendor {
    #[command(flatten)]
    listen: Listen,
    /// Speak TLS, and write the certificate of the authority to this file
    #[arg(long, value_name = "FILE")]
    tls: Option<PathBuf>,
    /// Speak HTTP/2 where the client offers it by ALPN
    #[arg(long, requires = "tls")]
    http2: bool,
    /// Milliseconds until each answer
    #[arg(long, default_value_t = 0)]
    after_ms: u64,
}

fn main() -> ExitCode {
    match run(Cli::parse().verb) {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => {
            note(format!("error: {error:#}"));
            ExitCode::FAILURE
        }
    }
}

fn run(verb: Verb) -> anyhow::Result<bool> {
    match verb {
        // The limits make a runtime like that of the product.
        Verb::LimitA(args) => limits::constant::run(args.listen)?,
        Verb::LimitB(args) => limits::memory::run(args.listen)?,
        Verb::Vendor(args) => {
            let manner = vendor::Manner {
                roots: args.tls,
                http2: args.http2,
                wait: Duration::from_millis(args.after_ms),
            };
            vendor::run(args.listen.listen, &manner)?;
        }
        verb => {
            let runtime = tokio::runtime::Builder::new_current_thread()
                .enable_all()
                .build()?;
            return runtime.block_on(load_something(verb));
        }
    }
    Ok(true)
}

async fn load_something(verb: Verb) -> anyhow::Result<bool> {
    match verb {
        Verb::Compare(args) => return Box::pin(args.run()).await,
        Verb::Smoke(args) => return Box::pin(args.run()).await,
        Verb::Overload(args) => return Box::pin(args.run()).await,
        Verb::Run(args) => Box::pin(one(args)).await?,
        Verb::Preload(args) => {
            let source = source::Unique(0..args.count);
            let plan = Plan::until_done(64);
            let run = load::run(args.address, Box::new(source), &plan, &[]).await?;
            run.verdict()?;
            say(format!(
                "{} codes, {:.0} per second",
                run.counts.sent,
                run.rate()
            ));
        }
        Verb::Kill(args) => {
            process::pin_client();
            let bench = args.setup.bench(1.0)?;
            let after = Duration::from_millis(args.after_ms);
            say(Box::pin(crash::survives(&bench, after)).await?);
        }
        Verb::Power(args) => {
            process::pin_client();
            let bench = args.setup.bench(1.0)?;
            let size = power::Size {
                numbers: args.numbers,
                cuts: args.cuts,
                seed: args.seed,
            };
            Box::pin(power::survives(&bench, size)).await?;
        }
        Verb::LimitA(_) | Verb::LimitB(_) | Verb::Vendor(_) => {}
    }
    Ok(true)
}

async fn one(args: One) -> anyhow::Result<()> {
    process::pin_client();
    let bench = args.setup.bench(args.seconds)?;
    let plan = Plan {
        rate: args.rate,
        ..bench.plan.clone()
    };
    let sample = bench.ours(args.workload, &plan).await?;
    say(format!("{sample:#?}"));
    Ok(())
}
