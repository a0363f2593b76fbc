//! A running `countersign dev` or `countersign serve`. Those who speak to it are in `actors`.

use std::path::{Path, PathBuf};
use std::process::{ExitStatus, Stdio};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use reqwest::Client;
use serde_json::Value;
use tempfile::TempDir;
use tokio::io::{AsyncBufReadExt, BufReader};
use tokio::process::{Child, Command};
use tokio::task::JoinHandle;

use crate::actors::{AppServer, Operator, Public, Terminal};
use crate::answer::Answer;
use crate::sandbox::until;

pub(crate) const BINARY: &str = env!("CARGO_BIN_EXE_countersign");

/// The program, running; killed when dropped.
pub(crate) struct Server {
    pub(crate) url: String,
    /// The lines on the terminal up to the one with the URL.
    banner: String,
    child: Child,
    client: Client,
    data: PathBuf,
    stdout: JoinHandle<String>,
    /// What was logged so far.
    log: Arc<Mutex<String>>,
    stderr: JoinHandle<()>,
}

/// A stopped server: how it ended, and everything it printed.
pub(crate) struct Stopped {
    pub(crate) status: ExitStatus,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

impl Server {
    /// `countersign dev` with these arguments, on a free port and the folder `data`.
    pub(crate) async fn start(data: &Path, args: &[&str]) -> Self {
        Self::start_on(data, "127.0.0.1:0", args).await
    }

    /// [`start`](Self::start) on this address.
    pub(crate) async fn start_on(data: &Path, address: &str, args: &[&str]) -> Self {
        Self::run(Command::new(BINARY), data, address, args).await
    }

    /// Runs `command`, which lacks only its arguments, on this address.
    pub(crate) async fn run(
        mut command: Command,
        data: &Path,
        address: &str,
        args: &[&str],
    ) -> Self {
        command
            .args(["dev", "--listen", address, "--data"])
            .arg(data)
            .args(args);
        Self::launch(command, data).await
    }

    /// `countersign serve` with these settings, which name the folder `data`, and these arguments, on a free port.
    pub(crate) async fn serve(settings: &Path, data: &Path, args: &[&str]) -> Self {
        Self::serve_by(Command::new(BINARY), settings, data, args).await
    }

    /// [`serve`](Self::serve) by `command`, which lacks only its arguments.
    pub(crate) async fn serve_by(
        mut command: Command,
        settings: &Path,
        data: &Path,
        args: &[&str],
    ) -> Self {
        command
            .args(["serve", "--listen", "127.0.0.1:0", "--config"])
            .arg(settings)
            .args(args);
        Self::launch(command, data).await
    }

    /// Runs `command`, which makes a server on the folder `data`.
    async fn launch(mut command: Command, data: &Path) -> Self {
        let mut child = command
            .env("RUST_LOG", "trace")
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .kill_on_drop(true)
            .spawn()
            .unwrap();
        let log = Arc::new(Mutex::new(String::new()));
        let (mut logged, told) = (
            BufReader::new(child.stderr.take().unwrap()).lines(),
            Arc::clone(&log),
        );
        let stderr = tokio::spawn(async move {
            while let Ok(Some(line)) = logged.next_line().await {
                *told.lock().unwrap() += &format!("{line}\n");
            }
        });
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let mut printed = String::new();
        let url = loop {
            let Some(line) = lines.next_line().await.unwrap() else {
                stderr.await.unwrap();
                panic!(
                    "the server ended before it listened: {}",
                    log.lock().unwrap()
                );
            };
            printed += &format!("{line}\n");
            if let Some(url) = line.strip_prefix("listening on ") {
                break url.to_owned();
            }
        };
        let banner = printed.clone();
        let stdout = tokio::spawn(async move {
            while let Ok(Some(line)) = lines.next_line().await {
                printed += &format!("{line}\n");
            }
            printed
        });
        Self {
            url,
            banner,
            child,
            client: client(),
            data: data.to_owned(),
            stdout,
            log,
            stderr,
        }
    }

    /// The server, asked by a client that trusts this authority alone, in PEM.
    pub(crate) fn trusting(mut self, authority: &str) -> Self {
        self.client = client_trusting(authority).build().unwrap();
        self
    }

    /// What the terminal shows before the program listens; empty if it is quiet.
    pub(crate) fn banner(&self) -> &str {
        &self.banner
    }

    pub(crate) fn client(&self) -> &Client {
        &self.client
    }

    /// Anyone, at the development application.
    pub(crate) fn public(&self) -> Public {
        Public::of(self, "dev-app")
    }

    /// The server of the development application.
    pub(crate) fn app_server(&self) -> AppServer {
        AppServer::of(self, "dev-app", "dev-app-secret")
    }

    /// The owner of the data folder.
    pub(crate) fn operator(&self) -> Operator {
        Operator::of(self)
    }

