//! Other services that do the same job, each with a Redis of its own on the same core.

use std::fs::File;
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use anyhow::{Context, bail, ensure};

use crate::codes;
use crate::load;
use crate::meter;
use crate::process::{self, Service, pinned};
use crate::sample::Sample;
use crate::series::{Bench, RequestedNumbers, Workload};
use crate::source::Source;

mod express;
mod fastapi;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Peer {
    Express,
    Fastapi,
}

impl Peer {
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Express => "Express + Redis",
            Self::Fastapi => "FastAPI + Redis",
        }
    }

    /// Returns how many times faster countersign must be, and should be.
    pub(crate) fn bounds(self, workload: Workload) -> Option<(f64, f64)> {
        match (self, workload) {
            (Self::Express, Workload::Send) => Some((5.0, 8.0)),
            (Self::Fastapi, Workload::Send) => Some((10.0, 15.0)),
            _ => None,
        }
    }
}

/// A peer with all its dependencies.
pub(crate) struct Installed {
    peer: Peer,
    /// The folder of its dependencies.
    folder: PathBuf,
}

/// Installs `peer` below `root`, over the network at the first use. An error names the missing program.
pub(crate) fn install(peer: Peer, root: &Path) -> anyhow::Result<Installed> {
    need("redis-server", "--version")?;
    let folder = root.with_file_name("bench-peers");
    let folder = match peer {
        Peer::Express => express::install(&folder)?,
        Peer::Fastapi => fastapi::install(&folder)?,
    };
    Ok(Installed { peer, folder })
}

impl Installed {
    /// One run on an empty Redis.
    pub(crate) async fn run(&self, workload: Workload, bench: &Bench) -> anyhow::Result<Sample> {
        let data = bench.folder()?;
        let redis = Redis::start(data.path())?;
        let (service, source) = self.ready(workload, bench, data.path(), redis.port).await?;
        let pids = [service.pid(), redis.child.id()];
        let run = load::run(service.address, source, &bench.plan, &pids).await?;
        run.verdict()?;
        let resident = meter::resident(&pids)?;
        service.stop()?;
        Sample::of(&run, resident)
    }

    async fn ready(
        &self,
        workload: Workload,
        bench: &Bench,
        data: &Path,
        redis: u16,
    ) -> anyhow::Result<(Service, Box<dyn Source>)> {
        let mut codes = Vec::new();
        if workload.needs_codes() {
            // The peer writes its codes to a file, as our outbox does.
            let service = self.start(redis, Some(&data.join("outbox.jsonl")))?;
            let numbers = 0..bench.codes / 4;
            let all = numbers.end;
            codes = codes::collect(service.address, data, numbers, all).await?;
            service.stop()?;
        }
        let service = self.start(redis, None)?;
        Ok((
            service,
            workload.source(codes, &RequestedNumbers::default()),
        ))
    }

    fn start(&self, redis: u16, outbox: Option<&Path>) -> anyhow::Result<Service> {
        let mut command = match self.peer {
            Peer::Express => express::command(&self.folder),
            Peer::Fastapi => fastapi::command(&self.folder),
        };
        command.env("REDIS_PORT", redis.to_string());
        if let Some(outbox) = outbox {
            command.env("OUTBOX", outbox);
        }
        Service::start(command)
    }
}

/// A Redis that writes its log once a second, the usual setting.
struct Redis {
    child: Child,
    port: u16,
}

impl Redis {
    fn start(folder: &Path) -> anyhow::Result<Self> {
        let port = free_port()?;
        let mut command = pinned(Path::new("redis-server"));
        command
            .args(["--port", &port.to_string(), "--bind", "127.0.0.1"])
            .args(["--appendonly", "yes", "--appendfsync", "everysec"])
            .args(["--save", "", "--dir"])
            .arg(folder)
            .stdin(Stdio::null())
            .stdout(Stdio::null());
        let child = command.spawn().context("redis-server")?;
        let redis = Self { child, port };
        for _ in 0..100 {
            if std::net::TcpStream::connect(("127.0.0.1", port)).is_ok() {
                return Ok(redis);
            }
            std::thread::sleep(Duration::from_millis(50));
        }
        bail!("redis-server did not start")
    }
}

impl Drop for Redis {
    fn drop(&mut self) {
        let _ = process::terminate(&self.child);
        let _ = self.child.wait();
    }
}

fn free_port() -> anyhow::Result<u16> {
    Ok(TcpListener::bind("127.0.0.1:0")?.local_addr()?.port())
}

/// Checks that `program` can be run.
fn need(program: &str, version: &str) -> anyhow::Result<()> {
    let status = Command::new(program)
        .arg(version)
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status();
    ensure!(
        status.is_ok_and(|status| status.success()),
        "{program} is not installed"
    );
    Ok(())
}

/// Runs an installer, whose output goes to a file of this name in `folder`.
fn installer(command: &mut Command, folder: &Path) -> anyhow::Result<()> {
    let log = folder.join("install.log");
    let file = File::create(&log)?;
    let status = command
        .stdin(Stdio::null())
        .stdout(file.try_clone()?)
        .stderr(file)
        .status();
    let done = status.is_ok_and(|status| status.success());
    ensure!(done, "{command:?} failed: see {}", log.display());
    Ok(())
}

/// Copies our sources of a peer to the place where it is installed.
fn copy(name: &str, files: &[&str], to: &Path) -> anyhow::Result<()> {
    let from = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("peers")
        .join(name);
    std::fs::create_dir_all(to)?;
    for file in files {
        std::fs::copy(from.join(file), to.join(file)).with_context(|| (*file).to_owned())?;
    }
    Ok(())
}
