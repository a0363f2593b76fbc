//! Overload: ten times the usual load in an open loop, and what it does to memory, to limits and to callers afterwards.

use std::convert::Infallible;
use std::net::SocketAddr;
use std::ops::Range;
use std::path::Path;
use std::time::Duration;

use anyhow::{Context, ensure};
use clap::Args;
use countersign_core::time::Timestamp;
use serde::Deserialize;

use crate::connection::Connection;
use crate::gate::{self, Gate};
use crate::load::{self, Counts, Plan, Run};
use crate::numbers::{self, SplitMix};
use crate::sample::number;
use crate::say::{note, say};
use crate::source::{Crowded, Unique};
use crate::{meter, ours, process, wire};

/// The usual load is a fifth of the peak; ten times the usual load is offered.
const USUAL: f64 = 0.2;
const TIMES: f64 = 10.0;

/// How long the peak, and the usual load before and after, are measured.
const LOOK: Duration = Duration::from_secs(3);

/// The connections of the overload: as many as the bench opens.
const CONNECTIONS: usize = 1_024;

/// How long after the overload callers may still wait longer than before.
const RECOVERY: u32 = 10;

/// How many sends of each half are looked for afterwards.
const DRAWN: usize = 1_000;

/// The most resident memory in MB: 512 MiB.
const MEMORY: f64 = 536.0;

/// The numbers of each part of the run, so that no part meets a minute that another has taken; those of the crowd are
/// asked for all the time of the overload.
const PEAK: Range<u64> = 0..10_000_000;
const BEFORE: Range<u64> = 10_000_000..20_000_000;
const FIRST: Range<u64> = 20_000_000..40_000_000;
const SECOND: Range<u64> = 40_000_000..60_000_000;
const AFTER: Range<u64> = 60_000_000..90_000_000;
const CROWD: Range<u64> = 90_000_000..90_001_000;

#[derive(Args)]
pub(crate) struct Overload {
    /// Seconds of ten times the usual load
    #[arg(long, default_value_t = 120, value_parser = clap::value_parser!(u64).range(1..=600))]
    seconds: u64,
    #[command(flatten)]
    setup: crate::Setup,
}

/// The service under load.
struct Target {
    address: SocketAddr,
    pid: u32,
    connections: usize,
}

#[derive(Deserialize)]
struct Found {
    data: Vec<Decided>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Decided {
    decided_at: String,
}

/// What was seen.
struct Seen {
    peak: Run,
    /// The usual load, before.
    before: Run,
    /// The two halves of the overload, each with the most resident memory in bytes.
    halves: [(Run, u64); 2],
    /// The seconds until callers waited as before.
    recovered_in: u32,
    /// The codes that the crowd got.
    to_crowd: usize,
}

impl Overload {
    /// Runs it. Returns whether every gate holds.
    // shows: H6
    pub(crate) async fn run(self) -> anyhow::Result<bool> {
        process::pin_client();
        let bench = self.setup.bench(LOOK.as_secs_f64())?;
        let data = bench.folder()?;
        let service = ours::start(&bench.countersign, data.path(), "sink")?;
        let target = Target {
            address: service.address,
            pid: service.pid(),
            connections: bench.plan.connections,
        };
        let half = Duration::from_secs(self.seconds) / 2;
        let seen = target.measure(data.path(), half).await?;
        service.stop()?;
        seen.say(self.seconds);
        Ok(gate::judge(&seen.gates()))
    }
}

impl Seen {
    fn say(&self, seconds: u64) {
        let both = |count: fn(&Counts) -> u64| -> u64 {
            self.halves.iter().map(|(run, _)| count(&run.counts)).sum()
        };
        let usual = self.peak.rate() * USUAL;
        let [(first, at_half), (second, most)] = &self.halves;
        say(format!(
            "Peak {:.0} sends a second, usual load {usual:.0} (p99 {:.1} ms). Offered for {seconds} s: {:.0} a second over \
             {CONNECTIONS} connections; answered: {} sends, {} refusals, {} times \"too much to do\"; p99 {:.0} and {:.0} ms, \
             counted from when each was due. Resident memory at most {:.0} MB in the first half, {:.0} MB in the second. {DRAWN} sends of \
             each half, drawn at random, are on record; {} codes for the {} numbers asked for all the time, none within 60 s \
             of another.\n",
            self.peak.rate(),
            p99(&self.before),
            usual * TIMES,
            both(|counts| counts.sent),
            both(|counts| counts.refused),
            both(|counts| counts.shed),
            p99(first),
            p99(second),
            megabytes(*at_half),
            megabytes(*most),
            self.to_crowd,
            CROWD.end - CROWD.start,
        ));
    }

    fn gates(&self) -> [Gate; 3] {
        let [(_, at_half), (second, most)] = &self.halves;
        let grown = number(most.saturating_sub(*at_half));
        let per_code = grown / number(second.counts.sent.max(1));
        let recovered_in = f64::from(self.recovered_in);
        let memory = "memory per code sent in the second half";
        let recovery = "seconds until callers wait as before";
        [
            Gate::ceiling("resident memory", (MEMORY, MEMORY), megabytes(*most), "MB"),
            Gate::ceiling(memory, (256.0, 160.0), per_code, "B"),
            Gate::ceiling(recovery, (f64::from(RECOVERY), 1.0), recovered_in, "s"),
        ]
    }
}

impl Target {
    /// Measures the peak, the usual load, ten times the usual load in two halves, and what comes after.
    async fn measure(&self, data: &Path, half: Duration) -> anyhow::Result<Seen> {
        let peak = self.ask(PEAK, None, LOOK).await?;
        let usual = peak.rate() * USUAL;
        let before = self.ask(BEFORE, Some(usual), LOOK).await?;
        note(format!("{:.0} requests a second ...", usual * TIMES));
        let first = self.overload(usual * TIMES, half, FIRST).await?;
        let second = self.overload(usual * TIMES, half, SECOND).await?;
        let recovered_in = self.recovery(usual, p99(&before)).await?;
        let mut record = Record::open(self.address, data).await?;
        record.holds_answered(FIRST, &first.0).await?;
        record.holds_answered(SECOND, &second.0).await?;
        Ok(Seen {
            peak,
            before,
            halves: [first, second],
            recovered_in,
            to_crowd: record.minutes_hold().await?,
        })
    }

