//! The cost of a send while old messages go, against a service on the same record from which none go.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::{Context, ensure};
use serde::Deserialize;
use tempfile::TempDir;

use crate::clock::now;
use crate::connection::Connection;
use crate::gate::Gate;
use crate::load::{self, Plan};
use crate::meter;
use crate::numbers::number;
use crate::ours;
use crate::process::Service;
use crate::report::Row;
use crate::sample::{Sample, Spread};
use crate::say::{note, say};
use crate::series::{Bench, FIRST_SEND};
use crate::source::Unique;
use crate::wire;

/// The number of old messages.
const OLD: u64 = 300_000;

/// The age of the old messages in hours, and the retentions that let them go and keep them. Messages go by whole days, from
/// the midnight after their retention on, and swiftly once they are due for more than a day: a day more than the retention
/// is neither too early nor too late, at any time of the day.
const AGE_HOURS: i64 = 31 * 24;
const GOES: &str = "[retention]\nmessages_days = 30\nsecurity_days = 30\n";
const STAYS: &str = "[retention]\nmessages_days = 3650\nsecurity_days = 3650\n";

/// The longest wait for a message to go. The counts of its day come first, and those have a twentieth of a core.
const PATIENCE: Duration = Duration::from_secs(300);

/// The sends in a second: about a fifth of what one core takes. At its peak the service lets no message go, since what is
/// new is indexed first.
const RATE: f64 = 5_000.0;

/// The least length of a run. The thread that lets messages go rests for seconds at a time.
const LENGTH: Duration = Duration::from_secs(6);

/// The numbers that one run may send to.
const PER_RUN: u64 = 1_000_000;

/// Two services with the same old messages, which they let go and keep. One of them runs at a time, the other is paused.
pub(crate) struct Pruning<'a> {
    bench: &'a Bench,
    goes: Service,
    stays: Service,
    folder: TempDir,
    /// The number of runs so far. Each sends to other numbers, since they share a record.
    runs: u64,
    /// The rows that went a second, in each run.
    rates: Vec<f64>,
}

impl<'a> Pruning<'a> {
    /// Fills both data folders, and waits until messages go from one.
    pub(crate) async fn prepare(bench: &'a Bench) -> anyhow::Result<Self> {
        let folder = bench.folder()?;
        for (name, retention) in [("goes", GOES), ("stays", STAYS)] {
            let settings = ours::settings()? + retention;
            std::fs::write(settings_in(folder.path(), name), settings)?;
        }
        let data = folder.path().join("goes");
        let service = start(bench, &folder, "goes")?;
        let fill = Box::new(Unique(0..OLD));
        let plan = Plan::until_done(bench.plan.connections);
        load::run(service.address, fill, &plan, &[])
            .await?
            .verdict()?;
        service.stop()?;
        pass_hours(&data, AGE_HOURS)?;
        copy(&data, &folder.path().join("stays"))?;
        let stays = start(bench, &folder, "stays")?;
        let goes = start(bench, &folder, "goes")?;
        // Both count the old messages first.
        let waited = Record::open(goes.address, &data).await?.moves(0).await?;
        note(format!(
            "the first message went {:.0} s after a start",
            waited.as_secs_f64()
        ));
        goes.pause()?;
        stays.pause()?;
        Ok(Self {
            bench,
            goes,
            stays,
            folder,
            runs: 0,
            rates: Vec::new(),
        })
    }

    /// Sends while no message goes, and while messages go, in turns the one and the other first.
    pub(crate) async fn pair(&mut self) -> anyhow::Result<(Sample, Sample)> {
        if self.runs.is_multiple_of(4) {
            let goes = self.while_messages_go().await?;
            Ok((self.while_messages_stay().await?, goes))
        } else {
            let stays = self.while_messages_stay().await?;
            Ok((stays, self.while_messages_go().await?))
        }
    }

    async fn while_messages_go(&mut self) -> anyhow::Result<Sample> {
        self.goes.resume()?;
        let data = self.folder.path().join("goes");
        let mut record = Record::open(self.goes.address, &data).await?;
        let gone = record.gone().await?;
        record.moves(gone).await?;
        let before = (now(), record.gone().await?);
        let sample = self.load(self.goes.address, self.goes.pid()).await?;
        let (seconds, gone) = (before.0.elapsed(), record.gone().await?);
        self.goes.pause()?;
        ensure!(gone > before.1, "no message went while codes were sent");
        ensure!(
            gone < OLD,
            "all messages had gone: fewer --pairs or --seconds"
        );
        let rows = u32::try_from(gone - before.1)?;
        self.rates.push(f64::from(rows) / seconds.as_secs_f64());
        Ok(sample)
    }

