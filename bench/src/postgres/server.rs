//! A PostgreSQL server of Debian's package, in a temporary folder, on the server's core.

use std::net::{Ipv4Addr, TcpListener};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use anyhow::{Context as _, ensure};
use rustix::process::{Pid, Signal, geteuid, kill_process};
use tempfile::TempDir;
use tokio_postgres::{Client, NoTls};

use crate::process::pinned;

/// The folder of all versions of PostgreSQL.
const VERSIONS: &str = "/usr/lib/postgresql";

/// The number of times that the server is asked, every 50 ms, whether it has started.
const TRIES: u32 = 600;

/// The number of segments of its log that a server has used before it is measured.
const SEGMENTS: u32 = 40;

/// A running server. It ends when it is dropped.
pub(crate) struct Server {
    _folder: TempDir,
    port: u16,
    process: Child,
}

impl Server {
    pub(crate) async fn start() -> anyhow::Result<Self> {
        let folder = tempfile::Builder::new()
            .prefix("bench-postgres")
            .tempdir()?;
        let data = folder.path().join("data");
        let mut initdb = as_owner(folder.path(), &program("initdb")?)?;
        initdb.args([
            "--username=postgres",
            "--auth=trust",
            "--locale=C",
            "--no-sync",
            "-D",
        ]);
        let made = initdb.arg(&data).stdout(Stdio::null()).status()?;
        ensure!(made.success(), "initdb failed");
        let mut server = as_owner(folder.path(), &program("postgres")?)?;
        let socket = format!("unix_socket_directories={}", folder.path().display());
        let port = free_port()?;
        for setting in [
            "listen_addresses=127.0.0.1",
            "max_wal_size=4GB",
            "min_wal_size=1GB",
            "shared_buffers=128MB",
            &socket,
            &format!("port={port}"),
        ] {
            server.args(["-c", setting]);
        }
        server.arg("-D").arg(&data).stdin(Stdio::null());
        let process = server.stdout(Stdio::null()).stderr(Stdio::null()).spawn()?;
        let server = Self {
            _folder: folder,
            port,
            process,
        };
        server.answers().await?;
        server.fill_log().await?;
        Ok(server)
    }

    /// Fills segments of its log, which it writes over from then on, like a server that has run for a while. One that is new makes a
    /// segment of 16 MB from time to time, and every commit waits for that.
    async fn fill_log(&self) -> anyhow::Result<()> {
        let session = self.session().await?;
        let fill = "SELECT pg_logical_emit_message(false, '', ''); SELECT pg_switch_wal()";
        for _ in 0..SEGMENTS {
            session.batch_execute(fill).await?;
        }
        session.batch_execute("CHECKPOINT").await?;
        Ok(())
    }

    async fn answers(&self) -> anyhow::Result<()> {
        for _ in 0..TRIES {
            if self.session().await.is_ok() {
                return Ok(());
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        anyhow::bail!("PostgreSQL does not start")
    }

    /// Returns the address of its database.
    pub(crate) fn url(&self) -> String {
        format!("postgres://postgres@127.0.0.1:{}/postgres", self.port)
    }

    /// Opens a session.
    pub(crate) async fn session(&self) -> anyhow::Result<Client> {
        let (client, connection) = tokio_postgres::connect(&self.url(), NoTls).await?;
        tokio::spawn(connection);
        Ok(client)
    }

    /// Returns the ids of its processes: one for each session, and others. Those that come and go, which clean tables up, are not
    /// among them, nor one that has just begun and has no name of its own yet.
    pub(crate) fn processes(&self) -> anyhow::Result<Vec<u32>> {
        let first = self.process.id();
        let path = format!("/proc/{first}/task/{first}/children");
        let children = std::fs::read_to_string(&path).context(path)?;
        let stays = |pid: &&str| {
            let name = std::fs::read_to_string(format!("/proc/{pid}/cmdline"));
            name.is_ok_and(|name| name.starts_with("postgres: ") && !name.contains(" worker"))
        };
        let children = children.split_whitespace().filter(stays).map(str::parse);
        let all: Result<Vec<u32>, _> = std::iter::once(Ok(first)).chain(children).collect();
        Ok(all?)
    }

    /// Makes the tables of so many days up to today, as nodes do when they come.
    pub(super) async fn make_days(&self, days: u32) -> anyhow::Result<()> {
        let make = format!(
            "SET search_path = countersign;
             SELECT make_day(today - ago)
             FROM generate_series(0, {days} - 1) AS ago, (SELECT extract(epoch FROM now())::bigint / 86400 AS today) AS now"
        );
        self.session().await?.batch_execute(&make).await?;
        Ok(())
    }

    /// Ends it, with all sessions.
    pub(crate) fn stop(mut self) -> anyhow::Result<()> {
        self.end()
    }

    fn end(&mut self) -> anyhow::Result<()> {
        let pid = i32::try_from(self.process.id())?;
        kill_process(Pid::from_raw(pid).context("a process id")?, Signal::INT)?;
        self.process.wait()?;
        Ok(())
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        if matches!(self.process.try_wait(), Ok(None)) {
            let _ = self.end();
        }
    }
}

/// Returns a port of loopback that nobody listens on now.
fn free_port() -> anyhow::Result<u16> {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?;
    Ok(listener.local_addr()?.port())
}

/// Returns a program of the newest version.
fn program(name: &str) -> anyhow::Result<PathBuf> {
    let versions = std::fs::read_dir(VERSIONS).context("PostgreSQL is not installed")?;
    let number = |path: &PathBuf| path.file_name()?.to_str()?.parse::<u32>().ok();
    let paths = versions.filter_map(|entry| Some(entry.ok()?.path()));
    let newest = paths
        .max_by_key(number)
        .context("PostgreSQL is not installed")?;
    Ok(newest.join("bin").join(name))
}

/// Returns the command for `program` as the user whom `folder` belongs to then: PostgreSQL refuses to run as root.
fn as_owner(folder: &Path, program: &Path) -> anyhow::Result<Command> {
    if !geteuid().is_root() {
        return Ok(pinned(program));
    }
    let mut chown = Command::new("chown");
    let given = chown
        .args(["-R", "postgres:postgres"])
        .arg(folder)
        .status()?;
    ensure!(given.success(), "chown failed");
    let mut command = pinned(Path::new("setpriv"));
    command.args([
        "--reuid=postgres",
        "--regid=postgres",
        "--clear-groups",
        "--",
    ]);
    command.arg(program);
    Ok(command)
}
