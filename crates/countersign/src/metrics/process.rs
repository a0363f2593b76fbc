//! The process as the system sees it. Only Linux tells.

use std::fs;

use rustix::process::{Resource, getrlimit};
use rustix::time::{ClockId, clock_gettime};

/// The process at one moment.
#[derive(Debug)]
pub(super) struct Process {
    /// Bytes of memory that are in use.
    pub(super) memory: u64,
    pub(super) handles: usize,
    pub(super) most_handles: u64,
    pub(super) threads: u64,
    pub(super) cpu_seconds: f64,
}

impl Process {
    /// This process; `None` where the system does not tell.
    pub(super) fn this() -> Option<Self> {
        let status = fs::read_to_string("/proc/self/status").ok()?;
        let number = |name: &str| {
            let line = status.lines().find_map(|line| line.strip_prefix(name))?;
            line.split_whitespace().next()?.parse::<u64>().ok()
        };
        let cpu = clock_gettime(ClockId::ProcessCPUTime);
        Some(Self {
            memory: number("VmRSS:")?.saturating_mul(1_024),
            handles: fs::read_dir("/proc/self/fd").ok()?.count(),
            most_handles: getrlimit(Resource::Nofile).current.unwrap_or(u64::MAX),
            threads: number("Threads:")?,
            cpu_seconds: cpu.tv_sec as f64 + cpu.tv_nsec as f64 / 1e9,
        })
    }
}
