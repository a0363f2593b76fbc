//! The cost of one durable write on this machine, which every figure about durable answers depends on.

use std::fs::File;
use std::io::Write;
use std::path::Path;
use std::time::Duration;

use crate::clock::now;

const TIMES: usize = 500;
const BLOCK: [u8; 4096] = [7; 4096];

/// The time of a write of 4 KiB and its `fdatasync`.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Durable {
    pub(crate) median: Duration,
    pub(crate) slow: Duration,
}

/// Measures in `folder`, by appending to a file.
pub(crate) fn measure(folder: &Path) -> anyhow::Result<Durable> {
    let mut file = tempfile::tempfile_in(folder)?;
    let mut times = Vec::with_capacity(TIMES);
    for _ in 0..TIMES {
        times.push(one(&mut file)?);
    }
    times.sort_unstable();
    let at = |share: usize| times.get(TIMES * share / 100).copied().unwrap_or_default();
    Ok(Durable {
        median: at(50),
        slow: at(99),
    })
}

fn one(file: &mut File) -> std::io::Result<Duration> {
    let started = now();
    file.write_all(&BLOCK)?;
    file.sync_data()?;
    Ok(now().saturating_duration_since(started))
}
