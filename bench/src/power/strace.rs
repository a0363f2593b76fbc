//! Starts Countersign under `strace`, which records every call on a file or socket from the first moment on.

use std::fs::{self, File};
use std::os::unix::fs::FileExt;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Duration;

use anyhow::{Context, bail, ensure};

use crate::ours;
use crate::power::trace::CALLS;
use crate::process::{Service, pinned};

/// Returns whether `strace` works here.
pub(super) fn may_look() -> anyhow::Result<()> {
    let mut strace = Command::new("strace");
    strace.args(["-D", "-f", "-q", "-o", "/dev/null", "true"]);
    strace.stdin(Stdio::null()).stdout(Stdio::null());
    let output = strace.output().context("strace is not installed")?;
    ensure!(
        output.status.success() && output.stderr.is_empty(),
        "strace may not look into other processes here"
    );
    Ok(())
}

/// Starts countersign on `folder`, with `strace` writing its calls to `lines`. Countersign is the child of this
/// process, and `strace` its grandchild, so `strace` outlives countersign.
pub(super) fn traced(binary: &Path, folder: &Path, lines: &Path) -> anyhow::Result<Service> {
    let mut command = pinned(Path::new("strace"));
    command
        .args(["-D", "-f", "-q", "-y", "-xx", "-s", "16777216", "-e"])
        .args([CALLS, "-o"])
        .arg(lines)
        .arg("--")
        .arg(binary)
        .args(ours::ARGS)
        .arg(folder)
        .args(["--provider", "outbox"]);
    Service::start(command)
}

/// Returns the output of `strace`, once it has seen the end of `pid`.
pub(super) async fn written(lines: &Path, pid: u32) -> anyhow::Result<String> {
    let pid = pid.to_string();
    for _ in 0..1_000 {
        let mut words = last_line(lines)?;
        words.truncate(3);
        if words == [&pid, "+++", "exited"] {
            return Ok(fs::read_to_string(lines)?);
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    bail!("strace has not seen the end of countersign")
}

/// Returns the words of the last line, if it is short.
fn last_line(lines: &Path) -> anyhow::Result<Vec<String>> {
    let file = File::open(lines)?;
    let mut end = [0; 128];
    let at = file.metadata()?.len().saturating_sub(end.len() as u64);
    let read = file.read_at(&mut end, at)?;
    let end = String::from_utf8_lossy(end.get(..read).unwrap_or_default());
    let line = end.lines().next_back().unwrap_or_default();
    Ok(line.split_whitespace().map(str::to_owned).collect())
}
