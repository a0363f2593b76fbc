//! Counts flushes with `strace`, to check that answers are durable before they are given, and that a flush writes no
//! more than it must.

use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use anyhow::{Context, bail, ensure};

use crate::load::{self, Plan};
use crate::ours;
use crate::process::{Service, terminate};
use crate::say::say;
use crate::series::Bench;
use crate::source::Unique;

/// The number of sends, one after the other, so that no two can share a flush.
const SENDS: u64 = 200;

/// Sends over one connection, and checks that each answer had an `fdatasync` of its own: `fsync` would also write the
/// file's times to the journal of the file system. Skipped where the bench may not trace a process.
pub(crate) async fn count(bench: &Bench) -> anyhow::Result<()> {
    let data = bench.folder()?;
    let service = ours::start(&bench.countersign, data.path(), "sink")?;
    let trace = data.path().join("trace");
    let mut strace = match attach(&service, &trace) {
        Ok(strace) => strace,
        Err(why) => {
            say(format!("Flushes are not counted: {why:#}\n"));
            return Ok(());
        }
    };
    let source = Box::new(Unique(0..SENDS));
    let run = load::run(service.address, source, &Plan::until_done(1), &[]).await;
    terminate(&strace)?;
    strace.wait()?;
    run?.verdict()?;
    let trace = std::fs::read_to_string(&trace)?;
    service.stop()?;
    let (light, whole) = (calls(&trace, "fdatasync"), calls(&trace, "fsync"));
    ensure!(
        light >= SENDS,
        "{SENDS} sends, one after the other, were answered after {light} fdatasync and {whole} fsync"
    );
    say(format!(
        "{SENDS} sends, one after the other: {light} fdatasync, {whole} fsync.\n"
    ));
    Ok(())
}

/// The number of lines of a trace in which `call` succeeded.
fn calls(trace: &str, call: &str) -> u64 {
    let succeeded = |line: &&str| line.contains(call) && line.ends_with("= 0");
    trace.lines().filter(succeeded).count() as u64
}

fn attach(service: &Service, trace: &Path) -> anyhow::Result<Child> {
    let pid = service.pid().to_string();
    let mut strace = Command::new("strace")
        .args(["-f", "-qq", "-e", "trace=fdatasync,fsync", "-p", &pid, "-o"])
        .arg(trace)
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .context("strace is not installed")?;
    let mut left = 100;
    while threads(&pid)?.iter().any(|traced| !traced) {
        left -= 1;
        if left == 0 || strace.try_wait()?.is_some() {
            let _ = strace.kill();
            let _ = strace.wait();
            bail!("strace may not look into other processes here");
        }
        std::thread::sleep(Duration::from_millis(20));
    }
    Ok(strace)
}

/// Returns for each thread whether it is traced.
fn threads(pid: &str) -> anyhow::Result<Vec<bool>> {
    let mut traced = Vec::new();
    for thread in std::fs::read_dir(format!("/proc/{pid}/task"))? {
        let status = std::fs::read_to_string(thread?.path().join("status")).unwrap_or_default();
        let tracer = status
            .lines()
            .find_map(|line| line.strip_prefix("TracerPid:"));
        traced.push(tracer.is_some_and(|tracer| tracer.trim() != "0"));
    }
    Ok(traced)
}
