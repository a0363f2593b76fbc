//! The resources that processes use, as Linux counts them.

use std::fs;
use std::time::{Duration, Instant};

use anyhow::Context;

use crate::clock::now;

/// Linux counts CPU time in hundredths of a second for everyone (`USER_HZ`).
const TICK: Duration = Duration::from_millis(10);

/// Counters at one moment.
#[derive(Debug, Clone)]
pub(crate) struct Snapshot {
    at: Instant,
    client: u64,
    servers: u64,
    everyone: u64,
    written: u64,
}

/// The resources used between two moments.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Usage {
    /// Per cent of one core: the bench, the processes under test, and all others.
    pub(crate) client: f64,
    pub(crate) servers: f64,
    pub(crate) others: f64,
    /// Bytes that the processes under test had written to disks.
    pub(crate) written: u64,
}

impl Snapshot {
    pub(crate) fn take(pids: &[u32]) -> anyhow::Result<Self> {
        Ok(Self {
            at: now(),
            client: ticks("self")?,
            servers: sum(pids, ticks)?,
            everyone: busy()?,
            written: sum(pids, |pid| {
                field(&format!("/proc/{pid}/io"), "write_bytes:")
            })?,
        })
    }

    /// Returns the use since `before`.
    pub(crate) fn since(&self, before: &Self) -> Usage {
        let elapsed = self.at.saturating_duration_since(before.at).as_secs_f64();
        let share = |ticks: u64| {
            let ticks = u32::try_from(ticks).unwrap_or(u32::MAX);
            100.0 * f64::from(ticks) * TICK.as_secs_f64() / elapsed.max(1e-6)
        };
        let client = self.client.saturating_sub(before.client);
        let servers = self.servers.saturating_sub(before.servers);
        let everyone = self.everyone.saturating_sub(before.everyone);
        Usage {
            client: share(client),
            servers: share(servers),
            others: share(everyone.saturating_sub(client + servers)),
            written: self.written.saturating_sub(before.written),
        }
    }
}

fn sum(pids: &[u32], of: impl Fn(&str) -> anyhow::Result<u64>) -> anyhow::Result<u64> {
    pids.iter().map(|pid| of(&pid.to_string())).sum()
}

/// Returns the resident memory of these processes together, in bytes.
pub(crate) fn resident(pids: &[u32]) -> anyhow::Result<u64> {
    sum(pids, |pid| {
        field(&format!("/proc/{pid}/status"), "VmRSS:").map(|kilobytes| kilobytes * 1024)
    })
}

/// Returns the user and system time of a process.
fn ticks(pid: &str) -> anyhow::Result<u64> {
    let path = format!("/proc/{pid}/stat");
    let text = fs::read_to_string(&path).context(path)?;
    // The name, which may contain anything, ends with the last parenthesis.
    let (_, rest) = text.rsplit_once(')').unwrap_or_default();
    let fields = rest.split_ascii_whitespace().skip(11).take(2);
    Ok(fields.filter_map(|field| field.parse::<u64>().ok()).sum())
}

/// Returns the time for which all processors of this machine worked.
fn busy() -> anyhow::Result<u64> {
    let text = fs::read_to_string("/proc/stat").context("/proc/stat")?;
    let line = text.lines().next().unwrap_or_default();
    let fields: Vec<u64> = line
        .split_ascii_whitespace()
        .skip(1)
        .filter_map(|field| field.parse().ok())
        .collect();
    // The columns user, nice, system, then idle and iowait, then interrupts.
    let working = [0, 1, 2, 5, 6];
    Ok(working.iter().filter_map(|at| fields.get(*at)).sum())
}

fn field(path: &str, name: &str) -> anyhow::Result<u64> {
    let text = fs::read_to_string(path).with_context(|| path.to_owned())?;
    let value = text.lines().find_map(|line| line.strip_prefix(name));
    let value = value.and_then(|value| value.split_ascii_whitespace().next()?.parse().ok());
    value.with_context(|| format!("no {name} in {path}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_process_that_works_and_writes_is_seen_to() {
        let me = [std::process::id()];
        let before = Snapshot::take(&me).unwrap();
        let mut sum = 0_u64;
        while now().duration_since(before.at) < Duration::from_millis(100) {
            sum = std::hint::black_box(sum.wrapping_add(1));
        }
        let usage = Snapshot::take(&me).unwrap().since(&before);
        assert!(usage.client > 1.0, "{usage:?}");
        assert!(resident(&me).unwrap() > 1_000_000);
    }
}
