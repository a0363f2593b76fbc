//! Checks that a loss of power loses nothing that was answered: records a run call by call, and starts the
//! service from the contents that a disk may have at many of its moments.

use std::collections::HashSet;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, bail, ensure};

use crate::clock;
use crate::numbers::SplitMix;
use crate::ours;
use crate::power::demands::{EarlierAnswers, Fault, Findings};
use crate::power::disk::{Disk, Fate, Image};
use crate::power::story::{Deed, Step, Story};
use crate::power::trace::Trace;
use crate::say::say;
use crate::series::Bench;

mod cuts;
mod demands;
mod disk;
mod story;
mod strace;
mod trace;

/// The size of the run, and the number of power cuts.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Size {
    pub(crate) numbers: u64,
    pub(crate) cuts: usize,
    /// The seed; `None`: another one each time.
    pub(crate) seed: Option<u64>,
}

impl Size {
    /// Large enough that a checkpoint carries the log of the database into it.
    pub(crate) const WHOLE: Self = Self {
        numbers: 640,
        cuts: 30,
        seed: None,
    };
    pub(crate) const SMALL: Self = Self {
        cuts: 8,
        ..Self::WHOLE
    };
}

/// The file from which countersign learns whether the machine has booted.
const CLOCK: &str = "clock.json";

/// A recorded run.
struct Run<'a> {
    bench: &'a Bench,
    /// The folder of the data.
    folder: PathBuf,
    story: Story,
    trace: Trace,
}

/// Loads countersign, cuts the power at many moments and looks for everything that was answered. Skipped where
/// the bench may not trace a process.
pub(crate) async fn survives(bench: &Bench, size: Size) -> anyhow::Result<()> {
    if let Err(why) = strace::may_look() {
        say(format!("The loss of power is not tried: {why:#}\n"));
        return Ok(());
    }
    let run = Run::record(bench, size.numbers).await?;
    let seed = size
        .seed
        .unwrap_or_else(|| clock::today().as_millis().unsigned_abs());
    let mut random = SplitMix(seed);
    let noticed = run.bad_disks_are_noticed().await?;
    let cuts = cuts::choose(&run.trace, size.cuts, &mut random);
    let (disks, found) = run.cut(&cuts, &mut random).await?;
    let (writes, flushes) = run.counts();
    say(format!(
        "Power lost at {} moments of a run ({writes} writes, {flushes} flushes, {} answers; seed {seed}): countersign \
         starts on each of {disks} disks that may be left. On record are all of {} sends, {} used codes and {} wrong \
         guesses that were answered before; {} minutes hold, {} codes are as they must be.",
        cuts.len(),
        run.story.deeds.len(),
        found.messages,
        found.used,
        found.guesses,
        found.minutes,
        found.codes,
    ));
    say(format!(
        "{noticed} more disks did not do the flushes before an answer, and each was noticed.\n"
    ));
    Ok(())
}