    /// `POST /api/v3/{name}` with exactly these headers and this body.
    pub(crate) async fn post(
        &self,
        name: &str,
        headers: &[(&str, &str)],
        body: impl Into<reqwest::Body>,
    ) -> Answer {
        let mut request = self.client.post(format!("{}/api/v3/{name}", self.url));
        for (header, value) in headers {
            request = request.header(*header, *value);
        }
        Answer::read(request.body(body).send().await.unwrap()).await
    }

    /// `GET {path}` without any proof.
    pub(crate) async fn get(&self, path: &str) -> Answer {
        let request = self.client.get(format!("{}{path}", self.url));
        Answer::read(request.send().await.unwrap()).await
    }

    /// The messages on the development phone `number`, or on all of them if that is empty; newest first.
    pub(crate) async fn outbox(&self, number: &str) -> Vec<Value> {
        let path = match number {
            "" => "/dev/outbox".to_owned(),
            number => format!("/dev/outbox?phoneNumber={number}"),
        };
        serde_json::from_str(&self.get(&path).await.body).unwrap()
    }

    /// Asks for a code as the public, and reads it on the phone.
    pub(crate) async fn code(&self, channel: &str, number: &str) -> String {
        let sent = self.public().send_sms(channel, number).await;
        assert_eq!(sent.status(), 200, "{sent}");
        self.newest_code(number).await
    }

    /// The newest code on the phone `number` of the Chinese mainland.
    pub(crate) async fn newest_code(&self, number: &str) -> String {
        let arrived = self.outbox(&format!("+86{number}")).await;
        arrived[0]["passCode"].as_str().unwrap().to_owned()
    }

    /// Host and port.
    pub(crate) fn address(&self) -> &str {
        self.url.split_once("://").unwrap().1
    }

    /// The operator at a terminal of this machine.
    pub(crate) fn terminal(&self) -> Terminal {
        Terminal::on(&self.data)
    }

    /// The token of the data folder's owner.
    pub(crate) fn token(&self) -> String {
        let note = std::fs::read(self.data.join("owner.json")).unwrap();
        let note: Value = serde_json::from_slice(&note).unwrap();
        note["token"].as_str().unwrap().to_owned()
    }

    /// Waits until the server has logged a line with this in it.
    pub(crate) async fn logged(&self, part: &str) {
        until(part, async || {
            self.log.lock().unwrap().contains(part).then_some(())
        })
        .await;
    }

    /// kill -9, and waits for the end.
    pub(crate) async fn kill(mut self) {
        self.child.kill().await.unwrap();
    }

    /// kill -9, while requests are under way.
    pub(crate) fn kill_now(&self) {
        self.signal("-KILL");
    }

    /// SIGTERM, without waiting.
    pub(crate) fn terminate(&self) {
        self.signal("-TERM");
    }

    /// Sends a signal, such as `-HUP`, without waiting.
    pub(crate) fn signal(&self, signal: &str) {
        let mut kill = std::process::Command::new("kill");
        let status = kill.args([signal, &self.pid()]).status();
        assert!(status.unwrap().success());
    }

    /// The id of the process.
    pub(crate) fn pid(&self) -> String {
        self.child.id().expect("a running server").to_string()
    }

    /// SIGTERM, and waits for the end.
    pub(crate) async fn stop(self) -> Stopped {
        self.terminate();
        self.wait().await
    }

    /// Waits for the end of a server that was told to stop.
    pub(crate) async fn wait(mut self) -> Stopped {
        let status = self.child.wait().await.unwrap();
        let stdout = self.stdout.await.unwrap();
        self.stderr.await.unwrap();
        let stderr = std::mem::take(&mut *self.log.lock().unwrap());
        Stopped {
            status,
            stdout,
            stderr,
        }
    }
}

/// A client that keeps idle connections for a shorter time than the server does, so that it never writes into one
/// that the server is closing.
pub(crate) fn client() -> Client {
    let client = Client::builder().no_proxy();
    let idle = Duration::from_secs(2);
    client.pool_idle_timeout(idle).build().unwrap()
}

/// [`client`] over https, which trusts this authority alone.
pub(crate) fn client_trusting(authority: &str) -> reqwest::ClientBuilder {
    let authority = reqwest::Certificate::from_pem(authority.as_bytes()).unwrap();
    let client = Client::builder().no_proxy().tls_certs_only([authority]);
    client.pool_idle_timeout(Duration::from_secs(2))
}

/// A folder for one test.
pub(crate) fn folder() -> TempDir {
    tempfile::tempdir().unwrap()
}

/// The `n`th of ten million valid numbers of the Chinese mainland.
pub(crate) fn number(n: usize) -> String {
    assert!(n < 10_000_000);
    format!("1380{n:07}")
}

/// How often a race is run: 100 times, or 1,000 in `./test thorough`.
pub(crate) fn rounds() -> usize {
    if thorough() { 1_000 } else { 100 }
}

/// Whether this is `./test thorough`.
#[expect(
    clippy::disallowed_methods,
    reason = "a switch for people who run the tests"
)]
pub(crate) fn thorough() -> bool {
    std::env::var("THOROUGH").is_ok()
}
