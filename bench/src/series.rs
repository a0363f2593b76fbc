//! The series of runs, each of one workload against one service.

use std::cell::RefCell;
use std::collections::HashSet;
use std::path::{Path, PathBuf};
use std::rc::Rc;
use std::time::Duration;

use anyhow::{Context, ensure};
use clap::ValueEnum;
use tempfile::TempDir;

use crate::codes::{self, Code};
use crate::ledger::Ledger;
use crate::load::{self, Plan, Run};
use crate::meter;
use crate::numbers::Zipf;
use crate::ours;
use crate::process::{Service, pinned};
use crate::sample::Sample;
use crate::source::{Checks, Mix, Popular, Race, Repeated, Source, Unique, Wrong};

/// A kind of request.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Workload {
    /// A code for a new number every time
    Send,
    /// Codes for 100,000 numbers, some far more often than others
    Zipf,
    /// A code for one number again and again: refused
    Throttled,
    /// Right codes, used up
    Check,
    /// Right codes, each for a token signed with RS256
    Token,
    /// Right codes, each for a token signed with ES256
    TokenEs256,
    /// Nine sends, then a check
    Mix,
    /// Wrong codes, checked by the public
    Wrong,
    /// Each right code four times at once: one wins
    Race,
}

/// The first number that is sent to during a run. Numbers that codes are collected for lie below it.
pub(crate) const FIRST_SEND: u64 = 50_000_000;

/// The number of numbers that are asked for unevenly.
const POPULAR: u32 = 100_000;

/// The number of messages that the outbox certainly keeps.
const CHUNK: u64 = 8_000;

/// The settings that all runs share.
pub(crate) struct Bench {
    /// The release build of countersign, and the bench itself.
    pub(crate) countersign: PathBuf,
    pub(crate) me: PathBuf,
    /// The folder of the data folders.
    pub(crate) root: PathBuf,
    pub(crate) plan: Plan,
    /// The number of codes made for a run that checks them.
    pub(crate) codes: u64,
}

impl Workload {
    pub(crate) fn needs_codes(self) -> bool {
        matches!(
            self,
            Self::Check | Self::Token | Self::TokenEs256 | Self::Mix | Self::Wrong | Self::Race
        )
    }

    pub(crate) fn name(self) -> String {
        let value = self.to_possible_value();
        value.map_or(String::new(), |value| value.get_name().to_owned())
    }

    /// Makes the requests; `codes` are those to check.
    pub(crate) fn source(self, codes: Vec<Code>, asked: &RequestedNumbers) -> Box<dyn Source> {
        let sends = Unique(FIRST_SEND..FIRST_SEND + FIRST_SEND);
        let checks = |codes: Vec<Code>, token| Checks {
            codes: codes.into_iter(),
            token,
        };
        match self {
            Self::Send => Box::new(sends),
            Self::Zipf => Box::new(Popular {
                zipf: Zipf::over(POPULAR),
                asked: Rc::clone(asked),
            }),
            Self::Throttled => Box::new(Repeated),
            Self::Check => Box::new(checks(codes, false)),
            Self::Token | Self::TokenEs256 => Box::new(checks(codes, true)),
            Self::Mix => Box::new(Mix {
                sends,
                checks: checks(codes, false),
                turn: 0,
            }),
            Self::Wrong => Box::new(Wrong {
                codes: Rc::new(codes),
                turn: 0,
            }),
            Self::Race => Box::new(Race {
                codes: Rc::new(codes),
                times: 4,
                turn: 0,
            }),
        }
    }
}

/// The numbers that were asked for, if a workload tracks them.
pub(crate) type RequestedNumbers = Rc<RefCell<HashSet<u64>>>;

impl Bench {
    /// Makes a folder that is removed after the run.
    pub(crate) fn folder(&self) -> anyhow::Result<TempDir> {
        std::fs::create_dir_all(&self.root)?;
        tempfile::tempdir_in(&self.root).context("a data folder")
    }