impl Run<'_> {
    /// Runs countersign under load, and then stops it, since a call cut off by a kill may have been done or
    /// not.
    async fn record(bench: &Bench, numbers: u64) -> anyhow::Result<Run<'_>> {
        let dir = bench.folder()?;
        let folder = dir.path().canonicalize()?.join("data");
        let lines = dir.path().join("trace");
        let service = strace::traced(&bench.countersign, &folder, &lines)?;
        let pid = service.pid();
        let story = Story::tell(service.address, &folder, numbers).await?;
        service.stop()?;
        let trace = Trace::read(&strace::written(&lines, pid).await?, &folder)?;
        let run = Run {
            bench,
            folder,
            story,
            trace,
        };
        run.is_whole()?;
        Ok(run)
    }

    /// Checks that the trace explains every byte in the folder, and has every answer.
    fn is_whole(&self) -> anyhow::Result<()> {
        let end = self.trace.moments.len();
        let answers = self.trace.answers(end);
        let deeds = self.story.deeds.keys();
        let unseen = deeds.filter(|id| !answers.contains(id.as_str())).count();
        ensure!(unseen == 0, "{unseen} answers are not in the trace");
        let image = self.disk(end).image(Fate::Kept);
        let names: HashSet<PathBuf> = image.keys().cloned().collect();
        let mut found = HashSet::new();
        for entry in fs::read_dir(&self.folder)? {
            let path = entry?.path();
            // Shared memory of the database, which the first process to open it makes anew.
            let same = path.extension().is_some_and(|name| name == "db-shm")
                || image.get(&path) == Some(&fs::read(&path)?);
            ensure!(same, "the trace does not explain {}", path.display());
            found.insert(path);
        }
        ensure!(found == names, "the trace has {names:?}, found {found:?}");
        Ok(())
    }

    fn disk(&self, cut: usize) -> Disk {
        let mut disk = Disk::new();
        disk.replay(&self.trace, 0, cut);
        disk
    }

    fn counts(&self) -> (usize, usize) {
        let count = |such: fn(&trace::What) -> bool| {
            let calls = self.trace.calls.iter();
            calls.filter(|call| such(&call.what)).count()
        };
        (
            count(|what| matches!(what, trace::What::Write { .. })),
            count(|what| matches!(what, trace::What::Sync { .. })),
        )
    }

    /// Starts from two disks at each of `cuts`: one that lost everything not flushed, and one that kept a part
    /// of it. Each is started on a machine that has booted, or, where codes may live on, on one that has not.
    async fn cut(
        &self,
        cuts: &[usize],
        random: &mut SplitMix,
    ) -> anyhow::Result<(usize, Findings)> {
        let (mut disk, mut at) = (Disk::new(), 0);
        let (mut images, mut found) = (0, Findings::default());
        for cut in cuts {
            disk.replay(&self.trace, at, *cut);
            at = *cut;
            let lost = match random.below(2) {
                0 => Fate::Named,
                _ => Fate::Lost,
            };
            let lost = disk.image(lost);
            let torn = disk.image(Fate::Torn(random));
            let torn = Some(torn).filter(|torn| *torn != lost);
            for mut image in [Some(lost), torn].into_iter().flatten() {
                let booted = random.below(2) == 0;
                if booted {
                    image.remove(&self.folder.join(CLOCK));
                }
                let told = EarlierAnswers::of(&self.story, &self.trace.answers(at), booted);
                found.add(&self.start(&image, &told, at).await?);
                images += 1;
            }
        }
        Ok((images, found))
    }

    /// Starts countersign on `image`. Fails, and keeps the folder, unless everything is there.
    async fn start(
        &self,
        image: &Image,
        told: &EarlierAnswers<'_>,
        cut: usize,
    ) -> anyhow::Result<Findings> {
        let dir = self.bench.folder()?;
        let found = self.find(image, told, dir.path()).await;
        let why = match found {
            Ok(found) if found.faults.is_empty() => return Ok(found),
            Ok(found) => found.complaint(),
            Err(error) => format!("{error:#}"),
        };
        let again = self.bench.folder()?.keep();
        disk::restore(image, &self.folder, &again)?;
        bail!(
            "power lost at moment {cut} of {}: {why}; the disk is in {}",
            self.trace.moments.len(),
            again.display()
        );
    }

    async fn find(
        &self,
        image: &Image,
        told: &EarlierAnswers<'_>,
        data: &Path,
    ) -> anyhow::Result<Findings> {
        disk::restore(image, &self.folder, data)?;
        let service = ours::start(&self.bench.countersign, data, "sink")?;
        let found = told.find(service.address, data).await?;
        service.kill()?;
        Ok(found)
    }

    /// Checks that the bench notices disks that claim to flush and do not. Such a disk drops the flushes since
    /// the answer before a send, a used code, and a wrong guess. A good disk at the same moment shows that only
    /// the flushes make the difference. Returns the number of disks.
    async fn bad_disks_are_noticed(&self) -> anyhow::Result<usize> {
        let steps = [
            (Step::Send, &[Fault::NoMessage, Fault::NoMinute][..]),
            (Step::Use, &[Fault::UsedAgain][..]),
            (Step::Guess, &[Fault::NotCounted][..]),
        ];
        for (step, faults) in steps {
            let (before, cut, deed) = self.alone(step).context("nothing was asked alone")?;
            let told = EarlierAnswers::of(&self.story, &self.trace.answers(cut), false);
            let good = self.disk(cut).image(Fate::Named);
            self.start(&good, &told, cut).await?;
            let mut bad = self.disk(before);
            bad.honest = false;
            bad.replay(&self.trace, before, cut);
            let dir = self.bench.folder()?;
            let bad = bad.image(Fate::Named);
            let found = self.find(&bad, &told, dir.path()).await?;
            for fault in faults {
                let over = *fault == Fault::NoMinute && !demands::is_young(&deed);
                ensure!(
                    over || found.has(*fault, deed.number),
                    "a disk did not flush before an answer ({step:?}), and this was not noticed: {fault}"
                );
            }
        }
        Ok(steps.len())
    }

    /// Returns the last such step that was taken with no other under way, with the moments after the answer
    /// before it and after its own answer.
    fn alone(&self, step: Step) -> Option<(usize, usize, Deed)> {
        let answers = cuts::after(&self.trace, |call| {
            matches!(call.what, trace::What::Answer { .. })
        });
        let pairs = answers.iter().zip(answers.iter().skip(1)).rev();
        let mut pairs = pairs.filter_map(|(before, cut)| {
            let answer = self.trace.moments.get(cut - 1)?;
            let id = self.trace.answer(answer)?;
            let deed = self.story.deeds.get(id)?;
            let such = deed.alone && deed.step == step;
            such.then_some((*before, *cut, *deed))
        });
        pairs.next()
    }
}
