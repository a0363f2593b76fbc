//! A service under test, as a process of its own on the first core.

use std::io::{BufRead, BufReader, Read as _};
use std::net::SocketAddr;
use std::path::Path;
use std::process::{Child, ChildStdout, Command, Stdio};
use std::time::Duration;

use anyhow::{Context, bail};
use rustix::process::{Pid, Signal, kill_process};
use rustix::thread::{CpuSet, sched_setaffinity};

use crate::clock::now;

/// The cores of the server and of the client.
const SERVER: &str = "0";
const CLIENT: usize = 1;

/// Keeps this process, and every process it starts without [`pinned`], on the client's core. Returns false if
/// there is only one core.
pub(crate) fn pin_client() -> bool {
    if cores() < 2 {
        return false;
    }
    let mut set = CpuSet::new();
    set.set(CLIENT);
    sched_setaffinity(None, &set).is_ok()
}

fn cores() -> usize {
    // `/proc/cpuinfo` counts all cores, also those that this process may not use, since it may be pinned
    // already.
    let online = std::fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    online
        .lines()
        .filter(|line| line.starts_with("processor"))
        .count()
}

/// Returns the command for `program` on the server's core.
pub(crate) fn pinned(program: &Path) -> Command {
    let mut command = Command::new("taskset");
    command.args(["-c", SERVER]).arg(program);
    command
}

/// A running service. Dropping it kills the process.
pub(crate) struct Service {
    pub(crate) address: SocketAddr,
    /// The time from its start until it listened.
    pub(crate) started_in: Duration,
    child: Child,
    // Open for as long as the service may print.
    stdout: BufReader<ChildStdout>,
}

impl Service {
    /// Starts `command` and waits until it prints `listening on http://ADDRESS`.
    pub(crate) fn start(mut command: Command) -> anyhow::Result<Self> {
        let started = now();
        command
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::null());
        let what = format!("{command:?}");
        let mut child = command.spawn().with_context(|| what.clone())?;
        let stdout = child.stdout.take().context("standard output")?;
        let mut stdout = BufReader::new(stdout);
        let mut line = String::new();
        loop {
            line.clear();
            if stdout.read_line(&mut line)? == 0 {
                let _ = child.kill();
                bail!(
                    "{what} ended before it listened ({}); run it by hand to see why",
                    child.wait()?
                );
            }
            if let Some(url) = line.trim_end().strip_prefix("listening on http://") {
                return Ok(Self {
                    address: url.parse().with_context(|| line.clone())?,
                    started_in: now().saturating_duration_since(started),
                    child,
                    stdout,
                });
            }
        }
    }

    pub(crate) fn pid(&self) -> u32 {
        self.child.id()
    }

    /// Keeps the process from the core until it is [resumed](Self::resume).
    pub(crate) fn pause(&self) -> anyhow::Result<()> {
        signal(&self.child, Signal::STOP)
    }

    /// Lets a [paused](Self::pause) process go on.
    pub(crate) fn resume(&self) -> anyhow::Result<()> {
        signal(&self.child, Signal::CONT)
    }

    /// Sends SIGTERM, and waits for the end.
    pub(crate) fn stop(mut self) -> anyhow::Result<()> {
        terminate(&self.child)?;
        self.child.wait()?;
        Ok(())
    }

    /// Sends SIGTERM, waits for the end, and returns what the process printed since it listened.
    pub(crate) fn ended(mut self) -> anyhow::Result<String> {
        terminate(&self.child)?;
        let mut printed = String::new();
        self.stdout.read_to_string(&mut printed)?;
        self.child.wait()?;
        Ok(printed)
    }

    /// Sends SIGKILL, and waits for the end.
    pub(crate) fn kill(mut self) -> anyhow::Result<()> {
        self.child.kill()?;
        self.child.wait()?;
        Ok(())
    }
}

impl Drop for Service {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Sends SIGTERM.
pub(crate) fn terminate(child: &Child) -> anyhow::Result<()> {
    signal(child, Signal::TERM)
}

fn signal(child: &Child, signal: Signal) -> anyhow::Result<()> {
    let pid = i32::try_from(child.id()).ok().and_then(Pid::from_raw);
    kill_process(pid.context("a process id")?, signal)?;
    Ok(())
}