    /// Sends to `numbers` for `length`, as fast as possible or at a rate.
    async fn ask(
        &self,
        numbers: Range<u64>,
        rate: Option<f64>,
        length: Duration,
    ) -> anyhow::Result<Run> {
        let plan = Plan {
            connections: self.connections,
            warm_up: Duration::ZERO,
            length,
            rate,
            gives_up: true,
        };
        let run = load::run(self.address, Box::new(Unique(numbers)), &plan, &[self.pid]).await?;
        run.verdict()?;
        Ok(run)
    }

    /// Offers `rate` for `length`. Returns the run, and the most resident memory in bytes.
    async fn overload(
        &self,
        rate: f64,
        length: Duration,
        new: Range<u64>,
    ) -> anyhow::Result<(Run, u64)> {
        let plan = Plan {
            connections: CONNECTIONS,
            warm_up: Duration::ZERO,
            length,
            rate: Some(rate),
            gives_up: true,
        };
        let crowded = Crowded {
            new,
            crowd: CROWD.cycle(),
            is_new: false,
        };
        let pids = [self.pid];
        let mut most = 0;
        let run = tokio::select! {
            run = load::run(self.address, Box::new(crowded), &plan, &pids) => run?,
            never = watch(self.pid, &mut most) => match never? {},
        };
        run.verdict()?;
        Ok((run, most))
    }

    /// Offers the usual load second by second, until the slowest hundredth waits no more than twice as long as `before`,
    /// or 20 ms. Returns the number of seconds that took.
    async fn recovery(&self, usual: f64, before: f64) -> anyhow::Result<u32> {
        let second = Duration::from_secs(1);
        let mut numbers = AFTER;
        for seconds in 1..=RECOVERY {
            let run = self.ask(numbers.clone(), Some(usual), second).await?;
            numbers.start += run.counts.all();
            if p99(&run) <= f64::max(2.0 * before, 20.0) {
                return Ok(seconds);
            }
        }
        Ok(RECOVERY + 1)
    }
}

/// Notes the most resident memory of a process in bytes, every second.
async fn watch(pid: u32, most: &mut u64) -> anyhow::Result<Infallible> {
    let mut second = tokio::time::interval(Duration::from_secs(1));
    loop {
        second.tick().await;
        *most = meter::resident(&[pid])?.max(*most);
    }
}

/// The record as the operator sees it, by number.
struct Record {
    connection: Connection,
    token: String,
}

impl Record {
    async fn open(address: SocketAddr, data: &Path) -> anyhow::Result<Self> {
        Ok(Self {
            connection: Connection::open(address).await?,
            token: ours::token(data)?,
        })
    }

    /// The moments at which messages to the `n`th number were decided on, newest first.
    async fn decided(&mut self, n: u64) -> anyhow::Result<Vec<Timestamp>> {
        let mut request = Vec::new();
        wire::find(&mut request, &self.token, numbers::number(n));
        let answer = self.connection.exchange(&request).await?;
        let found: Found = serde_json::from_slice(answer.body)?;
        let times = found.data.iter();
        let times = times.map(|message| Timestamp::parse(&message.decided_at));
        times.collect::<Option<_>>().context("a time")
    }

    /// Draws numbers that `run` asked for once each, and looks for their messages; all are there, unless some requests
    /// were shed.
    async fn holds_answered(&mut self, new: Range<u64>, run: &Run) -> anyhow::Result<()> {
        let asked = run.counts.all() / 2;
        let mut random = SplitMix(asked);
        let mut missing = 0;
        for _ in 0..DRAWN {
            let n = new.start + random.next() % asked.max(1);
            missing += u64::from(self.decided(n).await?.is_empty());
        }
        ensure!(
            missing <= run.counts.shed,
            "of {DRAWN} sends, drawn from {asked}, {missing} are not on record, and {} were shed",
            run.counts.shed
        );
        Ok(())
    }

    /// Checks that no number of the crowd got two codes within a minute. Returns how many codes they got.
    async fn minutes_hold(&mut self) -> anyhow::Result<usize> {
        let (minute, mut codes) = (Duration::from_secs(60), 0);
        for n in CROWD {
            let decided = self.decided(n).await?;
            let mut apart = decided.iter().zip(decided.iter().skip(1));
            let too_soon = apart.any(|(later, earlier)| earlier.distance(*later) < minute);
            ensure!(!too_soon, "a number got two codes within a minute");
            codes += decided.len();
        }
        Ok(codes)
    }
}

fn megabytes(bytes: u64) -> f64 {
    number(bytes) / 1e6
}

/// The latency in milliseconds that one answer in a hundred exceeds.
fn p99(run: &Run) -> f64 {
    number(run.latencies.value_at_quantile(0.99)) / 1e3
}
