//! Start-up time and memory: idle, and per live code.

use std::time::Duration;

use crate::gate::Gate;
use crate::load::{self, Plan};
use crate::meter;
use crate::ours;
use crate::sample::{Spread, number};
use crate::say::say;
use crate::series::Bench;
use crate::source::Unique;

/// The number of measured starts.
const STARTS: usize = 5;

/// Measures with `live` codes, all of which must be sent within their life of ten minutes (twenty-limits.toml).
pub(crate) async fn measure(bench: &Bench, live: u64, gates: &mut Vec<Gate>) -> anyhow::Result<()> {
    let data = bench.folder()?;
    let folder = data.path().join("data");
    let start = || ours::start(&bench.countersign, &folder, "sink");

    // The first start makes the keys, once in the life of a folder.
    let service = start()?;
    let first = service.started_in;
    service.stop()?;
    let mut empty = Vec::new();
    for _ in 0..STARTS {
        let service = start()?;
        empty.push(milliseconds(service.started_in));
        service.stop()?;
    }
    let empty = Spread::of(empty.into_iter()).median;

    let service = start()?;
    let idle = meter::resident(&[service.pid()])?;
    let run = load::run(
        service.address,
        Box::new(Unique(0..live)),
        &Plan::until_done(bench.plan.connections),
        &[service.pid()],
    )
    .await?;
    run.verdict()?;
    let full = meter::resident(&[service.pid()])?;
    service.stop()?;
    let service = start()?;
    let loaded = milliseconds(service.started_in);
    let rebuilt = meter::resident(&[service.pid()])?;
    service.stop()?;

    let per_code = |resident: u64| number(resident.saturating_sub(idle)) / number(live);
    let megabytes = |bytes| number(bytes) / 1e6;
    let binary = std::fs::metadata(&bench.countersign)?.len();
    say(format!(
        "Start: {:.0} ms in a new folder (keys are made), {empty:.0} ms in an empty one, {loaded:.0} ms with {live} \
         live codes.\nMemory: idle {:.1} MB; with {live} live codes {:.1} MB ({:.0} B each, caches and buffers \
         included), {:.1} MB after a restart ({:.0} B each). Program: {:.1} MB.\n",
        milliseconds(first),
        megabytes(idle),
        megabytes(full),
        per_code(full),
        megabytes(rebuilt),
        per_code(rebuilt),
        megabytes(binary),
    ));
    // The goal is for a million live codes; the time of a start is proportional to the records.
    let million = (loaded - empty) / number(live) * 1e6 + empty;
    gates.extend([
        Gate::ceiling("start, empty", (150.0, 60.0), empty, "ms"),
        Gate::ceiling(
            "start, scaled to 10^6 live codes",
            (5.0, 2.0),
            million / 1e3,
            "s",
        ),
        Gate::ceiling("idle memory", (30.0, 25.0), megabytes(idle), "MB"),
        Gate::ceiling("memory per live code", (200.0, 160.0), per_code(full), "B"),
        Gate::ceiling("program", (26.0, 22.0), megabytes(binary), "MB"),
    ]);
    Ok(())
}

fn milliseconds(duration: Duration) -> f64 {
    duration.as_secs_f64() * 1e3
}
