//! A running `countersign dev`, and short words for what is asked of it.

use std::path::{Path, PathBuf};
use std::process::{ExitStatus, Stdio};
use std::time::Duration;

use countersign_api::{Envelope, MessageDto};
use countersign_client::{AuthenticationClient, Lang, SendSms};
use reqwest::{Client, Response};
use serde_json::Value;
use tempfile::TempDir;
use tokio::io::{AsyncBufReadExt, AsyncReadExt, BufReader};
use tokio::process::{Child, Command};
use tokio::task::JoinHandle;

pub(crate) const BINARY: &str = env!("CARGO_BIN_EXE_countersign");

/// The program, running; killed when dropped.
pub(crate) struct Server {
    pub(crate) url: String,
    child: Child,
    sdk: AuthenticationClient,
    client: Client,
    data: PathBuf,
    stdout: JoinHandle<String>,
    stderr: JoinHandle<String>,
}

/// What a stopped server left.
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

    /// The same on this address.
    pub(crate) async fn start_on(data: &Path, address: &str, args: &[&str]) -> Self {
        Self::run(Command::new(BINARY), data, address, args).await
    }

    /// The same by this command, to which only the arguments are missing.
    pub(crate) async fn run(
        mut command: Command,
        data: &Path,
        address: &str,
        args: &[&str],
    ) -> Self {
        let mut child = command
            .args(["dev", "--listen", address, "--data"])
            .arg(data)
            .args(args)
            .env("RUST_LOG", "trace")
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .kill_on_drop(true)
            .spawn()
            .unwrap();
        let mut stderr = child.stderr.take().unwrap();
        let stderr = tokio::spawn(async move {
            let mut text = String::new();
            let _ = stderr.read_to_string(&mut text).await;
            text
        });
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let mut printed = String::new();
        let url = loop {
            let Some(line) = lines.next_line().await.unwrap() else {
                panic!(
                    "the server ended before it listened: {}",
                    stderr.await.unwrap()
                );
            };
            printed += &format!("{line}\n");
            if let Some(url) = line.strip_prefix("listening on ") {
                break url.to_owned();
            }
        };
        let stdout = tokio::spawn(async move {
            while let Ok(Some(line)) = lines.next_line().await {
                printed += &format!("{line}\n");
            }
            printed
        });
        Self {
            sdk: sdk(&url),
            url,
            child,
            client: client(),
            data: data.to_owned(),
            stdout,
            stderr,
        }
    }

    pub(crate) fn client(&self) -> &Client {
        &self.client
    }

    /// `send_sms` of the Rust SDK, as the development application, in English.
    pub(crate) async fn send(&self, channel: &str, number: &str) -> Envelope {
        self.try_send(channel, number).await.expect("an answer")
    }

    /// The same; `None` if the server dies before it answers.
    pub(crate) async fn try_send(&self, channel: &str, number: &str) -> Option<Envelope> {
        let sms = SendSms::with_channel_name(channel, number);
        let answer = self.sdk.send_sms(sms).await.ok()?;
        Some(Envelope {
            status_code: answer.status_code,
            message: answer.message,
            api_code: answer.api_code,
            request_id: answer.request_id.expect("a requestId in every answer"),
            data: None,
        })
    }

    /// A login code for `number`: the `statusCode`.
    pub(crate) async fn login(&self, number: &str) -> u16 {
        self.send("CHANNEL_LOGIN", number).await.status_code
    }

    /// `POST /api/v3/{name}` with these headers and this body.
    pub(crate) async fn post(
        &self,
        name: &str,
        headers: &[(&str, &str)],
        body: impl Into<reqwest::Body>,
    ) -> Response {
        let mut request = self.client.post(format!("{}/api/v3/{name}", self.url));
        for (header, value) in headers {
            request = request.header(*header, *value);
        }
        request.body(body).send().await.unwrap()
    }

    pub(crate) async fn get(&self, path: &str) -> Response {
        self.client
            .get(format!("{}{path}", self.url))
            .send()
            .await
            .unwrap()
    }

    /// What arrived at `number`, or anywhere if that is empty; newest first.
    pub(crate) async fn outbox(&self, number: &str) -> Vec<Value> {
        let query = if number.is_empty() {
            String::new()
        } else {
            format!("?phoneNumber={number}")
        };
        self.get(&format!("/dev/outbox{query}"))
            .await
            .json()
            .await
            .unwrap()
    }

    /// The token of the data folder's owner.
    pub(crate) fn token(&self) -> String {
        let note = std::fs::read(self.data.join("owner.json")).unwrap();
        let note: Value = serde_json::from_slice(&note).unwrap();
        note["token"].as_str().unwrap().to_owned()
    }

    /// All timelines, newest first.
    pub(crate) async fn messages(&self) -> Vec<MessageDto> {
        let token = self.token();
        let mut all: Vec<MessageDto> = Vec::new();
        loop {
            let before = all
                .last()
                .map(|last| format!("&before={}", last.message_id))
                .unwrap_or_default();
            let url = format!("{}/api/v3/list-messages?limit=1000{before}", self.url);
            let answer: Envelope<Vec<MessageDto>> = self
                .client
                .get(url)
                .bearer_auth(&token)
                .send()
                .await
                .unwrap()
                .json()
                .await
                .unwrap();
            let page = answer.data.expect("a page of messages");
            if page.is_empty() {
                return all;
            }
            all.extend(page);
        }
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

    fn signal(&self, signal: &str) {
        let pid = self.child.id().expect("a running server").to_string();
        assert!(
            std::process::Command::new("kill")
                .args([signal, &pid])
                .status()
                .unwrap()
                .success()
        );
    }

    /// SIGTERM, and what was left.
    pub(crate) async fn stop(self) -> Stopped {
        self.terminate();
        self.wait().await
    }

    /// Waits for the end of a server that was told to stop.
    pub(crate) async fn wait(mut self) -> Stopped {
        Stopped {
            status: self.child.wait().await.unwrap(),
            stdout: self.stdout.await.unwrap(),
            stderr: self.stderr.await.unwrap(),
        }
    }
}

/// Keeps idle connections for a shorter time than the server does: else it would now and then write into one
/// that is being closed.
pub(crate) fn client() -> Client {
    let client = Client::builder().no_proxy();
    let idle = Duration::from_secs(2);
    client.pool_idle_timeout(idle).build().unwrap()
}

fn sdk(url: &str) -> AuthenticationClient {
    AuthenticationClient::builder()
        .app_id("dev-app")
        .app_host(url)
        .lang(Lang::EnUs)
        // A burst on a busy machine takes longer than one send.
        .timeout(Duration::from_secs(120))
        .connect_timeout(Duration::from_secs(60))
        .build()
        .unwrap()
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
#[expect(
    clippy::disallowed_methods,
    reason = "a switch for people who run the tests"
)]
pub(crate) fn rounds() -> usize {
    match std::env::var("THOROUGH") {
        Ok(_) => 1_000,
        Err(_) => 100,
    }
}