    /// Runs a workload on countersign in a new folder, and compares its answers with its record.
    pub(crate) async fn ours(&self, workload: Workload, plan: &Plan) -> anyhow::Result<Sample> {
        self.ours_by(workload, plan, Path::new(ours::SETTINGS))
            .await
    }

    /// Runs a workload like [`Bench::ours`], on a countersign by other settings.
    pub(crate) async fn ours_by(
        &self,
        workload: Workload,
        plan: &Plan,
        settings: &Path,
    ) -> anyhow::Result<Sample> {
        let data = self.folder()?;
        let codes = if workload.needs_codes() {
            let service = ours::start(&self.countersign, data.path(), "outbox")?;
            let codes = codes::collect(service.address, data.path(), 0..self.codes, CHUNK).await?;
            service.stop()?;
            codes
        } else {
            Vec::new()
        };
        let start = Ledger {
            messages: codes.len() as u64,
            ..Ledger::default()
        };
        let service = ours::start_by(settings, &self.countersign, data.path(), "sink")?;
        if workload == Workload::TokenEs256 {
            ours::choose_es256(&self.countersign, data.path())?;
        }
        let asked = RequestedNumbers::default();
        let source = workload.source(codes, &asked);
        let run = load::run(service.address, source, plan, &[service.pid()]).await?;
        run.verdict()?;
        let resident = meter::resident(&[service.pid()])?;
        fair(workload, &run, start.messages, asked.borrow().len())?;
        let ledger = Ledger::read(service.address, data.path()).await?;
        ledger.holds(&start, &run.counts)?;
        if workload == Workload::Wrong {
            ensure!(
                ledger.wrong == run.counts.invalid,
                "{} wrong codes were answered, {} are stored",
                run.counts.invalid,
                ledger.wrong
            );
        }
        service.stop()?;
        Sample::of(&run, resident)
    }

    /// Runs a workload on a limit. Only its speed is checked.
    pub(crate) async fn limit(&self, mode: &str, workload: Workload) -> anyhow::Result<Sample> {
        let mut command = pinned(&self.me);
        command.args([mode, "--listen", "127.0.0.1:0"]);
        let service = Service::start(command)?;
        // A limit accepts any code, so there are enough of them at any speed.
        let codes = if workload.needs_codes() {
            codes::invented(0..2_000_000)
        } else {
            Vec::new()
        };
        let source = workload.source(codes, &RequestedNumbers::default());
        let run = load::run(service.address, source, &self.plan, &[service.pid()]).await?;
        run.verdict()?;
        let resident = meter::resident(&[service.pid()])?;
        service.stop()?;
        Sample::of(&run, resident)
    }
}

/// Checks that every race had one winner.
fn fair(workload: Workload, run: &Run, codes: u64, asked: usize) -> anyhow::Result<()> {
    let short = run.elapsed < Duration::from_secs(50);
    match workload {
        Workload::Throttled if short => ensure!(
            run.counts.sent == 1,
            "one number got {} codes within a minute",
            run.counts.sent
        ),
        Workload::Zipf if short => ensure!(
            run.counts.sent == asked as u64,
            "{asked} numbers got {} codes within a minute",
            run.counts.sent
        ),
        Workload::Race => ensure!(
            run.counts.valid == codes.min(run.counts.all().div_ceil(4)),
            "{} checks of {codes} codes, each four times, succeeded",
            run.counts.valid
        ),
        _ => {}
    }
    Ok(())
}

/// Returns the path of this program.
pub(crate) fn me() -> anyhow::Result<PathBuf> {
    std::env::current_exe().context("the path of the bench")
}

/// Returns the default folder of data folders: on the disk of the build.
pub(crate) fn default_root(me: &Path) -> PathBuf {
    let target = me.parent().and_then(Path::parent);
    target.unwrap_or(Path::new(".")).join("bench-data")
}
