//! A supervisor that started the service: this test listens on the socket that systemd would listen on.

use std::process::Stdio;
use std::time::Duration;

use tempfile::TempDir;
use tokio::net::UnixDatagram;
use tokio::process::{Child, Command};

use crate::sandbox::until;
use crate::server::{BINARY, Server, folder, number};
use crate::vendor::{Manner, Vendor};

/// The longest that a test waits for a message of the service.
const PATIENCE: Duration = Duration::from_secs(20);

/// The longest that the supervisor lets a service be silent.
const WATCHDOG: Duration = Duration::from_millis(1_500);

/// The end of the socket at which a supervisor listens.
struct Supervisor {
    socket: UnixDatagram,
    home: TempDir,
}

impl Supervisor {
    fn new() -> Self {
        let home = folder();
        let socket = UnixDatagram::bind(home.path().join("notify")).unwrap();
        Self { socket, home }
    }

    /// The program with the variables that systemd sets, but for its arguments.
    fn command(&self, watchdog: Option<Duration>) -> Command {
        let mut command = Command::new(BINARY);
        command.env("NOTIFY_SOCKET", self.home.path().join("notify"));
        if let Some(watchdog) = watchdog {
            command.env("WATCHDOG_USEC", watchdog.as_micros().to_string());
        }
        command
    }

    /// The next message of the service.
    async fn hears(&self) -> String {
        let mut message = [0; 256];
        let next = self.socket.recv(&mut message);
        let length = tokio::time::timeout(PATIENCE, next)
            .await
            .expect("a message")
            .unwrap();
        String::from_utf8_lossy(&message[..length])
            .trim()
            .to_owned()
    }

    /// Whether the service feeds the watchdog too late: systemd would end the process.
    async fn starves(&self) -> bool {
        let mut message = [0; 256];
        let next = self.socket.recv(&mut message);
        tokio::time::timeout(WATCHDOG, next).await.is_err()
    }

    /// How many messages wait to be read, which reads them.
    fn waiting(&self) -> usize {
        let mut message = [0; 256];
        std::iter::from_fn(|| self.socket.try_recv(&mut message).ok()).count()
    }
}

#[tokio::test]
async fn a_supervisor_hears_that_the_service_is_ready_and_that_it_stops() {
    let (supervisor, data) = (Supervisor::new(), folder());
    let vendor = Vendor::start(Manner::WhenReleased).await;
    let args = ["--quiet", "--provider", &vendor.provider()];
    let server = Server::run(supervisor.command(None), data.path(), "127.0.0.1:0", &args).await;
    assert_eq!(supervisor.hears().await, "READY=1");
    let public = server.public();
    let send = tokio::spawn(async move { public.login(&number(1)).await });
    vendor.arrived(1).await;
    server.terminate();
    assert_eq!(supervisor.hears().await, "STOPPING=1");
    // A send is under way: the supervisor hears of the end before the service has drained.
    vendor.release();
    assert_eq!(send.await.unwrap(), 200);
    assert_eq!(server.wait().await.status.code(), Some(0));
    assert_eq!(
        supervisor.waiting(),
        0,
        "a service without a watchdog feeds none"
    );
}

/// Makes every flush of a file take a minute, until the value is dropped.
fn stall_flushes(pid: &str) -> Child {
    let mut strace = Command::new("strace");
    strace.args(["-f", "-p", pid, "-e", "trace=fsync,fdatasync"]);
    strace.args(["-e", "inject=fsync,fdatasync:delay_enter=60000000"]);
    let strace = strace.stderr(Stdio::null()).kill_on_drop(true);
    strace.spawn().expect("strace: apt-get install strace")
}

#[tokio::test]
async fn a_service_feeds_its_watchdog_while_its_store_answers_and_starves_it_while_the_store_hangs()
{
    let (supervisor, data) = (Supervisor::new(), folder());
    let command = supervisor.command(Some(WATCHDOG));
    let server = Server::run(command, data.path(), "127.0.0.1:0", &["--quiet"]).await;
    assert_eq!(supervisor.hears().await, "READY=1");
    for _ in 0..3 {
        assert_eq!(supervisor.hears().await, "WATCHDOG=1");
    }
    let mut strace = stall_flushes(&server.pid());
    until("a hungry watchdog", async || {
        supervisor.starves().await.then_some(())
    })
    .await;
    strace.kill().await.unwrap();
    assert_eq!(supervisor.hears().await, "WATCHDOG=1");
}
