//! The machine's own clock and random source, the only readings of either, and the mode of new files.

use std::cell::RefCell;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;

use countersign_core::entropy::{Entropy, EntropyError};
use countersign_core::time::{Clock, Timestamp};
use rustix::time::{ClockId, clock_gettime};
use serde::{Deserialize, Serialize};
use zeroize::{Zeroize as _, Zeroizing};

use crate::config::private_file;

/// Makes every file that this process makes from now on readable by its user only.
#[cfg(unix)]
pub fn keep_files_private() {
    rustix::process::umask(rustix::fs::Mode::RWXG | rustix::fs::Mode::RWXO);
}

/// Does nothing: files have no mode here.
#[cfg(not(unix))]
pub fn keep_files_private() {}

/// Returns the time by the wall clock, for a command that has no service to ask.
#[must_use]
pub fn wall() -> Timestamp {
    Timestamp::from_millis(Machine.wall())
}

/// The wall clock as it stood when a data folder was first used after the machine booted, advanced by
/// time that really passed.
///
/// Stepping the wall clock moves nothing, neither while the process runs nor over a restart: no minute
/// shrinks or stretches, no code outlives its life. Time in which the machine was suspended counts.
#[derive(Debug)]
pub struct SystemClock<R = Machine> {
    /// Unix time at boot, in milliseconds.
    boot: i64,
    /// Whether this boot of the machine is the one in which the folder was last used.
    continuous: bool,
    readings: R,
}

/// What a machine knows of time.
pub trait Readings: Send + Sync + 'static {
    /// The wall clock, milliseconds since the Unix epoch. It can be set, forward and back.
    fn wall(&self) -> i64;

    /// Milliseconds since the machine booted, suspension included. Nobody can set it.
    fn passing(&self) -> i64;

    /// Tells this boot from all others; empty where nothing does.
    fn boot_id(&self) -> String;
}

/// This machine.
#[derive(Debug)]
pub struct Machine;

impl Readings for Machine {
    fn wall(&self) -> i64 {
        millis(ClockId::Realtime)
    }

    fn passing(&self) -> i64 {
        millis(PASSING)
    }

    fn boot_id(&self) -> String {
        let id = fs::read_to_string("/proc/sys/kernel/random/boot_id").unwrap_or_default();
        id.trim().to_owned()
    }
}

/// What is kept of a clock: which boot of the machine, and when that was.
#[derive(Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Reading {
    boot_id: String,
    booted_at: i64,
}

const NOTE: &str = "clock.json";

/// The times that a calendar and an id can hold, in milliseconds since the Unix epoch: the years 1970 to 9998.
const POSSIBLE: std::ops::Range<i64> = 0..253_370_764_800_000;

/// The reason why a data folder has no clock.
#[derive(Debug, thiserror::Error)]
pub enum ClockError {
    /// The folder cannot be written to.
    #[error("the data folder cannot be written to: {0}")]
    Io(#[from] io::Error),
    /// The time is none that can be.
    #[error(
        "by {} it is not a year from 1970 to 9998: set the clock of this machine, remove that file, and start again, which \
         ends the codes sent before",
        .0.display()
    )]
    Impossible(PathBuf),
}

#[cfg(target_os = "linux")]
const PASSING: ClockId = ClockId::Boottime;
#[cfg(not(target_os = "linux"))]
const PASSING: ClockId = ClockId::Monotonic;

impl<R: Readings> SystemClock<R> {
    /// The clock of `folder`: goes on where it stood if the machine has not booted since, and else
    /// agrees with the wall clock.
    ///
    /// # Errors
    /// [`ClockError`] when the folder cannot be written to, or when the time cannot be.
    pub fn of(folder: &Path, readings: R) -> Result<Self, ClockError> {
        let wall = readings.wall() - readings.passing();
        let kept = private_file::read(&folder.join(NOTE))
            .ok()
            .and_then(|note| serde_json::from_slice(&note).ok());
        let (reading, continuous) = resume(kept, &readings.boot_id(), wall);
        let clock = Self {
            boot: reading.booted_at,
            continuous,
            readings,
        };
        if !POSSIBLE.contains(&clock.now().as_millis()) {
            return Err(ClockError::Impossible(folder.join(NOTE)));
        }
        keep(folder, &reading)?;
        Ok(clock)
    }