    async fn while_messages_stay(&mut self) -> anyhow::Result<Sample> {
        self.stays.resume()?;
        let sample = self.load(self.stays.address, self.stays.pid()).await?;
        self.stays.pause()?;
        Ok(sample)
    }

    async fn load(&mut self, address: SocketAddr, pid: u32) -> anyhow::Result<Sample> {
        let first = FIRST_SEND + self.runs * PER_RUN;
        self.runs += 1;
        let sends = Box::new(Unique(first..first + PER_RUN));
        let plan = Plan {
            rate: Some(RATE),
            length: self.bench.plan.length.max(LENGTH),
            ..self.bench.plan.clone()
        };
        let run = load::run(address, sends, &plan, &[pid]).await?;
        run.verdict()?;
        Sample::of(&run, meter::resident(&[pid])?)
    }

    /// Says how fast messages went, and returns the gate of the latency of a send.
    pub(crate) fn judge(&self, row: &Row) -> Gate {
        let rates = Spread::of(self.rates.iter().copied());
        say(format!(
            "While codes were sent, {:.0} messages went a second (at least {:.0}, at most {:.0}).\n",
            rates.median, rates.min, rates.max
        ));
        row.gate_of_latency((5.0, 5.0))
    }
}

fn start(bench: &Bench, folder: &TempDir, name: &str) -> anyhow::Result<Service> {
    let settings = settings_in(folder.path(), name);
    let data = folder.path().join(name);
    ours::start_by(&settings, &bench.countersign, &data, "sink")
}

fn settings_in(folder: &Path, name: &str) -> PathBuf {
    folder.join(name).with_extension("toml")
}

/// Moves the clock of a stopped service on, which is kept in its data folder.
fn pass_hours(data: &Path, hours: i64) -> anyhow::Result<()> {
    let file = data.join("clock.json");
    let mut clock: serde_json::Value = serde_json::from_slice(&std::fs::read(&file)?)?;
    let booted_at = clock.get_mut("bootedAt").context("the time of the boot")?;
    let before = booted_at.as_i64().context("a time")?;
    *booted_at = (before + hours * 3_600 * 1_000).into();
    std::fs::write(file, clock.to_string())?;
    Ok(())
}

/// Copies a data folder, whose files may be read by their owner alone.
fn copy(from: &Path, to: &Path) -> anyhow::Result<()> {
    std::fs::create_dir(to)?;
    std::fs::set_permissions(to, std::fs::metadata(from)?.permissions())?;
    for entry in std::fs::read_dir(from)? {
        let entry = entry?;
        if entry.file_type()?.is_file() {
            std::fs::copy(entry.path(), to.join(entry.file_name()))?;
        }
    }
    Ok(())
}

/// The record as the operator sees it, by number.
struct Record {
    connection: Connection,
    token: String,
}

#[derive(Deserialize)]
struct Found {
    data: Vec<serde::de::IgnoredAny>,
}

impl Record {
    async fn open(address: SocketAddr, data: &Path) -> anyhow::Result<Self> {
        Ok(Self {
            connection: Connection::open(address).await?,
            token: ours::token(data)?,
        })
    }

    async fn is_kept(&mut self, n: u64) -> anyhow::Result<bool> {
        let mut request = Vec::new();
        wire::find(&mut request, &self.token, number(n));
        let answer = self.connection.exchange(&request).await?;
        let found: Found = serde_json::from_slice(answer.body)?;
        Ok(!found.data.is_empty())
    }

    /// Returns how many of the old messages have gone, within the number of connections: they go in their order.
    async fn gone(&mut self) -> anyhow::Result<u64> {
        let (mut from, mut to) = (0, OLD);
        while from < to {
            let middle = from + (to - from) / 2;
            if self.is_kept(middle).await? {
                to = middle;
            } else {
                from = middle + 1;
            }
        }
        Ok(from)
    }

    /// Waits until more messages than `gone` have gone. Returns how long that took.
    async fn moves(&mut self, gone: u64) -> anyhow::Result<Duration> {
        let begun = now();
        // Messages of one moment are not quite in the order of their numbers.
        while self.gone().await? <= gone + 64 {
            ensure!(begun.elapsed() < PATIENCE, "no message goes");
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        Ok(begun.elapsed())
    }
}