    /// Keeps in `folder` that this clock was found to be `behind` the record, so that the next start within
    /// this boot is not. It tells the time as before itself.
    ///
    /// # Errors
    /// When the folder cannot be written to.
    pub fn keep_ahead(&self, folder: &Path, behind: Duration) -> io::Result<()> {
        if behind.is_zero() {
            return Ok(());
        }
        let reading = Reading {
            boot_id: self.readings.boot_id(),
            booted_at: Timestamp::from_millis(self.boot).after(behind).as_millis(),
        };
        keep(folder, &reading)
    }
}

/// Puts the note in place whole or not at all: a torn one would be no note.
fn keep(folder: &Path, reading: &Reading) -> io::Result<()> {
    private_file::replace(&folder.join(NOTE), &serde_json::to_vec(reading)?)
}

/// The reading to go by: the one that was kept, where it is of this boot; and whether it is.
fn resume(kept: Option<Reading>, boot_id: &str, wall: i64) -> (Reading, bool) {
    match kept {
        Some(kept) if !boot_id.is_empty() && kept.boot_id == boot_id => (kept, true),
        _ => {
            let boot_id = boot_id.to_owned();
            let booted_at = wall;
            (Reading { boot_id, booted_at }, false)
        }
    }
}

impl<R: Readings> Clock for SystemClock<R> {
    fn now(&self) -> Timestamp {
        Timestamp::from_millis(self.boot.saturating_add(self.readings.passing()))
    }

    fn wall(&self) -> Timestamp {
        Timestamp::from_millis(self.readings.wall())
    }

    fn is_continuous(&self) -> bool {
        self.continuous
    }
}

fn millis(clock: ClockId) -> i64 {
    let time = clock_gettime(clock);
    time.tv_sec * 1_000 + time.tv_nsec / 1_000_000
}

/// The operating system's random source. It is asked for [`DRAWN`] bytes at a time, since asking takes longer
/// than answering; no byte is handed out twice, nor kept once it is.
#[derive(Debug)]
pub struct OsEntropy;

/// How many bytes a thread draws at once.
const DRAWN: usize = 512;

/// What a thread has drawn and not handed out yet.
struct Drawn {
    bytes: Zeroizing<[u8; DRAWN]>,
    left: usize,
}

thread_local! {
    static POOL: RefCell<Drawn> = RefCell::new(Drawn { bytes: Zeroizing::new([0; DRAWN]), left: 0 });
}

impl Entropy for OsEntropy {
    fn fill(&self, buffer: &mut [u8]) -> Result<(), EntropyError> {
        if buffer.len() > DRAWN / 8 {
            return draw(buffer);
        }
        POOL.with_borrow_mut(|pool| pool.fill(buffer))
    }
}

impl Drawn {
    fn fill(&mut self, buffer: &mut [u8]) -> Result<(), EntropyError> {
        if self.left < buffer.len() {
            self.left = 0; // nothing, should the next line fail
            draw(self.bytes.as_mut_slice())?;
            self.left = DRAWN;
        }
        let from = self.left - buffer.len();
        let fresh = self.bytes.get_mut(from..self.left).ok_or(EntropyError)?;
        buffer.copy_from_slice(fresh);
        fresh.zeroize();
        self.left = from;
        Ok(())
    }
}

#[expect(clippy::disallowed_methods, reason = "this is the one place that asks")]
fn draw(buffer: &mut [u8]) -> Result<(), EntropyError> {
    getrandom::fill(buffer).map_err(|_| EntropyError)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn reading(boot_id: &str, booted_at: i64) -> Reading {
        Reading {
            boot_id: boot_id.to_owned(),
            booted_at,
        }
    }

    #[test]
    fn a_step_of_the_wall_clock_over_a_restart_moves_nothing() {
        let (first, continuous) = resume(None, "boot-1", 1_000);
        assert!(!continuous);
        let again = resume(Some(first), "boot-1", 3_601_000);
        assert_eq!(again, (reading("boot-1", 1_000), true));
    }

    #[test]
    fn a_new_boot_takes_the_wall_clock_at_its_word_and_says_so() {
        for boot in ["boot-2", ""] {
            let kept = Some(reading(if boot.is_empty() { "" } else { "boot-1" }, 1_000));
            assert_eq!(resume(kept, boot, 5_000), (reading(boot, 5_000), false));
        }
    }

    #[test]
    fn a_folder_keeps_its_clock() {
        let dir = tempfile::tempdir().unwrap();
        let first = SystemClock::of(dir.path(), Machine).unwrap();
        let second = SystemClock::of(dir.path(), Machine).unwrap();
        assert_eq!(first.boot, second.boot);
        let apart = first.now().as_millis() - millis(ClockId::Realtime);
        assert!(apart.abs() < 1_000, "{apart} ms from the wall clock");
    }
}
